//! The boundary to Python: paths and ids in, small reports and JSON bytes out. The only file that knows PyO3.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use pyo3::create_exception;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use serde::Serialize;
use serde_json::json;

use crate::build::{self, Base, Guard, Known, Stage};
use crate::error::{Error, Result};
use crate::graph::{Graph, NodeId};
use crate::resolve::Memory;
use crate::source::{Limits, Source};
use crate::texts::{self, Texts};
use crate::{artifact, confine, content, export, impact, languages, overlap, query, source, twins, validate};

create_exception!(_graph_core, GraphCoreError, pyo3::exceptions::PyException);

#[pymodule]
fn _graph_core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    crate::allocator::install();
    module.add("GraphCoreError", module.py().get_type::<GraphCoreError>())?;
    module.add_class::<Progress>()?;
    module.add_function(wrap_pyfunction!(build_, module)?)?;
    module.add_function(wrap_pyfunction!(confine_, module)?)?;
    module.add_function(wrap_pyfunction!(impact_, module)?)?;
    module.add_function(wrap_pyfunction!(export_, module)?)?;
    module.add_function(wrap_pyfunction!(neighbours, module)?)?;
    module.add_function(wrap_pyfunction!(path, module)?)?;
    module.add_function(wrap_pyfunction!(excerpts, module)?)?;
    module.add_function(wrap_pyfunction!(pack, module)?)?;
    module.add_function(wrap_pyfunction!(twins_, module)?)?;
    module.add_function(wrap_pyfunction!(content_, module)?)?;
    module.add_function(wrap_pyfunction!(overlap_, module)?)?;
    module.add_function(wrap_pyfunction!(validate_, module)?)?;
    module.add_function(wrap_pyfunction!(limits_, module)?)?;
    module.add_function(wrap_pyfunction!(languages_, module)?)
}

/// Counters shared with a running build, for reading from another thread.
#[pyclass(frozen, module = "kodus_ast._graph_core")]
struct Progress(Arc<build::Progress>);

#[pymethods]
impl Progress {
    #[new]
    fn new() -> Self {
        Progress(Arc::default())
    }

    fn snapshot(&self) -> (&'static str, u64, u64) {
        self.0.snapshot()
    }

    fn cancel(&self) {
        self.0.cancel();
    }
}

#[pyfunction(name = "build")]
#[pyo3(signature = (root, commit, artifact, base=None, threads=0, limits=b"{}".as_slice(), progress=None, guard=b"{}".as_slice(), undo=None))]
#[allow(clippy::too_many_arguments)] // the arguments of the Python function
fn build_<'py>(
    py: Python<'py>,
    root: PathBuf,
    commit: Option<String>,
    artifact: PathBuf,
    base: Option<PathBuf>,
    threads: usize,
    limits: &[u8],
    progress: Option<&Progress>,
    guard: &[u8],
    undo: Option<String>,
) -> PyResult<Bound<'py, PyBytes>> {
    let progress = progress.map_or_else(Arc::default, |p| p.0.clone());
    answer(py, || {
        let limits: Limits = options(limits)?;
        let guard: Guard = options(guard)?;
        let last = base.as_deref().and_then(Last::taken);
        let loaded = match (&last, &base) {
            (None, Some(base)) => Some(build::load(base)?),
            _ => None,
        };
        let base = match &last {
            Some(last) => Base { known: Some(&last.known), memory: Some(&last.memory) },
            None => Base { known: loaded.as_ref(), memory: None },
        };
        let source = source_of(root, commit, undo);
        let mut built = build::build(&source, &limits, &base, threads, &progress, &guard)?;
        progress.enter(Stage::Write, 0);
        let begun = Instant::now();
        build::save(&artifact, &built)?;
        built.times.write = begun.elapsed().as_secs_f64();
        progress.enter(Stage::Done, 0);
        let report = report(&built, &limits);
        Last::keep(&artifact, built, (last, loaded));
        Ok(report)
    })
}

/// The last build of this process: its head is most often the next one's base. Given back once.
struct Last {
    artifact: PathBuf,
    changed: Option<std::time::SystemTime>,
    known: Known,
    memory: Memory,
}

static LAST: Mutex<Option<Last>> = Mutex::new(None);

impl Last {
    /// Takes the place of what was kept before. That and the graph are freed by a thread: it is a tenth of the time
    /// that building a slightly changed version takes.
    fn keep(artifact: &Path, built: build::Built, used: impl Send + 'static) {
        let last = Last {
            artifact: artifact.to_owned(),
            changed: changed(artifact),
            known: built.known,
            memory: built.memory,
        };
        let replaced = LAST.lock().map_or(None, |mut slot| slot.replace(last));
        let graph = built.graph;
        std::thread::spawn(|| drop((used, replaced, graph)));
    }

