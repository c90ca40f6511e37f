//! Handlers: the entry points that calls of a framework register, as in `app.get("/users", list_users)`.

use smallvec::SmallVec;

use crate::facts::{Expression, ExpressionId, Reference};
use crate::graph::{EntryPointKind, NodeKind};
use crate::hashing::NameHash;
use crate::languages::frameworks::{AS_HANDLER, Framework, HANDLERS, RESOURCE};
use crate::resolve::edges::entry_points::{DeclaredEntryPoint, EntryPointFinder};
use crate::resolve::index::definitions::Def;
use crate::resolve::types::value::Value;

/// How many expressions within the arguments of a registering call are looked at: handlers may be inside of other
/// calls, as in `get(list).post(create)`.
const MOST_EXPRESSIONS: usize = 32;

/// A call that registers handlers.
struct Registration<'r> {
    reference: &'r Reference,
    framework: &'r Framework,
    /// The methods that handle requests if a class is registered.
    methods: &'r [&'r str],
    handlers: SmallVec<[Def; 2]>,
}

impl Registration<'_> {
    fn add(&mut self, def: Def) {
        if !self.handlers.contains(&def) {
            self.handlers.push(def);
        }
    }
}

impl EntryPointFinder<'_, '_> {
    /// Adds the handlers that a reference registers, if it is a call with a text and with what handles it: a function,
    /// a class, an object of one, or a function that is written in place.
    pub(super) fn add_registered(
        &self,
        reference: &Reference,
        frameworks: &[&Framework],
        found: &mut Vec<DeclaredEntryPoint>,
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
        let arguments: Vec<ExpressionId> = self.facts.list(arguments).collect();
        let Some(text) = self.registered_text(&arguments, framework) else { return };
        let is_resource = framework.resources.contains(&called);
        let methods = if is_resource { RESOURCE } else { HANDLERS };
        let mut registration = Registration { reference, framework, methods, handlers: SmallVec::new() };
        if let Some(parts) = (framework.controller)(text).filter(|_| is_resource) {
            self.add_named(&parts, methods, &mut registration);
        }
        self.add_handlers(arguments, &mut registration);
        // A text that names a handler is no path.
        let path = if (framework.named)(text).is_some() { "" } else { text.trim_start_matches([':', '/']) };
        let name = match framework.kind {
            EntryPointKind::Route => format!("{} /{path}", http_verb(called)).trim_start().to_owned(),
            _ => text.to_owned(),
        };
        for def in registration.handlers {
            let (name, kind, framework) = (name.clone(), framework.kind, framework.name);
            found.push(DeclaredEntryPoint { def, kind, name, framework, line: reference.line });
        }
    }

    /// The text among the first two arguments, or the key of an entry whose text names a handler.
    fn registered_text(&self, arguments: &[ExpressionId], framework: &Framework) -> Option<&str> {
        arguments.iter().take(2).find_map(|e| match self.facts.expression(*e) {
            Expression::Text(text) => Some(self.facts.text(text)),
            Expression::Entry { key, value } => match self.facts.expression(value) {
                Expression::Text(handler) => {
                    (framework.named)(self.facts.text(handler)).map(|_| self.facts.text(key))
                }
                _ => None,
            },
            _ => None,
        })
    }

    /// Adds the method of a qualified name, or those of `methods` that the class of that name has.
    fn add_named(&self, parts: &[String], methods: &[&str], registration: &mut Registration<'_>) {
        let Some((first, rest)) = parts.split_first() else { return };
        let mut items = self.types.name_from_other_files(NameHash::of(first));
        for part in rest {
            items = match items.first().map(|item| &item.value) {
                Some(Value::Class(class)) => {
                    let name = NameHash::of(part);
                    let method =
                        self.types.inherited(*class, name, 0).and_then(|(_, found)| found.first().copied());
                    match method.filter(|def| self.index.definition(*def).is_callable()) {
                        Some(def) => return registration.add(def),
                        None => self.types.member(&items[0], name),
                    }
                }
                Some(_) => self.types.member(&items[0], NameHash::of(part)),
                None => return,
            };
        }
        if let Some(Value::Class(class)) = items.first().map(|item| &item.value) {
            self.methods_of(*class, methods).for_each(|def| registration.add(def));
        }
    }

