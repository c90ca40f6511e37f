//! Bare names and calls that say something of the type around: calls without a mark that they are, constructions by
//! a method, members that are mixed in, methods that read fields.

use rustc_hash::FxHashMap;
use tree_sitter::Node;

use super::Walk;
use super::frame::Frame;
use crate::facts::{
    Bound, Definition, DefinitionId, Expression, ExpressionId, Facts, ListId, MemberBinding, ReferenceKind,
    ScopeId, ScopeKind, Symbol,
};
use crate::graph::{NodeKind, Visibility, flag};
use crate::hashing::hash;
use crate::languages::Mixin;
use crate::languages::syntax::Capture;

/// The field that holds the types whose members are among a type's own methods.
pub const MIXED_INTO_CLASS: &str = "\0class";

/// What a call is besides one.
pub enum Told {
    Nothing,
    /// It constructs an object of that type.
    Constructs(ExpressionId),
    /// It calls something else, with these arguments.
    Calls(ExpressionId, ListId),
    /// It is no call.
    Is(ExpressionId),
}

/// The last callable of each name in each type. Definitions are looked at once, however often it is asked.
#[derive(Default)]
pub(super) struct Callables {
    last: FxHashMap<(DefinitionId, Symbol), DefinitionId>,
    seen: usize,
}

impl Callables {
    fn last(&mut self, facts: &Facts, owner: DefinitionId, name: Symbol) -> Option<DefinitionId> {
        for (at, of) in facts.definitions.iter().enumerate().skip(self.seen) {
            if of.is_callable() {
                self.last.insert((of.parent, of.name), DefinitionId(at as u32));
            }
        }
        self.seen = facts.definitions.len();
        self.last.get(&(owner, name)).copied()
    }
}

