//! Finds moved and renamed definitions: matches nodes of base and head that have no counterpart of the same name and
//! container. In doubt nothing is matched.
//!
//! Only a node without counterpart can have moved, so a copy is never a move. Nodes are matched by hash buckets, from
//! the strictest key to the loosest; a bucket matches only if it holds one node of each side.

use rustc_hash::{FxHashMap, FxHashSet};

use super::containment::{Containment, Family, family, sibling_name};
use super::matching::Matching;
use super::similarity::{Similarity, is_empty, is_trivial, signature_fingerprint, signature_similarity};
use crate::answer::without_ordinal;
use crate::graph::{Graph, NodeId, NodeKind};

/// Nodes of base and of head under one key.
type Buckets<K> = FxHashMap<K, (Vec<NodeId>, Vec<NodeId>)>;

/// Members with the same name and body vote for their containers only if there are at most this many on each side.
const MAX_VOTERS: usize = 4;

pub(super) fn pair_moved(matching: &mut Matching) {
    if matching.unpaired_base(|_| true).is_empty() || matching.unpaired_head(|_| true).is_empty() {
        return;
    }
    pair_equal_files(matching);
    pair_containers(matching, Family::File);
    pair_containers(matching, Family::Type);
    pair_definitions(matching);
}

/// Pairs files of the same content, if each side has only one, or only one with that file name.
fn pair_equal_files(matching: &mut Matching) {
    for with_name in [false, true] {
        let key = |graph: &Graph, id: NodeId| {
            let file = graph.file(graph.node(id).file);
            let name = file.path.rsplit('/').next().unwrap_or_default();
            (file.blob != [0; 20])
                .then(|| (file.blob, if with_name { name.to_owned() } else { String::new() }))
        };
        let found =
            unique_pairs(matching, |k| k == NodeKind::File, |p, b| key(p.base, b), |p, h| key(p.head, h));
        for (b, h) in found {
            matching.pair_with_score(b, h, 100);
        }
    }
}

