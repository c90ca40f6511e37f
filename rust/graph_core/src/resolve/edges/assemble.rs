//! Assembling the graph: nodes from definitions, edges from outcomes, dispatch and guesses by all names.

use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use crate::facts::{DefinitionId, ScopeId, ScopeKind};
use crate::graph::{CallSite, Edge, EdgeKind, EntryPoint, External, File, FileId, Graph, Mention, Node, NodeId, NodeKind, Skipped, Unresolved, Via, flag};
use crate::resolve::edges::call_forms::joined_sites;
use crate::resolve::edges::entry_points::DeclaredEntryPoint;
use crate::resolve::edges::nodes::{FileNodes, Numbers};
use crate::resolve::edges::outcome::{Outcome, ResolvedEdge, ResolvedFile, ResolvedReference};
use crate::resolve::edges::tested::test_edges;
use crate::resolve::faults::{FailedFiles, FileObserver, each};
use crate::resolve::index::{BUILTIN, Index};
use crate::resolve::index::definitions::Def;
use crate::resolve::index::exports::exported_definitions;
use crate::resolve::index::imports::ImportTarget;
use crate::resolve::types::hierarchy::Hierarchy;

/// More overrides than this: dispatch says too little to be followed.
const MOST_OVERRIDES: usize = 32;

/// Candidates that are kept of an ambiguous name.
const MOST_CANDIDATES: usize = 5;

/// What one file gives to the graph.
#[derive(Default)]
pub struct Part {
    edges: Vec<Edge>,
    external: Vec<External>,
    unresolved: Vec<Unresolved>,
    /// Their forms are numbered as the file's are.
    sites: Vec<CallSite>,
    entries: Vec<EntryPoint>,
    /// What was found of methods and the types below which an override may be meant.
    overrides: FxHashMap<(Def, Def), SmallVec<[NodeId; 4]>>,
    mentions: Vec<Mention>,
}

impl Part {
    /// Files are in the order of their nodes, so that the whole needs little more sorting.
    fn sort(&mut self) {
        self.edges.sort_by_key(Edge::sort_key);
        self.external.sort_unstable();
        self.unresolved.sort_unstable();
    }

    fn edge(&mut self, from: NodeId, to: NodeId, kind: EdgeKind, line: u32, via: Via) {
        self.edges.push(Edge { from, to, kind, line, via, confidence: via.confidence() });
    }
}

pub struct Builder<'w> {
    index: &'w Index,
    hierarchy: &'w Hierarchy,
    numbers: Numbers<'w>,
    nodes: &'w [Arc<Node>],
    by_name: ByName,
}

