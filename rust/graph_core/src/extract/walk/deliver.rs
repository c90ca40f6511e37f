//! Delivers a closed child to its parent: its value is kept until the parent closes, and the tokens of a body go to
//! the body's hash.

use super::Walk;
use crate::extract::build::nodes::Captured;
use crate::extract::parameters::lists;
use crate::languages::syntax::{Capture, Role};

impl Walk<'_> {
    pub(super) fn begin_body(&mut self, capture: Option<Capture>) {
        if self.is_body(capture) {
            self.build.hashes.enter_body();
        }
    }

    pub(super) fn end_body(&mut self, capture: Option<Capture>) {
        if self.is_body(capture) {
            self.build.hashes.leave_body();
        }
    }

    /// Is a child with that capture hashed as a body: that of a definition, or the initial value of a declaration?
    fn is_body(&self, capture: Option<Capture>) -> bool {
        match capture {
            Some(Capture::Body) => true,
            Some(Capture::Value) => self.build.nodes.frames.last().is_some_and(|f| f.is_declaration),
            _ => false,
        }
    }

    /// Gives a closed child to the innermost open node.
    pub(super) fn deliver(&mut self, value: Captured) {
        let (build, binder) = (&mut self.build, &mut self.binder);
        match build.nodes.frames.last() {
            Some(frame) if frame.role == Role::Parameters && value.capture == Capture::Name => {
                let line = frame.line;
                self.parameters.add_parameters(build, binder, &[value], Role::Parameter);
                self.documentation.document_last_parameter(build, &value, line);
            }
            Some(frame) if frame.role == Role::Parameters && value.capture == Capture::Default => {
                lists::default_of_last(build, value);
            }
            _ if value.capture == Capture::Parameter => {
                self.parameters.add_parameters(build, binder, &[value], Role::Parameter);
            }
            _ => build.nodes.values.push(value),
        }
    }
}
