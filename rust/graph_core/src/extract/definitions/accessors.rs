//! Generated methods that read a field.

use crate::extract::binding::binder::Binder;
use crate::extract::build::FactBuilder;
use crate::extract::build::nodes::Frame;
use crate::facts::{
    Binding, Bound, Definition, DefinitionId, Expression, ExpressionId, ListId, ScopeKind, Symbol,
};
use crate::graph::{NodeKind, flag};

/// Adds a reader method for each name of an accessor call.
pub fn add_readers(build: &mut FactBuilder<'_>, binder: &mut Binder, arguments: ListId, frame: &Frame) {
    for argument in build.facts.list(arguments).collect::<Vec<_>>() {
        let Expression::Text(name) = build.facts.expression(argument) else { continue };
        let field = format!("{}{}", build.language.rules.names.field_sigil, build.facts.text(name));
        let field = build.facts.strings.intern(&field);
        let object = build.add(Expression::This);
        let value = build.add(Expression::Member { object, name: field });
        let id = add_reader(build, binder, name, value, frame.start, frame.end);
        let reader = &mut build.facts.definitions[id.at()];
        (reader.start_line, reader.end_line) = (frame.line, frame.end_line);
    }
}

/// Adds a method of the enclosing type that returns a value.
pub fn add_reader(
    build: &mut FactBuilder<'_>,
    binder: &mut Binder,
    name: Symbol,
    value: ExpressionId,
    start: u32,
    end: u32,
) -> DefinitionId {
    let mut reader = Definition::new(NodeKind::Method);
    (reader.name, reader.parent) = (name, build.facts.scope(build.scope).owner);
    (reader.start, reader.end) = (start, end);
    reader.flags = flag::EXPORTED | if build.in_static_code() { flag::STATIC } else { 0 };
    reader.has_body = true;
    reader.signature_hash = build.facts.strings.hash(name).max(1);
    let id = DefinitionId(build.facts.definitions.len() as u32);
    let around = build.scope;
    build.scope = build.add_scope(ScopeKind::Function);
    build.facts.scopes[build.scope.at()].owner = id;
    reader.scope = build.scope;
    reader.returned.push((value, build.scope, start));
    build.facts.definitions.push(reader);
    build.scope = around;
    binder.add_binding(build, name, Bound::Definition(id), around, start);
    id
}

/// Adds an accessor for each component of a record that declares none.
pub fn add_accessors(build: &mut FactBuilder<'_>, binder: &mut Binder, class: DefinitionId, frame: &Frame) {
    let scope = build.facts.definition(class).scope;
    let fields = build.facts.definition(class).fields.clone();
    let bindings: Vec<Binding> =
        build.facts.bindings[frame.bindings..].iter().filter(|b| b.scope == scope).copied().collect();
    for (name, text, _) in fields {
        let written = bindings.iter().find(|b| b.name == name);
        let is_method = |b: &&Binding| b.name == name && matches!(b.bound, Bound::Definition(_));
        let Some(Binding { bound: Bound::Value { r#type, .. }, at, .. }) = written else {
            continue;
        };
        if bindings.iter().any(|b| is_method(&b)) {
            continue;
        }
        let holder = build.facts.definition(class);
        let mut accessor = Definition::new(crate::graph::NodeKind::Method);
        accessor.name = name;
        accessor.parent = class;
        accessor.start = *at;
        accessor.end = *at;
        accessor.start_line = holder.start_line;
        accessor.end_line = holder.start_line;
        accessor.returns = *r#type;
        accessor.returns_text = text;
        accessor.text = text;
        accessor.flags = holder.flags & flag::EXPORTED;
        accessor.scope = scope;
        accessor.signature_hash = build.facts.strings.hash(text).max(1);
        let id = DefinitionId(build.facts.definitions.len() as u32);
        build.facts.definitions.push(accessor);
        binder.add_binding(build, name, Bound::Definition(id), scope, *at);
    }
}
