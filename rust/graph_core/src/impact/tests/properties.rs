//! Properties that hold for any two graphs, and for very long ones.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::changes::{ChangeKind, compare};
use crate::graph::{EdgeKind, File, FileId, Graph, NodeId, NodeKind, Via, flag};
use crate::hashing::hash;
use crate::impact::{Answer, Options, impact};
use crate::test_graph::{TestGraph, edge, node};

const BODIES: [&str; 5] = [
    "",
    "pass",
    "rows = query(database); rows.sort(); return rows",
    "for page in pages: page.render(); page.close(); flush()",
    "while waiting(): sleep(interval); interval = interval * 2",
];
const PLACES: [&str; 10] = [
    "a.py::f",
    "a.py::g",
    "a.py::C",
    "a.py::C.m",
    "a.py::C.n",
    "b.py::f",
    "b.py::C",
    "b.py::C.m",
    "t.py::h",
    "t.py::k",
];
const KINDS: [EdgeKind; 6] = [
    EdgeKind::Calls,
    EdgeKind::Calls,
    EdgeKind::Overrides,
    EdgeKind::UsesType,
    EdgeKind::Imports,
    EdgeKind::Extends,
];
const VIAS: [Via; 4] = [Via::Import, Via::Flow, Via::Dispatch, Via::UniqueName];

/// For each place whether it has a definition, the body and the signature; and edges between places.
type Plan = (Vec<(bool, usize, bool)>, Vec<(usize, usize, usize, usize)>);

fn plan() -> impl Strategy<Value = Plan> {
    (
        prop::collection::vec(
            (prop::bool::weighted(0.85), 0..BODIES.len(), prop::bool::weighted(0.2)),
            PLACES.len(),
        ),
        prop::collection::vec((0..PLACES.len(), 0..PLACES.len(), 0..KINDS.len(), 0..VIAS.len()), 0..25),
    )
}

fn graph_of(plan: &Plan) -> Graph {
    graph_with_path(plan, "a.py")
}

/// With the first file under another path.
fn graph_with_path((places, edges): &Plan, first: &str) -> Graph {
    let at = |place: &str| place.replace("a.py", first);
    let mut graph = TestGraph::new().file(first, "").file("b.py", BODIES[places[0].1]).file("t.py", "");
    let exists = |i: usize| places[i].0 && (!PLACES[i].contains("C.") || places[if i < 5 { 2 } else { 6 }].0);
    for (i, place) in PLACES.iter().enumerate().filter(|(i, _)| exists(*i)) {
        let signature = if places[i].2 { "(x, y)" } else { "(x)" };
        graph = graph.define_with(&at(&format!("{place}{signature}")), BODIES[places[i].1], |n| {
            n.flags |= if place.starts_with('t') { flag::TEST } else { 0 };
        });
    }
    for (from, to, kind, via) in edges.iter().filter(|e| exists(e.0) && exists(e.1)) {
        let from = if KINDS[*kind] == EdgeKind::Imports { &PLACES[*from][..4] } else { PLACES[*from] };
        graph = graph.edge(KINDS[*kind], &at(from), &at(PLACES[*to]), VIAS[*via]);
    }
    let mut graph = graph.graph();
    for file in 0..graph.files.len() as u32 {
        graph.files[file as usize].blob = blob(&graph, FileId(file));
    }
    graph
}

/// A blob id that depends on the content.
fn blob(graph: &Graph, file: FileId) -> [u8; 20] {
    let nodes = graph.nodes.iter().filter(|n| n.file == file && n.kind != NodeKind::File);
    let content: Vec<_> =
        nodes.map(|n| (&n.qualified_name, n.body_hash, n.signature_hash, n.flags)).collect();
    let own = graph.nodes.iter().find(|n| n.file == file).map(|n| n.body_hash);
    let mut blob = [1; 20];
    blob[..8].copy_from_slice(&hash(format!("{own:?} {content:?}").as_bytes()).to_le_bytes());
    blob
}

/// The same graph without blob ids.
fn without_blobs(mut graph: Graph) -> Graph {
    graph.files.iter_mut().for_each(|f| f.blob = [0; 20]);
    graph
}

/// The affected symbols, as nodes of head.
fn affected(base: &Graph, head: &Graph, answer: &Answer) -> BTreeSet<NodeId> {
    let comparison = compare(base, head);
    let in_head = |id: &str, side: &str| match side {
        "head" => head.find(id),
        _ => base.find(id).and_then(|b| comparison.head_of(b)),
    };
    answer.affected.iter().map(|a| in_head(&a.symbol.id, a.side).expect("a node")).collect()
}

