//! Fixtures: what a test framework passes to the parameters of tests: what the function of that name returns, or what a
//! decorator lists.

use smallvec::SmallVec;

use crate::facts::{DefinitionId, Expression, Position, ScopeId, ScopeKind, Symbol};
use crate::graph::{FileId, Via, flag};
use crate::languages::project::{folder_of, join};
use crate::resolve::index::definitions::Def;
use crate::resolve::types::evaluator::Evaluator;
use crate::resolve::types::value::{Item, Items, Value, elements, extend, push};

impl Evaluator<'_> {
    /// What a parameter without a type of its own is given.
    pub(super) fn fixture_value(&self, taker: DefinitionId, name: Symbol) -> Items {
        let mut found = self.parametrized_value(taker, name);
        for def in self.fixture_functions(taker, name) {
            let yields = self.index.definition(def).flags & flag::GENERATOR != 0;
            for item in self.returned_value(def, Via::Flow) {
                match item.value {
                    Value::Unknown => {}
                    ref value if yields => extend(&mut found, elements(value, item.via)),
                    _ => push(&mut found, item),
                }
            }
        }
        found
    }

    /// What a decorator lists for the parameter.
    fn parametrized_value(&self, taker: DefinitionId, name: Symbol) -> Items {
        let mut found = Items::new();
        let definition = self.facts.definition(taker);
        let around = self.facts.scope(definition.scope).parent;
        for (decorator, text) in &definition.decorators {
            if !is_named(self.facts.text(*text), self.language.tests.parametrize_decorators) {
                continue;
            }
            let Expression::Call { arguments, .. } = self.facts.expression(*decorator) else { continue };
            let mut arguments = self.facts.list(arguments);
            let (Some(names), Some(listed)) = (arguments.next(), arguments.next()) else { continue };
            let names: SmallVec<[&str; 4]> = match self.facts.expression(names) {
                Expression::Text(text) => self.facts.text(text).split(',').map(str::trim).collect(),
                Expression::Sequence(list) => {
                    let texts = self.facts.list(list).map(|part| match self.facts.expression(part) {
                        Expression::Text(text) => self.facts.text(text),
                        _ => "",
                    });
                    texts.collect()
                }
                _ => continue,
            };
            let Some(place) = names.iter().position(|n| *n == self.facts.text(name)) else { continue };
            for item in self.destructured(listed, Position::new(around, definition.start), None) {
                match item.value {
                    Value::Tuple(ref parts) if names.len() > 1 => {
                        for value in parts.get(place).into_iter().flat_map(|p| p.iter()) {
                            push(&mut found, Item { value: value.clone(), via: Via::Flow });
                        }
                    }
                    _ if names.len() > 1 => {}
                    value => push(&mut found, Item { value, via: Via::Flow }),
                }
            }
        }
        found.retain(|i| !matches!(i.value, Value::External(_) | Value::Unknown));
        found
    }

    /// The functions of that name, of the type or file or of the nearest folder that has one.
    pub fn fixture_functions(&self, taker: DefinitionId, name: Symbol) -> SmallVec<[Def; 1]> {
        let none = SmallVec::new();
        let rules = &self.language.tests;
        let definition = self.facts.definition(taker);
        let own = Def { file: self.file, id: taker };
        if rules.fixture_decorators.is_empty()
            || definition.flags & flag::TEST == 0 && !self.is_fixture(own)
            || name.is_empty()
        {
            return none;
        }
        let name_hash = self.facts.name_hash(name);
        let fits = |def: &Def| *def != own && self.is_fixture(*def);
        let around = self.facts.scope(self.facts.scope(definition.scope).parent);
        if around.kind == ScopeKind::Class {
            let class = Def { file: self.file, id: around.owner };
            if let Some((_, members)) = self.inherited(class, name_hash, 0) {
                let found: SmallVec<[Def; 1]> = members.iter().copied().filter(fits).collect();
                if !found.is_empty() {
                    return found;
                }
            }
        }
        let functions = |items: Items| -> SmallVec<[Def; 1]> {
            let defs = items.into_iter().filter_map(|i| match i.value {
                Value::Function(def) => Some(def),
                _ => None,
            });
            defs.filter(fits).collect()
        };
        let found = functions(self.lookup(name, Position::new(ScopeId::FILE, u32::MAX)));
        if !found.is_empty() {
            return found;
        }
        let mut folder = folder_of(&self.index.source(self.file).path);
        loop {
            for file in rules.fixture_files {
                if let Some(file) = self.index.project.file(&join(folder, file)).map(FileId)
                    && file != self.file
                {
                    let found = functions(self.exported(file, name_hash, 0));
                    if !found.is_empty() {
                        return found;
                    }
                }
            }
            if folder.is_empty() {
                return none;
            }
            folder = folder_of(folder);
        }
    }

    pub fn is_fixture(&self, def: Def) -> bool {
        if self.language.tests.fixture_decorators.is_empty() {
            return false;
        }
        let facts = self.index.facts(def.file);
        let mut decorators = facts.definition(def.id).decorators.iter();
        decorators.any(|(_, text)| is_named(facts.text(*text), self.language.tests.fixture_decorators))
    }
}

/// Is it a decorator of one of these names, whatever it is a member of?
fn is_named(decorator: &str, names: &[&str]) -> bool {
    let name = decorator.split('(').next().unwrap_or(decorator);
    names.contains(&name.rsplit('.').next().unwrap_or(name))
}
