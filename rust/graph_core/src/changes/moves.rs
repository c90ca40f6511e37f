//! Moves: among what has no counterpart in its place, which went elsewhere or got another name. In doubt, none.
//!
//! Only what is gone from its place can have moved, so a copy is never a move. All matching is by buckets, from the
//! strictest key to the loosest, and only buckets with one on each side match.

use rustc_hash::{FxHashMap, FxHashSet};

use super::likeness::{Likeness, is_empty, is_trivial, shape, signature_likeness};
use super::pairs::Pairs;
use super::tree::{Family, Tree, family, sibling_name};
use crate::answer::without_ordinal;
use crate::graph::{Graph, NodeId, NodeKind};

/// Nodes of base and of head under one key.
type Buckets<K> = FxHashMap<K, (Vec<NodeId>, Vec<NodeId>)>;

/// Members with one name and body are votes for their containers only if so few of them are about.
const RARE: usize = 4;

pub(super) fn pair_moved(pairs: &mut Pairs) {
    if pairs.unpaired_base(|_| true).is_empty() || pairs.unpaired_head(|_| true).is_empty() {
        return;
    }
    pair_equal_files(pairs);
    pair_containers(pairs, Family::File);
    pair_containers(pairs, Family::Type);
    pair_definitions(pairs);
}

/// Files of the same content, if there is one such on each side, or one with the same last name.
fn pair_equal_files(pairs: &mut Pairs) {
    for with_name in [false, true] {
        let key = |graph: &Graph, id: NodeId| {
            let file = graph.file(graph.node(id).file);
            let name = file.path.rsplit('/').next().unwrap_or_default();
            (file.blob != [0; 20])
                .then(|| (file.blob, if with_name { name.to_owned() } else { String::new() }))
        };
        let found = unique(pairs, |k| k == NodeKind::File, |p, b| key(p.base, b), |p, h| key(p.head, h));
        for (b, h) in found {
            pairs.pair_by_score(b, h, 100);
        }
    }
}

/// Containers by the votes of what they hold, or of their own code if they hold nothing: a member of the same name
/// and body on both sides is a vote for the two containers around it. A pair needs half of the votes that it could
/// have, and to be the best for both.
fn pair_containers(pairs: &mut Pairs, wanted: Family) {
    let mut buckets: Buckets<(Family, &str, u64)> = FxHashMap::default();
    for id in pairs.unpaired_base(|_| true) {
        if let Some(key) = vote(pairs.base, &pairs.base_tree, id) {
            buckets.entry(key).or_default().0.push(id);
        }
    }
    for id in pairs.unpaired_head(|_| true) {
        if let Some(key) = vote(pairs.head, &pairs.head_tree, id) {
            buckets.entry(key).or_default().1.push(id);
        }
    }
    let mut weights: [FxHashMap<NodeId, u32>; 2] = Default::default();
    let mut votes: FxHashMap<(NodeId, NodeId), u32> = FxHashMap::default();
    for (olds, news) in buckets.values() {
        let olds: Vec<_> =
            olds.iter().map(|id| (*id, around(pairs.base, &pairs.base_tree, *id, wanted))).collect();
        let news: Vec<_> =
            news.iter().map(|id| (*id, around(pairs.head, &pairs.head_tree, *id, wanted))).collect();
        for (side, members) in [&olds, &news].into_iter().enumerate() {
            for container in members.iter().flat_map(|(_, containers)| containers) {
                *weights[side].entry(*container).or_default() += 1;
            }
        }
        if olds.len() > RARE || news.len() > RARE {
            continue;
        }
        for (b, old_containers) in &olds {
            for (h, new_containers) in &news {
                for (old, new) in old_containers.iter().zip(new_containers) {
                    // The code of a container itself votes for that container, not for one around it.
                    if pairs.head_of(*old).is_none()
                        && pairs.base_of(*new).is_none()
                        && (old == b) == (new == h)
                        && family(pairs.base.node(*old).kind) == family(pairs.head.node(*new).kind)
                    {
                        *votes.entry((*old, *new)).or_default() += 1;
                    }
                }
            }
        }
    }
    let weight = |side: usize, id: NodeId| weights[side].get(&id).copied().unwrap_or(1);
    let ranked: Vec<(u32, NodeId, NodeId)> = votes
        .into_iter()
        .map(|((b, h), n)| ((100 * n / weight(0, b).max(weight(1, h))).min(100), b, h))
        .filter(|(score, ..)| *score >= 50)
        .collect();
    for (score, b, h) in best_for_both(ranked) {
        if pairs.head_of(b).is_none() && pairs.base_of(h).is_none() {
            pairs.pair_by_score(b, h, score as u8);
        }
    }
}