/// Pairs containers by votes: each member with the same name and body on both sides is a vote for its two containers; a
/// container without members votes by its own code. A pair needs at least half of its possible votes, and must be the
/// best one for both containers.
fn pair_containers(matching: &mut Matching, wanted: Family) {
    let mut buckets: Buckets<(Family, &str, u64)> = FxHashMap::default();
    for id in matching.unpaired_base(|_| true) {
        if let Some(key) = vote_key(matching.base, &matching.base_containment, id) {
            buckets.entry(key).or_default().0.push(id);
        }
    }
    for id in matching.unpaired_head(|_| true) {
        if let Some(key) = vote_key(matching.head, &matching.head_containment, id) {
            buckets.entry(key).or_default().1.push(id);
        }
    }
    let mut weights: [FxHashMap<NodeId, u32>; 2] = Default::default();
    let mut votes: FxHashMap<(NodeId, NodeId), u32> = FxHashMap::default();
    for (olds, news) in buckets.values() {
        let olds: Vec<_> = olds
            .iter()
            .map(|id| (*id, containers_of(matching.base, &matching.base_containment, *id, wanted)))
            .collect();
        let news: Vec<_> = news
            .iter()
            .map(|id| (*id, containers_of(matching.head, &matching.head_containment, *id, wanted)))
            .collect();
        for (side, members) in [&olds, &news].into_iter().enumerate() {
            for container in members.iter().flat_map(|(_, containers)| containers) {
                *weights[side].entry(*container).or_default() += 1;
            }
        }
        if olds.len() > MAX_VOTERS || news.len() > MAX_VOTERS {
            continue;
        }
        for (b, old_containers) in &olds {
            for (h, new_containers) in &news {
                for (old, new) in old_containers.iter().zip(new_containers) {
                    // The code of a container votes for that container, not for an outer one.
                    if matching.head_of(*old).is_none()
                        && matching.base_of(*new).is_none()
                        && (old == b) == (new == h)
                        && family(matching.base.node(*old).kind) == family(matching.head.node(*new).kind)
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
    for (score, b, h) in mutually_best(ranked) {
        if matching.head_of(b).is_none() && matching.base_of(h).is_none() {
            matching.pair_with_score(b, h, score as u8);
        }
    }
}

fn vote_key<'g>(graph: &'g Graph, containment: &Containment, id: NodeId) -> Option<(Family, &'g str, u64)> {
    let node = graph.node(id);
    let name = if family(node.kind) == Family::Callable { sibling_name(graph, id) } else { "" };
    (is_distinctive(graph, containment, id) && !is_trivial(node)).then_some((
        family(node.kind),
        name,
        node.body_hash,
    ))
}

/// The body identifies the definition. The own code of a type or a file with members is too little for that.
fn is_distinctive(graph: &Graph, containment: &Containment, id: NodeId) -> bool {
    let node = graph.node(id);
    node.body_hash != 0 && (family(node.kind) == Family::Callable || !containment.has_children(id))
}

/// The containers of the wanted family that `id` votes for: `id` itself if it is one, and its ancestors.
fn containers_of(graph: &Graph, containment: &Containment, id: NodeId, wanted: Family) -> Vec<NodeId> {
    std::iter::once(id)
        .chain(containment.ancestors(id))
        .filter(|c| family(graph.node(*c).kind) == wanted)
        .collect()
}

/// The pairs with a higher score than any other pair of either node, outermost (lowest ids) first.
fn mutually_best(mut ranked: Vec<(u32, NodeId, NodeId)>) -> Vec<(u32, NodeId, NodeId)> {
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

/// What two definitions must have in common to be matched, from the strictest rule to the loosest.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// Body, signature and qualified name: moved to another file.
    SameAll,
    /// Body, signature and name.
    SameName,
    /// Body and signature without the name, in the same container: renamed.
    SameSignatureHere,
    /// Body and name; the signature was edited.
    SameBodyAndName,
    /// Body, in the same container: renamed, and the signature was edited.
    SameBodyHere,
    /// Body and signature without the name, in another container.
    SameSignature,
    /// Only the body.
    SameBody,
    /// Signature without the name, in the same container: renamed, and the body was edited.
    EditedHere,
    /// Name and signature, in another container; the body was edited.
    EditedElsewhere,
}

const RULES: [Rule; 9] = [
    Rule::SameAll,
    Rule::SameName,
    Rule::SameSignatureHere,
    Rule::SameBodyAndName,
    Rule::SameBodyHere,
    Rule::SameSignature,
    Rule::SameBody,
    Rule::EditedHere,
    Rule::EditedElsewhere,
];

fn pair_definitions(matching: &mut Matching) {
    let common = repeated_bodies(matching);
    for rule in RULES {
        let found = unique_pairs(
            matching,
            |kind| kind != NodeKind::File,
            |p, b| {
                let here = p.base_containment.parent(b).map(|c| p.head_of(c));
                key(rule, p.base, &p.base_containment, b, here)
            },
            |p, h| {
                let here = p.head_containment.parent(h).map(|c| p.base_of(c).map(|_| c));
                key(rule, p.head, &p.head_containment, h, here)
            },
        );
        for (b, h) in found {
            if matching.head_of(b).is_none()
                && matching.base_of(h).is_none()
                && let Some(score) = score(rule, matching, b, h, &common)
            {
                matching.pair_with_score(b, h, score);
            }
        }
    }
}

/// Family, container (as a node of head), name, body hash, signature hash or fingerprint.
type Key<'g> = (Family, Option<NodeId>, &'g str, u64, u64);

/// The bucket of a node under a rule; None if the rule does not apply to it. `here` is its container as a node of head,
/// `Some(None)` if that has no counterpart.
fn key<'g>(
    rule: Rule,
    graph: &'g Graph,
    containment: &Containment,
    id: NodeId,
    here: Option<Option<NodeId>>,
) -> Option<Key<'g>> {
    let node = graph.node(id);
    let family = family(node.kind);
    let name = sibling_name(graph, id);
    let body = node.body_hash;
    let distinctive = is_distinctive(graph, containment, id);
    let here = here.flatten();
    match rule {
        Rule::SameAll if distinctive => {
            Some((family, None, without_ordinal(&node.qualified_name), body, node.signature_hash))
        }
        Rule::SameName if distinctive => Some((family, None, name, body, node.signature_hash)),
        Rule::SameSignatureHere if distinctive => {
            here.map(|c| (family, Some(c), "", body, signature_fingerprint(node)))
        }
        Rule::SameBodyAndName if distinctive => Some((family, None, name, body, 0)),
        Rule::SameBodyHere if distinctive => here.map(|c| (family, Some(c), "", body, 0)),
        Rule::SameSignature if distinctive => Some((family, None, "", body, signature_fingerprint(node))),
        Rule::SameBody if distinctive => Some((family, None, "", body, 0)),
        Rule::EditedHere => here.map(|c| (family, Some(c), "", 0, signature_fingerprint(node))),
        Rule::EditedElsewhere => Some((family, None, name, 0, node.signature_hash)),
        _ => None,
    }
}

