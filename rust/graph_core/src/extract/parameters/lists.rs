//! Parameter lists: of receivers, results and parameters, and parts that the grammar leaves outside of a parameter.

use crate::extract::build::FactBuilder;
use crate::extract::build::nodes::{Captured, Frame};
use crate::facts::{Bound, Expression, ExpressionId};
use crate::graph::ParameterKind;
use crate::languages::syntax::{Capture, Role};

/// Does the innermost parameter list belong to a definition, not to a function type?
pub fn in_signature(build: &FactBuilder<'_>) -> bool {
    match build.nodes.frames.iter().rposition(|f| f.role == Role::Parameters) {
        Some(at) if at > 0 => {
            let holder = &build.nodes.frames[at - 1];
            holder.definition.is_some() && holder.depth + 1 == build.nodes.frames[at].depth
        }
        _ => true,
    }
}

/// A parameter list may hold a method's receiver or its results instead of parameters.
pub fn close_parameters(build: &mut FactBuilder<'_>, frame: &Frame) -> ExpressionId {
    let owner = build.facts.scope(build.scope).owner;
    let parameters = &mut build.facts.definitions[owner.at()].parameters;
    let from = frame.parameters.min(parameters.len());
    match frame.capture {
        Some(Capture::Receiver) => {
            let receiver = parameters.drain(from..).next();
            if let Some(receiver) = receiver {
                build.facts.definitions[owner.at()].receiver = receiver.r#type;
                for binding in build.facts.bindings[frame.bindings..].iter_mut() {
                    if let Bound::Parameter { .. } = binding.bound {
                        binding.bound =
                            Bound::Value { value: ExpressionId::UNKNOWN, r#type: receiver.r#type };
                    }
                }
            }
            ExpressionId::UNKNOWN
        }
        Some(Capture::Returns) => {
            // Several results are a sequence of their types.
            let types: Vec<_> = parameters.drain(from..).map(|p| p.r#type).collect();
            for binding in build.facts.bindings[frame.bindings..].iter_mut() {
                if let Bound::Parameter { index, .. } = binding.bound {
                    binding.bound =
                        Bound::Value { value: ExpressionId::UNKNOWN, r#type: types[index as usize - from] };
                }
            }
            let list = build.add_list(&types);
            build.add(Expression::Sequence(list))
        }
        _ => {
            // A rest parameter without a node of its own.
            if let Some(written) = build.all(frame, Capture::Type).last().copied() {
                let type_text = build.one_line(written.start, written.end, 200);
                if let Some(last) = build.facts.definitions[owner.at()].parameters[from..].last_mut() {
                    last.r#type = written.value;
                    last.type_text = type_text;
                    last.kind = ParameterKind::Rest;
                }
            }
            ExpressionId::UNKNOWN
        }
    }
}

/// The type of a declarator belongs to its declaration, or to the parameter that it is.
pub fn declare_type(build: &mut FactBuilder<'_>, written: Captured) {
    if build.nodes.frames.last().is_none_or(|f| f.role != Role::Parameters) {
        build.nodes.values.push(written);
        return;
    }
    let text = build.one_line(written.start, written.end, 200);
    let owner = build.facts.scope(build.scope).owner;
    if let Some(last) = build.facts.definitions[owner.at()].parameters.last_mut() {
        (last.r#type, last.type_text) = (written.value, text);
    }
}

/// A default that follows its parameter.
pub fn default_of_last(build: &mut FactBuilder<'_>, default: Captured) {
    let text = build.one_line(default.start, default.end, 200);
    let owner = build.facts.scope(build.scope).owner;
    if let Some(last) = build.facts.definitions[owner.at()].parameters.last_mut() {
        (last.default, last.default_text, last.optional) = (default.value, text, true);
    }
}