/// Callable definitions by family, name, and whether they are members.
pub type ByName = FxHashMap<(&'static str, u64, bool), Vec<Def>>;

impl Builder<'_> {
    pub(super) fn node(&self, def: Def) -> NodeId {
        self.numbers.of(def)
    }

    fn contain(&self, file: u32, part: &mut Part) {
        let facts = self.index.facts(file);
        for (i, definition) in facts.definitions.iter().enumerate().skip(1) {
            let def = Def { file, id: DefinitionId(i as u32) };
            if definition.name.is_empty() {
                continue;
            }
            let parent = Def { file: def.file, id: facts.nearest_named(definition.parent) };
            let (from, to) = (self.node(parent), self.node(def));
            part.edge(from, to, EdgeKind::Contains, definition.start_line, Via::Syntax);
        }
    }

    /// What types extend, and which methods override which.
    fn inherit(&self) -> Vec<Edge> {
        let mut part = Part::default();
        let mut classes: Vec<_> = self.hierarchy.bases.iter().collect();
        classes.sort_unstable_by_key(|(def, _)| **def);
        for (class, bases) in classes {
            let line = self.index.definition(*class).start_line;
            if self.index.definition(*class).receiver.is_known() {
                continue; // written for a type that is not of the repository
            }
            for (base, implements) in bases {
                let kind = if *implements { EdgeKind::Implements } else { EdgeKind::Extends };
                let via = if base.file == class.file { Via::Scope } else { Via::Import };
                part.edge(self.node(*class), self.node(*base), kind, line, via);
            }
        }
        let members: Vec<(Def, u64, Def)> = self.index.all_members().collect();
        let overriding = |(class, name, member): &(Def, u64, Def)| {
            let mut part = Part::default();
            for to in self.overridden(*class, *name, *member) {
                let line = self.index.definition(*member).start_line;
                part.edge(self.node(*member), self.node(to), EdgeKind::Overrides, line, Via::Receiver);
            }
            part.edges
        };
        part.edges.par_extend(members.par_iter().flat_map_iter(overriding));
        part.edges.par_sort_by_key(Edge::sort_key);
        part.edges
    }

    /// The methods of its bases that a member of a type overrides.
    fn overridden(&self, class: Def, name: u64, member: Def) -> SmallVec<[Def; 2]> {
        let mut overridden = SmallVec::new();
        let definition = self.index.definition(member);
        if !definition.is_callable() || definition.name.is_empty() || definition.kind == NodeKind::Constructor
        {
            return overridden;
        }
        for (base, _) in self.hierarchy.bases.get(&class).into_iter().flatten() {
            if let Some((_, found)) = self.hierarchy.member(self.index, *base, name, 0) {
                let to = self.counterpart(member, found);
                overridden.extend(to.filter(|d| !overridden.contains(d)));
            }
        }
        overridden
    }

    /// Of a module that consists of several files those are imported that are used, or the first.
    fn import(&self, file: u32, part: &mut Part) {
        let used: FxHashSet<FileId> = part.edges.iter().map(|e| self.nodes[e.to.0 as usize].file).collect();
        let facts = self.index.facts(file);
        for (i, import) in facts.imports.iter().enumerate() {
            if let Some(module) = self.submodule(file, i)
                && module != file
            {
                let from = self.node(Def { file, id: facts.nearest_named(facts.scope(import.scope).owner) });
                let to = self.node(Def { file: module, id: DefinitionId::FILE });
                part.edge(from, to, EdgeKind::Imports, import.line, Via::Import);
            }
            let from = self.node(Def { file, id: facts.nearest_named(facts.scope(import.scope).owner) });
            let targets: SmallVec<[Def; 1]> = match &self.index.imports[file as usize][i] {
                ImportTarget::Files(files) => {
                    let uses = |f: &&u32| used.contains(&FileId(**f));
                    let mut kept: SmallVec<[u32; 1]> = files.iter().filter(uses).copied().collect();
                    if kept.is_empty() {
                        kept.extend(files.first().copied());
                    }
                    kept.iter().map(|f| Def { file: *f, id: DefinitionId::FILE }).collect()
                }
                ImportTarget::Definitions(defs) => defs.clone(),
                ImportTarget::Within(file, _) => [Def { file: *file, id: DefinitionId::FILE }].into(),
                _ => continue,
            };
            let name = facts.strings.hash(import.name);
            for target in targets {
                if target.file == file {
                    continue;
                }
                part.edge(from, self.node(target), EdgeKind::Imports, import.line, Via::Import);
                if !import.name.is_empty() && target.id.is_file() {
                    for symbol in exported_definitions(self.index, target.file, name) {
                        part.edge(from, self.node(symbol), EdgeKind::Imports, import.line, Via::Import);
                    }
                }
            }
        }
    }

    /// The file that an import means by a name of a package which the package itself does not bind.
    pub fn submodule(&self, file: u32, import: usize) -> Option<u32> {
        let facts = self.index.facts(file);
        let name = facts.imports[import].name;
        let language = self.index.language(file);
        if name.is_empty() || language.module_files.is_empty() {
            return None;
        }
        let folder = match &self.index.imports[file as usize][import] {
            ImportTarget::Files(files) => {
                let package = *files.first()?;
                let inner = self.index.facts(package);
                let bound = inner.strings.symbol(facts.strings.hash(name));
                if bound.is_some_and(|n| !inner.bindings_of(ScopeId::FILE, n).is_empty()) && package != file {
                    return None;
                }
                self.index.package_folder(package)?
            }
            ImportTarget::Folder(folder) => &self.index.folders[*folder as usize],
            _ => return None,
        };
        match self.index.submodule(language, folder, facts.text(name))? {
            ImportTarget::Files(files) => files.first().copied(),
            _ => None,
        }
    }

    fn reference(&self, file: u32, resolved: &ResolvedReference, part: &mut Part) {
        let facts = self.index.facts(file);
        let from_def = Def { file, id: resolved.from };
        let from = self.node(from_def);
        match &resolved.outcome {
            Outcome::Edges(edges) => {
                for found in edges {
                    self.found(from, resolved.line, found, part);
                    if let (Some(form), EdgeKind::Calls) = (resolved.form, found.kind) {
                        let form = form + u32::from(self.is_aliased(file, resolved, found.to));
                        let to = self.node(found.to);
                        part.sites.push(CallSite { from, to, line: resolved.line, shape: form });
                    }
                }
            }
            Outcome::Mentions(defs) => {
                let mention = |(to, via): &(Def, Via)| Mention {
                    to: self.node(*to),
                    from,
                    line: resolved.line,
                    confidence: via.confidence(),
                };
                part.mentions.extend(defs.iter().map(mention).filter(|m| m.to != m.from));
            }
            Outcome::External(package) => {
                let package = self.index.packages.get(package).map(Into::into).unwrap_or_default();
                let name = facts.text(resolved.name).into();
                part.external.push(External { from, package, name, line: resolved.line });
            }
            Outcome::Guess { member } => self.guess(file, from, resolved, *member, part),
            Outcome::Ambiguous(defs) => {
                let (name, line) = (facts.text(resolved.name).into(), resolved.line);
                let mut candidates: Vec<NodeId> = defs.iter().map(|d| self.node(*d)).collect();
                candidates.truncate(MOST_CANDIDATES);
                part.unresolved.push(Unresolved { from, name, line, candidates });
            }
            Outcome::Unresolved => {
                let name = facts.text(resolved.name).into();
                let line = resolved.line;
                part.unresolved.push(Unresolved { from, name, line, candidates: Vec::new() });
            }
        }
    }

    /// The call writes another name than that of the function it calls.
    fn is_aliased(&self, file: u32, resolved: &ResolvedReference, to: Def) -> bool {
        let definition = self.index.definition(to);
        let named = matches!(definition.kind, NodeKind::Function | NodeKind::Method);
        named && self.index.facts(file).strings.hash(resolved.name) != self.index.name_hash(to)
    }

    pub fn entry(&self, file: u32, way: &DeclaredEntryPoint) -> EntryPoint {
        let (name, framework) = (way.name.clone(), way.framework.to_owned());
        EntryPoint {
            node: self.node(way.def),
            kind: way.kind,
            name,
            framework,
            line: way.line,
            file: FileId(file),
        }
    }

    fn found(&self, from: NodeId, line: u32, found: &ResolvedEdge, part: &mut Part) {
        let to = self.node(found.to);
        let own_type = found.kind == EdgeKind::UsesType && (from == to || self.contains(to, from));
        if !own_type {
            part.edge(from, to, found.kind, line, found.via);
        }
        let Some(below) = found.below.filter(|_| found.kind == EdgeKind::Calls) else {
            return;
        };
        let known = part.overrides.entry((found.to, below));
        let others = known.or_insert_with(|| self.overrides(found.to, below)).clone();
        for other in others {
            if other != to {
                part.edge(from, other, EdgeKind::Calls, line, Via::Dispatch);
            }
        }
    }

    pub fn contains(&self, outer: NodeId, inner: NodeId) -> bool {
        let (outer, inner) = (&self.nodes[outer.0 as usize], &self.nodes[inner.0 as usize]);
        outer.file == inner.file && outer.start_byte <= inner.start_byte && inner.end_byte <= outer.end_byte
    }

    /// Methods of the name in the types below one that has it.
    pub fn overrides(&self, method: Def, mut owner: Def) -> SmallVec<[NodeId; 4]> {
        let definition = self.index.definition(method);
        let facts = self.index.facts(method.file);
        if !definition.receiver.is_known()
            && facts.scope(facts.scope(definition.scope).parent).kind != ScopeKind::Class
        {
            return SmallVec::new();
        }
        if definition.receiver.is_known() {
            owner = method; // written outside: no type has it as a base's method but through embedding
        }
        let below = self.hierarchy.below(owner, MOST_OVERRIDES + 1);
        if below.len() > MOST_OVERRIDES {
            return SmallVec::new();
        }
        let name = self.index.name_hash(method);
        below
            .into_iter()
            .filter_map(|class| self.counterpart(method, self.index.members(class, name)))
            .map(|other| self.node(other))
            .collect()
    }

    /// Of the members of one name in another type the one that a method overrides, or that overrides it.
    fn counterpart(&self, method: Def, among: &[Def]) -> Option<Def> {
        let parameters = |def: Def| {
            let facts = self.index.facts(def.file);
            let all = facts.definition(def.id).parameters.iter();
            all.map(|p| facts.strings.hash(p.type_text)).collect::<SmallVec<[u64; 8]>>()
        };
        let mut callable = among.iter().copied().filter(|d| self.index.definition(*d).is_callable());
        if !self.index.language(method.file).rules.overloads {
            return callable.next();
        }
        let own = parameters(method);
        let fitting: SmallVec<[Def; 2]> = callable.filter(|d| parameters(*d).len() == own.len()).collect();
        fitting.iter().copied().find(|d| parameters(*d) == own).or(fitting.first().copied())
    }

    /// The one definition of that name in the repository, or candidates.
    fn guess(&self, file: u32, from: NodeId, resolved: &ResolvedReference, member: bool, part: &mut Part) {
        let facts = self.index.facts(file);
        let name = facts.strings.hash(resolved.name);
        let family = self.index.language(file).family;
        let fitting = self.by_name.get(&(family, name, member)).map_or(&[][..], |d| d.as_slice());
        let text = facts.text(resolved.name).into();
        let line = resolved.line;
        match *fitting {
            [] if !resolved.name.is_empty() => {
                let package = BUILTIN.into();
                part.external.push(External { from, package, name: text, line });
            }
            [only] => {
                let to = self.node(only);
                part.edge(from, to, EdgeKind::Calls, line, Via::UniqueName);
                if let Some(form) = resolved.form {
                    part.sites.push(CallSite { from, to, line, shape: form });
                }
            }
            _ => {
                let candidates = fitting.iter().take(MOST_CANDIDATES).map(|d| self.node(*d)).collect();
                part.unresolved.push(Unresolved { from, name: text, line, candidates });
            }
        }
    }
}