impl Walk<'_> {
    /// The call that a name is which nothing around binds.
    pub(super) fn bare_call(&mut self, node: Node, capture: Option<Capture>) -> Option<ExpressionId> {
        let names = matches!(
            capture,
            Some(
                Capture::Name
                    | Capture::Callee
                    | Capture::Key
                    | Capture::Alias
                    | Capture::Parameter
                    | Capture::Path
            )
        );
        if names {
            return None;
        }
        let callee = self.name(node);
        let Expression::Name(name) = self.facts.expression(callee) else { return Some(callee) };
        if self.is_local(name) {
            return Some(callee);
        }
        let (at, line) = (node.end_byte() as u32, node.end_position().row as u32 + 1);
        if let Some(visibility) = self.visibility_said(name) {
            self.visibilities.insert(self.scope, visibility);
            return Some(ExpressionId::UNKNOWN);
        }
        if let Some(Mixin::Extend) = self.mixes(name) {
            let own = self.add(Expression::This);
            self.mix(own, Mixin::Extend, at);
            return Some(ExpressionId::UNKNOWN);
        }
        let constructing = self.language.rules.members.instantiating_methods.contains(&self.facts.text(name));
        let arguments = ListId::EMPTY;
        let (kind, call) = match constructing {
            true => {
                let class = self.add(Expression::SelfType);
                (ReferenceKind::New, Expression::New { class, arguments })
            }
            false => (ReferenceKind::Call, Expression::Call { callee, arguments }),
        };
        let call = self.add(call);
        self.refer(kind, call, at, line);
        Some(call)
    }

    /// Is the name bound in a function around, up to the type or the file?
    fn is_local(&self, name: Symbol) -> bool {
        let mut scope = self.scope;
        loop {
            let current = self.facts.scope(scope);
            // Functions in a group of tests see its variables.
            if current.kind == ScopeKind::Class && !self.is_group(current.owner) {
                return false;
            }
            if self.locals.contains(&(scope, name)) {
                return true;
            }
            if scope.is_file() {
                return false;
            }
            scope = current.parent;
        }
    }

    fn mixes(&self, name: Symbol) -> Option<Mixin> {
        let text = self.facts.text(name);
        self.language
            .rules
            .members
            .mixin_calls
            .iter()
            .find(|(call, _)| *call == text)
            .map(|(_, mixes)| *mixes)
    }

    /// What else a call says.
    pub(super) fn told_by_call(&mut self, callee: ExpressionId, arguments: ListId, frame: &Frame) -> Told {
        let rules = &self.language.rules;
        match self.facts.expression(callee) {
            Expression::Member { object, name } => {
                let text = self.facts.text(name);
                if rules.members.instantiating_methods.contains(&text) {
                    return Told::Constructs(object);
                }
                let given: Vec<_> = self.facts.list(arguments).collect();
                if rules.calls.reflective_methods.contains(&text)
                    && let [first, rest @ ..] = &given[..]
                    && let Expression::Text(named) = self.facts.expression(*first)
                {
                    let rest = self.push_list(rest);
                    return Told::Calls(self.add(Expression::Member { object, name: named }), rest);
                }
                if text == "class" && self.facts.expression(object) == Expression::This {
                    return Told::Is(self.add(Expression::SelfType));
                }
                Told::Nothing
            }
            Expression::Name(name) => {
                let text = self.facts.text(name);
                if rules.members.instantiating_methods.contains(&text) {
                    return Told::Constructs(self.add(Expression::SelfType));
                }
                if rules.members.accessor_calls.contains(&text) && self.in_type() {
                    self.add_readers(arguments, frame);
                } else if let Some(visibility) = self.visibility_said(name) {
                    self.show(arguments, visibility);
                } else if let Some(mixes) = self.mixes(name).filter(|_| self.in_type()) {
                    for value in self.facts.list(arguments).collect::<Vec<_>>() {
                        self.mix(value, mixes, frame.start);
                    }
                }
                Told::Nothing
            }
            _ => Told::Nothing,
        }
    }

    /// Who sees what is behind the word, in the code of a type.
    fn visibility_said(&self, word: Symbol) -> Option<Visibility> {
        let words = self.language.rules.members.visibility_calls;
        if words.is_empty() || !self.in_type() {
            return None;
        }
        let text = self.facts.text(word);
        words.iter().find(|(said, _)| *said == text).map(|(_, visibility)| *visibility)
    }

    /// Lets those see the methods that are named, or defined, among the arguments.
    fn show(&mut self, arguments: ListId, visibility: Visibility) {
        let owner = self.facts.scope(self.scope).owner;
        for argument in self.facts.list(arguments).collect::<Vec<_>>() {
            let found = match self.facts.expression(argument) {
                Expression::Definition(id) => Some(id),
                Expression::Text(name) => self.callables.last(&self.facts, owner, name),
                _ => None,
            };
            if let Some(id) = found {
                let definition = &mut self.facts.definitions[id.at()];
                definition.visibility = visibility;
                if visibility == Visibility::Public {
                    definition.flags |= flag::EXPORTED;
                } else {
                    definition.flags &= !flag::EXPORTED;
                }
            }
        }
    }

    fn in_type(&self) -> bool {
        self.facts.scope(self.scope).kind == ScopeKind::Class
    }

    /// Gives the type around the members of another one.
    fn mix(&mut self, value: ExpressionId, mixes: Mixin, at: u32) {
        let owner = self.facts.scope(self.scope).owner;
        let mixes = if self.of_type_itself() { Mixin::Extend } else { mixes };
        let definition = &mut self.facts.definitions[owner.at()];
        match mixes {
            Mixin::Prepend => definition.prepends.push(value),
            Mixin::Include => definition.extends.insert(0, value),
            Mixin::Extend => {
                let name = self.facts.strings.intern(MIXED_INTO_CLASS);
                let object = self.add(Expression::SelfType);
                let (scope, r#type) = (self.scope, ExpressionId::UNKNOWN);
                self.facts.members.push(MemberBinding { object, name, value, r#type, scope, at });
            }
        }
    }

    /// A method of each name that reads the field of the name.
    fn add_readers(&mut self, arguments: ListId, frame: &Frame) {
        for argument in self.facts.list(arguments).collect::<Vec<_>>() {
            let Expression::Text(name) = self.facts.expression(argument) else { continue };
            let field = format!("{}{}", self.language.rules.names.field_sigil, self.facts.text(name));
            let field = self.facts.strings.intern(&field);
            let object = self.add(Expression::This);
            let value = self.add(Expression::Member { object, name: field });
            let id = self.add_reader(name, value, frame.start, frame.end);
            let reader = &mut self.facts.definitions[id.at()];
            (reader.start_line, reader.end_line) = (frame.line, frame.end_line);
        }
    }

    /// A method of the type around that gives a value.
    pub(super) fn add_reader(
        &mut self,
        name: Symbol,
        value: ExpressionId,
        start: u32,
        end: u32,
    ) -> DefinitionId {
        let mut reader = Definition::new(NodeKind::Method);
        (reader.name, reader.parent) = (name, self.facts.scope(self.scope).owner);
        (reader.start, reader.end) = (start, end);
        reader.flags = flag::EXPORTED | if self.of_type_itself() { flag::STATIC } else { 0 };
        reader.has_body = true;
        reader.signature_hash = self.facts.strings.hash(name).max(1);
        let id = DefinitionId(self.facts.definitions.len() as u32);
        let around = self.scope;
        self.scope = self.add_scope(ScopeKind::Function);
        self.facts.scopes[self.scope.at()].owner = id;
        reader.scope = self.scope;
        reader.returned.push((value, self.scope, start));
        self.facts.definitions.push(reader);
        self.scope = around;
        self.add_binding(name, Bound::Definition(id), around, start);
        id
    }

    /// The method of the same name in the types above: called, unless a call around is written out.
    pub(super) fn close_super(&mut self, frame: &Frame) -> ExpressionId {
        let mut owner = self.facts.nearest_named(self.facts.scope(self.scope).owner);
        while !owner.is_file() && !self.facts.definition(self.facts.definition(owner).parent).is_type() {
            owner = self.facts.nearest_named(self.facts.definition(owner).parent);
        }
        let name = self.facts.definition(owner).name;
        let object = self.add(Expression::Super);
        let callee = self.add(Expression::Member { object, name });
        if owner.is_file() || frame.capture == Some(Capture::Callee) {
            return callee;
        }
        self.callees.push(callee);
        let call = self.add(Expression::Call { callee, arguments: ListId::EMPTY });
        self.refer(ReferenceKind::Call, call, frame.end, frame.end_line);
        call
    }

    /// Opens the types before the last part of a name like `a::b`, and gives the last part.
    pub(super) fn open_outer_types(&mut self, name: Symbol, frame: &Frame) -> Symbol {
        let separator = self.language.rules.path_separator;
        let text = self.facts.text(name).to_owned();
        let mut parts: Vec<&str> = text.split(separator).filter(|part| !part.is_empty()).collect();
        let last = parts.pop().unwrap_or("");
        for part in parts {
            let name = self.facts.strings.intern(part);
            let mut outer = Definition::new(NodeKind::Interface);
            (outer.name, outer.parent) = (name, self.facts.scope(self.scope).owner);
            (outer.start, outer.end) = (frame.start, frame.end);
            (outer.start_line, outer.end_line) = (frame.line, frame.end_line);
            outer.flags = flag::EXPORTED | flag::PART;
            outer.has_body = true;
            let id = DefinitionId(self.facts.definitions.len() as u32);
            self.add_binding(name, Bound::Definition(id), self.scope, frame.start);
            self.scope = self.add_scope(ScopeKind::Class);
            self.facts.scopes[self.scope.at()].owner = id;
            outer.scope = self.scope;
            outer.signature_hash = hash(part.as_bytes()).max(1);
            self.facts.definitions.push(outer);
        }
        self.facts.strings.intern(last)
    }

    /// The scope in which a definition is bound whose name says the types around it.
    pub(super) fn scope_of_parent(&self, id: DefinitionId) -> ScopeId {
        self.facts.scope(self.facts.definition(id).scope).parent
    }
}
