//! Opening a node: scopes, definitions and the names of functions that have none of their own.

use tree_sitter::Node;

use super::frame::Frame;
use super::{Walk, node_kind};
use crate::facts::{Definition, DefinitionId, Expression, ExpressionId, Scope, ScopeId, ScopeKind, Symbol};
use crate::graph::{NodeKind, Visibility, flag};
use crate::languages::syntax::{Capture, Role, mark};

/// A name for a function without one, and where it was found.
struct Hint {
    name: Symbol,
    qualifier: Symbol,
    /// The frame that names it.
    frame: usize,
    flags: u16,
}

impl Walk<'_> {
    pub(super) fn open(&mut self, mut frame: Frame, node: Node) {
        frame.bindings = self.facts.bindings.len();
        frame.parameters = self.owner().parameters.len();
        if frame.has(mark::BRANCH) {
            self.branch();
        }
        if frame.has(mark::GENERATOR) {
            let owner = self.facts.scope(self.scope).owner;
            self.facts.definitions[owner.at()].flags |= flag::GENERATOR;
        }
        match frame.role {
            Role::Decorator => {
                frame.saved = self.hashes.state();
            }
            role => {
                if let Some(kind) = node_kind(role) {
                    self.open_definition(&mut frame, node, kind);
                } else if frame.has(mark::SCOPE) {
                    self.scope = self.add_scope(ScopeKind::Function);
                    let owner = self.facts.scope(frame.scope).owner;
                    self.facts.scopes[self.scope.at()].owner = owner;
                } else if frame.has(mark::BLOCK) && frame.capture != Some(Capture::Body) {
                    self.scope = self.add_scope(ScopeKind::Block);
                }
            }
        }
        self.frames.push(frame);
    }

    pub(super) fn branch(&mut self) {
        // The definition around that will have a name: it is not known before its end.
        let named = self.frames.iter().rev().find(|f| f.hashed);
        let owner = named.and_then(|f| f.definition).unwrap_or_default();
        let complexity = &mut self.facts.definitions[owner.at()].complexity;
        *complexity = complexity.saturating_add(1);
    }

    fn open_definition(&mut self, frame: &mut Frame, node: Node, kind: NodeKind) {
        if frame.capture == Some(Capture::Body) || self.refines(frame, node, kind) {
            return;
        }
        if frame.role == Role::Method
            && !self.in_object()
            && self.facts.scope(self.scope).kind == ScopeKind::Function
        {
            return; // of a shape written in place, without a name
        }
        let name_child = self.has_name(frame, node);
        let base = self.extended_in_place(frame, kind);
        let hint = match base {
            _ if name_child => None,
            Some(base) => self.anonymous(base),
            None if frame.role == Role::Closure && !self.language.rules.named_closures => None,
            None => self.hint(),
        };
        if hint.is_none() && !name_child && kind != NodeKind::Function && kind != NodeKind::Class {
            return; // a shape written in place, without a name: no definition of its own
        }
        let parent = self.facts.scope(self.scope).owner;
        let in_class = self.facts.scope(self.scope).kind == ScopeKind::Class;
        let id = DefinitionId(self.facts.definitions.len() as u32);
        let mut definition = Definition::new(kind);
        definition.parent = parent;
        definition.start = frame.start;
        definition.end = frame.end;
        definition.start_line = frame.line;
        definition.end_line = frame.end_line;
        definition.visibility = self.default_visibility(parent);
        definition.extends.extend(base);
        if in_class && kind == NodeKind::Function {
            definition.kind = NodeKind::Method;
        }
        if let Some(hint) = &hint {
            let by = &mut self.frames[hint.frame];
            by.named = true;
            if by.role != Role::Call {
                definition.start = by.start;
                definition.start_line = by.line;
            }
            definition.name = hint.name;
            definition.qualifier = hint.qualifier;
            definition.flags |= hint.flags;
        } else if name_child && self.in_object() {
            definition.qualifier = self.qualifier();
        }
        self.facts.definitions.push(definition);
        let scope_kind = match kind {
            NodeKind::Function | NodeKind::Method | NodeKind::Constructor => ScopeKind::Function,
            _ => ScopeKind::Class,
        };
        self.scope = self.add_scope(scope_kind);
        self.facts.scopes[self.scope.at()].owner = id;
        self.facts.definitions[id.at()].scope = self.scope;
        frame.definition = Some(id);
        frame.parameters = 0;
        frame.hashed = name_child || hint.is_some();
        if frame.hashed {
            self.hashes.push();
        }
        if base.is_some() {
            frame.in_place = true;
            self.hashes.enter_body();
        }
        for (expression, symbol, hash) in std::mem::take(&mut self.decorators) {
            if frame.hashed {
                self.hashes.word(hash);
            }
            self.facts.definitions[id.at()].decorators.push((expression, symbol));
        }
    }

    /// A body that says what kind of type the definition around it is: `type Name struct { … }`.
    fn refines(&mut self, frame: &mut Frame, node: Node, kind: NodeKind) -> bool {
        if frame.capture != Some(Capture::Value) || self.has_name(frame, node) {
            return false;
        }
        let Some(around) = self.frames.last().filter(|f| f.role == Role::Type).and_then(|f| f.definition)
        else {
            return false;
        };
        self.facts.definitions[around.at()].kind = kind;
        frame.refines = true;
        true
    }

    /// The type that a body behind its construction extends: `new Base() { … }`, or a member of an enum with a body.
    fn extended_in_place(&mut self, frame: &Frame, kind: NodeKind) -> Option<ExpressionId> {
        if kind != NodeKind::Class || frame.capture != Some(Capture::Value) {
            return None;
        }
        let around = self.frames.len().checked_sub(1)?;
        match self.frames[around].role {
            Role::New => self.captured(around, Capture::Callee),
            Role::EnumMember => self.owner_name(),
            _ => None,
        }
    }

    /// The name of the type around, as an expression.
    pub(super) fn owner_name(&mut self) -> Option<ExpressionId> {
        let owner = self.facts.scope(self.scope).owner;
        let frame = self.frames.iter().rposition(|f| f.definition == Some(owner))?;
        self.captured(frame, Capture::Name)
    }

    /// Names such a body: after the member, or after the type with a mark that no type's name begins with.
    fn anonymous(&mut self, base: ExpressionId) -> Option<Hint> {
        let frame = self.frames.len().checked_sub(1)?;
        let name = match self.captured(frame, Capture::Name) {
            Some(name) => match self.facts.expression(name) {
                Expression::Name(name) => name,
                _ => return None,
            },
            None => {
                let name = self.last_name(base)?;
                let marked = format!("${}", self.facts.text(name));
                self.facts.strings.intern(&marked)
            }
        };
        Some(Hint { name, qualifier: Symbol(0), frame, flags: 0 })
    }

    /// The last part of a type's name.
    pub(super) fn last_name(&self, mut written: ExpressionId) -> Option<Symbol> {
        loop {
            match self.facts.expression(written) {
                Expression::Index { object, .. } => written = object,
                Expression::Name(name) | Expression::Member { name, .. } => return Some(name),
                _ => return None,
            }
        }
    }

    /// Members of an interface are public whatever the language's default is.
    fn default_visibility(&self, parent: DefinitionId) -> Visibility {
        match self.facts.definition(parent).kind {
            NodeKind::Interface => Visibility::Public,
            _ => self.language.rules.default_visibility,
        }
    }

    /// Does the node have a child that is its name?
    fn has_name(&self, frame: &Frame, node: Node) -> bool {
        let Some(rule) = frame.rule else { return false };
        let mut cursor = node.walk();
        if !cursor.goto_first_child() {
            return false;
        }
        loop {
            let child = cursor.node();
            let field = cursor.field_id().map_or(0, |f| f.get());
            if rule.capture(field, child.kind_id(), child.is_named()) == Some(Capture::Name) {
                return true;
            }
            if !cursor.goto_next_sibling() {
                return false;
            }
        }
    }

    /// Names a function by what it is given to: a variable, a member, an entry of an object, a test's title.
    fn hint(&self) -> Option<Hint> {
        let mut wrapped = false;
        for (index, frame) in self.frames.iter().enumerate().rev() {
            if frame.named {
                return None;
            }
            match frame.role {
                Role::Same | Role::Several | Role::Await | Role::Typed => {}
                Role::Sequence => wrapped = true,
                Role::Call => {
                    if let Some(hint) = self.test_hint(index) {
                        return Some(hint);
                    }
                    wrapped = true;
                }
                Role::Binding | Role::Assignment | Role::Field => {
                    // Only at the top of a file or type: a wrapped closure inside a function stays its code.
                    if wrapped && self.facts.scope(frame.scope).kind == ScopeKind::Function {
                        return None;
                    }
                    let (name, qualifier) = self.bound_name(index)?;
                    return Some(Hint { name, qualifier, frame: index, flags: 0 });
                }
                Role::Entry if !wrapped => {
                    let name = self.captured(index, Capture::Key)?;
                    let (Expression::Name(name) | Expression::Text(name)) = self.facts.expression(name)
                    else {
                        return None;
                    };
                    return Some(Hint { name, qualifier: self.qualifier(), frame: index, flags: 0 });
                }
                Role::Export => {
                    let name = self.facts.strings.symbol(crate::facts::hash(b"default"))?;
                    return Some(Hint { name, qualifier: Symbol(0), frame: index, flags: 0 });
                }
                _ => return None,
            }
        }
        None
    }

    fn test_hint(&self, call: usize) -> Option<Hint> {
        let rules = &self.language.tests;
        let mut callee = self.captured(call, Capture::Callee)?;
        while let Expression::Member { object, .. } | Expression::Call { callee: object, .. } =
            self.facts.expression(callee)
        {
            callee = object;
        }
        let Expression::Name(name) = self.facts.expression(callee) else {
            return None;
        };
        let name = self.facts.text(name);
        let flags = if rules.calls.contains(&name) {
            flag::TEST
        } else if rules.groups.contains(&name) {
            0
        } else {
            return None;
        };
        // The title is the first value after the callee: the arguments are still open.
        let arguments = self.frames.get(call + 1)?;
        let title = self.values.get(arguments.values)?;
        let Expression::Text(title) = self.facts.expression(title.value) else {
            return None;
        };
        self.test_file.then_some(Hint { name: title, qualifier: Symbol(0), frame: call, flags })
    }

    /// The name that the binding at `frame` gives, with the object it is a member of.
    fn bound_name(&self, frame: usize) -> Option<(Symbol, Symbol)> {
        match self.facts.expression(self.captured(frame, Capture::Name)?) {
            Expression::Name(name) => Some((name, Symbol(0))),
            Expression::Member { object, name } => Some((name, self.object_name(object))),
            _ => None,
        }
    }

    /// What stands before a member's name, as far as it is one of the file's names.
    fn object_name(&self, object: ExpressionId) -> Symbol {
        match self.facts.expression(object) {
            Expression::Name(name) => {
                let exports = self.language.rules.export_objects.contains(&self.facts.text(name));
                if exports || self.facts.text(name) == "module" { Symbol(0) } else { name }
            }
            Expression::Member { object, name } => match self.facts.text(name) {
                "prototype" => self.object_name(object),
                "exports" => Symbol(0),
                _ => name,
            },
            _ => Symbol(0),
        }
    }

    /// The name of the object literal that is open: the variable or the entries that it is given to.
    fn qualifier(&self) -> Symbol {
        let object = self.frames.iter().rposition(|f| f.role == Role::Object);
        let Some(holder) = object.and_then(|o| self.frames[..o].iter().rposition(|f| f.role != Role::Same))
        else {
            return Symbol(0);
        };
        match self.frames[holder].role {
            Role::Binding | Role::Assignment | Role::Field => {
                self.bound_name(holder).map_or(Symbol(0), |(name, _)| name)
            }
            Role::Entry => match self.captured(holder, Capture::Key).map(|k| self.facts.expression(k)) {
                Some(Expression::Name(name) | Expression::Text(name)) => name,
                _ => Symbol(0),
            },
            _ => Symbol(0),
        }
    }

    fn in_object(&self) -> bool {
        self.frames.last().is_some_and(|f| f.role == Role::Object)
    }

    /// The first value that the open frame has of a capture.
    pub(super) fn captured(&self, frame: usize, capture: Capture) -> Option<ExpressionId> {
        let from = self.frames[frame].values;
        let to = self.frames.get(frame + 1).map_or(self.values.len(), |f| f.values);
        self.values[from..to].iter().find(|v| v.capture == capture).map(|v| v.value)
    }

    pub(super) fn add_scope(&mut self, kind: ScopeKind) -> ScopeId {
        let owner = self.facts.scope(self.scope).owner;
        let id = ScopeId(self.facts.scopes.len() as u32);
        self.facts.scopes.push(Scope { kind, parent: self.scope, owner });
        id
    }

    pub(super) fn owner(&self) -> &Definition {
        self.facts.definition(self.facts.scope(self.scope).owner)
    }

    /// A word before or in a definition that says something about it.
    pub(super) fn modify(&mut self, word: &[u8], depth: u32) {
        let Some(frame) = self.frames.last_mut().filter(|f| f.depth + 1 == depth) else {
            return;
        };
        if frame.definition.is_none()
            && !matches!(
                frame.role,
                Role::Modifiers
                    | Role::Field
                    | Role::Parameter
                    | Role::OptionalParameter
                    | Role::Export
                    | Role::Import
            )
        {
            return;
        }
        let modifiers = &mut frame.modifiers;
        match word {
            b"async" => modifiers.flags |= flag::ASYNC,
            b"static" => modifiers.flags |= flag::STATIC,
            b"abstract" => modifiers.flags |= flag::ABSTRACT,
            b"get" => modifiers.flags |= flag::PROPERTY,
            b"*" => modifiers.flags |= flag::GENERATOR,
            b"default" => modifiers.default = true,
            b"public" => modifiers.visibility = Some(Visibility::Public),
            b"private" => modifiers.visibility = Some(Visibility::Private),
            b"protected" => modifiers.visibility = Some(Visibility::Protected),
            b"internal" => modifiers.visibility = Some(Visibility::Package),
            b"readonly" => modifiers.readonly = true,
            _ => {}
        }
    }
}
