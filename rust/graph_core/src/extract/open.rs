//! Opening a node: scopes, definitions and the names of functions that have none of their own.

use tree_sitter::Node;

use super::frame::Frame;
use super::{Walk, node_kind};
use crate::facts::{
    Bound, Definition, DefinitionId, Expression, ExpressionId, Scope, ScopeId, ScopeKind, Symbol,
};
use crate::graph::{NodeKind, Visibility, flag};
use crate::languages::syntax::{Capture, Role, mark};

/// A name for a function without one, and where it was found.
#[derive(Default)]
pub(super) struct Hint {
    pub(super) name: Symbol,
    pub(super) qualifier: Symbol,
    /// The frame that names it.
    pub(super) frame: usize,
    pub(super) flags: u16,
    /// Only for want of a name of its own.
    pub(super) weak: bool,
    /// What it is, if not what it is written as.
    pub(super) kind: Option<NodeKind>,
}

impl Walk<'_> {
    pub(super) fn open(&mut self, mut frame: Frame, node: Node) {
        frame.bindings = self.facts.bindings.len();
        frame.parameters = self.owner().parameters.len();
        frame.documentation = self.documentation_of(&frame);
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
                self.hashes.restore((0, 0));
                // It is evaluated outside of what it decorates.
                if let Some(around) = self.frames.last().filter(|f| f.definition.is_some()) {
                    self.scope = around.scope;
                }
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
                    self.narrow_block(&frame, node);
                } else if frame.has(mark::LEAVING) {
                    self.narrow_behind(&frame, node);
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
        if let Some(frame) = self.frames.last_mut() {
            frame.branched = true;
        }
    }

    fn open_definition(&mut self, frame: &mut Frame, node: Node, kind: NodeKind) {
        if frame.capture == Some(Capture::Body)
            || self.refines(frame, node, kind)
            || frame.has(mark::ELSEWHERE) && !has_body(frame, node)
        {
            return;
        }
        let mut name = self.written_name(frame, node);
        if name.is_none() && frame.role == Role::Constructor {
            name = Some(self.facts.strings.intern("constructor"));
        }
        if let Some(written) = name.filter(|_| self.language.rules.names.unbound_is_call) {
            let is_type = !matches!(kind, NodeKind::Function | NodeKind::Method | NodeKind::Constructor);
            name = if is_type { Some(self.open_outer_types(written, frame)) } else { name };
        }
        let shape = matches!(kind, NodeKind::Interface | NodeKind::Enum | NodeKind::Type | NodeKind::Module);
        let base = self.extended_in_place(frame, kind);
        let mut is_second = false;
        if let Some(around) = self.frames.last_mut().filter(|_| frame.has(mark::PROPERTY)) {
            // What gives its value and what takes it have one name.
            is_second = std::mem::take(&mut around.named);
        }
        let hint = match (name, base) {
            _ if shape || self.in_shape() || frame.role == Role::Extension => None,
            (Some(name), _) if self.in_object() => self.hint(Some(name), frame.capture),
            (Some(name), _) if frame.has(mark::INSIDE) => self
                .hint(None, frame.capture)
                .filter(|h| !h.weak)
                .or(Some(Hint { name, frame: usize::MAX, ..Hint::default() })),
            (Some(_), _) => None,
            (None, Some(base)) => self.anonymous(base),
            (None, None) if frame.role == Role::Closure && !self.language.rules.names.named_closures => None,
            (None, None) => self.hint(None, frame.capture).or_else(|| self.named_by_base(frame, node)),
        };
        let given = hint.as_ref().and_then(|hint| hint.kind);
        let kind = given.unwrap_or(kind);
        let around = self.scope;
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
        definition.flags |= if frame.has(mark::PROPERTY) { flag::PROPERTY } else { 0 };
        let of_type = frame.has(mark::STATIC) || self.of_type_itself();
        if let Some(visibility) = self.visibilities.get(&self.scope)
            && !of_type
            && matches!(kind, NodeKind::Function | NodeKind::Method)
        {
            definition.visibility = *visibility;
        }
        definition.flags |= if of_type { flag::STATIC } else { 0 };
        definition.extends.extend(base);
        if in_class && kind == NodeKind::Function {
            definition.kind = NodeKind::Method;
        }
        frame.hashed = !self.in_shape() && (name.is_some() || hint.is_some());
        if let Some(hint) = &hint {
            if let Some(by) = self.frames.get_mut(hint.frame) {
                by.named = true;
                if by.role != Role::Call && !is_second {
                    definition.start = by.start;
                    definition.start_line = by.line;
                }
            }
            definition.name = hint.name;
            definition.qualifier = hint.qualifier;
            definition.flags |= hint.flags;
            let is_value = self.frames.get(hint.frame).is_some_and(|f| f.role == Role::Binding);
            if let Some(receiver) = is_value.then(|| self.captured(hint.frame, Capture::Receiver)).flatten() {
                definition.receiver = receiver; // of a property that is written for a type outside of it
            }
        } else if frame.hashed {
            definition.name = name.unwrap_or_default();
        }
        self.facts.definitions.push(definition);
        let scope_kind = match kind {
            NodeKind::Function | NodeKind::Method | NodeKind::Constructor => ScopeKind::Function,
            NodeKind::Module => ScopeKind::File,
            _ => ScopeKind::Class,
        };
        self.scope = self.add_scope(scope_kind);
        self.facts.scopes[self.scope.at()].owner = id;
        self.facts.definitions[id.at()].scope = self.scope;
        if let (Some(_), Some(hint)) = (given, &hint) {
            self.open_part_of_tests(id, hint, around);
        }
        frame.definition = Some(id);
        frame.parameters = 0;
        if frame.hashed {
            self.hashes.push();
        }
        if let Some(own) = name
            && frame.has(mark::INSIDE)
        {
            self.add_binding(own, Bound::Definition(id), self.scope, frame.start);
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

    /// Is what is straight in here of the type itself, not of its objects?
    pub(super) fn of_type_itself(&self) -> bool {
        let is_body = |f: &Frame| f.capture == Some(Capture::Body) && f.definition.is_none();
        let around = self.frames.iter().rev().find(|f| f.role != Role::Last && !is_body(f));
        around.is_some_and(|f| f.has(mark::STATIC))
    }

    /// A body that says what kind of type the definition around it is: `type Name struct { … }`. As a part of
    /// what an alias stands for it gives it members.
    fn refines(&mut self, frame: &mut Frame, node: Node, kind: NodeKind) -> bool {
        let is_type = !matches!(kind, NodeKind::Function | NodeKind::Method | NodeKind::Module);
        if !is_type || frame.capture != Some(Capture::Value) || self.written_name(frame, node).is_some() {
            return false;
        }
        let around = self.frames.iter().rev().find(|f| f.role != Role::Either);
        let Some(around) = around.filter(|f| f.role == Role::Type).and_then(|f| f.definition) else {
            return false;
        };
        if self.frames.last().is_some_and(|f| f.role == Role::Type) {
            self.facts.definitions[around.at()].kind = kind;
        }
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
        Some(Hint { name, frame, ..Hint::default() })
    }

    /// Names a type that is written in place with its bases after the first of them.
    fn named_by_base(&mut self, frame: &Frame, node: Node) -> Option<Hint> {
        let rule = frame.rule.filter(|_| frame.role == Role::Class)?;
        let mut cursor = node.walk();
        let mut next = cursor.goto_first_child();
        while next {
            let (child, field) = (cursor.node(), cursor.field_id().map_or(0, |f| f.get()));
            if rule.capture(|| field, child.kind_id(), || child.is_named()) == Some(Capture::Extends) {
                let written = super::text(self.source, child).split(|b| b"(<,{ \n".contains(b)).next()?;
                let written = String::from_utf8_lossy(written);
                let marked = format!("${}", written.rsplit('.').next()?);
                let name = self.facts.strings.intern(&marked);
                return Some(Hint { name, frame: usize::MAX, ..Hint::default() });
            }
            next = cursor.goto_next_sibling();
        }
        None
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

    /// The name that the node itself gives, read before its children are.
    fn written_name(&mut self, frame: &Frame, node: Node) -> Option<Symbol> {
        let rule = frame.rule?;
        let mut cursor = node.walk();
        if !cursor.goto_first_child() {
            return None;
        }
        loop {
            let child = cursor.node();
            let field = cursor.field_id().map_or(0, |f| f.get());
            if rule.capture(|| field, child.kind_id(), || child.is_named()) == Some(Capture::Name) {
                let role = self.syntax.rule(child.kind_id()).map(|r| r.role);
                let (start, end) = (child.start_byte() as u32, child.end_byte() as u32);
                return Some(match role {
                    Some(Role::Text) if end - start >= 2 => self.folded(start + 1, end - 1, 100),
                    Some(Role::Name) if self.source.get(start as usize) == Some(&b'`') => {
                        self.folded(start + 1, end.saturating_sub(1), 100) // in quotes
                    }
                    _ => self.folded(start, end, 100),
                });
            }
            if !cursor.goto_next_sibling() {
                return None;
            }
        }
    }

    /// Is the innermost open definition a type without a name? Its members are no definitions of their own.
    fn in_shape(&self) -> bool {
        let owner = self.facts.scope(self.scope).owner;
        let owner = self.facts.definition(owner);
        owner.name.is_empty() && owner.is_type() && owner.kind != NodeKind::Class
    }

    /// Names a function by what it is given to: a variable, a member, an entry of an object, a test's title.
    /// With an own name only what stands before it is looked for.
    fn hint(&mut self, own: Option<Symbol>, capture: Option<Capture>) -> Option<Hint> {
        let mut path: Vec<Symbol> = own.into_iter().collect(); // innermost first
        let mut by = own.map(|_| usize::MAX);
        let mut whole = None;
        let mut wrapped = false;
        let mut weak = false;
        let mut part_of = capture;
        for index in (0..self.frames.len()).rev() {
            if let Some(Capture::Type | Capture::Returns | Capture::Callee) = part_of {
                return None;
            }
            let frame = &self.frames[index];
            let in_function = self.facts.scope(self.function_scope(frame.scope)).kind == ScopeKind::Function;
            part_of = frame.capture;
            if by.is_none() && frame.named {
                return None;
            }
            match frame.role {
                Role::Same | Role::Several | Role::Await | Role::Typed | Role::Checked | Role::Choice => {}
                Role::Object if by.is_some() => {}
                Role::Sequence | Role::Call | Role::New => {
                    if by.is_none()
                        && frame.role == Role::Call
                        && let Some(hint) = self.test_hint(index)
                    {
                        return Some(hint);
                    }
                    if in_function && by.is_some() {
                        own?;
                        break;
                    }
                    wrapped = true;
                }
                // A wrapped closure inside of a function stays its code.
                Role::Binding | Role::Assignment | Role::Field | Role::Entry if wrapped && in_function => {
                    return None;
                }
                Role::Binding | Role::Assignment | Role::Field => {
                    let names = self.captured(index, Capture::Name).map(|name| self.dotted(name));
                    match names {
                        Some(names) if !names.is_empty() => {
                            path.extend(names);
                            by.get_or_insert(index);
                            break;
                        }
                        // The module as a whole: perhaps it is bound to a name as well.
                        Some(_) => whole = whole.or(Some(index)),
                        None => break,
                    }
                }
                Role::Entry => {
                    let key = self.captured(index, Capture::Key)?;
                    let (Expression::Name(key) | Expression::Text(key)) = self.facts.expression(key) else {
                        return None;
                    };
                    path.push(key);
                    by.get_or_insert(index);
                }
                Role::Export => {
                    weak = path.is_empty();
                    path.push(self.facts.strings.intern("default"));
                    by.get_or_insert(index);
                    break;
                }
                _ => break,
            }
        }
        if let (None, Some(frame)) = (by, whole) {
            by = Some(frame);
            weak = true;
            path.push(self.facts.strings.intern("default"));
        }
        let frame = by?;
        let (name, before) = path.split_first()?;
        let before: Vec<&str> = before.iter().rev().map(|s| self.facts.text(*s)).collect();
        let before = before.join(".");
        let qualifier = self.facts.strings.intern(&before);
        Some(Hint { name: *name, qualifier, frame, weak, ..Hint::default() })
    }

    /// The names of a dotted expression, last first, without the objects through which a module exports. Empty:
    /// it is such an object, or no name.
    pub(super) fn dotted(&self, mut expression: ExpressionId) -> Vec<Symbol> {
        let mut names = Vec::new();
        loop {
            match self.facts.expression(expression) {
                Expression::Member { .. } if self.is_export_object(expression) => break,
                Expression::Member { object, name } => {
                    if self.facts.text(name) != "prototype" {
                        names.push(name);
                    }
                    expression = object;
                }
                Expression::Name(name) | Expression::Entry { key: name, .. } => {
                    if !self.is_export_object(expression) {
                        names.push(name);
                    }
                    break;
                }
                _ => break,
            }
        }
        names
    }

    /// Is it an object through which a module exports?
    pub(super) fn is_export_object(&self, expression: ExpressionId) -> bool {
        let objects = self.language.rules.imports.export_objects;
        match self.facts.expression(expression) {
            Expression::Name(name) => objects.contains(&self.facts.text(name)),
            Expression::Member { object, name } => match self.facts.expression(object) {
                Expression::Name(holder) => self.is_export_path(holder, name),
                _ => false,
            },
            _ => false,
        }
    }

    pub(super) fn is_export_path(&self, holder: Symbol, name: Symbol) -> bool {
        let path = (self.facts.text(holder), self.facts.text(name));
        let objects = self.language.rules.imports.export_objects;
        objects.iter().any(|o| o.split_once('.') == Some(path))
    }

    pub(super) fn in_object(&self) -> bool {
        self.frames.last().is_some_and(|f| f.role == Role::Object)
    }

    /// The first value that the open frame has of a capture. None if it is not open: the root may be misread.
    pub(super) fn captured(&self, frame: usize, capture: Capture) -> Option<ExpressionId> {
        let from = self.frames.get(frame)?.values;
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
}

/// Does the node have a child that is captured as its body?
fn has_body(frame: &Frame, node: Node) -> bool {
    let Some(rule) = frame.rule else { return false };
    let mut cursor = node.walk();
    let mut next = cursor.goto_first_child();
    while next {
        let (child, field) = (cursor.node(), cursor.field_id().map_or(0, |f| f.get()));
        if rule.capture(|| field, child.kind_id(), || child.is_named()) == Some(Capture::Body) {
            return true;
        }
        next = cursor.goto_next_sibling();
    }
    false
}