    /// Those of the methods that a class has.
    fn methods_of<'a>(&'a self, class: Def, names: &'a [&'a str]) -> impl Iterator<Item = Def> + 'a {
        let methods = names.iter().filter_map(move |name| {
            let (_, found) = self.types.inherited(class, NameHash::of(name), 0)?;
            found.first().copied()
        });
        methods.filter(|def| self.index.definition(*def).is_callable())
    }

    /// Adds the handlers in the arguments of a registering call.
    fn add_handlers(&self, arguments: Vec<ExpressionId>, registration: &mut Registration<'_>) {
        let mut work = arguments;
        let mut looked_at = 0;
        while let Some(next) = work.pop() {
            looked_at += 1;
            if looked_at > MOST_EXPRESSIONS {
                return;
            }
            match self.facts.expression(next) {
                Expression::Entry { value, .. } | Expression::Typed(value) => work.push(value),
                Expression::Text(text) => {
                    if let Some(parts) = (registration.framework.named)(self.facts.text(text)) {
                        self.add_named(&parts, &[], registration);
                    }
                }
                Expression::Sequence(list) => {
                    let parts: SmallVec<[ExpressionId; 4]> = self.facts.list(list).collect();
                    if let [class, method] = parts[..]
                        && let Expression::Text(method) = self.facts.expression(method)
                        && let Some(def) =
                            self.method_of(class, self.facts.text(method), registration.reference)
                    {
                        registration.add(def);
                    } else {
                        work.extend(parts);
                    }
                }
                Expression::Call { callee, arguments } => {
                    if let Expression::Member { object, name } = self.facts.expression(callee) {
                        work.push(object);
                        if AS_HANDLER.contains(&self.facts.text(name)) {
                            continue;
                        }
                    }
                    work.extend(self.facts.list(arguments));
                    self.add_values(next, false, registration);
                }
                Expression::Definition(id) => {
                    let id = self.facts.nearest_named(id);
                    registration.add(Def { file: self.file, id });
                }
                Expression::New { .. } | Expression::Name(_) | Expression::Member { .. } => {
                    self.add_values(next, true, registration);
                }
                _ => {}
            }
        }
    }

    /// Adds the handling methods of the classes that an expression evaluates to; with `directly` also functions, and
    /// classes without such methods.
    fn add_values(&self, value: ExpressionId, directly: bool, registration: &mut Registration<'_>) {
        for item in self.types.value_of(value, registration.reference.position()) {
            match item.value {
                Value::Function(def) if directly => registration.add(def),
                Value::Class(class) | Value::Instance(class) => {
                    let methods: Vec<Def> = self.methods_of(class, registration.methods).collect();
                    if directly && methods.is_empty() && self.index.definition(class).kind == NodeKind::Class
                    {
                        registration.add(class);
                    }
                    methods.into_iter().for_each(|def| registration.add(def));
                }
                _ => {}
            }
        }
    }

    /// The method of that name of the class that an expression names.
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
        let (_, found) = self.types.inherited(classes.next()?, NameHash::of(method), 0)?;
        found.first().copied()
    }
}

/// The HTTP verb that a name contains: `GET` of `GetMapping`; empty if it contains none.
pub(super) fn http_verb(name: &str) -> String {
    let bare = name.to_ascii_lowercase();
    let bare = bare.trim_start_matches("http").trim_start_matches("map").trim_start_matches("add_");
    let bare = bare.strip_suffix("mapping").unwrap_or(bare);
    match bare {
        "get" | "post" | "put" | "delete" | "patch" | "head" | "options" => bare.to_ascii_uppercase(),
        _ => String::new(),
    }
}