fn vote<'g>(graph: &'g Graph, tree: &Tree, id: NodeId) -> Option<(Family, &'g str, u64)> {
    let node = graph.node(id);
    let name = if family(node.kind) == Family::Callable { sibling_name(graph, id) } else { "" };
    (is_telling(graph, tree, id) && !is_trivial(node)).then_some((family(node.kind), name, node.body_hash))
}

/// The body says what the definition is. What a type or file has besides what it holds is too little to know it by.
fn is_telling(graph: &Graph, tree: &Tree, id: NodeId) -> bool {
    let node = graph.node(id);
    node.body_hash != 0 && (family(node.kind) == Family::Callable || !tree.has_children(id))
}

/// The containers of the wanted family that `id` votes for: itself if it is one, and those around it.
fn around(graph: &Graph, tree: &Tree, id: NodeId, wanted: Family) -> Vec<NodeId> {
    std::iter::once(id).chain(tree.ancestors(id)).filter(|c| family(graph.node(*c).kind) == wanted).collect()
}

/// The pairs that no other beats or equals for either of the two, outermost (lowest ids) first.
fn best_for_both(mut ranked: Vec<(u32, NodeId, NodeId)>) -> Vec<(u32, NodeId, NodeId)> {
    let mut best: [FxHashMap<NodeId, (u32, usize)>; 2] = Default::default();
    for &(score, b, h) in &ranked {
        for (side, id) in [(0, b), (1, h)] {
            let entry = best[side].entry(id).or_insert((score, 0));
            match score.cmp(&entry.0) {
                std::cmp::Ordering::Greater => *entry = (score, 1),
                std::cmp::Ordering::Equal => entry.1 += 1,
                std::cmp::Ordering::Less => {}
            }
        }
    }
    ranked.retain(|(score, b, h)| best[0][b] == (*score, 1) && best[1][h] == (*score, 1));
    ranked.sort_unstable_by_key(|(_, b, h)| (*b, *h));
    ranked
}

/// What must be the same for two definitions to be one, from the strictest rule to the loosest.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// Body, signature and qualified name: it went to another file.
    SameAll,
    /// Body, signature and name.
    SameName,
    /// Body and shape, in the same container: another name.
    SameShapeHere,
    /// Body and name; the signature was edited.
    SameBodyAndName,
    /// Body, in the same container: another name, and the signature was edited.
    SameBodyHere,
    /// Body and shape, elsewhere and under another name.
    SameShape,
    /// Body alone.
    SameBody,
    /// Shape, in the same container: another name, and the body was edited.
    EditedHere,
    /// Name and signature, elsewhere; the body was edited.
    EditedElsewhere,
}

const RULES: [Rule; 9] = [
    Rule::SameAll,
    Rule::SameName,
    Rule::SameShapeHere,
    Rule::SameBodyAndName,
    Rule::SameBodyHere,
    Rule::SameShape,
    Rule::SameBody,
    Rule::EditedHere,
    Rule::EditedElsewhere,
];

fn pair_definitions(pairs: &mut Pairs) {
    let common = common_bodies(pairs);
    for rule in RULES {
        let found = unique(
            pairs,
            |kind| kind != NodeKind::File,
            |p, b| {
                let here = p.base_tree.parent(b).map(|c| p.head_of(c));
                key(rule, p.base, &p.base_tree, b, here)
            },
            |p, h| {
                let here = p.head_tree.parent(h).map(|c| p.base_of(c).map(|_| c));
                key(rule, p.head, &p.head_tree, h, here)
            },
        );
        for (b, h) in found {
            if pairs.head_of(b).is_none()
                && pairs.base_of(h).is_none()
                && let Some(score) = score(rule, pairs, b, h, &common)
            {
                pairs.pair_by_score(b, h, score);
            }
        }
    }
}

/// Container (as a node of head), name, body, signature.
type Key<'g> = (Family, Option<NodeId>, &'g str, u64, u64);