    /// What was kept of the build of `artifact`, if the file is still the one that was written.
    fn taken(artifact: &Path) -> Option<Last> {
        let last = LAST.lock().ok()?.take()?;
        (last.artifact == artifact && last.changed.is_some() && last.changed == changed(artifact))
            .then_some(last)
    }
}

fn changed(path: &Path) -> Option<std::time::SystemTime> {
    std::fs::metadata(path).and_then(|m| m.modified()).ok()
}

fn report(built: &build::Built, limits: &Limits) -> serde_json::Value {
    let graph = &built.graph;
    let mut languages = std::collections::BTreeMap::<&str, usize>::new();
    for file in &graph.files {
        *languages.entry(&file.language).or_default() += 1;
    }
    let resolved = graph.edges.iter().filter(|e| e.kind == crate::graph::EdgeKind::Calls).count();
    let ambiguous = graph.unresolved.iter().filter(|u| !u.candidates.is_empty()).count();
    let unresolved = graph.unresolved.len() - ambiguous;
    json!({
        "files": graph.files.len(),
        "nodes": graph.nodes.len(),
        "edges": graph.edges.len(),
        "languages": languages,
        "skipped": graph.skipped,
        "calls": resolved + ambiguous + unresolved + graph.external.len(),
        "resolved": resolved,
        "ambiguous": ambiguous,
        "external": graph.external.len(),
        "unresolved": unresolved,
        "reused": built.reused,
        "bytes": built.bytes,
        "seconds": built.times,
        "limits": limits,
    })
}

#[pyfunction(name = "confine")]
fn confine_(py: Python<'_>, readable: Vec<String>, writable: Vec<String>) -> PyResult<Vec<String>> {
    run(py, || confine::confine(&readable, &writable))
}

#[pyfunction(name = "impact")]
#[pyo3(signature = (base, head, options=b"{}".as_slice()))]
fn impact_<'py>(
    py: Python<'py>,
    base: PathBuf,
    head: PathBuf,
    options: &[u8],
) -> PyResult<Bound<'py, PyBytes>> {
    answer(py, || {
        let options = self::options(options)?;
        let (base, head) = rayon::join(|| artifact::read_graph(&base), || artifact::read_graph(&head));
        Ok(impact::impact(&base?, &head?, &options))
    })
}

#[pyfunction(name = "export")]
#[pyo3(signature = (artifact, destination, format, meta=b"{}".as_slice()))]
fn export_(
    py: Python<'_>,
    artifact: PathBuf,
    destination: PathBuf,
    format: &str,
    meta: &[u8],
) -> PyResult<()> {
    run(py, || export::export(&graph(&artifact)?, &destination, format.parse()?, meta))
}

#[pyfunction]
fn neighbours<'py>(
    py: Python<'py>,
    artifact: PathBuf,
    symbol: &str,
    direction: &str,
    depth: u32,
    min_confidence: f64,
) -> PyResult<Bound<'py, PyBytes>> {
    answer(py, || query::neighbours(&graph(&artifact)?, symbol, direction.parse()?, depth, min_confidence))
}

#[pyfunction]
fn path<'py>(
    py: Python<'py>,
    artifact: PathBuf,
    start: &str,
    end: &str,
    min_confidence: f64,
) -> PyResult<Bound<'py, PyBytes>> {
    answer(py, || query::path(&graph(&artifact)?, start, end, min_confidence))
}

#[pyfunction]
#[pyo3(signature = (root, commit, ranges, undo=None, limits=b"{}".as_slice()))]
fn excerpts<'py>(
    py: Python<'py>,
    root: PathBuf,
    commit: Option<String>,
    ranges: &[u8],
    undo: Option<String>,
    limits: &[u8],
) -> PyResult<Bound<'py, PyBytes>> {
    answer(py, || {
        let ranges: Vec<(String, u32, u32)> = options(ranges)?;
        source::read_ranges(&source_of(root, commit, undo), &ranges, &options(limits)?)
    })
}

/// Packs the texts of a graph's files, so that they can be asked for where the repository is not.
#[pyfunction]
#[pyo3(signature = (root, commit, artifact, destination, limits=b"{}".as_slice()))]
fn pack(
    py: Python<'_>,
    root: PathBuf,
    commit: Option<String>,
    artifact: PathBuf,
    destination: PathBuf,
    limits: &[u8],
) -> PyResult<()> {
    run(py, || texts::pack(&Texts::at(root, commit), &graph(&artifact)?, &destination, &options(limits)?))
}

