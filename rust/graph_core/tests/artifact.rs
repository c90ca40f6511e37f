//! Tests of the artefact: what was written is read back, and any other content is an error and never a panic.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use graph_core::artifact::{
    FORMAT, GRAPH, Section, decode, encode, graph_sections, graph_sections_with, nodes_section, open,
    read_graph, write, write_graph,
};
use graph_core::compressed::Compressed;
use graph_core::graph::{
    Contract, Edge, EdgeKind, External, File, FileId, Graph, Node, NodeId, NodeKind, Unresolved, Via,
};
use graph_core::{Error, Result};
use proptest::prelude::*;
use tempfile::TempDir;

fn node(kind: NodeKind, name: &str) -> Node {
    Node {
        kind,
        file: FileId(0),
        name: name.to_owned(),
        qualified_name: name.to_owned(),
        start_line: 1,
        end_line: 2,
        start_byte: 0,
        end_byte: 20,
        contract: Contract::default(),
        flags: 0,
        complexity: 1,
        body_hash: 7,
        signature_hash: 8,
    }
}

fn graph() -> Graph {
    let edge = |from, to, line| Edge {
        from: NodeId(from),
        to: NodeId(to),
        kind: EdgeKind::Calls,
        line,
        via: Via::Import,
        confidence: 95,
    };
    let mut graph = Graph::default();
    graph.files = vec![File { path: "a.py".into(), language: "python".into(), blob: [3; 20] }];
    graph.nodes =
        vec![node(NodeKind::File, "a.py"), node(NodeKind::Function, "f"), node(NodeKind::Function, "g")]
            .into_iter()
            .map(Arc::new)
            .collect();
    graph.edges = vec![edge(2, 1, 5), edge(1, 2, 4)];
    graph.external = vec![External { from: NodeId(1), package: "os".into(), name: "getcwd".into(), line: 3 }];
    graph.unresolved = vec![Unresolved {
        from: NodeId(0),
        name: "h".into(),
        line: 9,
        candidates: vec![NodeId(1), NodeId(2)],
    }];
    graph.finish(|_| Vec::new())
}

fn sections() -> Vec<Section<'static>> {
    let mut sections = graph_sections(&graph()).unwrap();
    sections.push(Section::compressed("packed", b"packed ".repeat(100)));
    sections.push(Section::compressed("parts", b"one ".to_vec()).followed_by(vec![b"two ", b"", b"three"]));
    sections.push(Section::new("facts", b"facts ".repeat(1_000)));
    sections
}

fn place() -> (TempDir, PathBuf) {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("g.kast");
    (dir, path)
}

fn refusal<T>(result: Result<T>) -> String {
    match result {
        Err(Error::BadArtifact { reason, .. }) => reason,
        Err(other) => panic!("not a refusal: {other}"),
        Ok(_) => panic!("accepted"),
    }
}

/// Reads every section, with all checks.
fn all(path: &Path) -> Result<(Graph, Option<Vec<u8>>)> {
    let artifact = open(path)?;
    Ok((artifact.graph()?, artifact.section("facts")?))
}

#[test]
fn what_was_written_is_read_back() {
    let (dir, path) = place();
    write(&path, &sections()).unwrap();
    let (read, facts) = all(&path).unwrap();
    assert_eq!(read, graph());
    assert_eq!(facts.unwrap(), b"facts ".repeat(1_000));
    assert_eq!(open(&path).unwrap().section("packed").unwrap().unwrap(), b"packed ".repeat(100));
    assert_eq!(open(&path).unwrap().section("parts").unwrap().unwrap(), b"one two three");
    assert_eq!(read.incoming(NodeId(1)).count(), 1);
    assert_eq!(read.find("a.py::g"), Some(NodeId(2)));
    assert_eq!(open(&path).unwrap().section("none").unwrap(), None);
    let first = fs::read(&path).unwrap();
    write(&path, &sections()).unwrap();
    assert_eq!(fs::read(&path).unwrap(), first, "the same input gives the same bytes");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left behind");
}