/// The hashes of bodies that several definitions of one side have, so that they identify none of them.
fn repeated_bodies(matching: &Matching) -> FxHashSet<u64> {
    let mut common = FxHashSet::default();
    for graph in [matching.base, matching.head] {
        let mut seen = FxHashSet::default();
        common.extend(graph.nodes.iter().map(|n| n.body_hash).filter(|hash| !seen.insert(*hash)));
    }
    common
}

/// The confidence that the two are the same definition, in hundredths; None if that is doubtful.
fn score(rule: Rule, matching: &Matching, b: NodeId, h: NodeId, common: &FxHashSet<u64>) -> Option<u8> {
    let (old, new) = (matching.base.node(b), matching.head.node(h));
    let common = common.contains(&old.body_hash);
    let vague = common || is_trivial(old) || is_trivial(new);
    let is_anonymous = is_empty(old) || is_empty(new) || (common && (is_trivial(old) || is_trivial(new)));
    let similarity = Similarity::of(
        matching.base,
        &matching.base_containment,
        b,
        matching.head,
        &matching.head_containment,
        h,
    );
    let signature = u32::from(signature_similarity(old, new));
    let edited = |floor: u32| (floor + (95 - floor) * signature / 100) as u8;
    match rule {
        Rule::SameAll => (!is_anonymous || similarity.shared > 0).then_some(100),
        Rule::SameName => (!(is_trivial(old) || is_trivial(new)) || similarity.shared > 0).then_some(100),
        Rule::SameSignatureHere => (!is_anonymous || similarity.name >= 50).then_some(100),
        Rule::SameBodyAndName => (!vague).then(|| edited(70)),
        Rule::SameBodyHere => (!vague || similarity.name >= 50).then(|| edited(65)),
        Rule::SameSignature => (!vague).then_some(90),
        Rule::SameBody => (!vague).then(|| edited(50)),
        Rule::EditedHere => {
            let used = similarity.names_used.unwrap_or(0);
            let by_content = used >= 50 && similarity.shared >= 2;
            let by_name =
                similarity.name >= 50 && similarity.size >= 50 && similarity.shared >= 1 && used >= 30;
            (by_content || by_name).then(|| similarity.score())
        }
        Rule::EditedElsewhere => {
            let used = similarity.names_used.unwrap_or(0);
            (used >= 50 && similarity.shared >= 2 && similarity.size >= 33).then(|| similarity.score())
        }
    }
}

/// The pairs of unmatched nodes that are the only ones of their side with their key.
fn unique_pairs<'g, K: Eq + std::hash::Hash>(
    matching: &Matching<'g>,
    wanted: impl Fn(NodeKind) -> bool + Copy,
    base_key: impl Fn(&Matching<'g>, NodeId) -> Option<K>,
    head_key: impl Fn(&Matching<'g>, NodeId) -> Option<K>,
) -> Vec<(NodeId, NodeId)> {
    let mut buckets: Buckets<K> = FxHashMap::default();
    for id in matching.unpaired_base(wanted) {
        if let Some(key) = base_key(matching, id) {
            buckets.entry(key).or_default().0.push(id);
        }
    }
    for id in matching.unpaired_head(wanted) {
        if let Some(key) = head_key(matching, id) {
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
