//! Entry points: the definitions that a framework calls from outside, by their decorators and by the calls that
//! register them. What frameworks declare is in `languages::entries`.

use smallvec::SmallVec;

use crate::facts::{Definition, DefinitionId, Expression, ExpressionId, Facts, Reference, ReferenceKind};
use crate::graph::{EntryPointKind, NodeKind, flag};
use crate::hashing::hash;
use crate::languages::Language;
use crate::languages::entries::{AS_HANDLER, FRAMEWORKS, Framework, HANDLERS, RESOURCE};
use crate::resolve::index::Index;
use crate::resolve::index::definitions::Def;
use crate::resolve::types::evaluator::Evaluator;
use crate::resolve::types::value::Value;

/// A way in, before its definition is a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredEntryPoint {
    pub def: Def,
    pub kind: EntryPointKind,
    pub name: String,
    pub framework: &'static str,
    pub line: u32,
}

/// Of what a registering call is given: handlers may stand inside of other calls, as in `get(list).post(create)`.
const MOST_INSIDE: usize = 32;

pub struct EntryPoints<'e, 'w> {
    types: &'e Evaluator<'w>,
    index: &'w Index,
    facts: &'w Facts,
    language: &'static Language,
    file: u32,
}

/// The entry points that the evaluator's file declares.
pub(super) fn find_entry_points(types: &Evaluator<'_>) -> Vec<DeclaredEntryPoint> {
    let (index, facts, language, file) = (types.index, types.facts, types.language, types.file);
    EntryPoints { types, index, facts, language, file }.entry_points()
}

impl EntryPoints<'_, '_> {
    /// All ways in that the file marks.
    pub(super) fn entry_points(&self) -> Vec<DeclaredEntryPoint> {
        let frameworks: Vec<&Framework> =
            FRAMEWORKS.iter().filter(|f| f.family == self.language.family && self.imports_of(f)).collect();
        let mut ways = Vec::new();
        if frameworks.is_empty() {
            return ways;
        }
        for (i, definition) in self.facts.definitions.iter().enumerate().skip(1) {
            if definition.name.is_empty() || definition.flags & flag::TEST != 0 {
                continue;
            }
            let id = DefinitionId(i as u32);
            let def = Def { file: self.file, id };
            for framework in &frameworks {
                let mark = definition.decorators.iter().map(|(_, text)| self.facts.text(*text));
                let mark = mark.into_iter().find(|text| framework.decorators.contains(&last_name(text)));
                let main = definition.is_callable()
                    && framework.functions.contains(&self.facts.text(definition.name))
                    && (definition.parent.is_file() || definition.flags & flag::STATIC != 0);
                let base = self.handled_base(definition, framework);
                let name = match mark {
                    Some(text) if definition.is_callable() => self.route_name(id, framework, text),
                    Some(text) => quoted(text).unwrap_or_default().to_owned(),
                    None if main => self.facts.text(definition.name).to_owned(),
                    None if base.is_some() => base.unwrap_or_default(),
                    None => continue,
                };
                let line = definition.start_line;
                ways.push(DeclaredEntryPoint {
                    def,
                    kind: framework.kind,
                    name,
                    framework: framework.name,
                    line,
                });
                break;
            }
        }
        for reference in self.facts.references.iter().filter(|r| r.kind != ReferenceKind::Decorator) {
            self.register_handlers(reference, &frameworks, &mut ways);
        }
        ways
    }

    /// What a method handles that a framework calls since its type has a base of the framework's: the base's last
    /// argument, else the type itself.
    fn handled_base(&self, definition: &Definition, framework: &Framework) -> Option<String> {
        if !definition.is_callable() || !framework.handled.contains(&self.facts.text(definition.name)) {
            return None;
        }
        let around = self.facts.definition(definition.parent);
        let mut bases = around.extends.iter().chain(&around.implements);
        bases.find_map(|base| {
            let (name, argument) = match self.facts.expression(*base) {
                Expression::Index { object, arguments } => (object, self.facts.list(arguments).last()),
                _ => (*base, None),
            };
            let written = self.written_path(name);
            let is_it = |wanted: &&str| {
                written.strip_suffix(wanted).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            };
            let handled = || argument.map(|a| self.written_path(a)).filter(|name| !name.is_empty());
            let own = || self.facts.text(around.name).to_owned();
            framework.bases.iter().any(is_it).then(|| handled().unwrap_or_else(own))
        })
    }

    /// `a.B`, without the arguments of types; empty when it is no name.
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

