//! The boundary to Python: paths and ids in, small reports and JSON bytes out. The only file that knows PyO3, and it
//! does nothing else: it parses options, releases the GIL, and turns errors and panics into exceptions.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pyo3::create_exception;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use serde::Serialize;
use serde_json::json;

use crate::build::{self, Request};
use crate::error::{Error, Result};
use crate::file_texts::{self, FileTexts};
use crate::graph::Graph;
use crate::source::{Limits, Source};
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
    to_json(py, || {
        let request = Request {
            source: Source::new(root, commit, undo),
            artifact,
            base,
            threads,
            limits: from_json(limits)?,
            recovery: from_json(guard)?,
        };
        build::build_artifact(&request, &progress)
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
    to_json(py, || {
        let options = from_json(options)?;
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
    to_json(py, || query::neighbours(&graph(&artifact)?, symbol, direction.parse()?, depth, min_confidence))
}

#[pyfunction]
fn path<'py>(
    py: Python<'py>,
    artifact: PathBuf,
    start: &str,
    end: &str,
    min_confidence: f64,
) -> PyResult<Bound<'py, PyBytes>> {
    to_json(py, || query::path(&graph(&artifact)?, start, end, min_confidence))
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
    to_json(py, || {
        let ranges: Vec<(String, u32, u32)> = from_json(ranges)?;
        source::read_ranges(&Source::new(root, commit, undo), &ranges, &from_json(limits)?)
    })
}

/// Stores the texts of a graph's files in one file, so that they can be read without the repository.
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
    run(py, || {
        file_texts::pack(&FileTexts::at(root, commit), &graph(&artifact)?, &destination, &from_json(limits)?)
    })
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
    to_json(py, || {
        let (options, limits) = (from_json(options)?, from_json(limits)?);
        let head = graph(&head)?;
        let base = base.as_deref().map(graph).transpose()?;
        let wanted = twins::selected(base.as_ref(), &head, &symbols)?;
        twins::twins(&FileTexts::at(root, commit), &head, &wanted, &options, &limits)
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
    to_json(py, || {
        let (options, limits) = (from_json(options)?, from_json(limits)?);
        let base = base.as_deref().map(graph).transpose()?;
        content::content(base.as_ref(), &graph(&head)?, &FileTexts::at(root, commit), &options, &limits)
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
    to_json(py, || {
        let options = from_json(options)?;
        Ok(overlap::overlap(&graph(&base)?, &graph(&one)?, &graph(&other)?, &options))
    })
}

#[pyfunction(name = "validate")]
#[pyo3(signature = (paths, limits=b"{}".as_slice()))]
fn validate_<'py>(py: Python<'py>, paths: Vec<PathBuf>, limits: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
    to_json(py, || {
        let limits = from_json(limits)?;
        Ok(paths.iter().map(|p| validate::validate(p, &limits)).collect::<Vec<_>>())
    })
}

/// The default limits.
#[pyfunction(name = "limits")]
fn limits_(py: Python<'_>) -> PyResult<Bound<'_, PyBytes>> {
    to_json(py, || Ok(Limits::default()))
}

#[pyfunction(name = "languages")]
fn languages_(py: Python<'_>) -> PyResult<Bound<'_, PyBytes>> {
    to_json(py, || {
        let described = languages::ALL
            .iter()
            .map(|l| json!({"name": l.name, "extensions": l.extensions, "grammar": l.grammar_version}));
        Ok(described.collect::<Vec<_>>())
    })
}

fn graph(path: &Path) -> Result<Graph> {
    artifact::read_graph(path)
}

fn from_json<T: serde::de::DeserializeOwned>(json: &[u8]) -> Result<T> {
    serde_json::from_slice(json).map_err(|e| Error::BadOption(format!("unusable options: {e}")))
}

/// The value that `work` returns, as JSON bytes.
fn to_json<T: Serialize + Send>(
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

/// Runs `work` without the GIL. A panic becomes a `GraphCoreError`, because PyO3's `PanicException` does not derive
/// from `Exception`.
fn run<T: Send>(py: Python<'_>, work: impl FnOnce() -> Result<T> + Send) -> PyResult<T> {
    let outcome = py.detach(|| catch_unwind(AssertUnwindSafe(work)));
    let error = match outcome {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(error)) => error,
        Err(panic) => {
            let message = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
            let message = message.or_else(|| panic.downcast_ref::<String>().cloned());
            Error::Internal(message.unwrap_or_else(|| "a panic without words".to_owned()))
        }
    };
    Err(GraphCoreError::new_err((error.to_string(), error.code())))
}
