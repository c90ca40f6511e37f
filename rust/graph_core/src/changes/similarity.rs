//! The similarity of two definitions by what the graphs hold of them: signature, name, size and the names they use.

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashSet, FxHasher};

use super::containment::{Containment, sibling_name};
use crate::answer::bare_name;
use crate::graph::{EdgeKind, Graph, Node, NodeId, Parameter, flag};

/// Shorter bodies occur in many definitions: `return null;`, `return this.x`.
const MIN_DISTINCTIVE_BYTES: usize = 24;

/// Shorter bodies are empty: `pass`, `{}`.
const MIN_BYTES: usize = 10;

/// A hash of the signature without the name. Two definitions with the same one are called alike.
pub(super) fn signature_fingerprint(node: &Node) -> u64 {
    let mut hasher = FxHasher::default();
    super::containment::family(node.kind).hash(&mut hasher);
    for parameter in &node.contract.parameters {
        parameter_fingerprint(parameter).hash(&mut hasher);
    }
    node.contract.parameters.len().hash(&mut hasher);
    without_white_space(&node.contract.returns).hash(&mut hasher);
    node.contract.bases.iter().map(|b| without_white_space(b)).for_each(|b| b.hash(&mut hasher));
    (node.flags & (flag::ASYNC | flag::STATIC)).hash(&mut hasher);
    hasher.finish()
}

fn parameter_fingerprint(p: &Parameter) -> (&str, String, String, bool, u8) {
    (&p.name, without_white_space(&p.r#type), without_white_space(&p.default), p.optional, p.kind as u8)
}

fn without_white_space(text: &str) -> String {
    text.split_whitespace().collect()
}

/// The body is too short to identify the definition.
pub(super) fn is_trivial(node: &Node) -> bool {
    body_bytes(node) < MIN_DISTINCTIVE_BYTES
}

/// Body and parameters together are too short to identify the definition.
pub(super) fn is_empty(node: &Node) -> bool {
    is_trivial(node) && (node.contract.parameters.is_empty() || body_bytes(node) < MIN_BYTES)
}

fn body_bytes(node: &Node) -> usize {
    let bytes = node.end_byte.saturating_sub(node.start_byte) as usize;
    bytes.saturating_sub(node.contract.text.len())
}

/// The similarity of two signatures in hundredths: 100 if parameters and return type are equal.
pub(super) fn signature_similarity(a: &Node, b: &Node) -> u8 {
    if a.signature_hash == b.signature_hash || signature_fingerprint(a) == signature_fingerprint(b) {
        return 100;
    }
    let set = |node: &Node| -> FxHashSet<String> {
        let mut parts: FxHashSet<String> = node
            .contract
            .parameters
            .iter()
            .map(|p| format!("{}:{}", p.name, without_white_space(&p.r#type)))
            .collect();
        parts.insert(format!("->{}", without_white_space(&node.contract.returns)));
        parts
    };
    dice_coefficient(&set(a), &set(b)).min(99)
}

/// What two definitions have in common besides their hashes. Symmetric.
pub(super) struct Similarity {
    /// These three are in hundredths.
    pub(super) name: u8,
    pub(super) size: u8,
    /// Of the names that they refer to or contain; None if neither has any.
    pub(super) names_used: Option<u8>,
    /// The number of such names that both have.
    pub(super) shared: usize,
}

impl Similarity {
    pub(super) fn of(
        base: &Graph,
        base_containment: &Containment,
        b: NodeId,
        head: &Graph,
        head_containment: &Containment,
        h: NodeId,
    ) -> Self {
        let (old, new) = (base.node(b), head.node(h));
        let (lines_old, lines_new) = (lines(old), lines(new));
        let (used_old, used_new) =
            (names_used(base, base_containment, b), names_used(head, head_containment, h));
        let none = used_old.is_empty() && used_new.is_empty();
        Similarity {
            name: name_similarity(sibling_name(base, b), sibling_name(head, h)),
            size: (100 * lines_old.min(lines_new) / lines_old.max(lines_new)) as u8,
            names_used: (!none).then(|| dice_coefficient(&used_old, &used_new)),
            shared: used_old.intersection(&used_new).count(),
        }
    }

    /// The overall similarity in hundredths, less than the score of an equal body.
    pub(super) fn score(&self) -> u8 {
        let used = u32::from(self.names_used.unwrap_or(50));
        (40 + (20 * u32::from(self.name) + 20 * used + 5 * u32::from(self.size)) / 100) as u8
    }
}

fn lines(node: &Node) -> u32 {
    node.end_line.saturating_sub(node.start_line) + 1
}

fn names_used<'g>(graph: &'g Graph, containment: &Containment, id: NodeId) -> FxHashSet<&'g str> {
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
    names.extend(containment.children(id).iter().map(|child| sibling_name(graph, *child)));
    names.remove("");
    names
}

/// The similarity of two names by their words: `getUser` and `fetch_user` share one of two.
pub(super) fn name_similarity(a: &str, b: &str) -> u8 {
    if a == b { 100 } else { dice_coefficient(&words(a), &words(b)).min(99) }
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

fn dice_coefficient<T: Eq + Hash>(a: &FxHashSet<T>, b: &FxHashSet<T>) -> u8 {
    let shared = 200 * a.intersection(b).count();
    shared.checked_div(a.len() + b.len()).unwrap_or(0) as u8
}
