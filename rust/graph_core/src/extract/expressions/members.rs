//! Members of objects, types and paths, and method references.

use crate::extract::build::FactBuilder;
use crate::extract::build::nodes::Frame;
use crate::extract::expressions::names;
use crate::facts::{Expression, ExpressionId, ReferenceKind};
use crate::languages::syntax::Capture;

/// A member access. The second receiver is the name where the grammar does not name it.
pub fn close_member(build: &mut FactBuilder<'_>, frame: &Frame) -> ExpressionId {
    let receivers = build.all(frame, Capture::Receiver);
    let mut object = receivers.first().map_or(ExpressionId::UNKNOWN, |r| r.value);
    if build.has(frame, Capture::ModuleSelf) {
        let word = build.facts.strings.intern(build.language.rules.imports.self_module);
        object = build.add(Expression::Name(word));
    }
    if receivers.is_empty() && !build.has(frame, Capture::ModuleSelf) {
        return joined_names(build, frame);
    }
    let of_type = build.all(frame, Capture::StaticProperty);
    let name = match build.all(frame, Capture::Name).first().or(of_type.first()).or(receivers.get(1)) {
        Some(name) => build.facts.expression(name.value),
        None => return object, // without a name it is the object itself
    };
    let name = match name {
        Expression::Index { object, .. } => build.facts.expression(object), // a member with type arguments
        name => name,
    };
    let name = match name {
        Expression::Name(name) | Expression::Text(name) | Expression::Literal(name) => name,
        Expression::This => return build.add(Expression::Typed(object)), // `Outer.this`
        _ => return ExpressionId::UNKNOWN,
    };
    let name = if of_type.is_empty() { name } else { build.member_name(name) };
    let member = build.add(Expression::Member { object, name });
    if !names::add_type_use(build, member, frame.capture, frame.end, frame.end_line) {
        build.add_reference(ReferenceKind::Read, member, frame.end, frame.end_line);
    }
    member
}

/// A method reference counts as a call: whoever receives it may call it.
pub fn close_method_reference(build: &mut FactBuilder<'_>, frame: &Frame) -> ExpressionId {
    let constructs = build.has(frame, Capture::ConstructorMark);
    let is_type = build.all(frame, Capture::Receiver).len() == 1 && !build.has(frame, Capture::Name);
    let member = close_member(build, frame);
    if !member.is_known() || is_type && !constructs {
        return member;
    }
    build.called.push(member);
    // The arguments are not known.
    let spread = build.add(Expression::Spread(ExpressionId::UNKNOWN));
    let arguments = build.add_list(&[spread]);
    let (kind, call) = match constructs {
        true => (ReferenceKind::New, Expression::New { class: member, arguments }),
        false => (ReferenceKind::Call, Expression::Call { callee: member, arguments }),
    };
    let call = build.add(call);
    build.add_reference(kind, call, frame.end, frame.end_line);
    member
}

/// Several names are a path; with arguments it is a generic type.
fn joined_names(build: &mut FactBuilder<'_>, frame: &Frame) -> ExpressionId {
    let names = build.all(frame, Capture::Name);
    let mut whole = names.first().map_or(ExpressionId::UNKNOWN, |first| first.value);
    for part in names.iter().skip(1) {
        let Expression::Name(name) = build.facts.expression(part.value) else { break };
        whole = build.add(Expression::Member { object: whole, name });
    }
    if !build.has(frame, Capture::Arguments) {
        return whole;
    }
    let arguments = build.list(frame, Capture::Arguments);
    build.add(Expression::Index { object: whole, arguments })
}
