//! Entry points: the definitions that a framework calls from outside, by their decorators, by the bases of their types
//! and by the calls that register them. What frameworks declare is in `languages::frameworks`.

use crate::facts::{Definition, DefinitionId, Expression, ExpressionId, Facts, ReferenceKind};
use crate::graph::{EntryPointKind, FileId, flag};
use crate::languages::Language;
use crate::languages::frameworks::{FRAMEWORKS, Framework};
use crate::resolve::edges::handlers::http_verb;
use crate::resolve::index::Index;
use crate::resolve::index::definitions::Def;
use crate::resolve::types::evaluator::Evaluator;

/// An entry point that a file declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DeclaredEntryPoint {
    pub(super) def: Def,
    pub(super) kind: EntryPointKind,
    pub(super) name: String,
    pub(super) framework: &'static str,
    pub(super) line: u32,
}

/// Finds the entry points of one file.
pub(super) struct EntryPointFinder<'e, 'w> {
    pub(super) types: &'e Evaluator<'w>,
    pub(super) index: &'w Index,
    pub(super) facts: &'w Facts,
    pub(super) language: &'static Language,
    pub(super) file: FileId,
}

/// The entry points that the evaluator's file declares.
pub(super) fn find_entry_points(types: &Evaluator<'_>) -> Vec<DeclaredEntryPoint> {
    let (index, facts, language, file) = (types.index, types.facts, types.language, types.file);
    EntryPointFinder { types, index, facts, language, file }.entry_points()
}

impl EntryPointFinder<'_, '_> {
    fn entry_points(&self) -> Vec<DeclaredEntryPoint> {
        let frameworks: Vec<&Framework> = FRAMEWORKS
            .iter()
            .filter(|f| f.family == self.language.family && self.imports_framework(f))
            .collect();
        let mut found = Vec::new();
        if frameworks.is_empty() {
            return found;
        }
        for (i, definition) in self.facts.definitions.iter().enumerate().skip(1) {
            if definition.name.is_empty() || definition.flags & flag::TEST != 0 {
                continue;
            }
            let id = DefinitionId(i as u32);
            let by_framework = |framework: &&Framework| {
                let name = self.declared_name(id, definition, framework)?;
                let def = Def { file: self.file, id };
                let (kind, framework, line) = (framework.kind, framework.name, definition.start_line);
                Some(DeclaredEntryPoint { def, kind, name, framework, line })
            };
            found.extend(frameworks.iter().find_map(by_framework));
        }
        for reference in self.facts.references.iter().filter(|r| r.kind != ReferenceKind::Decorator) {
            self.add_registered(reference, &frameworks, &mut found);
        }
        found
    }

    /// The name of the entry point that a definition is for a framework, by a decorator, its own name or a base of its
    /// type; None if it is none.
    fn declared_name(
        &self,
        id: DefinitionId,
        definition: &Definition,
        framework: &Framework,
    ) -> Option<String> {
        let mut decorators = definition.decorators.iter().map(|(_, text)| self.facts.text(*text));
        if let Some(decorator) = decorators.find(|text| framework.decorators.contains(&last_name(text))) {
            return Some(match definition.is_callable() {
                true => self.route_name(id, framework, decorator),
                false => quoted(decorator).unwrap_or_default().to_owned(),
            });
        }
        let is_main = definition.is_callable()
            && framework.functions.contains(&self.facts.text(definition.name))
            && (definition.parent.is_file() || definition.flags & flag::STATIC != 0);
        if is_main {
            return Some(self.facts.text(definition.name).to_owned());
        }
        self.handled_by_base(definition, framework)
    }

    /// What a method handles that a framework calls because its type has a base of the framework: the last type
    /// argument of the base, else the name of the type. None if the framework does not call it.
    fn handled_by_base(&self, definition: &Definition, framework: &Framework) -> Option<String> {
        if !definition.is_callable() || !framework.handled.contains(&self.facts.text(definition.name)) {
            return None;
        }
        let parent = self.facts.definition(definition.parent);
        let mut bases = parent.extends.iter().chain(&parent.implements);
        bases.find_map(|base| {
            let (name, argument) = match self.facts.expression(*base) {
                Expression::Index { object, arguments } => (object, self.facts.list(arguments).last()),
                _ => (*base, None),
            };
            let written = self.written_path(name);
            let is_base = |wanted: &&str| {
                written.strip_suffix(wanted).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            };
            let handled = || argument.map(|a| self.written_path(a)).filter(|name| !name.is_empty());
            let type_name = || self.facts.text(parent.name).to_owned();
            framework.bases.iter().any(is_base).then(|| handled().unwrap_or_else(type_name))
        })
    }

    /// A dotted name as it is written, without type arguments; empty if the expression is no name.
    fn written_path(&self, mut expression: ExpressionId) -> String {
        let mut names: Vec<&str> = Vec::new();
        loop {
            match self.facts.expression(expression) {
                Expression::Member { object, name } => {
                    names.push(self.facts.text(name));
                    expression = object;
                }
                Expression::Index { object, .. } => expression = object,
                Expression::Name(name) => {
                    names.push(self.facts.text(name));
                    break;
                }
                _ => break,
            }
        }
        names.reverse();
        names.join(".")
    }

    fn imports_framework(&self, framework: &Framework) -> bool {
        framework.packages.is_empty()
            || self.facts.imports.iter().any(|import| {
                let path = self.facts.text(import.path);
                framework.packages.iter().any(|package| path.starts_with(package))
            })
    }

    /// The name of a route, as `GET /users/{id}`: the verb and the path of the decorator, after the path of the type's
    /// decorator. For other entry points the text of the decorator.
    fn route_name(&self, id: DefinitionId, framework: &Framework, decorator: &str) -> String {
        if framework.kind != EntryPointKind::Route {
            return quoted(decorator).unwrap_or_default().to_owned();
        }
        let parent = self.facts.definition(self.facts.definition(id).parent);
        let prefix = parent
            .decorators
            .iter()
            .map(|(_, text)| self.facts.text(*text))
            .find(|text| framework.prefixes.contains(&last_name(text)))
            .and_then(quoted);
        let path = [prefix, quoted(decorator)].into_iter().flatten();
        let path = path.map(|p| p.trim_matches('/')).filter(|p| !p.is_empty()).collect::<Vec<_>>();
        format!("{} /{}", http_verb(last_name(decorator)), path.join("/")).trim_start().to_owned()
    }
}

/// The last name of a decorator: `get` of `app.get("/x")`.
fn last_name(decorator: &str) -> &str {
    let name = decorator.split(['(', '<']).next().unwrap_or(decorator);
    name.rsplit(['.', ':', '\\']).next().unwrap_or(name).trim()
}

/// The first text in quotes.
fn quoted(text: &str) -> Option<&str> {
    let start = text.find(['"', '\'', '`'])?;
    let quote = &text[start..=start];
    let rest = &text[start + 1..];
    Some(&rest[..rest.find(quote)?])
}
