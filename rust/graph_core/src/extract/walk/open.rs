//! Opening a node that has a frame: its scope or definition, and what its marks say.

use tree_sitter::Node;

use super::Walk;
use crate::extract::build::nodes::Frame;
use crate::extract::definitions::{self, values};
use crate::facts::ScopeKind;
use crate::graph::flag;
use crate::languages::syntax::{Capture, Role, mark};

impl Walk<'_> {
    pub(super) fn open(&mut self, mut frame: Frame, node: Node) {
        let build = &mut self.build;
        frame.bindings = build.facts.bindings.len();
        frame.parameters = build.owner().parameters.len();
        frame.comment = self.documentation.comment_of(build, &frame);
        if frame.has(mark::BRANCH) {
            build.count_branch();
        }
        if frame.has(mark::GENERATOR) {
            let owner = build.facts.scope(build.scope).owner;
            build.facts.definitions[owner.at()].flags |= flag::GENERATOR;
        }
        values::open_declaration(build, &mut frame);
        if frame.role == Role::Decorator {
            self.decorators.open_decorator(build, &mut frame);
        } else if let Some(kind) = definitions::kind_of(frame.role) {
            definitions::open::open_definition(
                build,
                &mut self.binder,
                &mut self.decorators,
                &self.type_body,
                &mut frame,
                node,
                kind,
            );
        } else if frame.has(mark::SCOPE) {
            let owner = build.facts.scope(frame.scope).owner;
            build.scope = build.add_scope(ScopeKind::Function);
            build.facts.scopes[build.scope.at()].owner = owner;
        } else if frame.has(mark::BLOCK) && frame.capture != Some(Capture::Body) {
            build.scope = build.add_scope(ScopeKind::Block);
            self.narrowing.narrow_block(build, &mut self.binder, &frame, node);
        } else if frame.has(mark::JUMP) {
            self.narrowing.narrow_after(build, &mut self.binder, &frame, node);
        }
        self.build.nodes.frames.push(frame);
    }
}
