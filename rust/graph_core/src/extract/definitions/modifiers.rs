//! Modifiers: words of a definition, and wrappers that pass them on.

use crate::extract::build::FactBuilder;
use crate::extract::build::nodes::Frame;
use crate::extract::definitions::decorators::Decorators;
use crate::facts::ExpressionId;
use crate::graph::{NodeKind, Visibility, flag};
use crate::languages::modifiers::Modifier;
use crate::languages::syntax::{Capture, Role};

pub fn close_modifiers(
    build: &mut FactBuilder<'_>,
    decorators: &mut Decorators,
    frame: &Frame,
) -> ExpressionId {
    pass_modifiers(build, decorators, frame);
    build.first(frame, Capture::Value)
}

/// Passes the modifiers of a wrapper to its parent.
fn pass_modifiers(build: &mut FactBuilder<'_>, decorators: &mut Decorators, frame: &Frame) {
    let within = build.has(frame, Capture::VisibleIn);
    let Some(around) = build.nodes.frames.last_mut() else {
        return decorators.clear();
    };
    around.modifiers.flags |= frame.modifiers.flags;
    around.modifiers.default_export |= frame.modifiers.default_export;
    around.modifiers.readonly |= frame.modifiers.readonly;
    around.modifiers.rest |= frame.modifiers.rest;
    around.modifiers.kind = frame.modifiers.kind.or(around.modifiers.kind);
    around.modifiers.visibility = frame.modifiers.visibility.or(around.modifiers.visibility);
    if within {
        around.modifiers.visibility = Some(Visibility::Package); // `pub(in path)`
    }
    match around.definition {
        // Decorators within a definition belong to it.
        Some(id) => decorators.attach(build, id, true),
        None => decorators.clear(),
    }
    kind_by_word(build);
}

/// Applies a word to the frame whose child it is, if it is a modifier.
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
    let known = build.language.rules.modifiers;
    let Some((_, modifier)) = known.iter().find(|(known, _)| known.as_bytes() == word) else { return };
    let modifiers = &mut frame.modifiers;
    match *modifier {
        Modifier::Async => modifiers.flags |= flag::ASYNC,
        Modifier::Static => modifiers.flags |= flag::STATIC,
        Modifier::Abstract => modifiers.flags |= flag::ABSTRACT,
        Modifier::Property => modifiers.flags |= flag::PROPERTY,
        Modifier::Generator => modifiers.flags |= flag::GENERATOR,
        Modifier::Partial => modifiers.flags |= flag::PART,
        Modifier::Visible(visibility) => modifiers.visibility = Some(visibility),
        Modifier::DefaultExport => modifiers.default_export = true,
        Modifier::Readonly => modifiers.readonly = true,
        Modifier::GlobalImport => modifiers.global_import = true,
        Modifier::Receiver => modifiers.receiver = frame.role == Role::Parameter,
        Modifier::Rest => modifiers.rest = true,
        Modifier::Kind(kind) => modifiers.kind = Some(kind),
    }
    kind_by_word(build);
}

/// Sets the kind of a definition that is written as a class with a modifier: `enum class`.
fn kind_by_word(build: &mut FactBuilder<'_>) {
    if let Some(frame) = build.nodes.frames.last()
        && let (Some(id), Some(kind)) = (frame.definition, frame.modifiers.kind)
        && build.facts.definition(id).kind == NodeKind::Class
    {
        build.facts.definitions[id.at()].kind = kind;
    }
}
