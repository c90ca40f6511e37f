//! Modifiers: words before or in a definition that say something about it.

use crate::extract::build::FactBuilder;
use crate::extract::build::nodes::Frame;
use crate::extract::definitions::decorators::Decorators;
use crate::facts::ExpressionId;
use crate::graph::{NodeKind, Visibility, flag};
use crate::languages::syntax::{Capture, Role};

pub fn close_modifiers(
    build: &mut FactBuilder<'_>,
    decorators: &mut Decorators,
    frame: &Frame,
) -> ExpressionId {
    pass_modifiers(build, decorators, frame);
    build.first(frame, Capture::Value)
}

/// Modifier words pass from a wrapper to what it is part of.
fn pass_modifiers(build: &mut FactBuilder<'_>, decorators: &mut Decorators, frame: &Frame) {
    let within = build.has(frame, Capture::VisibleIn);
    let Some(around) = build.nodes.frames.last_mut() else {
        return decorators.clear();
    };
    around.modifiers.flags |= frame.modifiers.flags;
    around.modifiers.default |= frame.modifiers.default;
    around.modifiers.readonly |= frame.modifiers.readonly;
    around.modifiers.rest |= frame.modifiers.rest;
    around.modifiers.kind = frame.modifiers.kind.or(around.modifiers.kind);
    around.modifiers.visibility = frame.modifiers.visibility.or(around.modifiers.visibility);
    if within {
        around.modifiers.visibility = Some(Visibility::Package); // no further than that module
    }
    match around.definition {
        // Decorators that stand inside of the definition are already its own.
        Some(id) => decorators.attach(build, id, true),
        None => decorators.clear(),
    }
    kind_by_word(build);
}

/// A word before or in a definition that says something about it.
pub fn read_modifier(build: &mut FactBuilder<'_>, word: &[u8], depth: u32) {
    let Some(frame) = build.nodes.frames.last_mut().filter(|f| f.depth + 1 == depth) else {
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
        b"get" | b"set" => modifiers.flags |= flag::PROPERTY,
        b"*" => modifiers.flags |= flag::GENERATOR,
        b"default" => modifiers.default = true,
        b"public" | b"pub" => modifiers.visibility = Some(Visibility::Public),
        b"private" => modifiers.visibility = Some(Visibility::Private),
        b"protected" => modifiers.visibility = Some(Visibility::Protected),
        b"internal" => modifiers.visibility = Some(Visibility::Package),
        b"readonly" => modifiers.readonly = true,
        b"partial" => modifiers.flags |= flag::PART,
        b"global" => modifiers.shared = true,
        b"this" => modifiers.extends = frame.role == Role::Parameter,
        b"vararg" => modifiers.rest = true,
        b"interface" => modifiers.kind = Some(NodeKind::Interface),
        b"enum" => modifiers.kind = Some(NodeKind::Enum),
        _ => {}
    }
    kind_by_word(build);
}

/// What is written as a class may by a word be another kind of type.
fn kind_by_word(build: &mut FactBuilder<'_>) {
    if let Some(frame) = build.nodes.frames.last()
        && let (Some(id), Some(kind)) = (frame.definition, frame.modifiers.kind)
        && build.facts.definition(id).kind == NodeKind::Class
    {
        build.facts.definitions[id.at()].kind = kind;
    }
}