    fn imports_of(&self, framework: &Framework) -> bool {
        framework.packages.is_empty()
            || self.facts.imports.iter().any(|import| {
                let path = self.facts.text(import.path);
                framework.packages.iter().any(|package| path.starts_with(package))
            })
    }

    /// `GET /users/{id}`: the decorator's name and text, behind the text of the type around.
    fn route_name(&self, id: DefinitionId, framework: &Framework, mark: &str) -> String {
        let around = self.facts.definition(self.facts.definition(id).parent);
        let prefix = around
            .decorators
            .iter()
            .map(|(_, text)| self.facts.text(*text))
            .find(|text| framework.prefixes.contains(&last_name(text)))
            .and_then(quoted);
        let path = [prefix, quoted(mark)].into_iter().flatten().collect::<Vec<_>>();
        let path = path.iter().map(|p| p.trim_matches('/')).filter(|p| !p.is_empty()).collect::<Vec<_>>();
        if framework.kind != EntryPointKind::Route {
            return quoted(mark).unwrap_or_default().to_owned();
        }
        format!("{} /{}", verb(last_name(mark)), path.join("/")).trim_start().to_owned()
    }

    /// A call with a text and what handles it: a function, a class, an object of one, a function written in place.
    fn register_handlers(
        &self,
        reference: &Reference,
        frameworks: &[&Framework],
        ways: &mut Vec<DeclaredEntryPoint>,
    ) {
        let (callee, arguments) = match self.facts.expression(reference.expression) {
            Expression::Call { callee, arguments } => (callee, arguments),
            Expression::New { class, arguments } => (class, arguments),
            _ => return,
        };
        let (Expression::Name(called) | Expression::Member { name: called, .. }) =
            self.facts.expression(callee)
        else {
            return;
        };
        let called = self.facts.text(called);
        let registers = |f: &&&Framework| f.calls.contains(&called) || f.resources.contains(&called);
        let Some(framework) = frameworks.iter().find(registers) else { return };
        let resource = framework.resources.contains(&called);
        let given: Vec<ExpressionId> = self.facts.list(arguments).collect();
        let text = given.iter().take(2).find_map(|e| match self.facts.expression(*e) {
            Expression::Text(text) => Some(self.facts.text(text)),
            Expression::Entry { key, value } => match self.facts.expression(value) {
                Expression::Text(handler) => {
                    (framework.named)(self.facts.text(handler)).map(|_| self.facts.text(key))
                }
                _ => None,
            },
            _ => None,
        });
        let Some(text) = text else { return };
        let mut handlers: SmallVec<[Def; 2]> = SmallVec::new();
        let methods = if resource { RESOURCE } else { HANDLERS };
        if let Some(parts) = (framework.controller)(text).filter(|_| resource) {
            self.named_handler(&parts, methods, &mut handlers);
        }
        self.handlers(&given, reference, framework, methods, &mut handlers);
        // What names its handler and nothing else is the route of nothing.
        let path = if (framework.named)(text).is_some() { "" } else { text.trim_start_matches([':', '/']) };
        let name = match framework.kind {
            EntryPointKind::Route => format!("{} /{path}", verb(called)).trim_start().to_owned(),
            _ => text.to_owned(),
        };
        for def in handlers {
            let way = DeclaredEntryPoint {
                def,
                kind: framework.kind,
                name: name.clone(),
                framework: framework.name,
                line: reference.line,
            };
            ways.push(way);
        }
    }

    /// What a text of the framework's names, by the parts of its qualified name.
    fn named_handler(&self, parts: &[String], methods: &[&str], found: &mut SmallVec<[Def; 2]>) {
        let Some((first, rest)) = parts.split_first() else { return };
        let mut items = self.types.name_from_other_files(hash(first.as_bytes()));
        for part in rest {
            items = match items.first().map(|item| &item.value) {
                Some(Value::Class(class)) => {
                    let name = hash(part.as_bytes());
                    let method =
                        self.types.inherited(*class, name, 0).and_then(|(_, found)| found.first().copied());
                    match method.filter(|def| self.index.definition(*def).is_callable()) {
                        Some(def) => return add(found, def),
                        None => self.types.member(&items[0], name),
                    }
                }
                Some(_) => self.types.member(&items[0], hash(part.as_bytes())),
                None => return,
            };
        }
        if let Some(Value::Class(class)) = items.first().map(|item| &item.value) {
            self.present_methods(*class, methods).for_each(|def| add(found, def));
        }
    }

