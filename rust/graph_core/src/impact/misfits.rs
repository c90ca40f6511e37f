//! Misfits: the places in head that no longer fit what changed, each with its file and line: calls with the wrong
//! arguments or without waiting, uses of what is out of sight, references to what is gone.

use rustc_hash::{FxHashMap, FxHashSet};

use super::answer::Misfit;
use super::dangling::more;
use super::fit::{Why, misfit};
use super::study::Study;
use crate::answer::{Symbol, bare_name, fraction, without_ordinal};
use crate::graph::{Edge, EdgeKind, FileId, Form, Graph, Node, NodeId, NodeKind, Via, Visibility};
use crate::languages::Language;

/// A place in head: the holder of the code, its line, the change; then what is wrong.
type Place = (NodeId, u32, u32);

struct Found<'s> {
    study: &'s Study<'s>,
    least: u8,
    places: FxHashMap<Place, (Why, String, u8)>,
}

/// By path and line. A place that did not fit before is not told: it is no consequence of the change.
pub(super) fn misfits(study: &Study) -> Vec<Misfit> {
    let (least, places) = (study.options.least_confidence(), FxHashMap::default());
    let mut found = Found { study, least, places };
    for (change, origin) in study.comparison.changes.iter().zip(0u32..) {
        if let (Some(b), Some(h)) = (change.base, change.head) {
            found.calls_in_head(b, h, origin);
            found.calls_of_base(b, h, origin);
        }
    }
    for &(id, origin) in study.base_sources.iter().chain(&study.displaced) {
        found.gone(id, origin);
    }
    let mut places: Vec<_> = found.places.into_iter().collect();
    places
        .sort_unstable_by_key(|((holder, line, origin), _)| (study.head.node(*holder).file, *line, *origin));
    places
        .into_iter()
        .map(|((holder, line, origin), (why, argument, confidence))| Misfit {
            symbol: Symbol::of(study.head, holder),
            path: study.head.path(holder).to_owned(),
            line,
            change: study.change_id(origin),
            why,
            argument,
            confidence: fraction(confidence),
        })
        .collect()
}

