//! Selects the places that are worth reading in a review of a change, by the graphs alone. Reads no text.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Options, Piece, Role};
use crate::answer::fraction;
use crate::graph::{Edge, EdgeKind, Graph, NodeId, NodeKind, flag};
use crate::impact::{self, Answer};
use crate::query::innermost_definition;

/// A piece whose lines are not determined yet.
#[derive(Debug, Clone)]
pub struct Candidate {
    pub role: Role,
    pub node: Option<NodeId>,
    pub path: String,
    pub lines: Lines,
    pub distance: u32,
    pub confidence: f64,
    pub subject: String,
}

/// A description of the lines to show.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Lines {
    /// From the first to the last line.
    Range(u32, u32),
    /// The first line of the definition, and a line with the lines around it.
    Site(u32),
    /// The signature of the definition.
    Signature,
    /// The lines of a type outside of its members.
    Head,
}

/// Types with at most this many lines are shown whole.
const SHORT_TYPE: u32 = 12;

/// All candidates, the most relevant first.
pub fn select(base: Option<&Graph>, head: &Graph, options: &Options) -> Vec<Candidate> {
    let answer = base.map(|base| impact::impact(base, head, &unlimited(&options.impact)));
    let subjects = subjects(answer.as_ref(), head, options);
    let mut candidates = changed(&subjects, head, options);
    match &answer {
        Some(answer) => candidates.extend(affected(answer, &subjects, head)),
        None => candidates.extend(callers(&subjects, head, options)),
    }
    for id in &subjects.nodes {
        candidates.extend(dependencies(*id, head, options));
    }
    candidates.extend(imports(&subjects, head));
    candidates.sort_by(|a, b| {
        (a.role, a.distance)
            .cmp(&(b.role, b.distance))
            .then_with(|| b.confidence.total_cmp(&a.confidence))
            .then_with(|| (&a.path, first_line(a, head)).cmp(&(&b.path, first_line(b, head))))
    });
    let mut seen = FxHashSet::default();
    // Several subjects may depend on one definition: the first candidate of a role is the nearest.
    candidates.retain(|w| match (w.role, w.lines) {
        (Role::Changed, _) | (_, Lines::Site(_) | Lines::Range(..)) => true,
        _ => w.node.is_none_or(|node| seen.insert(node)),
    });
    candidates
}

/// The same options without a limit on the number of affected symbols, because the budget limits the lines.
fn unlimited(options: &impact::Options) -> impact::Options {
    impact::Options { max_affected: usize::MAX, ..options.clone() }
}

/// The definitions that the review is about.
struct Subjects {
    /// In head, sorted.
    nodes: Vec<NodeId>,
    /// The ids of the changes to consider, deleted definitions included. None: all.
    changes: Option<FxHashSet<String>>,
}

fn subjects(answer: Option<&Answer>, head: &Graph, options: &Options) -> Subjects {
    let mut edited: FxHashSet<NodeId> = FxHashSet::default();
    for (path, first, last) in &options.focus {
        edited.extend((*first..=*last).filter_map(|line| innermost_definition(head, path, line)));
    }
    let changed = |answer: &Answer| -> FxHashMap<NodeId, String> {
        let entries = answer.changes.iter();
        entries.filter_map(|c| Some((head.find(&c.symbol.id)?, c.symbol.id.clone()))).collect()
    };
    let mut nodes: Vec<NodeId>;
    let mut changes = None;
    match answer {
        Some(answer) if options.focus.is_empty() => nodes = changed(answer).into_keys().collect(),
        Some(answer) => {
            let changed = changed(answer);
            nodes = edited.iter().copied().filter(|id| changed.contains_key(id)).collect();
            let mut ids: FxHashSet<String> = nodes.iter().map(|id| changed[id].clone()).collect();
            let in_focus = |path: &str| options.focus.iter().any(|f| f.0 == path);
            let gone = answer.changes.iter().filter(|c| head.find(&c.symbol.id).is_none());
            ids.extend(gone.filter(|c| in_focus(&c.symbol.path)).map(|c| c.symbol.id.clone()));
            changes = Some(ids);
        }
        None => nodes = edited.into_iter().filter(|id| head.node(*id).kind != NodeKind::File).collect(),
    }
    nodes.sort_unstable();
    Subjects { nodes, changes }
}

fn changed(subjects: &Subjects, head: &Graph, options: &Options) -> Vec<Candidate> {
    let piece = |node, path: &str, lines| Candidate {
        role: Role::Changed,
        node,
        path: path.to_owned(),
        lines,
        distance: 0,
        confidence: 1.0,
        subject: String::new(),
    };
    let focus = options.focus.iter().map(|(path, first, last)| {
        piece(innermost_definition(head, path, *first), path, Lines::Range(*first, *last))
    });
    let own = subjects.nodes.iter().filter(|id| head.node(**id).kind != NodeKind::File).map(|id| {
        let node = head.node(*id);
        // Changed members are subjects themselves.
        let holds_members =
            matches!(node.kind, NodeKind::Class | NodeKind::Interface | NodeKind::Enum | NodeKind::Module);
        let lines = if holds_members { Lines::Head } else { Lines::Range(node.start_line, node.end_line) };
        piece(Some(*id), head.path(*id), lines)
    });
    focus.chain(own).collect()
}

