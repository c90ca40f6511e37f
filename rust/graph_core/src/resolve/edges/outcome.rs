//! Outcomes: what a reference was resolved to. Each reference ends in one of four states: edges, ambiguous, external, or
//! unresolved (a guess by name is judged later, by all names of the repository).

use smallvec::SmallVec;

use crate::facts::{DefinitionId, ListId, Symbol};
use crate::graph::{CallShape, EdgeKind, Via};
use crate::resolve::edges::entry_points::DeclaredEntryPoint;
use crate::resolve::index::definitions::Def;
use crate::resolve::index::fingerprints::Read;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedReference {
    /// The named definition in whose code the reference stands.
    pub from: DefinitionId,
    pub line: u32,
    pub name: Symbol,
    pub outcome: Outcome,
    /// Of a call that is written out: the number of its form among the file's.
    pub form: Option<u32>,
}

/// What a call gives, and what becomes of its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PassedArguments {
    pub arguments: ListId,
    /// It is awaited, or handed on to where it may be.
    pub waited: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Edges(SmallVec<[ResolvedEdge; 1]>),
    /// By the hash of the package's name.
    External(u64),
    /// Nothing is known of the name (`member`: of the object).
    Guess {
        member: bool,
    },
    /// Nothing is called: these are named where a value is wanted.
    Mentions(SmallVec<[(Def, Via); 1]>),
    /// One of these overloads, and nothing chooses between them.
    Ambiguous(SmallVec<[Def; 4]>),
    /// Bound to something that is not known.
    Unresolved,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResolvedEdge {
    pub to: Def,
    pub kind: EdgeKind,
    pub via: Via,
    /// An override in a type below this one may be meant.
    pub below: Option<Def>,
}

/// The resolved references of a file, and what of other files was read for them.
pub struct ResolvedFile {
    pub references: Vec<ResolvedReference>,
    /// How its calls give their arguments, by the numbers in `references`.
    pub forms: Vec<CallShape>,
    pub entry_points: Vec<DeclaredEntryPoint>,
    pub consulted: Vec<Read>,
}
