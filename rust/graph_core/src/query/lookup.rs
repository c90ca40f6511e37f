//! Finds the node that a name stands for, with suggestions if there is none, and the definition that contains a line.

use rustc_hash::FxHashSet;

use crate::answer::without_ordinal;
use crate::error::{Error, Result};
use crate::graph::{FileId, Graph, Node, NodeId, NodeKind};

const MAX_CANDIDATES: usize = 10;
const MAX_SUGGESTIONS: usize = 5;

/// The innermost definition in `graph` that contains a line of a file.
pub fn innermost_definition(graph: &Graph, path: &str, line: u32) -> Option<NodeId> {
    let file = graph.files.binary_search_by(|f| (*f.path).cmp(path)).ok()? as u32;
    let from = graph.nodes.partition_point(|n| n.file.0 < file);
    let to = graph.nodes.partition_point(|n| n.file.0 <= file);
    let contains = |i: &usize| (graph.nodes[*i].start_line..=graph.nodes[*i].end_line).contains(&line);
    let around: Vec<usize> = (from..to).filter(contains).collect();
    // An assignment that defines a field is code of the method around it.
    let is_in_code = |i: usize| {
        let node = &graph.nodes[i];
        let encloses = |other: &Node| {
            other.kind.is_callable()
                && other.start_byte <= node.start_byte
                && node.start_byte < other.end_byte
        };
        node.kind.is_value() && around.iter().any(|other| encloses(&graph.nodes[*other]))
    };
    let around = around.iter().copied().filter(|i| !is_in_code(*i));
    around
        .min_by_key(|i: &usize| {
            let node = &graph.nodes[*i];
            (node.end_line - node.start_line, std::cmp::Reverse(node.start_byte))
        })
        .map(|i| NodeId(i as u32))
}

/// The node with that id, or the only one whose id ends with it: `name`, `Outer.name`, `file.py::Outer.name`, `file.py`.
/// A name without ordinal matches all duplicates of that name; the name of a class matches the class and not its
/// constructor. `NoSuchSymbol` or `AmbiguousSymbol` if there is not exactly one.
pub fn symbol(graph: &Graph, name: &str) -> Result<NodeId> {
    if let Some(id) = graph.find(name) {
        return Ok(id);
    }
    let mut found: Vec<NodeId> = graph.node_ids().filter(|id| matches_name(graph, *id, name)).collect();
    if found.is_empty() && name.contains("::") {
        let dotted = name.replace("::", ".");
        found = graph.node_ids().filter(|id| matches_name(graph, *id, &dotted)).collect();
    }
    // A name alone stands for a function or a type rather than for a value.
    if found.iter().any(|id| !graph.node(*id).kind.is_value()) {
        found.retain(|id| !graph.node(*id).kind.is_value());
    }
    if found.len() > 1 {
        let containers: FxHashSet<(FileId, &str)> = found.iter().map(|id| qualified(graph, *id)).collect();
        found.retain(|id| !is_constructor_of(graph, *id, &containers));
    }
    match found.as_slice() {
        [] => Err(Error::NoSuchSymbol { symbol: name.to_owned(), suggestions: suggestions(graph, name) }),
        [id] => Ok(*id),
        several => Err(Error::AmbiguousSymbol {
            symbol: name.to_owned(),
            candidates: several.iter().take(MAX_CANDIDATES).map(|id| graph.id(*id)).collect(),
        }),
    }
}

fn qualified(graph: &Graph, id: NodeId) -> (FileId, &str) {
    (graph.node(id).file, &graph.node(id).qualified_name)
}

/// The node is a constructor with the name of its class, which is among `containers`.
fn is_constructor_of(graph: &Graph, id: NodeId, containers: &FxHashSet<(FileId, &str)>) -> bool {
    let node = graph.node(id);
    let outer = node.qualified_name.rsplit_once('.').map(|(outer, _)| outer);
    node.kind == NodeKind::Constructor && outer.is_some_and(|outer| containers.contains(&(node.file, outer)))
}

fn matches_name(graph: &Graph, id: NodeId, name: &str) -> bool {
    if name.is_empty() {
        return false;
    }
    let node = graph.node(id);
    if node.kind == NodeKind::File {
        return ends_at(graph.path(id), name, '/');
    }
    let (path, qualified) = match name.split_once("::") {
        Some((path, qualified)) => (Some(path), qualified),
        None => (None, name),
    };
    let own =
        if qualified.contains('#') { &node.qualified_name } else { without_ordinal(&node.qualified_name) };
    match path {
        Some(path) => own == qualified && ends_at(graph.path(id), path, '/'),
        None => ends_at(own, qualified, '.'),
    }
}

/// `text` is `end`, or ends with it after a boundary character.
fn ends_at(text: &str, end: &str, boundary: char) -> bool {
    text.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with(boundary))
}

/// The ids of definitions whose name is similar to `name`, by edit distance or as a substring; the most similar first.
fn suggestions(graph: &Graph, name: &str) -> Vec<String> {
    let wanted = last_part(name).to_lowercase();
    if wanted.is_empty() {
        return Vec::new();
    }
    let max_distance = (wanted.chars().count() / 3).clamp(1, 3);
    let mut ranked = Vec::new();
    for id in graph.node_ids().filter(|id| graph.node(*id).kind != NodeKind::File) {
        let other = without_ordinal(&graph.node(id).name).to_lowercase();
        let distance = match edit_distance(&wanted, &other, max_distance) {
            Some(distance) => distance,
            None if is_substring(&wanted, &other) => max_distance + wanted.len().abs_diff(other.len()),
            None => continue,
        };
        ranked.push((distance, id));
    }
    ranked.sort_unstable();
    let mut seen = FxHashSet::default();
    ranked
        .into_iter()
        .map(|(_, id)| graph.id(id))
        .filter(|id| seen.insert(id.clone()))
        .take(MAX_SUGGESTIONS)
        .collect()
}

fn last_part(name: &str) -> &str {
    without_ordinal(name).rsplit(['.', ':', '/']).next().unwrap_or(name)
}

fn is_substring(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    short.len() >= 3 && long.contains(short)
}

/// The Levenshtein distance of two names; None if it is more than `max_distance`.
fn edit_distance(a: &str, b: &str, max_distance: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > 4 * max_distance {
        return None;
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > max_distance {
        return None;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
        if row.iter().min() > Some(&max_distance) {
            return None;
        }
    }
    row.last().copied().filter(|distance| *distance <= max_distance)
}