    /// Those methods of the class that are there.
    fn present_methods<'a>(&'a self, class: Def, names: &'a [&'a str]) -> impl Iterator<Item = Def> + 'a {
        let own = names.iter().filter_map(move |name| {
            let (_, found) = self.types.inherited(class, hash(name.as_bytes()), 0)?;
            found.first().copied()
        });
        own.filter(|def| self.index.definition(*def).is_callable())
    }

    fn handlers(
        &self,
        given: &[ExpressionId],
        reference: &Reference,
        framework: &Framework,
        methods: &[&str],
        found: &mut SmallVec<[Def; 2]>,
    ) {
        let mut work: Vec<ExpressionId> = given.to_vec();
        let mut looked_at = 0;
        while let Some(next) = work.pop() {
            looked_at += 1;
            if looked_at > MOST_INSIDE {
                return;
            }
            match self.facts.expression(next) {
                Expression::Entry { value, .. } | Expression::Typed(value) => work.push(value),
                Expression::Text(text) => {
                    if let Some(parts) = (framework.named)(self.facts.text(text)) {
                        self.named_handler(&parts, &[], found);
                    }
                }
                Expression::Sequence(list) => {
                    let parts: SmallVec<[ExpressionId; 4]> = self.facts.list(list).collect();
                    if let [class, method] = parts[..]
                        && let Expression::Text(method) = self.facts.expression(method)
                        && let Some(def) = self.method_of(class, self.facts.text(method), reference)
                    {
                        add(found, def);
                    } else {
                        work.extend(parts);
                    }
                }
                Expression::Call { callee, arguments } => {
                    if let Expression::Member { object, name } = self.facts.expression(callee) {
                        if AS_HANDLER.contains(&self.facts.text(name)) {
                            work.push(object);
                            continue;
                        }
                        work.push(object);
                    }
                    work.extend(self.facts.list(arguments));
                    self.handlers_in_value(next, reference, methods, found, false);
                }
                Expression::Definition(id) => {
                    let named = self.facts.nearest_named(id);
                    add(found, Def { file: self.file, id: named });
                }
                Expression::New { .. } | Expression::Name(_) | Expression::Member { .. } => {
                    self.handlers_in_value(next, reference, methods, found, true);
                }
                _ => {}
            }
        }
    }

    fn handlers_in_value(
        &self,
        value: ExpressionId,
        reference: &Reference,
        methods: &[&str],
        found: &mut SmallVec<[Def; 2]>,
        functions: bool,
    ) {
        for item in self.types.value_of(value, reference.position()) {
            match item.value {
                Value::Function(def) if functions => add(found, def),
                Value::Class(class) | Value::Instance(class) => {
                    let own: Vec<Def> = self.present_methods(class, methods).collect();
                    if functions && own.is_empty() && self.index.definition(class).kind == NodeKind::Class {
                        add(found, class);
                    }
                    own.into_iter().for_each(|def| add(found, def));
                }
                _ => {}
            }
        }
    }

    fn method_of(&self, class: ExpressionId, method: &str, reference: &Reference) -> Option<Def> {
        let class = match self.facts.expression(class) {
            Expression::Member { object, .. } => object,
            _ => class,
        };
        let items = self.types.value_of(class, reference.position());
        let mut classes = items.iter().filter_map(|item| match item.value {
            Value::Class(class) | Value::Instance(class) => Some(class),
            _ => None,
        });
        let (_, found) = self.types.inherited(classes.next()?, hash(method.as_bytes()), 0)?;
        found.first().copied()
    }
}

pub fn add(found: &mut SmallVec<[Def; 2]>, def: Def) {
    if !found.contains(&def) {
        found.push(def);
    }
}

/// `app.get("/x")` → `get`.
fn last_name(decorator: &str) -> &str {
    let name = decorator.split(['(', '<']).next().unwrap_or(decorator);
    name.rsplit(['.', ':', '\\']).next().unwrap_or(name).trim()
}

/// The first text in quotes.
pub fn quoted(text: &str) -> Option<&str> {
    let start = text.find(['"', '\'', '`'])?;
    let quote = &text[start..=start];
    let rest = &text[start + 1..];
    Some(&rest[..rest.find(quote)?])
}

/// `GetMapping` → `GET`; nothing where the name says none.
fn verb(name: &str) -> String {
    let bare = name.to_ascii_lowercase();
    let bare = bare.trim_start_matches("http").trim_start_matches("map").trim_start_matches("add_");
    let bare = bare.strip_suffix("mapping").unwrap_or(bare);
    match bare {
        "get" | "post" | "put" | "delete" | "patch" | "head" | "options" => bare.to_ascii_uppercase(),
        _ => String::new(),
    }
}
