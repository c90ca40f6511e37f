//! Artifact: named, compressed and checksummed sections in one file, read one at a time. What is in a file
//! is not trusted: damage is an error, and costs no more than the file's size and the bounds here allow.

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

use crate::graph::{Graph, NodeId};
use crate::compressed::Compressed;
use crate::{Error, Result};

use table::Row;

/// Changes with the meaning of any section's bytes.
pub const FORMAT: u32 = 5;
/// The sections that hold the graph, apart so that they are packed and unpacked side by side. The first has the
/// files and what was skipped.
pub const GRAPH: [&str; 6] =
    ["graph", NODES, "graph.edges", "graph.external", "graph.unresolved", "graph.sites"];

const NODES: &str = "graph.nodes";

/// Of the facts of Django: level 1 is as fast and 6% larger, level 3 takes twice the time for 6% less.
const LEVEL: i32 = 2;
/// A section is packed in frames of that many bytes, side by side; a decoder reads one after the other (RFC 8878, 3).
const FRAME: usize = 1 << 20;
/// A decoder never keeps more than this of what it has written.
const WINDOW_LOG: u32 = 27;

pub struct Section<'a> {
    pub name: &'static str,
    pub bytes: Vec<u8>,
    /// The bytes are compressed already: they are stored as they are.
    dense: bool,
    /// More of such, behind them, and how many there are of all when unpacked.
    rest: Vec<&'a [u8]>,
    unpacked: Option<u64>,
}

impl<'a> Section<'a> {
    pub fn new(name: &'static str, bytes: Vec<u8>) -> Self {
        Section { name, bytes, dense: false, rest: Vec::new(), unpacked: None }
    }

    /// Of bytes that are compressed already, and unpacked by whoever reads the section.
    pub fn dense(name: &'static str, bytes: Vec<u8>) -> Self {
        Section { dense: true, ..Section::new(name, bytes) }
    }

    /// Of more bytes that are.
    pub fn followed_by(self, rest: Vec<&'a [u8]>) -> Self {
        Section { rest, ..self }
    }

    fn raw(&self) -> u64 {
        self.unpacked.unwrap_or(self.bytes.len() as u64 + self.rest_bytes())
    }

    fn rest_bytes(&self) -> u64 {
        self.rest.iter().map(|part| part.len() as u64).sum()
    }
}

/// The nodes of a graph, which are packed file by file; as one where that is no shorter.
pub fn nodes_section<'a>(graph: &Graph, packed: impl Iterator<Item = &'a Packed>) -> Result<Section<'a>> {
    let head = Packed::of(&[graph.nodes.len()])?;
    let mut unpacked = u64::from(head.length);
    let rest = packed.inspect(|p| unpacked += u64::from(p.length)).map(|p| p.bytes.as_slice()).collect();
    let section = Section { unpacked: Some(unpacked), ..Section::dense(NODES, head.bytes).followed_by(rest) };
    if section.bytes.len() as u64 + section.rest_bytes() < unpacked {
        return Ok(section);
    }
    Ok(Section::new(NODES, encode(&graph.nodes)?))
}

/// An open artefact: its table is read and checked, its sections are not.
#[derive(Debug)]
pub struct Artifact {
    path: PathBuf,
    file: Mutex<File>,
    table: Vec<Row>,
}

/// Writes an artefact at `path`: the whole of it appears there, or nothing changes.
pub fn write(path: &Path, sections: &[Section]) -> Result<()> {
    let bodies: Vec<(Cow<[u8]>, table::Row)> = sections
        .par_iter()
        .map(|section| {
            let body = stored(section)?;
            let mut hasher = blake3::Hasher::new();
            hasher.update(&body);
            section.rest.iter().for_each(|part| _ = hasher.update(part));
            let stored = body.len() as u64 + section.rest_bytes();
            let name = section.name.to_owned();
            let row = Row { name, start: 0, stored, raw: section.raw(), hash: hasher.finalize() };
            Ok((body, row))
        })
        .collect::<io::Result<_>>()
        .map_err(|e| Error::io(path, e))?;
    let table = table::written(bodies.iter().map(|(_, row)| row))?;
    let mut parts = vec![table.as_slice()];
    for ((body, _), section) in bodies.iter().zip(sections) {
        parts.push(body.as_ref());
        parts.extend(&section.rest);
    }
    replace(path, &parts).map_err(|e| Error::io(path, e))
}

