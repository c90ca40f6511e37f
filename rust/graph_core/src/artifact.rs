//! The artefact file: named, compressed and checksummed sections that are read one at a time. The content of a file
//! is not trusted: a damaged one is an error, and decoding it takes no more memory than its size and the bounds here
//! allow. Knows how a graph is divided into sections, and nothing of facts.

mod table;

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::compressed::Compressed;
use crate::graph::{Graph, NodeId};
use crate::{Error, Result};

use table::Row;

/// The format version: increased when the meaning of any section's bytes changes.
pub const FORMAT: u32 = 7;
/// The sections that hold the graph, separate so that they are compressed and decompressed in parallel. The first
/// holds the files and what was skipped.
pub const GRAPH: [&str; 6] =
    ["graph", NODES, "graph.edges", "graph.external", "graph.unresolved", "graph.call_sites"];

const NODES: &str = "graph.nodes";

/// Measured on the facts of Django: level 1 is as fast and 6% larger, level 3 takes twice the time for 6% less.
const LEVEL: i32 = 2;
/// A section is compressed in frames of this many bytes, in parallel; a decoder reads concatenated frames as one
/// stream (RFC 8878, section 3).
const FRAME: usize = 1 << 20;
/// Base-2 logarithm of the largest decompression window in bytes.
const WINDOW_LOG: u32 = 27;

pub struct Section<'a> {
    pub name: &'static str,
    pub bytes: Vec<u8>,
    /// The bytes are compressed already and stored without change.
    is_compressed: bool,
    /// Further compressed bytes, stored after `bytes`.
    rest: Vec<&'a [u8]>,
    /// The decompressed length of all of them, where the artefact is to decompress them on reading.
    raw_length: Option<u64>,
}

impl<'a> Section<'a> {
    pub fn new(name: &'static str, bytes: Vec<u8>) -> Self {
        Section { name, bytes, is_compressed: false, rest: Vec::new(), raw_length: None }
    }

    /// A section of bytes that are compressed already; whoever reads the section decompresses them.
    pub fn compressed(name: &'static str, bytes: Vec<u8>) -> Self {
        Section { is_compressed: true, ..Section::new(name, bytes) }
    }

    /// The same section with more compressed bytes at its end.
    pub fn followed_by(self, rest: Vec<&'a [u8]>) -> Self {
        Section { rest, ..self }
    }

    fn raw_length(&self) -> u64 {
        self.raw_length.unwrap_or(self.bytes.len() as u64 + self.rest_bytes())
    }

    fn rest_bytes(&self) -> u64 {
        self.rest.iter().map(|part| part.len() as u64).sum()
    }
}

/// The section of the nodes of a graph, made of the compressed nodes of each file. Where that is no shorter than the
/// raw nodes, these are compressed together.
pub fn nodes_section<'a>(
    graph: &Graph,
    by_file: impl Iterator<Item = &'a Compressed>,
) -> Result<Section<'a>> {
    let head = Compressed::of(&[graph.nodes.len()])?;
    let mut length = u64::from(head.raw_length);
    let rest = by_file.inspect(|c| length += u64::from(c.raw_length)).map(|c| c.bytes.as_slice()).collect();
    let section =
        Section { raw_length: Some(length), ..Section::compressed(NODES, head.bytes).followed_by(rest) };
    if section.bytes.len() as u64 + section.rest_bytes() < length {
        return Ok(section);
    }
    Ok(Section::new(NODES, encode(&graph.nodes)?))
}

/// An open artefact: its table is read and checked; a section is checked when it is read.
#[derive(Debug)]
pub struct Artifact {
    path: PathBuf,
    file: Mutex<File>,
    table: Vec<Row>,
}

/// Writes an artefact at `path`, atomically: after an error the file there is unchanged.
pub fn write(path: &Path, sections: &[Section]) -> Result<()> {
    let bodies: Vec<(Cow<[u8]>, table::Row)> = sections
        .par_iter()
        .map(|section| {
            let body = stored_bytes(section)?;
            let mut hasher = blake3::Hasher::new();
            hasher.update(&body);
            section.rest.iter().for_each(|part| _ = hasher.update(part));
            let stored = body.len() as u64 + section.rest_bytes();
            let name = section.name.to_owned();
            let row = Row { name, start: 0, stored, raw: section.raw_length(), hash: hasher.finalize() };
            Ok((body, row))
        })
        .collect::<io::Result<_>>()
        .map_err(|e| Error::io(path, e))?;
    let table = table::encode(bodies.iter().map(|(_, row)| row))?;
    let mut chunks = vec![table.as_slice()];
    for ((body, _), section) in bodies.iter().zip(sections) {
        chunks.push(body.as_ref());
        chunks.extend(&section.rest);
    }
    replace_file(path, &chunks).map_err(|e| Error::io(path, e))
}

