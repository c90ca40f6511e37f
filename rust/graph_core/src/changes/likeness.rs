//! Likeness: how alike two definitions are by what a graph says of them: signature, name, size, what they refer to.

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashSet, FxHasher};

use super::tree::{Tree, sibling_name};
use crate::answer::bare_name;
use crate::graph::{EdgeKind, Graph, Node, NodeId, Parameter, flag};

/// Bodies shorter than this many bytes say little: `return null;`, `return this.x`.
const TELLING_BYTES: usize = 24;

/// Bodies shorter than this say nothing at all: `pass`, `{}`.
const EMPTY_BYTES: usize = 10;

/// The signature without the name: two definitions of one shape can stand in for each other.
pub(super) fn shape(node: &Node) -> u64 {
    let mut hasher = FxHasher::default();
    super::tree::family(node.kind).hash(&mut hasher);
    for parameter in &node.contract.parameters {
        shape_of_parameter(parameter).hash(&mut hasher);
    }
    node.contract.parameters.len().hash(&mut hasher);
    tight(&node.contract.returns).hash(&mut hasher);
    node.contract.bases.iter().map(|b| tight(b)).for_each(|b| b.hash(&mut hasher));
    (node.flags & (flag::ASYNC | flag::STATIC)).hash(&mut hasher);
    hasher.finish()
}

fn shape_of_parameter(p: &Parameter) -> (&str, String, String, bool, u8) {
    (&p.name, tight(&p.r#type), tight(&p.default), p.optional, p.kind as u8)
}

fn tight(text: &str) -> String {
    text.split_whitespace().collect()
}

/// The body is too short to tell whose it is.
pub(super) fn is_trivial(node: &Node) -> bool {
    body_bytes(node) < TELLING_BYTES
}

/// Not even together with the parameters does the body tell whose it is.
pub(super) fn is_empty(node: &Node) -> bool {
    is_trivial(node) && (node.contract.parameters.is_empty() || body_bytes(node) < EMPTY_BYTES)
}

fn body_bytes(node: &Node) -> usize {
    let bytes = node.end_byte.saturating_sub(node.start_byte) as usize;
    bytes.saturating_sub(node.contract.text.len())
}

/// In hundredths: 100 when parameters and return type are the same.
pub(super) fn signature_likeness(a: &Node, b: &Node) -> u8 {
    if a.signature_hash == b.signature_hash || shape(a) == shape(b) {
        return 100;
    }
    let set = |node: &Node| -> FxHashSet<String> {
        let mut parts: FxHashSet<String> =
            node.contract.parameters.iter().map(|p| format!("{}:{}", p.name, tight(&p.r#type))).collect();
        parts.insert(format!("->{}", tight(&node.contract.returns)));
        parts
    };
    dice(&set(a), &set(b)).min(99)
}

/// What two definitions have in common besides their hashes; symmetric.
pub(super) struct Likeness {
    /// All in hundredths.
    pub(super) name: u8,
    pub(super) size: u8,
    /// Of the names that they refer to, or hold; `None` when neither has any.
    pub(super) names_inside: Option<u8>,
    /// How many such names both have.
    pub(super) shared: usize,
}

impl Likeness {
    pub(super) fn of(
        base: &Graph,
        base_tree: &Tree,
        b: NodeId,
        head: &Graph,
        head_tree: &Tree,
        h: NodeId,
    ) -> Self {
        let (old, new) = (base.node(b), head.node(h));
        let (lines_old, lines_new) = (lines(old), lines(new));
        let (inside_old, inside_new) = (names_inside(base, base_tree, b), names_inside(head, head_tree, h));
        let none = inside_old.is_empty() && inside_new.is_empty();
        Likeness {
            name: name_likeness(sibling_name(base, b), sibling_name(head, h)),
            size: (100 * lines_old.min(lines_new) / lines_old.max(lines_new)) as u8,
            names_inside: (!none).then(|| dice(&inside_old, &inside_new)),
            shared: inside_old.intersection(&inside_new).count(),
        }
    }

    /// In hundredths, never as high as for an equal body.
    pub(super) fn score(&self) -> u8 {
        let inside = u32::from(self.names_inside.unwrap_or(50));
        (40 + (20 * u32::from(self.name) + 20 * inside + 5 * u32::from(self.size)) / 100) as u8
    }
}

fn lines(node: &Node) -> u32 {
    node.end_line.saturating_sub(node.start_line) + 1
}

fn names_inside<'g>(graph: &'g Graph, tree: &Tree, id: NodeId) -> FxHashSet<&'g str> {
    let mut names: FxHashSet<&str> = graph
        .outgoing(id)
        .filter(|(_, e)| matches!(e.kind, EdgeKind::Calls | EdgeKind::UsesType) && e.to != id)
        .map(|(_, e)| sibling_name(graph, e.to))
        .collect();
    let external = graph.external.partition_point(|x| x.from < id);
    names.extend(graph.external[external..].iter().take_while(|x| x.from == id).map(|x| bare_name(&x.name)));
    let unresolved = graph.unresolved.partition_point(|x| x.from < id);
    names.extend(
        graph.unresolved[unresolved..].iter().take_while(|x| x.from == id).map(|x| bare_name(&x.name)),
    );
    names.extend(graph.node(id).contract.fields.iter().map(|f| f.name.as_str()));
    names.extend(tree.children(id).iter().map(|child| sibling_name(graph, *child)));
    names.remove("");
    names
}

/// By the words in the names: `getUser` and `fetch_user` share one of two.
pub(super) fn name_likeness(a: &str, b: &str) -> u8 {
    if a == b { 100 } else { dice(&words(a), &words(b)).min(99) }
}

fn words(name: &str) -> FxHashSet<String> {
    let mut words = FxHashSet::default();
    let mut word = String::new();
    let mut was_lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && was_lower) {
            words.insert(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        was_lower = c.is_lowercase() || c.is_ascii_digit();
    }
    words.insert(word);
    words.remove("");
    words
}

fn dice<T: Eq + Hash>(a: &FxHashSet<T>, b: &FxHashSet<T>) -> u8 {
    let shared = 200 * a.intersection(b).count();
    shared.checked_div(a.len() + b.len()).unwrap_or(0) as u8
}