#[test]
fn nodes_that_are_compressed_file_by_file_are_read_back() {
    let (_dir, path) = place();
    let mut graph = graph();
    let long = |n: u32| Arc::new(node(NodeKind::Function, &format!("a long name {n} ").repeat(20)));
    graph.nodes.extend((0..50).map(long));
    let compressed: Vec<Compressed> =
        graph.nodes.chunks(20).map(|nodes| Compressed::of(nodes).unwrap()).collect();
    let nodes = nodes_section(&graph, compressed.iter()).unwrap();
    assert!(nodes.bytes.len() < 20, "only their number comes before what is compressed");
    write(&path, &graph_sections_with(&graph, nodes).unwrap()).unwrap();
    assert_eq!(read_graph(&path).unwrap().nodes, graph.nodes);
    graph.nodes.truncate(1);
    let short = [Compressed::of(&graph.nodes).unwrap()];
    let nodes = nodes_section(&graph, short.iter()).unwrap();
    assert_eq!(nodes.bytes, encode(&graph.nodes).unwrap(), "one is no shorter when it is compressed");
}

#[test]
fn an_empty_graph_and_no_sections_are_artefacts() {
    let (_dir, path) = place();
    let empty = Graph::default().finish(|_| Vec::new());
    write_graph(&path, &empty).unwrap();
    assert_eq!(read_graph(&path).unwrap(), empty);
    write(&path, &[]).unwrap();
    assert_eq!(refusal(read_graph(&path)), "it holds no graph");
}

#[test]
fn a_write_that_fails_leaves_the_old_file_and_no_other() {
    let (dir, path) = place();
    write_graph(&path, &graph()).unwrap();
    let name = "a name that is far longer than any section of an artefact could ever need";
    let long = Section::new(name, Vec::new());
    assert!(write(&path, &[long]).is_err());
    assert_eq!(read_graph(&path).unwrap(), graph());
    let taken = dir.path().join("taken");
    fs::create_dir(&taken).unwrap();
    assert!(write_graph(&taken, &graph()).is_err());
    assert!(write_graph(&dir.path().join("none/x"), &graph()).is_err());
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
}

#[test]
fn a_file_that_is_no_artefact_gives_the_reason() {
    let (dir, path) = place();
    assert_eq!(open(&path).unwrap_err().code(), "not_found");
    assert!(open(dir.path()).is_err());
    for other in [&b""[..], b"KAS", b"PK\x03\x04 something else"] {
        fs::write(&path, other).unwrap();
        assert_eq!(refusal(open(&path)), "it does not begin like one");
    }
    write(&path, &sections()).unwrap();
    let good = fs::read(&path).unwrap();
    let mut newer = good.clone();
    newer[4] = 9;
    fs::write(&path, &newer).unwrap();
    let reason = format!("it is of format 9, and this program reads {FORMAT}");
    assert_eq!(refusal(open(&path)), reason);
    fs::write(&path, [&good[..], b"x"].concat()).unwrap();
    assert_eq!(refusal(open(&path)), "it is cut short, or something follows it");
    let mut damaged = good.clone();
    *damaged.last_mut().unwrap() ^= 1;
    fs::write(&path, &damaged).unwrap();
    assert_eq!(refusal(all(&path)), "section facts is damaged");
    assert_eq!(read_graph(&path).unwrap(), graph(), "other sections can still be read");
}

#[test]
fn a_graph_with_indexes_out_of_range_is_refused() {
    let (_dir, path) = place();
    let nowhere = "its graph points to nodes or files that it does not have";
    let check = |spoil: fn(&mut Graph), reason: &str| {
        let mut spoilt = graph();
        spoil(&mut spoilt);
        write_graph(&path, &spoilt).unwrap();
        assert_eq!(refusal(read_graph(&path)), reason);
    };
    check(|g| Arc::make_mut(&mut g.nodes[1]).file = FileId(1), nowhere);
    check(|g| g.edges[1].to = NodeId(3), nowhere);
    check(|g| g.edges[1].from = NodeId(u32::MAX), nowhere);
    check(|g| g.external[0].from = NodeId(3), nowhere);
    check(|g| g.unresolved[0].from = NodeId(3), nowhere);
    check(|g| g.unresolved[0].candidates[1] = NodeId(3), nowhere);
    check(|g| g.edges.swap(0, 1), "the edges of its graph are not in order");
}