impl Found<'_> {
    /// Calls that still lead to the definition.
    fn calls_in_head(&mut self, b: NodeId, h: NodeId, origin: u32) {
        let (base, head) = (self.study.base, self.study.head);
        let (old, new) = (base.node(b), head.node(h));
        let hidden = hides(old, new);
        let language = Language::named(&head.file(new.file).language);
        let heirs_see = language.is_some_and(|l| l.rules.members.private_in_subtypes);
        let least = self.least;
        for (_, edge) in head.incoming(h).filter(|(_, e)| counts(e, least)) {
            let place = (edge.from, edge.line, origin);
            let inherits = edge.via == Via::Receiver && heirs_see;
            if hidden && !inherits && head.node(edge.from).file != new.file {
                self.add(place, Why::NotVisible, String::new(), edge.confidence);
            }
            for form in head.sites(edge).iter().map(|site| head.form(site)) {
                if let Some((why, argument)) = no_longer(old, new, form) {
                    self.add(place, why, argument, edge.confidence);
                }
            }
        }
    }

    /// Calls of code that is as it was, and that head ties to nothing or to another definition of the name, since
    /// they do not fit.
    fn calls_of_base(&mut self, b: NodeId, h: NodeId, origin: u32) {
        let (base, head) = (self.study.base, self.study.head);
        let (old, new) = (base.node(b), head.node(h));
        let least = self.least;
        for (_, edge) in base.incoming(b).filter(|(_, e)| counts(e, least)) {
            let Some(holder) = self.unchanged_holder(edge) else { continue };
            let mut others = head.outgoing(holder).filter(|(_, e)| e.kind == EdgeKind::Calls);
            if others.any(|(_, e)| e.to == h) {
                continue;
            }
            let line = self.line_in_head(edge, holder, &old.name);
            for form in base.sites(edge).iter().map(|site| base.form(site)) {
                let Some((why, argument)) = no_longer(old, new, form) else { continue };
                let mut others = head.outgoing(holder).filter(|(_, e)| e.kind == EdgeKind::Calls);
                let taken = others.any(|(_, e)| {
                    let other = head.node(e.to);
                    other.name == new.name
                        && misfit(other, form).is_none()
                        && more(base, head, self.study.comparison, edge, e)
                });
                if !taken {
                    self.add((holder, line, origin), why, argument, edge.confidence);
                }
            }
        }
    }

    /// References to what is deleted, renamed or moved, in code that did not go along.
    fn gone(&mut self, b: NodeId, origin: u32) {
        let study = self.study;
        let name = without_ordinal(&study.base.node(b).name);
        let excused = self.excused(b);
        let is_excused = |from: NodeId| excused.contains(&study.base.node(from).file);
        for (_, edge) in study.base.incoming(b).filter(|(_, e)| !is_excused(e.from)) {
            let Some(holder) = study.comparison.head_of(edge.from) else { continue };
            if edge.via == Via::Dispatch
                || study.base.is_aliased(edge)
                || edge.confidence < self.least
                || matches!(edge.kind, EdgeKind::Contains | EdgeKind::Tests | EdgeKind::Overrides)
            {
                continue;
            }
            if study.dangles(edge) {
                let line = self.line_in_head(edge, holder, name);
                self.add((holder, line, origin), Why::Gone, String::new(), edge.confidence);
            } else if edge.kind == EdgeKind::Calls
                && study.rewritten.contains_key(&holder)
                && open_lines(study.base, edge.from, name).is_empty()
            {
                for line in open_lines(study.head, holder, name) {
                    self.add((holder, line, origin), Why::Gone, String::new(), edge.confidence);
                }
            }
        }
        let least = self.least;
        let mentions = study.base.mentions_of(b).iter();
        for mention in mentions.filter(|m| m.confidence >= least && !is_excused(m.from)) {
            if let Some(holder) = study.mention_dangles(mention) {
                let line = self.shifted(mention.line, mention.from, holder);
                self.add((holder, line, origin), Why::Gone, String::new(), mention.confidence);
            }
        }
    }

    /// Files that have it from a file which hands it on by name and does not find it any more: that one is told.
    fn excused(&self, b: NodeId) -> FxHashSet<FileId> {
        let base = self.study.base;
        let imports = || base.incoming(b).map(|(_, e)| e).filter(|e| e.kind == EdgeKind::Imports);
        let file_of = |id: NodeId| base.node(id).file;
        let failing: FxHashSet<FileId> =
            imports().filter(|e| self.study.dangles(e)).map(|e| file_of(e.from)).collect();
        let from_failing = |edge: &&Edge| {
            let same = base.outgoing(edge.from).map(|(_, e)| e);
            let is_file = |id: NodeId| base.node(id).kind == NodeKind::File;
            let same = same.filter(|e| e.kind == EdgeKind::Imports && e.line == edge.line && is_file(e.to));
            let mut files = same.map(|e| file_of(e.to)).filter(|file| *file != file_of(b)).peekable();
            files.peek().is_some() && files.any(|file| file != file_of(edge.from) && failing.contains(&file))
        };
        imports().filter(from_failing).map(|e| file_of(e.from)).collect()
    }

    /// The holder of the edge in head, if its code is as it was. Module-level code has no lines of its own.
    fn unchanged_holder(&self, edge: &Edge) -> Option<NodeId> {
        let holder = self.study.comparison.head_of(edge.from)?;
        let (old, new) = (self.study.base.node(edge.from), self.study.head.node(holder));
        (old.body_hash == new.body_hash && old.kind != NodeKind::File).then_some(holder)
    }

    /// Where the reference of an edge of base stands in head: among the open references of the name there, else
    /// as many lines below the holder's first.
    fn line_in_head(&self, edge: &Edge, holder: NodeId, name: &str) -> u32 {
        let base = self.study.base;
        let mut before: Vec<u32> = base
            .outgoing(edge.from)
            .filter(|(_, e)| e.to == edge.to && e.kind == edge.kind)
            .map(|(_, e)| e.line)
            .collect();
        before.sort_unstable();
        let after = open_lines(self.study.head, holder, without_ordinal(name));
        if edge.kind == EdgeKind::Calls
            && after.len() == before.len()
            && let Some(at) = before.iter().position(|line| *line == edge.line)
        {
            return after[at];
        }
        self.shifted(edge.line, edge.from, holder)
    }

    /// As many lines below the first of its holder as in base. Module-level code is not followed.
    fn shifted(&self, line: u32, from: NodeId, holder: NodeId) -> u32 {
        let (old, new) = (self.study.base.node(from), self.study.head.node(holder));
        if old.kind == NodeKind::File {
            return line;
        }
        (line + new.start_line).saturating_sub(old.start_line)
    }

    fn add(&mut self, place: Place, why: Why, argument: String, confidence: u8) {
        let said = (why, argument, confidence);
        let held = self.places.entry(place).or_insert_with(|| said.clone());
        if (said.0, &said.1) < (held.0, &held.1) {
            *held = said;
        }
    }
}

fn counts(edge: &Edge, least: u8) -> bool {
    edge.kind == EdgeKind::Calls && edge.via != Via::Dispatch && edge.confidence >= least
}

/// What does not fit now and did before.
fn no_longer(old: &Node, new: &Node, form: &Form) -> Option<(Why, String)> {
    misfit(new, form).filter(|_| misfit(old, form).is_none())
}

/// Only its own file can use it now, and others could.
fn hides(old: &Node, new: &Node) -> bool {
    old.contract.visibility < Visibility::Private && new.contract.visibility == Visibility::Private
}

/// The lines at which the code of `holder` refers to a name without an edge, each once.
fn open_lines(graph: &Graph, holder: NodeId, name: &str) -> Vec<u32> {
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
