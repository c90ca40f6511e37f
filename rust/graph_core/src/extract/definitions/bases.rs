//! Bases of a type, as expressions and as written.

use crate::extract::build::FactBuilder;
use crate::extract::build::nodes::{Captured, Frame};
use crate::facts::{Expression, ExpressionId, ReferenceKind};
use crate::languages::syntax::{Capture, Role};

/// Adds a base to the enclosing type.
pub fn add_base(build: &mut FactBuilder<'_>, base: Captured, implements: bool) {
    let owner = build.facts.scope(build.scope).owner;
    let line = build.facts.definition(owner).start_line;
    let mut work = vec![base.value];
    let mut constructed = false;
    while let Some(mut value) = work.pop() {
        if let Expression::New { class, .. } = build.facts.expression(value) {
            (value, constructed) = (class, true); // `Base(arguments)` names the base and calls its constructor
        }
        match build.facts.expression(value) {
            Expression::Sequence(list) => {
                let items: Vec<_> = build.facts.list(list).collect();
                work.extend(items.into_iter().rev());
            }
            Expression::Entry { .. } | Expression::Unknown | Expression::Either(_) => {}
            _ => {
                if let Expression::Index { arguments, .. } = build.facts.expression(value) {
                    for argument in build.facts.list(arguments).collect::<Vec<_>>() {
                        build.add_reference(ReferenceKind::Type, argument, base.start, line);
                    }
                }
                let definition = &mut build.facts.definitions[owner.at()];
                if implements { &mut definition.implements } else { &mut definition.extends }.push(value);
            }
        }
    }
    let written = build.one_line(base.start, base.end, 1000);
    let written = build.facts.text(written).to_owned();
    for text in items(&written) {
        let text = text.split('(').next().filter(|_| constructed).unwrap_or(text);
        let text = build.facts.strings.intern(text);
        build.facts.definitions[owner.at()].bases.push(text);
    }
}

/// `extends A<B>`, `implements C`. Type arguments that the grammar puts beside the type are added to it.
pub fn close_bases(build: &mut FactBuilder<'_>, frame: &Frame) -> ExpressionId {
    let arguments = build.arguments(frame);
    for mut base in build.all(frame, Capture::Value) {
        if !arguments.is_empty() {
            base.value = build.add(Expression::Index { object: base.value, arguments });
        }
        add_base(build, base, frame.role == Role::Implements);
    }
    ExpressionId::UNKNOWN
}

pub fn close_mixin(build: &mut FactBuilder<'_>, frame: &Frame) -> ExpressionId {
    for base in build.all(frame, Capture::Value) {
        mix_in(build, base);
    }
    ExpressionId::UNKNOWN
}

/// Inserts a base before the bases so far.
fn mix_in(build: &mut FactBuilder<'_>, base: Captured) {
    let owner = build.facts.scope(build.scope).owner;
    let before = build.facts.definition(owner).extends.len();
    add_base(build, base, false);
    let extends = &mut build.facts.definitions[owner.at()].extends;
    let added = extends.len() - before;
    extends.rotate_right(added);
}

/// The items of a list as written, split at commas outside of brackets.
fn items(list: &str) -> Vec<&str> {
    let list = list.trim();
    let list = list.strip_prefix('(').and_then(|l| l.strip_suffix(')')).unwrap_or(list);
    let mut depth = 0u32;
    list.split(|c| {
        match c {
            '(' | '[' | '{' | '<' => depth += 1,
            ')' | ']' | '}' | '>' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    })
    .map(str::trim)
    .filter(|item| !item.is_empty())
    .collect()
}