/// The bytes of a section as they are stored: compressed, or raw where compression does not shorten them. So equal
/// lengths of stored and raw bytes mean that nothing is to be decompressed.
fn stored_bytes<'a>(section: &'a Section<'_>) -> io::Result<Cow<'a, [u8]>> {
    if !section.is_compressed {
        let frames: Vec<Vec<u8>> = section
            .bytes
            .par_chunks(FRAME)
            .map(|part| zstd::bulk::compress(part, LEVEL))
            .collect::<io::Result<_>>()?;
        let body = frames.concat();
        if body.len() < section.bytes.len() {
            return Ok(Cow::Owned(body));
        }
    }
    Ok(Cow::Borrowed(&section.bytes))
}

/// Opens an artefact and checks its table.
pub fn open(path: &Path) -> Result<Artifact> {
    let mut file = File::open(path).map_err(|e| match e.kind() {
        io::ErrorKind::NotFound => Error::NotFound(path.to_owned()),
        _ => Error::io(path, e),
    })?;
    let meta = file.metadata().map_err(|e| Error::io(path, e))?;
    if !meta.is_file() {
        return Err(bad(path, "it is not a file"));
    }
    let mut head = Vec::new();
    Read::take(&mut file, table::MAX_BYTES).read_to_end(&mut head).map_err(|e| Error::io(path, e))?;
    let table = table::parse(&head, meta.len()).map_err(|reason| bad(path, reason))?;
    Ok(Artifact { path: path.to_owned(), file: Mutex::new(file), table })
}

impl Artifact {
    /// The raw bytes of a section; None if the artefact has no such section. Reads no other section.
    pub fn section(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let Some(row) = self.table.iter().find(|row| row.name == name) else {
            return Ok(None);
        };
        let stored = self.stored(row).map_err(|e| Error::io(&self.path, e))?;
        if blake3::hash(&stored) != row.hash {
            return Err(self.bad(&format!("section {name} is damaged")));
        }
        if row.stored == row.raw {
            return Ok(Some(stored));
        }
        decompress(&stored, row.raw).map(Some).map_err(|reason| self.bad(&format!("section {name} {reason}")))
    }

    /// The decoded value of a section; None if the artefact has no such section.
    pub fn value<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        self.section(name)?.map(|bytes| decode(&bytes, &self.path)).transpose()
    }

    /// The graph with its indexes. `BadArtifact` when it is damaged.
    pub fn graph(&self) -> Result<Graph> {
        let [files, nodes, edges, external, unresolved, sites] = GRAPH;
        let ((first, nodes), ((edges, sites), (external, unresolved))) = rayon::join(
            || (self.required(files), self.required(nodes)),
            || {
                rayon::join(
                    || (self.required(edges), self.required(sites)),
                    || (self.required(external), self.required(unresolved)),
                )
            },
        );
        let mut graph = Graph::default();
        (graph.files, graph.skipped) = first?;
        (graph.nodes, graph.edges, graph.external, graph.unresolved) =
            (nodes?, edges?, external?, unresolved?);
        (graph.call_sites, graph.call_shapes, graph.entry_points) = sites?;
        if let Some(reason) = defect(&graph) {
            return Err(self.bad(reason));
        }
        graph.index();
        Ok(graph)
    }

    fn required<T: DeserializeOwned>(&self, name: &str) -> Result<T> {
        self.value(name)?.ok_or_else(|| self.bad("it holds no graph"))
    }

    /// A `BadArtifact` error for this file.
    pub fn bad(&self, reason: &str) -> Error {
        bad(&self.path, reason)
    }

    fn stored(&self, row: &Row) -> io::Result<Vec<u8>> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(row.start))?;
        let mut stored = vec![0; row.stored as usize];
        file.read_exact(&mut stored)?;
        Ok(stored)
    }
}

pub fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>> {
    postcard::to_stdvec(value).map_err(|e| Error::Internal(format!("cannot be encoded: {e}")))
}

/// Decodes the bytes that `encode` returned. A `BadArtifact` error that names `path` if they are no such value.
pub fn decode<T: DeserializeOwned>(bytes: &[u8], path: &Path) -> Result<T> {
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        Ok(_) => Err(bad(path, "a value is followed by bytes of nothing")),
        Err(_) => Err(bad(path, "a value cannot be decoded")),
    }
}

/// The sections of a graph, in the order of `GRAPH`.
pub fn graph_sections<'a>(graph: &Graph) -> Result<Vec<Section<'a>>> {
    graph_sections_with(graph, Section::new(NODES, encode(&graph.nodes)?))
}

