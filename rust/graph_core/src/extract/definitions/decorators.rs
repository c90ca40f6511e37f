//! Decorators: their calls, and to which definition they belong.

use crate::extract::build::nodes::{Captured, Frame};
use crate::extract::build::{FactBuilder, hashes};
use crate::facts::{DefinitionId, Expression, ExpressionId, ListId, ReferenceKind, Symbol};
use crate::languages::syntax::Capture;

/// A decorator whose definition is not opened yet.
struct Decorator {
    value: ExpressionId,
    text: Symbol,
    hash: u64,
}

#[derive(Default)]
pub struct Decorators {
    pending: Vec<Decorator>,
}

/// Does it have a decorator of one of these names, qualified or not?
pub fn is_decorated(build: &FactBuilder<'_>, id: DefinitionId, names: &[&str]) -> bool {
    build.facts.definition(id).decorators.iter().any(|(_, text)| {
        let text = build.facts.text(*text);
        let text = text.split('(').next().unwrap_or(text);
        names.iter().any(|d| text == *d || text.rsplit(['.', ':', '\\']).next() == Some(*d))
    })
}

impl Decorators {
    /// A decorator is evaluated in the scope around its definition, and has a hash of its own.
    pub fn open_decorator(&mut self, build: &mut FactBuilder<'_>, frame: &mut Frame) {
        frame.outer_hashes = build.hashes.state();
        build.hashes.restore((0, 0));
        if let Some(around) = build.nodes.frames.last().filter(|f| f.definition.is_some()) {
            build.scope = around.scope;
        }
    }

    /// Attaches the pending decorators to their definition.
    pub fn attach(&mut self, build: &mut FactBuilder<'_>, id: DefinitionId, hashed: bool) {
        for decorator in self.pending.drain(..) {
            if hashed {
                build.hashes.word(decorator.hash);
            }
            build.facts.definitions[id.at()].decorators.push((decorator.value, decorator.text));
        }
    }

    /// Adds the pending decorators to the hash of the enclosing code, where they decorate no definition.
    pub fn hash(&mut self, build: &mut FactBuilder<'_>) {
        for decorator in self.pending.drain(..) {
            build.hashes.word(decorator.hash);
        }
    }

    pub fn clear(&mut self) {
        self.pending.clear();
    }

    pub fn close_decorator(&mut self, build: &mut FactBuilder<'_>, frame: &Frame) -> ExpressionId {
        let (signature, body) = build.hashes.state();
        let hash = hashes::joined(signature, body);
        build.hashes.restore(frame.outer_hashes);
        let mark = build
            .all(frame, Capture::Marker)
            .first()
            .map(|m| Captured { value: ExpressionId::UNKNOWN, ..*m });
        let Some(value) = build.all(frame, Capture::Value).first().copied().or(mark) else {
            return ExpressionId::UNKNOWN;
        };
        let arguments = build.all(frame, Capture::Arguments).first().map(|a| a.end);
        let text = build.one_line(value.start, arguments.unwrap_or(value.end), 200);
        let inside = build
            .nodes
            .frames
            .last()
            .and_then(|f| f.definition)
            .filter(|id| build.facts.scope(frame.scope).owner == *id);
        match inside {
            Some(id) => {
                build.hashes.word(hash);
                build.facts.definitions[id.at()].decorators.push((value.value, text));
            }
            None => self.pending.push(Decorator { value: value.value, text, hash }),
        }
        let called = build.facts.expression(value.value);
        if !matches!(called, Expression::Call { .. } | Expression::New { .. } | Expression::Unknown) {
            build.called.push(value.value);
            let (callee, arguments) = decorating(build, value.value, frame);
            let call = build.add(Expression::Call { callee, arguments });
            build.add_reference(ReferenceKind::Decorator, call, value.end, value.end_line);
        }
        ExpressionId::UNKNOWN
    }
}

/// The callee and arguments of a decorator; its name may leave out a suffix.
fn decorating(build: &mut FactBuilder<'_>, value: ExpressionId, frame: &Frame) -> (ExpressionId, ListId) {
    let ending = build.language.rules.names.decorator_suffix;
    let Expression::Name(name) = build.facts.expression(value) else { return (value, ListId::EMPTY) };
    if ending.is_empty() {
        return (value, ListId::EMPTY);
    }
    let whole = format!("{}{ending}", build.facts.text(name));
    let whole = build.facts.strings.intern(&whole);
    let whole = build.add(Expression::Name(whole));
    let list = build.add_list(&[whole, value]);
    (build.add(Expression::Either(list)), build.arguments(frame))
}
