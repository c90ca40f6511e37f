//! Definitions of values: constants and variables of a module, fields of a type, members of an enumeration.

use rustc_hash::FxHashSet;

use crate::extract::build::nodes::{Captured, Frame};
use crate::extract::build::{FactBuilder, hashes};
use crate::extract::definitions::flags;
use crate::facts::{
    Binding, Bound, Definition, DefinitionId, Expression, MemberBinding, ScopeId, ScopeKind, Symbol,
};
use crate::graph::{NodeKind, Visibility, flag};
use crate::languages::syntax::{Capture, Role};

/// The values that are defined so far. Only the first declaration of a name defines its value.
#[derive(Default)]
pub struct ValueDefinitions {
    defined: FxHashSet<(ScopeId, Symbol)>,
}

/// Where the code of a value is, and its hashes.
struct Place {
    start: u32,
    end: u32,
    start_line: u32,
    end_line: u32,
    signature_hash: u64,
    body_hash: u64,
    /// Where its initial value begins.
    body: Option<u32>,
}

/// Opens the hashes of a declaration in the code of a module or a type, whose names may be values.
pub fn open_declaration(build: &mut FactBuilder<'_>, frame: &mut Frame) {
    let declares = matches!(frame.role, Role::Binding | Role::Assignment | Role::Field | Role::EnumMember);
    if !build.language.rules.values || !declares || frame.capture == Some(Capture::Body) {
        return;
    }
    if holds_values(build, build.function_scope(build.scope)) {
        build.hashes.push();
        frame.is_declaration = true;
    }
}

/// Is it the scope of a module, or of a type with a name that is no group of tests?
fn holds_values(build: &FactBuilder<'_>, scope: ScopeId) -> bool {
    let scope = build.facts.scope(scope);
    let owner = build.facts.definition(scope.owner);
    match scope.kind {
        ScopeKind::File => true,
        ScopeKind::Class => !owner.name.is_empty() && !build.is_test_group(scope.owner),
        ScopeKind::Function | ScopeKind::Block => false,
    }
}

impl ValueDefinitions {
    /// Defines the values that a declaration bound: its bindings begin at `first`, `hashes` are those of its signature and
    /// of its initial value. The hashes of one that defines none belong to the code around it.
    pub fn define(&mut self, build: &mut FactBuilder<'_>, frame: &Frame, first: usize, hashes: (u64, u64)) {
        if frame.has_named {
            mark_wrapped(build, frame);
            build.hashes.word(hashes::joined(hashes.0, hashes.1));
            return;
        }
        let body = build.all(frame, Capture::Value).first().map(|value| value.start);
        let place = Place {
            start: frame.start,
            end: frame.end,
            start_line: frame.line,
            end_line: frame.end_line,
            signature_hash: hashes.0,
            body_hash: hashes.1,
            body,
        };
        let bound: Vec<Binding> = build.facts.bindings[first..].to_vec();
        let in_type = build.in_type();
        let mut defines = false;
        for binding in bound {
            if matches!(binding.bound, Bound::Value { .. }) {
                defines |= self.add(build, frame, binding.scope, binding.name, &place);
            }
        }
        if !defines {
            build.hashes.word(hashes::joined(hashes.0, hashes.1));
        } else if in_type {
            build.hashes.word(hashes.0); // which fields a type has, and of which types, is part of its contract
        }
    }

    /// Defines the members that the body of an enumeration only names.
    pub fn define_named_members(&mut self, build: &mut FactBuilder<'_>, frame: &Frame) {
        if !build.language.rules.values || !holds_values(build, build.scope) {
            return;
        }
        for name in build.all(frame, Capture::Name) {
            let Expression::Name(symbol) = build.facts.expression(name.value) else { continue };
            let hash = build.facts.name_hash(symbol).0.max(1);
            let place = Place {
                start: name.start,
                end: name.end,
                start_line: name.end_line,
                end_line: name.end_line,
                signature_hash: hash,
                body_hash: 0,
                body: None,
            };
            self.add(build, frame, build.scope, symbol, &place);
        }
    }

    fn add(
        &mut self,
        build: &mut FactBuilder<'_>,
        frame: &Frame,
        scope: ScopeId,
        name: Symbol,
        place: &Place,
    ) -> bool {
        if !holds_values(build, scope) || !self.defined.insert((scope, name)) {
            return false;
        }
        let owner = build.facts.scope(scope).owner;
        let kind = match (build.facts.definition(owner).is_type(), frame.role) {
            (false, _) => NodeKind::Value,
            (true, Role::EnumMember) => NodeKind::EnumMember,
            (true, _) if build.facts.definition(owner).kind == NodeKind::Enum => NodeKind::EnumMember,
            (true, _) => NodeKind::Field,
        };
        let text = build.one_line(place.start, place.body.unwrap_or(place.end), 500);
        let private = build.language.rules.members.private_prefix;
        let is_private = !private.is_empty() && build.facts.text(name).starts_with(private);
        let mut visibility = frame.modifiers.visibility.unwrap_or(build.language.rules.default_visibility);
        if is_private {
            visibility = Visibility::Private;
        }
        let id = DefinitionId(build.facts.definitions.len() as u32);
        build.facts.definitions.push(Definition {
            name,
            parent: owner,
            scope,
            start: place.start,
            end: place.end,
            start_line: place.start_line,
            end_line: place.end_line,
            text,
            flags: frame.modifiers.flags,
            visibility,
            signature_hash: place.signature_hash,
            body_hash: place.body_hash,
            has_body: place.body.is_some(),
            ..Definition::new(kind)
        });
        flags::derive_flags(build, id);
        true
    }
}