/// A section's own bytes as they are in the file. Where that is no shorter it is the bytes themselves, so that equal
/// lengths say that nothing is to be unpacked.
fn stored<'a>(section: &'a Section<'_>) -> io::Result<Cow<'a, [u8]>> {
    if !section.dense {
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
    Read::take(&mut file, table::LONGEST).read_to_end(&mut head).map_err(|e| Error::io(path, e))?;
    let table = table::parsed(&head, meta.len()).map_err(|reason| bad(path, reason))?;
    Ok(Artifact { path: path.to_owned(), file: Mutex::new(file), table })
}

impl Artifact {
    /// The bytes of a section, if the artefact has it. Only these are read and unpacked.
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
        unpacked(&stored, row.raw).map(Some).map_err(|reason| self.bad(&format!("section {name} {reason}")))
    }

    /// The value of a section, if the artefact has it.
    pub fn value<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        self.section(name)?.map(|bytes| decode(&bytes, &self.path)).transpose()
    }

    /// The graph, ready to be asked.
    pub fn graph(&self) -> Result<Graph> {
        let [files, nodes, edges, external, unresolved, sites] = GRAPH;
        let ((first, nodes), ((edges, sites), (external, unresolved))) = rayon::join(
            || (self.part(files), self.part(nodes)),
            || {
                rayon::join(
                    || (self.part(edges), self.part(sites)),
                    || (self.part(external), self.part(unresolved)),
                )
            },
        );
        let mut graph = Graph::default();
        (graph.files, graph.skipped) = first?;
        (graph.nodes, graph.edges, graph.external, graph.unresolved) =
            (nodes?, edges?, external?, unresolved?);
        (graph.sites, graph.forms, graph.entries, graph.mentions) = sites?;
        if let Some(reason) = flaw(&graph) {
            return Err(self.bad(reason));
        }
        graph.index();
        Ok(graph)
    }

    fn part<T: DeserializeOwned>(&self, name: &str) -> Result<T> {
        self.value(name)?.ok_or_else(|| self.bad("it holds no graph"))
    }

    /// The error of something in here that is not as it should be.
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

/// The value that `encode` made the bytes of; `path` is named when they are of no such value.
pub fn decode<T: DeserializeOwned>(bytes: &[u8], path: &Path) -> Result<T> {
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        Ok(_) => Err(bad(path, "a value is followed by bytes of nothing")),
        Err(_) => Err(bad(path, "a value cannot be decoded")),
    }
}

/// The graph as sections, in the order of `GRAPH`.
pub fn graph_sections<'a>(graph: &Graph) -> Result<Vec<Section<'a>>> {
    graph_sections_with(graph, Section::new(NODES, encode(&graph.nodes)?))
}

/// The same with a section of the nodes that is made already.
pub fn graph_sections_with<'a>(graph: &Graph, nodes: Section<'a>) -> Result<Vec<Section<'a>>> {
    type Encode<'g> = Box<dyn Fn() -> Result<Vec<u8>> + Sync + 'g>;
    let [files, _, edges, external, unresolved, sites] = GRAPH;
    let others: [(&'static str, Encode); 5] = [
        (files, Box::new(|| encode(&(&graph.files, &graph.skipped)))),
        (edges, Box::new(|| encode(&graph.edges))),
        (external, Box::new(|| encode(&graph.external))),
        (unresolved, Box::new(|| encode(&graph.unresolved))),
        (sites, Box::new(|| encode(&(&graph.sites, &graph.forms, &graph.entries, &graph.mentions)))),
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

/// What would make a decoded graph panic or answer wrongly: an index out of range, edges out of order.
fn flaw(graph: &Graph) -> Option<&'static str> {
    let nodes = graph.nodes.len();
    let node = |id: &NodeId| (id.0 as usize) < nodes;
    let too_many = nodes > u32::MAX as usize || graph.edges.len() > u32::MAX as usize;
    let files = graph.files.len();
    let in_range = graph.nodes.iter().all(|n| (n.file.0 as usize) < files)
        && graph.edges.iter().all(|e| node(&e.from) && node(&e.to))
        && graph.external.iter().all(|x| node(&x.from))
        && graph.unresolved.iter().all(|u| node(&u.from) && u.candidates.iter().all(node))
        && graph.sites.iter().all(|s| node(&s.from) && node(&s.to) && (s.form as usize) < graph.forms.len())
        && graph.entries.iter().all(|e| node(&e.node) && (e.file.0 as usize) < files)
        && graph.mentions.iter().all(|m| node(&m.from) && node(&m.to));
    if too_many || !in_range {
        return Some("its graph points to nodes or files that it does not have");
    }
    if !graph.edges.is_sorted()
        || !graph.sites.is_sorted()
        || !graph.entries.is_sorted()
        || !graph.mentions.is_sorted()
    {
        return Some("the edges of its graph are not in order");
    }
    None
}

/// Grows with what really comes out, and stops where more than `raw` bytes do.
fn unpacked(stored: &[u8], raw: u64) -> std::result::Result<Vec<u8>, &'static str> {
    let damaged = |_| "cannot be unpacked";
    let mut decoder = zstd::stream::read::Decoder::with_buffer(stored).map_err(damaged)?;
    decoder.window_log_max(WINDOW_LOG).map_err(damaged)?;
    // A usual ratio is believed at once, an unusual one has to be proved.
    let usual = (stored.len() as u64).saturating_mul(8);
    let mut bytes = Vec::with_capacity(raw.min(usual) as usize);
    decoder.take(raw + 1).read_to_end(&mut bytes).map_err(damaged)?;
    if bytes.len() as u64 == raw { Ok(bytes) } else { Err("has not the length that it says") }
}

/// Writes beside `path`, and only then gives it the name. Whether it has reached the disk is not waited for, which
/// took longer than all else here: what a crash of the machine damages, its checksums tell, and it can be built again.
fn replace(path: &Path, parts: &[&[u8]]) -> io::Result<()> {
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
    let written = parts.iter().try_for_each(|part| file.write_all(part)).and_then(|()| file.flush());
    let done = written.and_then(|()| fs::rename(&unfinished, path));
    if done.is_err() {
        // The first error is the one to tell.
        let _ = fs::remove_file(&unfinished);
    }
    done
}

fn bad(path: &Path, reason: impl Into<String>) -> Error {
    Error::BadArtifact { path: path.to_owned(), reason: reason.into() }
}
