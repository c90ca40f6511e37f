//! Values and types as they are written: texts, lists, entries, casts.

use tree_sitter::Node;

use crate::extract::binding::binder::Binder;
use crate::extract::build::nodes::Frame;
use crate::extract::build::{FactBuilder, node_text};
use crate::facts::{Expression, ExpressionId, ListId, ReferenceKind, Symbol};
use crate::languages::syntax::{Capture, Role};

/// Longer texts are prose, not names, paths or types.
const LONGEST_TEXT: usize = 300;

pub fn close_text(build: &mut FactBuilder<'_>, frame: &Frame) -> ExpressionId {
    if frame.capture.is_none() || frame.end - frame.start > LONGEST_TEXT as u32 {
        return build.add(Expression::Literal(Symbol::EMPTY));
    }
    let bytes = &build.source[frame.start as usize..frame.end as usize];
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let text = text.trim_matches(|c| matches!(c, '"' | '\'' | '`'));
    let symbol = build.facts.strings.intern(text);
    build.add(Expression::Text(symbol))
}

/// Receivers after the first are the arguments, where the grammar does not name them.
pub fn close_index(build: &mut FactBuilder<'_>, frame: &Frame) -> ExpressionId {
    let receivers: Vec<_> = build.all(frame, Capture::Receiver).iter().map(|r| r.value).collect();
    let arguments = match receivers.get(1..) {
        Some(rest @ [_, ..]) => build.add_list(rest),
        _ => build.list(frame, Capture::Arguments),
    };
    let object = receivers.first().copied().unwrap_or(ExpressionId::UNKNOWN);
    build.add(Expression::Index { object, arguments })
}

/// A named argument. Where only its `=` is captured, the first value is the name.
pub fn close_keyed(build: &mut FactBuilder<'_>, frame: &Frame) -> ExpressionId {
    let (mut key, mut value) = (build.symbol(frame, Capture::Key), build.first(frame, Capture::Value));
    if let (Symbol::EMPTY, [first, second]) = (key, &build.all(frame, Capture::Value)[..]) {
        if let Expression::Name(name) = build.facts.expression(first.value) {
            key = name;
        }
        build.called.push(first.value); // a name, not read
        value = second.value;
    }
    build.add(Expression::Entry { key, value })
}

/// A node without relevant structure: hashes it, and returns the value of a string.
pub fn close_leaf(
    build: &mut FactBuilder<'_>,
    node: Node,
    role: Role,
    capture: Option<Capture>,
) -> Option<ExpressionId> {
    let bytes = node_text(build.source, node);
    if role != Role::Text {
        for word in bytes.split(u8::is_ascii_whitespace).filter(|w| !w.is_empty()) {
            build.hashes.token(word);
        }
        return None;
    }
    let symbol = build.language.rules.names.symbol_prefix.as_bytes();
    let content = match bytes.strip_prefix(symbol) {
        Some(name) if !symbol.is_empty() => name,
        _ => bytes.get(1..bytes.len().saturating_sub(1)).unwrap_or(&[]),
    };
    let value = if capture.is_none() || content.len() > LONGEST_TEXT {
        ExpressionId::UNKNOWN
    } else {
        let symbol = build.facts.strings.intern(&String::from_utf8_lossy(content));
        build.add(Expression::Text(symbol))
    };
    build.hashes.text(content, capture == Some(Capture::Key));
    Some(value)
}

/// `this`, or the `this` of a named outer type.
pub fn close_this(build: &mut FactBuilder<'_>, frame: &Frame) -> ExpressionId {
    if build.has(frame, Capture::OuterType) {
        let r#type = build.first(frame, Capture::OuterType);
        return build.add(Expression::Typed(r#type));
    }
    build.add(Expression::This)
}

/// Awaiting a dynamic import gives the module itself.
pub fn close_await(build: &mut FactBuilder<'_>, binder: &Binder, frame: &Frame) -> ExpressionId {
    let value = build.first(frame, Capture::Value);
    match build.facts.expression(value) {
        Expression::Name(name) if binder.is_module(name) => value,
        _ => build.add(Expression::Await(value)),
    }
}

/// A value that is checked against a type and keeps its own.
pub fn close_checked(build: &mut FactBuilder<'_>, frame: &Frame) -> ExpressionId {
    let values = build.all(frame, Capture::Value);
    if let Some(written) = values.get(1) {
        build.add_reference(ReferenceKind::Type, written.value, frame.start, frame.line);
    }
    build.first(frame, Capture::Value)
}

pub fn close_typed(build: &mut FactBuilder<'_>, frame: &Frame) -> ExpressionId {
    let mut written = build.first(frame, Capture::Type);
    if !build.has(frame, Capture::Type) {
        // `value as Type`; `value as const` has no type.
        match build.all(frame, Capture::Value)[..] {
            [_, last] => written = last.value,
            _ => return build.first(frame, Capture::Value),
        }
    }
    if let Expression::Sequence(list) = build.facts.expression(written)
        && let Some(one) = build.single(list)
    {
        written = one;
    }
    let typed = build.add(Expression::Typed(written));
    build.add_reference(ReferenceKind::Type, written, frame.start, frame.line);
    if build.has(frame, Capture::NegatedTypeCheck) { ExpressionId::UNKNOWN } else { typed }
}

pub fn close_sequence(build: &mut FactBuilder<'_>, frame: &Frame) -> ExpressionId {
    let list = match build.has(frame, Capture::Separator) {
        true => list_with_gaps(build, frame),
        false => build.list(frame, Capture::Value),
    };
    build.add(Expression::Sequence(list))
}

pub fn close_object(build: &mut FactBuilder<'_>, frame: &Frame) -> ExpressionId {
    let list = build.list(frame, Capture::Value);
    build.add(Expression::Object(list))
}

pub fn close_entry(build: &mut FactBuilder<'_>, frame: &Frame) -> ExpressionId {
    let key = build.symbol(frame, Capture::Key);
    let mut value = build.first(frame, Capture::Value);
    if !value.is_known() && !build.has(frame, Capture::Value) {
        value = build.first(frame, Capture::Key); // shorthand: the key is the value
    }
    build.add(Expression::Entry { key, value })
}

/// The values of a pattern with holes, by counting its separators.
fn list_with_gaps(build: &mut FactBuilder<'_>, frame: &Frame) -> ListId {
    let mut items = Vec::new();
    let mut index = 0;
    for value in &build.nodes.values[frame.values..] {
        match value.capture {
            Capture::Separator => index += 1,
            Capture::Value => {
                items.resize(index, ExpressionId::UNKNOWN);
                items.push(value.value);
            }
            _ => {}
        }
    }
    for (i, item) in items.iter().enumerate() {
        if !item.is_known() {
            build.hashes.word(i as u64);
        }
    }
    build.add_list(&items)
}
