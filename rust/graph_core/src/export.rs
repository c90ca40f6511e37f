//! Exports a graph as JSON, GraphML or DOT, as a sorted stream.

mod dot;
mod graphml;
mod json;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::graph::Graph;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Json,
    GraphMl,
    Dot,
}

impl std::str::FromStr for Format {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "json" => Ok(Format::Json),
            "graphml" => Ok(Format::GraphMl),
            "dot" => Ok(Format::Dot),
            _ => Err(Error::BadOption(format!("format must be 'json', 'graphml' or 'dot', and is '{text}'"))),
        }
    }
}

/// Writes the graph to the file `destination`. `meta` is a JSON object with what the graph does not contain, such as
/// `repo` and `commit`; it is written only to JSON.
pub fn export(graph: &Graph, destination: &Path, format: Format, meta: &[u8]) -> Result<()> {
    let meta = meta_from_json(meta)?;
    let failed = |e: std::io::Error| Error::io(destination, e);
    let mut out = BufWriter::with_capacity(1 << 16, File::create(destination).map_err(failed)?);
    write(graph, &mut out, format, meta).and_then(|()| out.flush()).map_err(failed)
}

/// The same for any writer.
pub fn write(
    graph: &Graph,
    out: &mut impl Write,
    format: Format,
    meta: Map<String, Value>,
) -> std::io::Result<()> {
    match format {
        Format::Json => json::write(graph, out, meta),
        Format::GraphMl => graphml::write(graph, out),
        Format::Dot => dot::write(graph, out),
    }
}

/// Parses the caller's part of the metadata. Empty input is an empty object.
pub fn meta_from_json(json: &[u8]) -> Result<Map<String, Value>> {
    if json.is_empty() {
        return Ok(Map::new());
    }
    serde_json::from_slice(json).map_err(|e| Error::BadOption(format!("meta is not a JSON object: {e}")))
}

#[cfg(test)]
mod tests;