/// `here` is the container as a node of head; `None` inside when that has no counterpart.
fn key<'g>(
    rule: Rule,
    graph: &'g Graph,
    tree: &Tree,
    id: NodeId,
    here: Option<Option<NodeId>>,
) -> Option<Key<'g>> {
    let node = graph.node(id);
    let family = family(node.kind);
    let name = sibling_name(graph, id);
    let body = node.body_hash;
    let telling = is_telling(graph, tree, id);
    let here = here.flatten();
    match rule {
        Rule::SameAll if telling => {
            Some((family, None, without_ordinal(&node.qualified_name), body, node.signature_hash))
        }
        Rule::SameName if telling => Some((family, None, name, body, node.signature_hash)),
        Rule::SameShapeHere if telling => here.map(|c| (family, Some(c), "", body, shape(node))),
        Rule::SameBodyAndName if telling => Some((family, None, name, body, 0)),
        Rule::SameBodyHere if telling => here.map(|c| (family, Some(c), "", body, 0)),
        Rule::SameShape if telling => Some((family, None, "", body, shape(node))),
        Rule::SameBody if telling => Some((family, None, "", body, 0)),
        Rule::EditedHere => here.map(|c| (family, Some(c), "", 0, shape(node))),
        Rule::EditedElsewhere => Some((family, None, name, 0, node.signature_hash)),
        _ => None,
    }
}

/// Bodies that stand more than once on a side: whose they are cannot be told by them alone.
fn common_bodies(pairs: &Pairs) -> FxHashSet<u64> {
    let mut common = FxHashSet::default();
    for graph in [pairs.base, pairs.head] {
        let mut seen = FxHashSet::default();
        common.extend(graph.nodes.iter().map(|n| n.body_hash).filter(|hash| !seen.insert(*hash)));
    }
    common
}

/// How sure it is that the two are one, in hundredths; `None` if it is in doubt.
fn score(rule: Rule, pairs: &Pairs, b: NodeId, h: NodeId, common: &FxHashSet<u64>) -> Option<u8> {
    let (old, new) = (pairs.base.node(b), pairs.head.node(h));
    let common = common.contains(&old.body_hash);
    let vague = common || is_trivial(old) || is_trivial(new);
    let nameless = is_empty(old) || is_empty(new) || (common && (is_trivial(old) || is_trivial(new)));
    let alike = Likeness::of(pairs.base, &pairs.base_tree, b, pairs.head, &pairs.head_tree, h);
    let signature = u32::from(signature_likeness(old, new));
    let edited = |floor: u32| (floor + (95 - floor) * signature / 100) as u8;
    match rule {
        Rule::SameAll => (!nameless || alike.shared > 0).then_some(100),
        Rule::SameName => (!(is_trivial(old) || is_trivial(new)) || alike.shared > 0).then_some(100),
        Rule::SameShapeHere => (!nameless || alike.name >= 50).then_some(100),
        Rule::SameBodyAndName => (!vague).then(|| edited(70)),
        Rule::SameBodyHere => (!vague || alike.name >= 50).then(|| edited(65)),
        Rule::SameShape => (!vague).then_some(90),
        Rule::SameBody => (!vague).then(|| edited(50)),
        Rule::EditedHere => {
            let inside = alike.names_inside.unwrap_or(0);
            let by_content = inside >= 50 && alike.shared >= 2;
            let by_name = alike.name >= 50 && alike.size >= 50 && alike.shared >= 1 && inside >= 30;
            (by_content || by_name).then(|| alike.score())
        }
        Rule::EditedElsewhere => {
            let inside = alike.names_inside.unwrap_or(0);
            (inside >= 50 && alike.shared >= 2 && alike.size >= 33).then(|| alike.score())
        }
    }
}

/// The pairs of nodes without counterpart that are alone on both sides under one key.
fn unique<'g, K: Eq + std::hash::Hash>(
    pairs: &Pairs<'g>,
    wanted: impl Fn(NodeKind) -> bool + Copy,
    base_key: impl Fn(&Pairs<'g>, NodeId) -> Option<K>,
    head_key: impl Fn(&Pairs<'g>, NodeId) -> Option<K>,
) -> Vec<(NodeId, NodeId)> {
    let mut buckets: Buckets<K> = FxHashMap::default();
    for id in pairs.unpaired_base(wanted) {
        if let Some(key) = base_key(pairs, id) {
            buckets.entry(key).or_default().0.push(id);
        }
    }
    for id in pairs.unpaired_head(wanted) {
        if let Some(key) = head_key(pairs, id) {
            buckets.entry(key).or_default().1.push(id);
        }
    }
    let mut found: Vec<_> = buckets
        .into_values()
        .filter_map(|(olds, news)| match (olds.as_slice(), news.as_slice()) {
            ([b], [h]) => Some((*b, *h)),
            _ => None,
        })
        .collect();
    found.sort_unstable();
    found
}
