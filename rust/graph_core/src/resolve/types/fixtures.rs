//! Fixtures: the values that a test framework passes to the parameters of tests: what the fixture function of the
//! parameter's name returns, or what a decorator lists.

use smallvec::SmallVec;

use crate::facts::{DefinitionId, Expression, Position, ScopeId, ScopeKind, Symbol};
use crate::graph::{FileId, Via, flag};
use crate::languages::project::{folder_of, join};
use crate::resolve::index::definitions::Def;
use crate::resolve::types::evaluator::Evaluator;
use crate::resolve::types::value::{Item, Items, Value, elements, extend, push};

impl Evaluator<'_> {
    /// The values of a parameter of a test or fixture.
    pub(super) fn fixture_value(&self, function: DefinitionId, name: Symbol) -> Items {
        let mut found = self.parametrized_value(function, name);
        for def in self.fixture_functions(function, name) {
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

    /// The values that a decorator lists for a parameter (`@pytest.mark.parametrize`).
    fn parametrized_value(&self, function: DefinitionId, name: Symbol) -> Items {
        let mut found = Items::new();
        let definition = self.facts.definition(function);
        let outside = self.facts.scope(definition.scope).parent;
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
            let Some(index) = names.iter().position(|n| *n == self.facts.text(name)) else { continue };
            for item in self.destructured(listed, Position::new(outside, definition.start), None) {
                match item.value {
                    Value::Tuple(ref parts) if names.len() > 1 => {
                        for value in parts.get(index).into_iter().flat_map(|p| p.iter()) {
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

    /// The fixture functions of that name: of the type, of the file, or of the nearest folder that has one.
    pub fn fixture_functions(&self, function: DefinitionId, name: Symbol) -> SmallVec<[Def; 1]> {
        let none = SmallVec::new();
        let rules = &self.language.tests;
        let definition = self.facts.definition(function);
        let user = Def { file: self.file, id: function };
        if rules.fixture_decorators.is_empty()
            || definition.flags & flag::TEST == 0 && !self.is_fixture(user)
            || name.is_empty()
        {
            return none;
        }
        let name_hash = self.facts.name_hash(name);
        let is_other_fixture = |def: &Def| *def != user && self.is_fixture(*def);
        let outside = self.facts.scope(self.facts.scope(definition.scope).parent);
        if outside.kind == ScopeKind::Class {
            let class = Def { file: self.file, id: outside.owner };
            if let Some((_, members)) = self.inherited(class, name_hash, 0) {
                let found: SmallVec<[Def; 1]> = members.iter().copied().filter(is_other_fixture).collect();
                if !found.is_empty() {
                    return found;
                }
            }
        }
        let fixtures = |items: Items| -> SmallVec<[Def; 1]> {
            let defs = items.into_iter().filter_map(|i| match i.value {
                Value::Function(def) => Some(def),
                _ => None,
            });
            defs.filter(is_other_fixture).collect()
        };
        let found = fixtures(self.lookup(name, Position::new(ScopeId::FILE, u32::MAX)));
        if !found.is_empty() {
            return found;
        }
        let mut folder = folder_of(&self.index.source(self.file).path);
        loop {
            for file in rules.fixture_files {
                if let Some(file) = self.index.project.file(&join(folder, file)).map(FileId)
                    && file != self.file
                {
                    let found = fixtures(self.exported(file, name_hash, 0));
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

    /// Has a definition a decorator that makes it a fixture?
    pub fn is_fixture(&self, def: Def) -> bool {
        if self.language.tests.fixture_decorators.is_empty() {
            return false;
        }
        let facts = self.index.facts(def.file);
        let mut decorators = facts.definition(def.id).decorators.iter();
        decorators.any(|(_, text)| is_named(facts.text(*text), self.language.tests.fixture_decorators))
    }
}

/// Is the last name of a decorator one of these?
fn is_named(decorator: &str, names: &[&str]) -> bool {
    let name = decorator.split('(').next().unwrap_or(decorator);
    names.contains(&name.rsplit('.').next().unwrap_or(name))
}