/// Marks a function that is named by a declaration whose value is a call around it.
fn mark_wrapped(build: &mut FactBuilder<'_>, frame: &Frame) {
    let value = build.first(frame, Capture::Value);
    if matches!(build.facts.expression(value), Expression::Definition(_)) {
        return;
    }
    let inside = |d: &&mut Definition| d.start >= frame.start && d.is_callable() && !d.name.is_empty();
    let names = build.all(frame, Capture::Name);
    let Some(Expression::Name(name)) = names.first().map(|name| build.facts.expression(name.value)) else {
        return;
    };
    let owner = build.facts.scope(build.scope).owner;
    let mut functions = build.facts.definitions.iter_mut().rev().take_while(|d| d.start >= frame.start);
    if let Some(function) = functions.find(|d| inside(d) && d.name == name && d.parent == owner) {
        function.flags |= flag::WRAPPED;
    }
}

impl ValueDefinitions {
    /// Defines the fields that methods assign to their own object, where they are first assigned.
    pub fn define_assigned_fields(&mut self, build: &mut FactBuilder<'_>) {
        if !build.language.rules.values {
            return;
        }
        let is_defined = |b: &&Binding| matches!(b.bound, Bound::Definition(_));
        let mut defined: FxHashSet<(ScopeId, Symbol)> =
            build.facts.bindings.iter().filter(is_defined).map(|b| (b.scope, b.name)).collect();
        let fields = build.facts.definitions.iter().filter(|d| d.kind == NodeKind::Field);
        defined.extend(fields.map(|d| (d.scope, d.name)));
        let mut members = build.facts.members.clone();
        members.sort_by_key(|member| member.at);
        let (mut line, mut counted) = (1, 0);
        for member in members {
            let at = member.at as usize;
            let Some(before) = build.source.get(counted..at) else { break };
            line += before.iter().filter(|byte| **byte == b'\n').count() as u32;
            counted = at;
            let Some(class) = own_type(build, &member) else { continue };
            let scope = build.facts.definition(class).scope;
            if defined.contains(&(scope, member.name))
                || !holds_values(build, scope)
                || !self.defined.insert((scope, member.name))
            {
                continue;
            }
            let rest = &build.source[at..];
            let length = rest.iter().position(|byte| matches!(byte, b'\n' | b'=')).unwrap_or(rest.len());
            let end = member.at + length as u32;
            let text = build.one_line(member.at, end, 500);
            let hash = build.facts.name_hash(member.name).0.max(1);
            let id = DefinitionId(build.facts.definitions.len() as u32);
            build.facts.definitions.push(Definition {
                name: member.name,
                parent: class,
                scope,
                start: member.at,
                end,
                start_line: line,
                end_line: line,
                text,
                visibility: build.language.rules.default_visibility,
                signature_hash: hash,
                ..Definition::new(NodeKind::Field)
            });
            flags::derive_flags(build, id);
        }
    }
}

/// Defines the field that a parameter of a constructor declares.
pub fn define_parameter_field(
    build: &mut FactBuilder<'_>,
    class: DefinitionId,
    name: Symbol,
    written: &Captured,
    visibility: Option<Visibility>,
) {
    if !build.language.rules.values || build.facts.definition(class).name.is_empty() {
        return;
    }
    let id = DefinitionId(build.facts.definitions.len() as u32);
    build.facts.definitions.push(Definition {
        name,
        parent: class,
        scope: build.facts.definition(class).scope,
        start: written.start,
        end: written.end,
        start_line: written.end_line,
        end_line: written.end_line,
        text: name,
        visibility: visibility.unwrap_or(build.language.rules.default_visibility),
        signature_hash: build.facts.name_hash(name).0.max(1),
        ..Definition::new(NodeKind::Field)
    });
    flags::derive_flags(build, id);
}

/// The type whose method assigns to a member of its own object.
fn own_type(build: &FactBuilder<'_>, member: &MemberBinding) -> Option<DefinitionId> {
    let object = build.facts.expression(member.object);
    let mut scope = member.scope;
    while !scope.is_file() {
        let current = build.facts.scope(scope);
        let around = build.facts.scope(current.parent);
        if current.kind == ScopeKind::Function && around.kind == ScopeKind::Class {
            let method = build.facts.definition(current.owner);
            let is_own = match object {
                Expression::This => true,
                Expression::Name(name) => {
                    build.language.rules.members.explicit_self
                        && method.parameters.first().is_some_and(|first| first.name == name)
                        && method.flags & flag::STATIC == 0
                }
                _ => false,
            };
            return Some(around.owner).filter(|_| is_own);
        }
        scope = current.parent;
    }
    None
}

/// Takes the names of values away that a definition has as well, as of a function that is decorated by a call.
pub fn drop_shadowed(build: &mut FactBuilder<'_>) {
    let is_defined = |b: &&Binding| matches!(b.bound, Bound::Definition(_));
    let defined: FxHashSet<(ScopeId, Symbol)> =
        build.facts.bindings.iter().filter(is_defined).map(|b| (b.scope, b.name)).collect();
    for definition in build.facts.definitions.iter_mut().filter(|d| d.kind.is_value()) {
        if defined.contains(&(definition.scope, definition.name)) {
            definition.name = Symbol::EMPTY;
        }
    }
}
