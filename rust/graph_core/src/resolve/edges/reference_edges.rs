//! Reference edges: what the outcome of a reference adds to the graph, with dispatch to overrides and the guess by
//! name.

use crate::graph::{CallSite, EdgeKind, EntryPoint, External, FileId, NodeId, NodeKind, Unresolved, Via};
use crate::resolve::edges::builder::{FilePart, GraphBuilder};
use crate::resolve::edges::entry_points::DeclaredEntryPoint;
use crate::resolve::edges::outcome::{Outcome, ResolvedEdge, ResolvedReference};
use crate::resolve::index::definitions::Def;
use crate::resolve::index::ids::BUILTIN;

/// How many candidates are kept of an ambiguous name.
const MOST_CANDIDATES: usize = 5;

impl GraphBuilder<'_> {
    /// Adds the outcome of a reference of a file.
    pub(super) fn add_reference(&self, file: FileId, resolved: &ResolvedReference, part: &mut FilePart) {
        let from = self.node(Def { file, id: resolved.from });
        let line = resolved.line;
        let name = || self.index.facts(file).text(resolved.name);
        match &resolved.outcome {
            Outcome::Edges(edges) => {
                for edge in edges {
                    self.add_edge(from, line, edge, part);
                    if let (Some(shape), EdgeKind::Calls) = (resolved.shape, edge.kind) {
                        let shape = shape + u32::from(self.is_aliased(file, resolved, edge.to));
                        part.sites.push(CallSite { from, to: self.node(edge.to), line, shape });
                    }
                }
            }
            Outcome::External(package) => {
                let package = self.index.packages.get(package).map(Into::into).unwrap_or_default();
                part.external.push(External { from, package, name: name().into(), line });
            }
            Outcome::Guess { member } => self.add_guess(file, resolved, *member, part),
            Outcome::Ambiguous(defs) => {
                let candidates = self.candidates(defs);
                part.unresolved.push(Unresolved { from, name: name().into(), line, candidates });
            }
            Outcome::Unresolved => {
                let candidates = Vec::new();
                part.unresolved.push(Unresolved { from, name: name().into(), line, candidates });
            }
        }
    }

    fn candidates(&self, defs: &[Def]) -> Vec<NodeId> {
        defs.iter().take(MOST_CANDIDATES).map(|d| self.node(*d)).collect()
    }

    /// Does the call write another name than that of the function it calls?
    fn is_aliased(&self, file: FileId, resolved: &ResolvedReference, to: Def) -> bool {
        let definition = self.index.definition(to);
        let has_own_name = matches!(definition.kind, NodeKind::Function | NodeKind::Method);
        has_own_name && self.index.facts(file).name_hash(resolved.name) != self.index.name_hash(to)
    }

    /// Adds an edge and, for a virtual call, edges to the overrides that it may reach.
    fn add_edge(&self, from: NodeId, line: u32, edge: &ResolvedEdge, part: &mut FilePart) {
        let to = self.node(edge.to);
        let is_own = match edge.kind {
            EdgeKind::UsesType => from == to || self.contains(to, from),
            EdgeKind::Reads | EdgeKind::Writes | EdgeKind::References => from == to,
            _ => false,
        };
        if !is_own {
            part.edge(from, to, edge.kind, line, edge.via);
        }
        let Some(below) = edge.below.filter(|_| edge.kind == EdgeKind::Calls) else {
            return;
        };
        let known = part.overrides.entry((edge.to, below));
        let others = known.or_insert_with(|| self.overrides_below(edge.to, below)).clone();
        for other in others {
            if other != to {
                part.edge(from, other, EdgeKind::Calls, line, Via::Dispatch);
            }
        }
    }

    /// Is the code of the inner node part of the outer node's?
    fn contains(&self, outer: NodeId, inner: NodeId) -> bool {
        let (outer, inner) = (&self.nodes[outer.0 as usize], &self.nodes[inner.0 as usize]);
        outer.file == inner.file && outer.start_byte <= inner.start_byte && inner.end_byte <= outer.end_byte
    }

    /// Adds an edge to the only definition of the name in the repository; an unresolved call with candidates if there
    /// are several, a call of the language's library if there is none.
    fn add_guess(&self, file: FileId, resolved: &ResolvedReference, is_member: bool, part: &mut FilePart) {
        let facts = self.index.facts(file);
        let from = self.node(Def { file, id: resolved.from });
        let family = self.index.language(file).family;
        let key = (family, facts.name_hash(resolved.name), is_member);
        let same_name = self.by_name.get(&key).map_or(&[][..], |d| d.as_slice());
        let name = facts.text(resolved.name).into();
        let line = resolved.line;
        match *same_name {
            [] if !resolved.name.is_empty() => {
                part.external.push(External { from, package: BUILTIN.into(), name, line });
            }
            [only] => {
                let to = self.node(only);
                part.edge(from, to, EdgeKind::Calls, line, Via::UniqueName);
                if let Some(shape) = resolved.shape {
                    part.sites.push(CallSite { from, to, line, shape });
                }
            }
            _ => {
                let candidates = self.candidates(same_name);
                part.unresolved.push(Unresolved { from, name, line, candidates });
            }
        }
    }

    /// The entry point of the graph for one that a file declares.
    pub(super) fn entry_point(&self, file: FileId, declared: &DeclaredEntryPoint) -> EntryPoint {
        EntryPoint {
            node: self.node(declared.def),
            kind: declared.kind,
            name: declared.name.clone(),
            framework: declared.framework.to_owned(),
            line: declared.line,
            file,
        }
    }
}