fn ids(answer: &Answer, kind: ChangeKind) -> BTreeSet<String> {
    answer.changes.iter().filter(|c| c.change == kind).map(|c| c.symbol.id.clone()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn equal_graphs_have_no_impact(plan in plan()) {
        let graph = graph_of(&plan);
        let answer = impact(&graph, &graph, &Options::default());
        prop_assert!(answer.changes.is_empty() && answer.affected.is_empty());
        prop_assert!(answer.tests.is_empty() && answer.untested.is_empty());
    }

    #[test]
    fn in_the_other_direction_added_definitions_are_deleted(one in plan(), two in plan()) {
        let (base, head) = (graph_of(&one), graph_of(&two));
        let forth = impact(&base, &head, &Options::default());
        let back = impact(&head, &base, &Options::default());
        prop_assert_eq!(ids(&forth, ChangeKind::Added), ids(&back, ChangeKind::Deleted));
        prop_assert_eq!(ids(&forth, ChangeKind::Deleted), ids(&back, ChangeKind::Added));
    }

    #[test]
    fn unchanged_files_need_not_be_compared(one in plan(), two in plan()) {
        let (base, head) = (graph_of(&one), graph_of(&two));
        let found = compare(&base, &head);
        prop_assert_eq!(found, compare(&without_blobs(base), &without_blobs(head)));
    }

    #[test]
    fn a_renamed_file_changes_paths_and_nothing_else(plan in plan()) {
        let (base, head) = (graph_of(&plan), graph_with_path(&plan, "n.py"));
        let answer = impact(&base, &head, &Options { depth: 0, min_confidence: 0.0, ..Options::default() });
        let comparison = compare(&base, &head);
        for b in base.node_ids() {
            let counterpart = comparison.head_of(b).map(|h| head.id(h));
            prop_assert_eq!(counterpart, Some(base.id(b).replace("a.py", "n.py")));
        }
        prop_assert!(answer.changes.len() <= 1);
        for change in &answer.changes {
            prop_assert_eq!((change.change, change.symbol.id.as_str()), (ChangeKind::Moved, "n.py"));
            prop_assert!(change.contract.is_empty());
        }
        prop_assert!(answer.affected.is_empty() && answer.misfits.is_empty());
        prop_assert!(answer.tests.is_empty() && answer.untested.is_empty() && answer.entry_points.is_empty());
    }

    #[test]
    fn more_depth_finds_no_less(one in plan(), two in plan(), depth in 1u32..5) {
        let (base, head) = (graph_of(&one), graph_of(&two));
        let ask = |depth| impact(&base, &head, &Options { depth, min_confidence: 0.0, ..Options::default() });
        let (near, far, all) = (ask(depth), ask(depth + 1), ask(0));
        prop_assert!(affected(&base, &head, &near).is_subset(&affected(&base, &head, &far)));
        prop_assert!(affected(&base, &head, &far).is_subset(&affected(&base, &head, &all)));
        prop_assert_eq!(near.cut.depth == 0, near.affected.len() == far.affected.len());
    }

    #[test]
    fn more_confidence_finds_no_more(one in plan(), two in plan()) {
        let (base, head) = (graph_of(&one), graph_of(&two));
        let ask = |min_confidence| impact(&base, &head, &Options { depth: 0, min_confidence, ..Options::default() });
        let found = [0.0, 0.5, 0.7, 0.9].map(|c| affected(&base, &head, &ask(c)));
        prop_assert!(found.windows(2).all(|pair| pair[1].is_subset(&pair[0])));
    }

    #[test]
    fn every_path_follows_edges_from_the_affected_to_the_changed(one in plan(), two in plan()) {
        let (base, head) = (graph_of(&one), graph_of(&two));
        let answer = impact(&base, &head, &Options { depth: 0, ..Options::default() });
        let edges: BTreeSet<_> = [&base, &head]
            .into_iter()
            .flat_map(|g| g.edges.iter().map(|e| (g.id(e.from), g.id(e.to), e.kind)))
            .collect();
        for hit in &answer.affected {
            prop_assert_eq!(hit.path.len() as u32, hit.distance);
            prop_assert_eq!(&hit.path[0].from, &hit.symbol.id);
            prop_assert!(hit.path.windows(2).all(|pair| pair[0].to == pair[1].from));
            prop_assert!(hit.path.iter().all(|s| edges.contains(&(s.from.clone(), s.to.clone(), s.kind))));
            let least = hit.path.iter().map(|s| s.confidence).fold(1.0, f64::min);
            prop_assert_eq!(least, hit.confidence);
            let change = answer.changes.iter().find(|c| c.symbol.id == hit.change).expect("its change");
            let end = &hit.path[hit.path.len() - 1].to;
            let old = change.previous.as_ref().map_or(&change.symbol.id, |p| &p.id);
            prop_assert!(end == &change.symbol.id || end.starts_with(old.as_str()), "{} ends at {}", hit.change, end);
        }
        let counted: usize = answer.changes.iter().map(|c| c.affected).sum();
        prop_assert_eq!(counted, answer.affected.len());
    }

    #[test]
    fn a_definition_is_untested_or_some_test_calls_and_names_it(one in plan(), two in plan()) {
        let (base, head) = (graph_of(&one), graph_of(&two));
        let answer = impact(&base, &head, &Options::default());
        let reached: BTreeSet<_> = answer.tests.iter().flat_map(|t| &t.changes).map(|c| &**c).collect();
        let called = called_by_tests(&head);
        for change in answer.changes.iter().filter(|c| matches!(c.change, ChangeKind::Added | ChangeKind::Modified)) {
            let id = head.find(&change.symbol.id).expect("in head");
            let node = head.node(id);
            let testable = matches!(node.kind, NodeKind::Function | NodeKind::Method);
            if testable && node.body_hash != 0 && !change.symbol.test {
                prop_assert_eq!(answer.untested.contains(&change.symbol.id), !called.contains(&id));
                prop_assert!(!called.contains(&id) || reached.contains(change.symbol.id.as_str()));
            }
        }
    }
}

/// The definitions that tests reach over edges by which one runs the other.
fn called_by_tests(graph: &Graph) -> BTreeSet<NodeId> {
    let mut work: Vec<NodeId> = graph.node_ids().filter(|id| graph.node(*id).is(flag::TEST)).collect();
    let mut seen: BTreeSet<NodeId> = work.iter().copied().collect();
    while let Some(id) = work.pop() {
        let runs = |e: &&crate::graph::Edge| {
            matches!(e.kind, EdgeKind::Calls | EdgeKind::Tests | EdgeKind::Extends | EdgeKind::UsesType)
                && e.confidence >= 50
        };
        let next = graph.outgoing(id).map(|(_, e)| e).filter(runs).map(|e| e.to);
        work.extend(next.filter(|to| seen.insert(*to)));
    }
    seen
}

/// f0 ← f1 ← … each in the same file, with one edge back from the first to the last.
fn long_chain(length: u32, body: &str) -> Graph {
    let mut graph = Graph::default();
    graph.files.push(File { path: "a.py".into(), language: "python".into(), blob: [0; 20] });
    graph.nodes.push(node(NodeKind::File, "a.py", "", "", "").into());
    for i in 1..=length {
        let name = format!("f{i}");
        let mut node = node(NodeKind::Function, &name, &name, if i == 1 { body } else { BODIES[2] }, "(x)");
        node.file = FileId(0);
        node.start_line = i;
        graph.nodes.push(node.into());
        graph.edges.push(edge(NodeId(0), NodeId(i), EdgeKind::Contains, i, Via::Syntax));
        graph.edges.push(edge(
            NodeId(i),
            NodeId(if i == 1 { length } else { i - 1 }),
            EdgeKind::Calls,
            i,
            Via::Scope,
        ));
    }
    graph.finish(|_| Vec::new())
}

#[test]
fn a_chain_of_two_hundred_thousand_calls_is_followed_to_its_end() {
    let (base, head) = (long_chain(200_000, BODIES[3]), long_chain(200_000, BODIES[4]));
    let started = std::time::Instant::now();
    let answer = impact(&base, &head, &Options { depth: 0, max_affected: 10, ..Options::default() });
    assert_eq!((answer.affected.len(), answer.cut.affected), (10, 199_989));
    assert!(started.elapsed().as_secs() < 20, "took {:?}", started.elapsed());
}

#[test]
fn a_thousand_changes_and_tests_are_matched_quickly() {
    let draw = |body: &str| {
        (0..1000).fold(TestGraph::new(), |s, i| {
            let (f, t) = (format!("a.py::f{i}"), format!("t.py::test_{i}"));
            let s = s.define(&format!("{f}(x)"), body).test(&format!("{t}()"), body).calls(&t, &f);
            if i == 0 { s } else { s.calls(&f, &format!("a.py::f{}", i - 1)) }
        })
    };
    let answer = impact(&draw(BODIES[2]).graph(), &draw(BODIES[3]).graph(), &Options::default());
    assert_eq!((answer.changes.len(), answer.tests.len(), answer.untested.len()), (2000, 1000, 0));
    assert_eq!(answer.tests[500].changes.len(), 51);
}
