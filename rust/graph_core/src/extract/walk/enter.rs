//! Entering a node: finds its rule and capture, and finishes nodes whose children do not matter.

use tree_sitter::{Node, TreeCursor};

use super::Walk;
use crate::extract::build::node_text;
use crate::extract::build::nodes::{Captured, Frame};
use crate::extract::definitions::modifiers;
use crate::extract::expressions::{names, values};
use crate::extract::{Bounds, documentation};
use crate::languages::syntax::{Capture, Role, Rule, mark};

impl Walk<'_> {
    /// Enters a node; false if its children do not matter.
    pub(super) fn enter(&mut self, cursor: &TreeCursor, depth: u32, bounds: Bounds) -> bool {
        let node = cursor.node();
        let kind = node.kind_id();
        let rule = self.build.syntax.rule(kind);
        let capture = match self.build.nodes.frames.last() {
            Some(Frame { rule: Some(parent), depth: above, .. }) if above + 1 == depth => {
                parent.capture(|| cursor.field_id().map_or(0, |f| f.get()), kind, || node.is_named())
            }
            _ => None,
        };
        if rule.is_none() && capture.is_none() {
            return self.enter_plain(node, depth);
        }
        if capture == Some(Capture::TokenTree) && self.walk_token_tree(node, depth, bounds) {
            return false;
        }
        let role = rule.map_or(Role::Plain, |r| r.role);
        if rule.is_some_and(|r| r.has(mark::LEAF)) {
            self.begin_body(capture);
            let value = values::close_leaf(&mut self.build, node, role, capture);
            if let (Some(capture), Some(value)) = (capture, value) {
                self.deliver(Captured::new(capture, value, node));
            }
            self.end_body(capture);
            return false;
        }
        match role {
            Role::Comment => {
                self.documentation.read_comment(&mut self.build, node, depth);
                return false;
            }
            Role::Docstring if documentation::is_documentation(&self.build, node) => return false,
            Role::Name | Role::NameOrCall | Role::Path => {
                self.enter_name(node, role, capture);
                return false;
            }
            _ => {}
        }
        if node.child_count() == 0 && self.enter_token(node, rule, role, capture, depth) {
            return false;
        }
        self.begin_body(capture);
        let values = self.build.nodes.values.len();
        let mut frame = Frame::new(rule, role, capture, node, depth, values, self.build.scope);
        // A union of one, `| A`, hashes as `A`.
        frame.unhashed = role == Role::Either && node.named_child_count() == 1;
        let silent = frame.unhashed || frame.has(mark::UNHASHED);
        self.open(frame, node);
        if !silent {
            if node.child_count() == 0 {
                self.build.hashes.token(node_text(self.build.source, node));
            } else {
                self.build.hashes.open(kind);
            }
        }
        true
    }

    /// A node without a rule that its parent does not capture.
    fn enter_plain(&mut self, node: Node, depth: u32) -> bool {
        if node.child_count() != 0 {
            self.build.hashes.open(node.kind_id());
            return true;
        }
        if !self.build.nodes.is_unhashed(depth) {
            let token = node_text(self.build.source, node);
            self.build.hashes.token(token);
            modifiers::read_modifier(&mut self.build, token, depth);
        }
        false
    }

    fn enter_name(&mut self, node: Node, role: Role, capture: Option<Capture>) {
        self.begin_body(capture);
        self.build.hashes.token(node_text(self.build.source, node));
        self.end_body(capture);
        if role == Role::NameOrCall
            && let Some(value) = self.type_body.bare_call(&mut self.build, &self.binder, node, capture)
        {
            if let Some(capture) = capture {
                self.deliver(Captured::new(capture, value, node));
            }
            return;
        }
        let Some(capture) = capture else {
            if role == Role::Name {
                names::add_plain_use(&mut self.build, node);
            }
            return;
        };
        let value = match names::is_member_name(&self.build, capture) {
            true => names::plain_name(&mut self.build, node),
            false => names::read_name(&mut self.build, node),
        };
        names::add_name_use(&mut self.build, value, capture, node);
        self.deliver(Captured::new(capture, value, node));
    }

    /// A token that needs no frame; false if it needs one.
    fn enter_token(
        &mut self,
        node: Node,
        rule: Option<&Rule>,
        role: Role,
        capture: Option<Capture>,
        depth: u32,
    ) -> bool {
        if role == Role::Modifiers {
            let word = node_text(self.build.source, node);
            self.build.hashes.token(word);
            modifiers::read_modifier(&mut self.build, word, depth);
            return true;
        }
        if role != Role::Plain || capture.is_some() {
            return false;
        }
        if !rule.is_some_and(|r| r.has(mark::UNHASHED)) && !self.build.nodes.is_unhashed(depth) {
            self.build.hashes.token(node_text(self.build.source, node));
        }
        if rule.is_some_and(|r| r.has(mark::BRANCH)) {
            self.build.count_branch();
        }
        true
    }
}
