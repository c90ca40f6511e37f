//! Outcomes: what a reference was resolved to. A reference ends in one of four states: edges, ambiguous,
//! external or unresolved. A guess by name is decided when the graph is assembled, by all names of the repository.

use smallvec::SmallVec;

use crate::facts::{DefinitionId, ListId, Symbol};
use crate::graph::{CallShape, EdgeKind, Via};
use crate::resolve::edges::entry_points::DeclaredEntryPoint;
use crate::resolve::index::definitions::Def;
use crate::resolve::index::fingerprints::Read;
use crate::resolve::index::ids::PackageHash;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ResolvedReference {
    /// The named definition whose code contains the reference.
    pub(super) from: DefinitionId,
    pub(super) line: u32,
    pub(super) name: Symbol,
    pub(super) outcome: Outcome,
    /// The number of the call's shape among the file's shapes; None if nothing is called with arguments.
    pub(super) shape: Option<u32>,
}

/// The arguments of a call, and whether its result is awaited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PassedArguments {
    pub(super) arguments: ListId,
    /// The result is awaited, or passed on to code that may await it.
    pub(super) awaited: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    Edges(SmallVec<[ResolvedEdge; 1]>),
    External(PackageHash),
    /// Nothing is known of the name; with `member` nothing is known of the object.
    Guess {
        member: bool,
    },
    /// One of these overloads; the arguments do not decide which.
    Ambiguous(SmallVec<[Def; 4]>),
    /// Bound to something unknown.
    Unresolved,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ResolvedEdge {
    pub(super) to: Def,
    pub(super) kind: EdgeKind,
    pub(super) via: Via,
    /// An override in a type below this one may be called instead.
    pub(super) below: Option<Def>,
}

/// The resolved references of a file.
pub struct ResolvedFile {
    pub(super) references: Vec<ResolvedReference>,
    /// The shapes of its calls, which `references` number.
    pub(super) shapes: Vec<CallShape>,
    pub(super) entry_points: Vec<DeclaredEntryPoint>,
    /// What was read of other files to resolve them, sorted.
    pub consulted: Vec<Read>,
}
