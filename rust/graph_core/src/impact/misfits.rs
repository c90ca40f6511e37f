//! Misfits: the places in head that do not match a change any more, each with file and line: calls with wrong arguments
//! or without await, uses of definitions that became invisible, references to definitions that are gone.

use rustc_hash::{FxHashMap, FxHashSet};

use super::analysis::Analysis;
use super::answer::Misfit;
use super::call_check::{MisfitReason, mismatch};
use super::dangling::has_more_references;
use crate::answer::{Symbol, bare_name, fraction, without_ordinal};
use crate::graph::{CallShape, Edge, EdgeKind, FileId, Graph, Node, NodeId, NodeKind, Via, Visibility};
use crate::languages::Language;

/// A place in head: the definition that contains the code, the line, and the index of the change.
type Place = (NodeId, u32, u32);

/// Collects misfits, one for each place.
struct Collector<'s> {
    analysis: &'s Analysis<'s>,
    min_confidence: u8,
    places: FxHashMap<Place, (MisfitReason, String, u8)>,
}

/// The misfits, sorted by path and line. A place that did not match before the change is none.
pub(super) fn misfits(analysis: &Analysis) -> Vec<Misfit> {
    let (min_confidence, places) = (analysis.options.min_confidence_hundredths(), FxHashMap::default());
    let mut collector = Collector { analysis, min_confidence, places };
    for (change, origin) in analysis.comparison.changes.iter().zip(0u32..) {
        if let (Some(b), Some(h)) = (change.base, change.head) {
            collector.calls_in_head(b, h, origin);
            collector.calls_of_base(b, h, origin);
        }
    }
    for &(id, origin) in analysis.base_sources.iter().chain(&analysis.displaced) {
        collector.references_to_removed(id, origin);
    }
    let mut places: Vec<_> = collector.places.into_iter().collect();
    places.sort_unstable_by_key(|((holder, line, origin), _)| {
        (analysis.head.node(*holder).file, *line, *origin)
    });
    places
        .into_iter()
        .map(|((holder, line, origin), (why, argument, confidence))| Misfit {
            symbol: Symbol::of(analysis.head, holder),
            path: analysis.head.path(holder).to_owned(),
            line,
            change: analysis.change_id(origin),
            why,
            argument,
            confidence: fraction(confidence),
        })
        .collect()
}

