//! Words: what stands before or in a definition and says something about it.

use super::Walk;
use crate::graph::{NodeKind, Visibility, flag};
use crate::languages::syntax::Role;

impl Walk<'_> {
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
        self.kind_by_word();
    }

    /// What is written as a class may by a word be another kind of type.
    pub(super) fn kind_by_word(&mut self) {
        if let Some(frame) = self.frames.last()
            && let (Some(id), Some(kind)) = (frame.definition, frame.modifiers.kind)
            && self.facts.definition(id).kind == NodeKind::Class
        {
            self.facts.definitions[id.at()].kind = kind;
        }
    }
}
