//! Binds definitions to their names.

use crate::extract::build::FactBuilder;
use crate::extract::build::nodes::Frame;
use crate::extract::definitions::overloads::Overloads;
use crate::facts::{Binding, Bound, DefinitionId, ExpressionId};
use crate::languages::syntax::{Capture, Role, mark};

/// Binds a definition to its name, unless it is a value or a member of something else.
pub fn bind_definition(
    build: &mut FactBuilder<'_>,
    overloads: &mut Overloads,
    id: DefinitionId,
    frame: &Frame,
) {
    let definition = build.facts.definition(id);
    let (mut name, receiver) = (definition.name, definition.receiver);
    let in_extension = extended(build, id).is_some();
    let bound_elsewhere = frame.role == Role::Closure
        || frame.has(mark::LOCAL_NAME)
        || !definition.qualifier.is_empty()
        || receiver.is_known() && !in_extension && !is_member(build, id);
    if name.is_empty() && !bound_elsewhere {
        name = build.symbol(frame, Capture::Name); // a member of an anonymous type
    }
    let in_block =
        build.nodes.frames.last().is_some_and(|f| matches!(f.role, Role::LastValue | Role::Closure));
    let is_value =
        matches!(frame.capture, Some(Capture::Value | Capture::Initializer | Capture::Type)) && !in_block;
    if name.is_empty() || bound_elsewhere || is_value || build.in_object() {
        return;
    }
    if frame.role == Role::Constructor
        && let Some(constructor) = build.language.rules.constructors.first()
    {
        // Its own name may be the class's.
        name = build.facts.strings.intern(constructor);
    }
    let around = match build.language.rules.names.unbound_is_call {
        true => build.scope_of_parent(id),
        false => frame.scope,
    };
    let scope = if build.language.rules.block_scoped { around } else { build.function_scope(around) };
    let index = build.facts.bindings.len();
    build.facts.bindings.push(Binding {
        scope,
        block: around,
        name,
        bound: Bound::Definition(id),
        at: frame.start,
    });
    if !build.facts.definition(id).is_callable() {
        return;
    }
    overloads.declare(build, id, scope, name, index, frame.has(mark::OVERLOAD));
}

/// Is it a member of the enclosing type, although it has another receiver?
fn is_member(build: &FactBuilder<'_>, id: DefinitionId) -> bool {
    let parent = build.facts.definition(id).parent;
    !parent.is_file() && build.facts.definition(parent).is_type()
}

/// The receiver type of a member of an extension, and whether the extension implements an interface.
pub fn extended(build: &FactBuilder<'_>, id: DefinitionId) -> Option<(ExpressionId, bool)> {
    let around = build.facts.definition(id).parent;
    let at = build.nodes.frames.iter().rposition(|f| f.definition == Some(around))?;
    let receiver =
        build.captured(at, Capture::Receiver).filter(|_| build.nodes.frames[at].role == Role::Extension);
    Some((receiver?, build.captured(at, Capture::Implements).is_some()))
}
