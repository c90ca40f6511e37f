//! Names: pseudo-variables, and where a name counts as a use.

use rustc_hash::FxHashSet;
use tree_sitter::Node;

use crate::extract::build::{FactBuilder, node_text};
use crate::extract::calls::callbacks;
use crate::facts::{Binding, Bound, Expression, ExpressionId, Reference, ReferenceKind, Symbol};
use crate::languages::PseudoVariable;
use crate::languages::syntax::{Capture, Role};

/// The expression of a name: a pseudo-variable, a field, or the plain name.
pub fn read_name(build: &mut FactBuilder<'_>, node: Node) -> ExpressionId {
    let text = String::from_utf8_lossy(node_text(build.source, node));
    if let Some((_, word)) =
        build.language.rules.names.pseudo_variables.iter().find(|(name, _)| *name == text)
    {
        if *word == PseudoVariable::ImplicitParameter {
            let name = build.facts.strings.intern(&text);
            callbacks::add_implicit_parameter(build, name, node.start_byte() as u32);
            return build.add(Expression::Name(name));
        }
        return build.add(match word {
            PseudoVariable::SelfType | PseudoVariable::ImplicitParameter => Expression::SelfType,
            PseudoVariable::This => Expression::This,
            PseudoVariable::Super => Expression::Super,
        });
    }
    if !build.language.rules.names.field_sigil.is_empty()
        && text.starts_with(build.language.rules.names.field_sigil)
    {
        let name = build.facts.strings.intern(&text);
        let object = build.add(Expression::This);
        return build.add(Expression::Member { object, name });
    }
    plain_name(build, node)
}

/// The name as written, without whitespace and quotes.
pub fn plain_name(build: &mut FactBuilder<'_>, node: Node) -> ExpressionId {
    let text = node_text(build.source, node);
    if text.len() > 300 {
        return ExpressionId::UNKNOWN;
    }
    let text = String::from_utf8_lossy(text);
    let quote = build.language.rules.names.quote;
    let text = text.strip_prefix(quote).and_then(|t| t.strip_suffix(quote)).unwrap_or(&text);
    let symbol = if text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        || !text.contains(char::is_whitespace)
    {
        build.facts.strings.intern(text)
    } else {
        build.facts.strings.intern(&text.split_whitespace().collect::<String>())
    };
    build.add(Expression::Name(symbol))
}

/// Does it name a member or a declared variable? Such a name is no pseudo-variable.
pub fn is_member_name(build: &FactBuilder<'_>, capture: Capture) -> bool {
    let around = build.nodes.frames.last().map_or(Role::Plain, |f| f.role);
    capture == Capture::Name && matches!(around, Role::Call | Role::Member)
        || capture == Capture::Key && around == Role::Declarator
}

/// Adds the references of a bare name: it may read a property of the receiver, or mention a function.
pub fn add_name_use(build: &mut FactBuilder<'_>, name: ExpressionId, capture: Capture, node: Node) {
    let read = matches!(
        capture,
        Capture::Value
            | Capture::Receiver
            | Capture::Subject
            | Capture::PatternType
            | Capture::Body
            | Capture::Condition
            | Capture::Default
    );
    let (at, line) = (node.start_byte() as u32, node.start_position().row as u32 + 1);
    if capture == Capture::Receiver
        && let Some(around) =
            build.nodes.frames.last().filter(|f| matches!(f.role, Role::Member | Role::Call))
        && build.nodes.values[around.values..].iter().filter(|v| v.capture == capture).count() == 1
    {
        return; // the second receiver is a member's name
    }
    if build.language.rules.names.unqualified_properties && read {
        build.add_reference(ReferenceKind::Read, name, at, line);
    }
    if matches!(
        capture,
        Capture::Value
            | Capture::Default
            | Capture::DefaultImport
            | Capture::Receiver
            | Capture::Subject
            | Capture::PatternType
    ) {
        build.add_reference(ReferenceKind::Mention, name, at, line);
    }
}

/// Drops reads and mentions of what is called, and mentions of plain variables.
pub fn drop_reads_of_callees(build: &mut FactBuilder<'_>) {
    build.called.sort_unstable();
    let mut references = std::mem::take(&mut build.facts.references);
    let is_called = |r: &Reference| build.called.binary_search(&r.expression).is_ok();
    let values = plain_values(build);
    let is_value = |r: &Reference| match build.facts.expression(r.expression) {
        Expression::Name(name) => values.contains(&name),
        _ => true,
    };
    references.retain(|r| match r.kind {
        ReferenceKind::Read => !is_called(r),
        ReferenceKind::Mention => !is_called(r) && !is_value(r),
        _ => true,
    });
    build.facts.references = references;
}

/// Names that the file binds, but to no definition or import.
fn plain_values(build: &FactBuilder<'_>) -> FxHashSet<Symbol> {
    let defined = |b: &Binding| matches!(b.bound, Bound::Definition(_) | Bound::Import(_));
    let named = build.facts.bindings.chunk_by(|a, b| a.name == b.name);
    named.filter(|bindings| !bindings.iter().any(defined)).map(|bindings| bindings[0].name).collect()
}