#[pyfunction(name = "twins")]
#[pyo3(signature = (root, commit, head, base=None, symbols=Vec::new(), options=b"{}".as_slice(), limits=b"{}".as_slice()))]
#[allow(clippy::too_many_arguments)] // the arguments of the Python function
fn twins_<'py>(
    py: Python<'py>,
    root: PathBuf,
    commit: Option<String>,
    head: PathBuf,
    base: Option<PathBuf>,
    symbols: Vec<String>,
    options: &[u8],
    limits: &[u8],
) -> PyResult<Bound<'py, PyBytes>> {
    answer(py, || {
        let options: twins::Options = self::options(options)?;
        let limits = self::options(limits)?;
        let head = graph(&head)?;
        let mut wanted: Vec<NodeId> =
            symbols.iter().map(|name| query::symbol(&head, name)).collect::<Result<_>>()?;
        if let Some(base) = base {
            wanted.extend(twins::rewritten(&graph(&base)?, &head));
        }
        wanted.sort_unstable();
        wanted.dedup();
        twins::twins(&Texts::at(root, commit), &head, &wanted, &options, &limits)
    })
}

#[pyfunction(name = "content")]
#[pyo3(signature = (root, commit, head, base=None, options=b"{}".as_slice(), limits=b"{}".as_slice()))]
fn content_<'py>(
    py: Python<'py>,
    root: PathBuf,
    commit: Option<String>,
    head: PathBuf,
    base: Option<PathBuf>,
    options: &[u8],
    limits: &[u8],
) -> PyResult<Bound<'py, PyBytes>> {
    answer(py, || {
        let (options, limits) = (self::options(options)?, self::options(limits)?);
        let base = base.as_deref().map(graph).transpose()?;
        content::content(base.as_ref(), &graph(&head)?, &Texts::at(root, commit), &options, &limits)
    })
}

#[pyfunction(name = "overlap")]
#[pyo3(signature = (base, one, other, options=b"{}".as_slice()))]
fn overlap_<'py>(
    py: Python<'py>,
    base: PathBuf,
    one: PathBuf,
    other: PathBuf,
    options: &[u8],
) -> PyResult<Bound<'py, PyBytes>> {
    answer(py, || {
        let options = self::options(options)?;
        Ok(overlap::overlap(&graph(&base)?, &graph(&one)?, &graph(&other)?, &options))
    })
}

#[pyfunction(name = "validate")]
#[pyo3(signature = (paths, limits=b"{}".as_slice()))]
fn validate_<'py>(py: Python<'py>, paths: Vec<PathBuf>, limits: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
    answer(py, || {
        let limits = options(limits)?;
        Ok(paths.iter().map(|p| validate::validate(p, &limits)).collect::<Vec<_>>())
    })
}

/// The limits where the caller says none.
#[pyfunction(name = "limits")]
fn limits_(py: Python<'_>) -> PyResult<Bound<'_, PyBytes>> {
    answer(py, || Ok(Limits::default()))
}

#[pyfunction(name = "languages")]
fn languages_(py: Python<'_>) -> PyResult<Bound<'_, PyBytes>> {
    answer(py, || {
        let described = languages::ALL
            .iter()
            .map(|l| json!({"name": l.name, "extensions": l.extensions, "grammar": l.grammar_version}));
        Ok(described.collect::<Vec<_>>())
    })
}

fn source_of(root: PathBuf, commit: Option<String>, undo: Option<String>) -> Source {
    let source = match commit {
        Some(revision) => Source::Commit { repo: root, revision },
        None => Source::Directory(root),
    };
    match undo {
        Some(diff) => Source::Undone { of: Box::new(source), diff },
        None => source,
    }
}

fn graph(path: &Path) -> Result<Graph> {
    artifact::read_graph(path)
}

fn options<T: serde::de::DeserializeOwned>(json: &[u8]) -> Result<T> {
    serde_json::from_slice(json).map_err(|e| Error::BadOption(format!("unusable options: {e}")))
}

fn answer<T: Serialize + Send>(
    py: Python<'_>,
    work: impl FnOnce() -> Result<T> + Send,
) -> PyResult<Bound<'_, PyBytes>> {
    let bytes = run(py, || {
        let value = work()?;
        crate::answer::to_json(&value)
            .map_err(|e| Error::Internal(format!("an answer cannot be written: {e}")))
    })?;
    Ok(PyBytes::new(py, &bytes))
}

/// Runs without the GIL; a panic becomes an error like any other, because PyO3's own is no `Exception`.
fn run<T: Send>(py: Python<'_>, work: impl FnOnce() -> Result<T> + Send) -> PyResult<T> {
    let outcome = py.detach(|| catch_unwind(AssertUnwindSafe(work)));
    let error = match outcome {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(error)) => error,
        Err(panic) => {
            let said = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
            let said = said.or_else(|| panic.downcast_ref::<String>().cloned());
            Error::Internal(said.unwrap_or_else(|| "a panic without words".to_owned()))
        }
    };
    Err(GraphCoreError::new_err((error.to_string(), error.code())))
}