pub fn assemble(
    index: &Index,
    hierarchy: &Hierarchy,
    settled: &[Arc<ResolvedFile>],
    nodes: &[Arc<FileNodes>],
    files: Vec<File>,
    skipped: Vec<Skipped>,
    watch: &dyn FileObserver,
) -> Result<Graph, FailedFiles> {
    let of_all = || nodes.iter().flat_map(|file| file.nodes.iter().cloned()).collect::<Vec<_>>();
    let (nodes, by_name, numbers) = {
        let (all, by_name) = rayon::join(of_all, || by_name(index));
        (all, by_name, Numbers::new(nodes))
    };
    let builder = Builder { index, hierarchy, numbers, nodes: &nodes, by_name };
    let of_file = |file: u32| {
        let mut part = Part::default();
        builder.contain(file, &mut part);
        for resolved in &settled[file as usize].references {
            builder.reference(file, resolved, &mut part);
        }
        builder.import(file, &mut part);
        part.entries.extend(settled[file as usize].entry_points.iter().map(|way| builder.entry(file, way)));
        part.sort();
        part
    };
    let (inherited, parts) = rayon::join(|| builder.inherit(), || each(&index.files, watch, of_file));
    let parts: Vec<Part> = parts?;
    let mut graph = Graph::default();
    graph.edges.reserve(inherited.len() + parts.iter().map(|p| p.edges.len()).sum::<usize>());
    graph.external.reserve(parts.iter().map(|p| p.external.len()).sum());
    graph.unresolved.reserve(parts.iter().map(|p| p.unresolved.len()).sum());
    let mut sites = Vec::with_capacity(parts.len());
    for (part, file) in parts.into_iter().zip(settled) {
        graph.edges.extend(part.edges);
        graph.entry_points.extend(part.entries);
        graph.mentions.extend(part.mentions);
        graph.external.extend(part.external);
        graph.unresolved.extend(part.unresolved);
        sites.push((part.sites, file.forms.as_slice()));
    }
    graph.edges.extend(inherited);
    (graph.files, graph.nodes, graph.skipped) = (files, nodes, skipped);
    (graph.call_sites, graph.call_shapes) = joined_sites(sites);
    graph.entry_points.sort_unstable();
    graph.entry_points.dedup();
    graph.mentions.sort_unstable();
    graph.mentions.dedup();
    Ok(graph.finish(test_edges))
}

fn by_name(index: &Index) -> ByName {
    let mut names = ByName::default();
    for (def, definition) in index.definitions() {
        if definition.is_callable() && !definition.name.is_empty() && definition.flags & flag::TEST == 0 {
            let family = index.language(def.file).family;
            let member = definition.kind != NodeKind::Function;
            names.entry((family, index.name_hash(def), member)).or_default().push(def);
        }
    }
    names
}