impl Collector<'_> {
    /// Adds the calls in head that resolve to the definition and do not match it any more.
    fn calls_in_head(&mut self, b: NodeId, h: NodeId, origin: u32) {
        let (base, head) = (self.analysis.base, self.analysis.head);
        let (old, new) = (base.node(b), head.node(h));
        let is_hidden = became_private(old, new);
        let language = Language::named(&head.file(new.file).language);
        let subclasses_see_private = language.is_some_and(|l| l.rules.members.private_in_subtypes);
        let min_confidence = self.min_confidence;
        for (_, edge) in head.incoming(h).filter(|(_, e)| is_certain_call(e, min_confidence)) {
            let place = (edge.from, edge.line, origin);
            let is_subclass = edge.via == Via::Receiver && subclasses_see_private;
            if is_hidden && !is_subclass && head.node(edge.from).file != new.file {
                self.add(place, MisfitReason::NotVisible, String::new(), edge.confidence);
            }
            for form in head.call_sites(edge).iter().map(|site| head.call_shape(site)) {
                if let Some((why, argument)) = new_mismatch(old, new, form) {
                    self.add(place, why, argument, edge.confidence);
                }
            }
        }
    }

    /// Adds the calls of unchanged code that have no edge to the definition any more in head, because they do not match it.
    fn calls_of_base(&mut self, b: NodeId, h: NodeId, origin: u32) {
        let (base, head) = (self.analysis.base, self.analysis.head);
        let (old, new) = (base.node(b), head.node(h));
        let min_confidence = self.min_confidence;
        for (_, edge) in base.incoming(b).filter(|(_, e)| is_certain_call(e, min_confidence)) {
            let Some(holder) = self.unchanged_holder(edge) else { continue };
            let mut others = head.outgoing(holder).filter(|(_, e)| e.kind == EdgeKind::Calls);
            if others.any(|(_, e)| e.to == h) {
                continue;
            }
            let line = self.line_in_head(edge, holder, &old.name);
            for form in base.call_sites(edge).iter().map(|site| base.call_shape(site)) {
                let Some((why, argument)) = new_mismatch(old, new, form) else { continue };
                let mut others = head.outgoing(holder).filter(|(_, e)| e.kind == EdgeKind::Calls);
                let resolves_elsewhere = others.any(|(_, e)| {
                    let other = head.node(e.to);
                    other.name == new.name
                        && mismatch(other, form).is_none()
                        && has_more_references(base, head, self.analysis.comparison, edge, e)
                });
                if !resolves_elsewhere {
                    self.add((holder, line, origin), why, argument, edge.confidence);
                }
            }
        }
    }

    /// Adds the references to a definition that is deleted, renamed or moved.
    fn references_to_removed(&mut self, b: NodeId, origin: u32) {
        let analysis = self.analysis;
        let name = without_ordinal(&analysis.base.node(b).name);
        let importers = self.files_behind_failing_import(b);
        let is_reported = |from: NodeId| importers.contains(&analysis.base.node(from).file);
        for (_, edge) in analysis.base.incoming(b).filter(|(_, e)| !is_reported(e.from)) {
            let Some(holder) = analysis.comparison.head_of(edge.from) else { continue };
            if edge.via == Via::Dispatch
                || analysis.base.is_aliased(edge)
                || edge.confidence < self.min_confidence
                || matches!(edge.kind, EdgeKind::Contains | EdgeKind::Tests | EdgeKind::Overrides)
            {
                continue;
            }
            if analysis.dangles(edge) {
                let line = self.line_in_head(edge, holder, name);
                self.add((holder, line, origin), MisfitReason::Gone, String::new(), edge.confidence);
            } else if edge.kind == EdgeKind::Calls
                && analysis.rewritten.contains_key(&holder)
                && lines_without_edge(analysis.base, edge.from, name).is_empty()
            {
                for line in lines_without_edge(analysis.head, holder, name) {
                    self.add((holder, line, origin), MisfitReason::Gone, String::new(), edge.confidence);
                }
            }
        }
    }

    /// The files that import `b` through a file that re-exports it by name and whose own import fails. Only the failing
    /// import is reported.
    fn files_behind_failing_import(&self, b: NodeId) -> FxHashSet<FileId> {
        let base = self.analysis.base;
        let imports = || base.incoming(b).map(|(_, e)| e).filter(|e| e.kind == EdgeKind::Imports);
        let file_of = |id: NodeId| base.node(id).file;
        let failing: FxHashSet<FileId> =
            imports().filter(|e| self.analysis.dangles(e)).map(|e| file_of(e.from)).collect();
        let from_failing = |edge: &&Edge| {
            let same = base.outgoing(edge.from).map(|(_, e)| e);
            let is_file = |id: NodeId| base.node(id).kind == NodeKind::File;
            let same = same.filter(|e| e.kind == EdgeKind::Imports && e.line == edge.line && is_file(e.to));
            let mut files = same.map(|e| file_of(e.to)).filter(|file| *file != file_of(b)).peekable();
            files.peek().is_some() && files.any(|file| file != file_of(edge.from) && failing.contains(&file))
        };
        imports().filter(from_failing).map(|e| file_of(e.from)).collect()
    }

    /// The definition of head that contains the reference of an edge of base, if its code is unchanged. None for module-level
    /// code, whose lines cannot be mapped.
    fn unchanged_holder(&self, edge: &Edge) -> Option<NodeId> {
        let holder = self.analysis.comparison.head_of(edge.from)?;
        let (old, new) = (self.analysis.base.node(edge.from), self.analysis.head.node(holder));
        (old.body_hash == new.body_hash && old.kind != NodeKind::File).then_some(holder)
    }

    /// The line in head of the reference of an edge of base: that of the reference without edge to the same name and of the
    /// same rank, otherwise at the same offset from the first line of `holder`.
    fn line_in_head(&self, edge: &Edge, holder: NodeId, name: &str) -> u32 {
        let base = self.analysis.base;
        let mut before: Vec<u32> = base
            .outgoing(edge.from)
            .filter(|(_, e)| e.to == edge.to && e.kind == edge.kind)
            .map(|(_, e)| e.line)
            .collect();
        before.sort_unstable();
        let after = lines_without_edge(self.analysis.head, holder, without_ordinal(name));
        if edge.kind == EdgeKind::Calls
            && after.len() == before.len()
            && let Some(at) = before.iter().position(|line| *line == edge.line)
        {
            return after[at];
        }
        self.shifted_line(edge.line, edge.from, holder)
    }

    /// The line at the same offset from the first line of `holder` as `line` has in base. Lines of module-level code are
    /// unchanged.
    fn shifted_line(&self, line: u32, from: NodeId, holder: NodeId) -> u32 {
        let (old, new) = (self.analysis.base.node(from), self.analysis.head.node(holder));
        if old.kind == NodeKind::File {
            return line;
        }
        (line + new.start_line).saturating_sub(old.start_line)
    }

    fn add(&mut self, place: Place, why: MisfitReason, argument: String, confidence: u8) {
        let misfit = (why, argument, confidence);
        let known = self.places.entry(place).or_insert_with(|| misfit.clone());
        if (misfit.0, &misfit.1) < (known.0, &known.1) {
            *known = misfit;
        }
    }
}

fn is_certain_call(edge: &Edge, min_confidence: u8) -> bool {
    edge.kind == EdgeKind::Calls && edge.via != Via::Dispatch && edge.confidence >= min_confidence
}

/// Why the call does not match the new version, if it matched the old one.
fn new_mismatch(old: &Node, new: &Node, form: &CallShape) -> Option<(MisfitReason, String)> {
    mismatch(new, form).filter(|_| mismatch(old, form).is_none())
}

/// The definition became private, so that only its own file can use it.
fn became_private(old: &Node, new: &Node) -> bool {
    old.contract.visibility < Visibility::Private && new.contract.visibility == Visibility::Private
}

/// The lines, each once, at which `holder` refers to a name without an edge.
fn lines_without_edge(graph: &Graph, holder: NodeId, name: &str) -> Vec<u32> {
    let unresolved = &graph.unresolved[graph.unresolved.partition_point(|u| u.from < holder)..];
    let unresolved = unresolved.iter().take_while(|u| u.from == holder);
    let external = &graph.external[graph.external.partition_point(|x| x.from < holder)..];
    let external = external.iter().take_while(|x| x.from == holder);
    let mut lines: Vec<u32> = unresolved
        .map(|u| (&u.name, u.line))
        .chain(external.map(|x| (&x.name, x.line)))
        .filter(|(written, _)| bare_name(written) == name)
        .map(|(_, line)| line)
        .collect();
    lines.sort_unstable();
    lines.dedup();
    lines
}
