//! Definitions: functions, types and modules, from the node that opens them to the binding of their name.

pub mod accessors;
pub mod bases;
pub mod close;
mod declare;
pub mod decorators;
mod flags;
pub mod modifiers;
pub mod naming;
pub mod open;
mod outer_types;
pub mod overloads;
pub mod returns;
pub mod values;

use crate::graph::NodeKind;
use crate::languages::syntax::Role;

/// The kind of node that a role defines.
pub fn kind_of(role: Role) -> Option<NodeKind> {
    Some(match role {
        Role::Function | Role::Closure => NodeKind::Function,
        Role::Method => NodeKind::Method,
        Role::Constructor => NodeKind::Constructor,
        Role::Class | Role::Extension => NodeKind::Class,
        Role::Interface => NodeKind::Interface,
        Role::Enum => NodeKind::Enum,
        Role::Type => NodeKind::Type,
        Role::Module => NodeKind::Module,
        _ => return None,
    })
}