/// An artefact with valid checksums and a wrong length, whose body decompresses to `real` bytes.
fn forged(declared: u64, real: usize) -> Vec<u8> {
    let body = zstd::bulk::compress(&vec![0; real], 1).unwrap();
    let mut table = b"KAST".to_vec();
    table.extend(FORMAT.to_le_bytes());
    table.extend(1u32.to_le_bytes());
    table.push(GRAPH[0].len() as u8);
    table.extend(GRAPH[0].as_bytes());
    table.extend((body.len() as u64).to_le_bytes());
    table.extend(declared.to_le_bytes());
    table.extend(blake3::hash(&body).as_bytes());
    let sum = blake3::hash(&table);
    [&table, &sum.as_bytes()[..], &body].concat()
}

#[test]
fn wrong_lengths_are_refused() {
    let (_dir, path) = place();
    let wrong = "section graph has not the length that it says";
    for (declared, real, reason) in [
        (u64::MAX, 10, "section graph is too large"),
        (4 << 30, 10, wrong),
        (10, 64 << 20, wrong),
        (0, 1, wrong),
    ] {
        fs::write(&path, forged(declared, real)).unwrap();
        assert_eq!(refusal(read_graph(&path)), reason, "{declared} {real}");
    }
}

#[test]
fn a_value_has_no_bytes_left_over() {
    let path = Path::new("x");
    let mut bytes = encode(&vec![1u32, 2]).unwrap();
    assert_eq!(decode::<Vec<u32>>(&bytes, path).unwrap(), [1, 2]);
    bytes.push(0);
    refusal(decode::<Vec<u32>>(&bytes, path));
    // A length that is far larger than the data.
    refusal(decode::<Vec<u64>>(&[0xff, 0xff, 0xff, 0xff, 0x0f], path));
}

proptest! {
    #[test]
    fn a_damaged_artefact_is_refused_or_equal(
        flips in prop::collection::vec((any::<prop::sample::Index>(), 1u8..), 0..4),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let (_dir, path) = place();
        write(&path, &sections()).unwrap();
        let good = all(&path).unwrap();
        let mut bytes = fs::read(&path).unwrap();
        for (at, bits) in &flips {
            let at = at.index(bytes.len());
            bytes[at] ^= bits;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len() + 1));
        }
        fs::write(&path, &bytes).unwrap();
        match all(&path) {
            Ok(read) => prop_assert_eq!(read, good),
            Err(Error::BadArtifact { .. }) => {}
            Err(other) => prop_assert!(false, "{}", other),
        }
    }

    /// With valid checksums, so that the damage reaches the decoder and the validation.
    #[test]
    fn a_graph_of_damaged_bytes_never_panics(
        flips in prop::collection::vec(
            (any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>()),
            1..6,
        ),
    ) {
        let (_dir, path) = place();
        let mut sections = graph_sections(&graph()).unwrap();
        for (part, at, byte) in flips {
            let bytes = &mut part.get_mut(&mut sections).bytes;
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        write(&path, &sections).unwrap();
        match read_graph(&path) {
            Ok(read) => for id in read.node_ids() {
                let ends = read.outgoing(id).chain(read.incoming(id));
                prop_assert!(ends.count() <= 2 * read.edges.len());
            },
            Err(error) => prop_assert_eq!(error.code(), "bad_artifact"),
        }
    }

    #[test]
    fn random_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let (_dir, path) = place();
        fs::write(&path, [b"KAST\x02\0\0\0".as_slice(), &bytes].concat()).unwrap();
        prop_assert!(open(&path).is_err());
    }
}
