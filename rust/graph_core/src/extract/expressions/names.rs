//! Names: pseudo-variables, and where a name counts as a use.

use rustc_hash::FxHashSet;
use tree_sitter::Node;

use crate::extract::build::{FactBuilder, PlainUse, node_text};
use crate::extract::calls::callbacks;
use crate::facts::{
    Binding, Bound, Definition, Expression, ExpressionId, Reference, ReferenceKind, Symbol, WILDCARD,
};
use crate::graph::flag;
use crate::languages::PseudoVariable;
use crate::languages::syntax::{Capture, Role};

/// A longer name is none.
const LONGEST_NAME: usize = 300;

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
    if text.len() > LONGEST_NAME {
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

/// Remembers a name that no rule captures.
pub fn add_plain_use(build: &mut FactBuilder<'_>, node: Node) {
    let text = node_text(build.source, node);
    if build.language.rules.values && text.len() <= LONGEST_NAME && type_position(build, None).is_none() {
        let name = build.facts.strings.intern(&String::from_utf8_lossy(text));
        let (at, line) = (node.start_byte() as u32, node.start_position().row as u32 + 1);
        build.plain_uses.push(PlainUse { name, scope: build.scope, at, line });
    }
}

/// Adds the references of a bare name: it may read a property of the receiver, or use a definition as a value.
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
    let is_value = match capture {
        Capture::Value | Capture::Default | Capture::Receiver | Capture::Subject | Capture::PatternType => {
            true
        }
        Capture::Body | Capture::Condition | Capture::Arguments | Capture::ModuleValue => {
            build.language.rules.values
        }
        _ => false,
    };
    let is_type = TypePosition::of_capture(capture).is_some();
    if (is_value || is_type)
        && !add_type_use(build, name, Some(capture), at, line)
        && !is_in_pattern(build, capture)
    {
        build.add_reference(ReferenceKind::Value, name, at, line);
    }
}

/// Is a name with that capture in a pattern, which binds it?
fn is_in_pattern(build: &FactBuilder<'_>, mut capture: Capture) -> bool {
    for frame in build.nodes.frames.iter().rev() {
        let is_part = match frame.role {
            Role::Object | Role::Sequence | Role::Spread | Role::ExpressionList => true,
            Role::Entry => capture == Capture::Value,
            _ => false,
        };
        if !is_part {
            return false;
        }
        match frame.capture {
            Some(Capture::Name) => return true,
            Some(outer) => capture = outer,
            None => return false,
        }
    }
    false
}

/// Where a name stands that is no value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TypePosition {
    /// In a written type.
    Written,
    /// It is a base of a type.
    Base,
}

impl TypePosition {
    fn of_capture(capture: Capture) -> Option<TypePosition> {
        match capture {
            Capture::Type | Capture::TypeArguments | Capture::Returns => Some(TypePosition::Written),
            Capture::Extends | Capture::Implements => Some(TypePosition::Base),
            _ => None,
        }
    }
}

/// Where a child with that capture of the innermost open node stands, if it is part of a written type or of the bases of
/// a type. What a base is given as an argument is a written type.
fn type_position(build: &FactBuilder<'_>, capture: Option<Capture>) -> Option<TypePosition> {
    let of_base = |is_argument| if is_argument { TypePosition::Written } else { TypePosition::Base };
    let mut is_argument = capture == Some(Capture::Arguments);
    if let Some(position) = capture.and_then(TypePosition::of_capture) {
        return Some(position);
    }
    for frame in build.nodes.frames.iter().rev() {
        match frame.role {
            Role::Extends | Role::Implements | Role::Mixin => return Some(of_base(is_argument)),
            Role::Type | Role::TypeVariable => return Some(TypePosition::Written),
            _ => {}
        }
        is_argument |= frame.capture == Some(Capture::Arguments);
        match frame.capture.and_then(TypePosition::of_capture) {
            Some(TypePosition::Base) => return Some(of_base(is_argument)),
            Some(TypePosition::Written) => return Some(TypePosition::Written),
            None => {}
        }
        let is_part = matches!(
            frame.role,
            Role::Wrapper | Role::Index | Role::Sequence | Role::Either | Role::Array | Role::Member
        );
        if !is_part {
            return None;
        }
    }
    None
}

/// Adds a reference for a name or a member that is written where a type is, at its own line; true if it is one. Where
/// types are read from signatures, only what an alias stands for and what bounds a type variable has one.
pub fn add_type_use(
    build: &mut FactBuilder<'_>,
    name: ExpressionId,
    capture: Option<Capture>,
    at: u32,
    line: u32,
) -> bool {
    let position = type_position(build, capture);
    let is_alias =
        build.nodes.frames.last().is_some_and(|f| matches!(f.role, Role::Type | Role::TypeVariable));
    if position == Some(TypePosition::Written) && (is_alias || build.language.names_types()) {
        build.add_reference(ReferenceKind::Type, name, at, line);
    }
    position.is_some()
}

/// Adds references for the plain uses of names that may be those of values or definitions.
pub fn add_plain_uses(build: &mut FactBuilder<'_>) {
    let uses = std::mem::take(&mut build.plain_uses);
    let mut named = names_of_values(build);
    let mut bound: FxHashSet<Symbol> = FxHashSet::default();
    for binding in &build.facts.bindings {
        bound.insert(binding.name);
        if matches!(binding.bound, Bound::Definition(_) | Bound::Import(_)) {
            named.insert(binding.name);
        }
    }
    let is_open = build.facts.imports.iter().any(|import| build.facts.text(import.name) == WILDCARD);
    for PlainUse { name, scope, at, line } in uses {
        if named.contains(&name) || is_open && !bound.contains(&name) {
            let expression = build.add(Expression::Name(name));
            let kind = ReferenceKind::Value;
            build.facts.references.push(Reference { kind, expression, scope, at, line });
        }
    }
}

/// Drops reads and uses of what is called, and uses of variables that are no values of a module or type.
pub fn drop_reads_of_callees(build: &mut FactBuilder<'_>) {
    build.called.sort_unstable();
    let mut references = std::mem::take(&mut build.facts.references);
    let is_called = |r: &Reference| build.called.binary_search(&r.expression).is_ok();
    let values = names_of_values(build);
    let mut variables = plain_values(build);
    variables.retain(|name| !values.contains(name));
    let named = |r: &Reference| match build.facts.expression(r.expression) {
        Expression::Name(name) => Some(name),
        _ => None,
    };
    let reads_properties = build.language.rules.names.unqualified_properties;
    references.retain(|r| match r.kind {
        ReferenceKind::Read => !is_called(r),
        ReferenceKind::Value => !is_called(r) && named(r).is_none_or(|name| !variables.contains(&name)),
        ReferenceKind::Write => reads_properties || named(r).is_none_or(|name| values.contains(&name)),
        _ => true,
    });
    build.facts.references = references;
}

/// The names of the values that the file defines.
fn names_of_values(build: &FactBuilder<'_>) -> FxHashSet<Symbol> {
    let is_value = |d: &&Definition| d.kind.is_value() || d.flags & flag::WRAPPED != 0;
    build.facts.definitions.iter().filter(is_value).map(|d| d.name).collect()
}

/// Names that the file binds, but to no definition or import.
fn plain_values(build: &FactBuilder<'_>) -> FxHashSet<Symbol> {
    let defined = |b: &Binding| matches!(b.bound, Bound::Definition(_) | Bound::Import(_));
    let named = build.facts.bindings.chunk_by(|a, b| a.name == b.name);
    named.filter(|bindings| !bindings.iter().any(defined)).map(|bindings| bindings[0].name).collect()
}
