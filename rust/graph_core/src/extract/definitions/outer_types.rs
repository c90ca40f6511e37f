//! Enclosing types that a qualified name like `a::b` declares.

use crate::extract::binding::binder::Binder;
use crate::extract::build::FactBuilder;
use crate::extract::build::nodes::Frame;
use crate::facts::{Bound, Definition, DefinitionId, ScopeKind, Symbol};
use crate::graph::{NodeKind, flag};

/// Opens the types of a qualified name before its last part, and returns the last part.
pub fn open_outer_types(
    build: &mut FactBuilder<'_>,
    binder: &mut Binder,
    name: Symbol,
    frame: &Frame,
) -> Symbol {
    let separator = build.language.rules.path_separator;
    let text = build.facts.text(name).to_owned();
    let mut parts: Vec<&str> = text.split(separator).filter(|part| !part.is_empty()).collect();
    let last = parts.pop().unwrap_or("");
    for part in parts {
        let name = build.facts.strings.intern(part);
        let mut outer = Definition::new(NodeKind::Interface);
        (outer.name, outer.parent) = (name, build.facts.scope(build.scope).owner);
        (outer.start, outer.end) = (frame.start, frame.end);
        (outer.start_line, outer.end_line) = (frame.line, frame.end_line);
        outer.flags = flag::EXPORTED | flag::PART;
        outer.has_body = true;
        let id = DefinitionId(build.facts.definitions.len() as u32);
        binder.add_binding(build, name, Bound::Definition(id), build.scope, frame.start);
        build.scope = build.add_scope(ScopeKind::Class);
        build.facts.scopes[build.scope.at()].owner = id;
        outer.scope = build.scope;
        outer.signature_hash = crate::hashing::hash(part.as_bytes()).max(1);
        build.facts.definitions.push(outer);
    }
    build.facts.strings.intern(last)
}