/// The callers and tests that the impact analysis found.
fn affected(answer: &Answer, subjects: &Subjects, head: &Graph) -> Vec<Candidate> {
    let counts = |change: &str| subjects.changes.as_ref().is_none_or(|ids| ids.contains(change));
    let affected =
        answer.affected.iter().filter(|a| counts(&a.change) && !a.symbol.test).map(|a| Candidate {
            role: if a.distance <= 1 { Role::Caller } else { Role::Beyond },
            node: head.find(&a.symbol.id),
            path: a.path.first().map_or(&a.symbol.path, |step| &step.path).to_string(),
            lines: a.path.first().map_or(Lines::Signature, |step| Lines::Site(step.line)),
            distance: a.distance,
            confidence: a.confidence,
            subject: a.change.clone(),
        });
    let tests =
        answer.tests.iter().filter(|t| t.distance > 0 && t.changes.iter().any(|c| counts(c))).filter_map(
            |t| {
                let step = t.path.first()?;
                Some(Candidate {
                    role: Role::Test,
                    node: head.find(&t.symbol.id),
                    path: step.path.to_string(),
                    lines: Lines::Site(step.line),
                    distance: t.distance,
                    confidence: t.confidence,
                    subject: t.changes.first().map(|c| c.to_string()).unwrap_or_default(),
                })
            },
        );
    affected.chain(tests).collect()
}

/// The direct callers and tests, for a graph without a base.
fn callers(subjects: &Subjects, head: &Graph, options: &Options) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    for subject in &subjects.nodes {
        for (_, edge) in head.incoming(*subject).filter(|(_, e)| is_followed(e, options, CALLER_KINDS)) {
            let is_test = head.node(edge.from).is(flag::TEST);
            candidates.push(Candidate {
                role: if is_test { Role::Test } else { Role::Caller },
                node: Some(edge.from),
                path: head.path(edge.from).to_owned(),
                lines: Lines::Site(edge.line),
                distance: 1,
                confidence: fraction(edge.confidence),
                subject: head.id(*subject),
            });
        }
    }
    candidates
}

/// The callees and types that a definition depends on.
fn dependencies(subject: NodeId, head: &Graph, options: &Options) -> Vec<Candidate> {
    let kinds = |edge: &Edge| is_followed(edge, options, CALLEE_KINDS);
    let mut candidates = Vec::new();
    for (_, edge) in head.outgoing(subject).filter(|(_, e)| kinds(e) && e.to != subject) {
        let node = head.node(edge.to);
        let is_type =
            matches!(node.kind, NodeKind::Class | NodeKind::Interface | NodeKind::Enum | NodeKind::Type);
        if node.kind == NodeKind::File {
            continue;
        }
        candidates.push(Candidate {
            role: if is_type { Role::Type } else { Role::Callee },
            node: Some(edge.to),
            path: head.path(edge.to).to_owned(),
            lines: if !is_type {
                Lines::Signature
            } else if node.end_line - node.start_line < SHORT_TYPE {
                Lines::Range(node.start_line, node.end_line)
            } else {
                Lines::Head
            },
            distance: 1,
            confidence: fraction(edge.confidence),
            subject: head.id(subject),
        });
    }
    candidates
}

/// The imports, in files with changes, of the definitions that the changed code uses.
fn imports(subjects: &Subjects, head: &Graph) -> Vec<Candidate> {
    let mut used: FxHashMap<u32, FxHashSet<u32>> = FxHashMap::default();
    for subject in &subjects.nodes {
        let targets = head.outgoing(*subject).filter(|(_, e)| CALLEE_KINDS.contains(&e.kind));
        used.entry(head.node(*subject).file.0)
            .or_default()
            .extend(targets.map(|(_, e)| head.node(e.to).file.0));
    }
    let mut candidates = Vec::new();
    let mut files: Vec<_> = used.into_iter().collect();
    files.sort_unstable_by_key(|(file, _)| *file);
    for (file, targets) in files {
        let path = &head.files[file as usize].path;
        let Some(node) = head.find(path) else { continue };
        for (_, edge) in head.outgoing(node).filter(|(_, e)| e.kind == EdgeKind::Imports) {
            if targets.contains(&head.node(edge.to).file.0) {
                candidates.push(Candidate {
                    role: Role::Import,
                    node: Some(edge.to),
                    path: path.to_string(),
                    lines: Lines::Range(edge.line, edge.line),
                    distance: 1,
                    confidence: fraction(edge.confidence),
                    subject: path.to_string(),
                });
            }
        }
    }
    candidates
}

const CALLER_KINDS: &[EdgeKind] =
    &[EdgeKind::Calls, EdgeKind::Overrides, EdgeKind::Extends, EdgeKind::Implements, EdgeKind::UsesType];
const CALLEE_KINDS: &[EdgeKind] =
    &[EdgeKind::Calls, EdgeKind::Extends, EdgeKind::Implements, EdgeKind::UsesType];

fn is_followed(edge: &Edge, options: &Options, kinds: &[EdgeKind]) -> bool {
    kinds.contains(&edge.kind) && fraction(edge.confidence) >= options.impact.min_confidence
}

fn first_line(candidate: &Candidate, head: &Graph) -> u32 {
    match candidate.lines {
        Lines::Range(first, _) | Lines::Site(first) => first,
        Lines::Signature | Lines::Head => candidate.node.map_or(0, |id| head.node(id).start_line),
    }
}

impl Candidate {
    pub fn into_piece(self, head: &Graph, lines: Vec<(u32, u32)>) -> Piece {
        Piece {
            role: self.role,
            symbol: self.node.map_or_else(|| self.path.clone(), |id| head.id(id)),
            path: self.path,
            lines,
            distance: self.distance,
            confidence: self.confidence,
            subject: self.subject,
        }
    }
}