/// The same with the section of the nodes given.
pub fn graph_sections_with<'a>(graph: &Graph, nodes: Section<'a>) -> Result<Vec<Section<'a>>> {
    type Encode<'g> = Box<dyn Fn() -> Result<Vec<u8>> + Sync + 'g>;
    let [files, _, edges, external, unresolved, sites] = GRAPH;
    let others: [(&'static str, Encode); 5] = [
        (files, Box::new(|| encode(&(&graph.files, &graph.skipped)))),
        (edges, Box::new(|| encode(&graph.edges))),
        (external, Box::new(|| encode(&graph.external))),
        (unresolved, Box::new(|| encode(&graph.unresolved))),
        (sites, Box::new(|| encode(&(&graph.call_sites, &graph.call_shapes, &graph.entry_points)))),
    ];
    let encoded = others.par_iter().map(|(name, encoded)| Ok(Section::new(name, encoded()?)));
    let mut sections: Vec<_> = encoded.collect::<Result<_>>()?;
    sections.insert(1, nodes);
    Ok(sections)
}

pub fn write_graph(path: &Path, graph: &Graph) -> Result<()> {
    write(path, &graph_sections(graph)?)
}

pub fn read_graph(path: &Path) -> Result<Graph> {
    open(path)?.graph()
}

/// The first defect that would make queries on a decoded graph panic or go wrong: an index out of range, or edges out
/// of order.
fn defect(graph: &Graph) -> Option<&'static str> {
    let nodes = graph.nodes.len();
    let node = |id: &NodeId| (id.0 as usize) < nodes;
    let too_many = nodes > u32::MAX as usize || graph.edges.len() > u32::MAX as usize;
    let files = graph.files.len();
    let in_range = graph.nodes.iter().all(|n| (n.file.0 as usize) < files)
        && graph.edges.iter().all(|e| node(&e.from) && node(&e.to))
        && graph.external.iter().all(|x| node(&x.from))
        && graph.unresolved.iter().all(|u| node(&u.from) && u.candidates.iter().all(node))
        && graph
            .call_sites
            .iter()
            .all(|s| node(&s.from) && node(&s.to) && (s.shape as usize) < graph.call_shapes.len())
        && graph.entry_points.iter().all(|e| node(&e.node) && (e.file.0 as usize) < files);
    if too_many || !in_range {
        return Some("its graph points to nodes or files that it does not have");
    }
    if !graph.edges.is_sorted() || !graph.call_sites.is_sorted() || !graph.entry_points.is_sorted() {
        return Some("the edges of its graph are not in order");
    }
    None
}

/// Decompresses into a buffer that grows with the output, and fails when the output is not `raw` bytes long.
fn decompress(stored: &[u8], raw: u64) -> std::result::Result<Vec<u8>, &'static str> {
    let damaged = |_| "cannot be unpacked";
    let mut decoder = zstd::stream::read::Decoder::with_buffer(stored).map_err(damaged)?;
    decoder.window_log_max(WINDOW_LOG).map_err(damaged)?;
    // Reserve no more than a usual compression ratio needs: `raw` is not trusted.
    let usual = (stored.len() as u64).saturating_mul(8);
    let mut bytes = Vec::with_capacity(raw.min(usual) as usize);
    decoder.take(raw + 1).read_to_end(&mut bytes).map_err(damaged)?;
    if bytes.len() as u64 == raw { Ok(bytes) } else { Err("has not the length that it says") }
}

/// Writes a temporary file beside `path` and renames it. There is no fsync, which would take longer than everything
/// else here: the checksums detect what a crash of the machine damages, and an artefact can be built again.
fn replace_file(path: &Path, chunks: &[&[u8]]) -> io::Result<()> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = path.file_name().ok_or_else(|| io::Error::other("is no file name"))?;
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let (process, count) = (std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let mut unfinished = std::ffi::OsString::from(".");
    unfinished.push(name);
    unfinished.push(format!(".{process}-{count}.part"));
    let unfinished = directory.join(unfinished);
    let mut file = BufWriter::with_capacity(FRAME, File::create_new(&unfinished)?);
    let written = chunks.iter().try_for_each(|part| file.write_all(part)).and_then(|()| file.flush());
    let done = written.and_then(|()| fs::rename(&unfinished, path));
    if done.is_err() {
        // The first error is the one to report.
        let _ = fs::remove_file(&unfinished);
    }
    done
}

fn bad(path: &Path, reason: impl Into<String>) -> Error {
    Error::BadArtifact { path: path.to_owned(), reason: reason.into() }
}
