//! Writes JSON with one element on each line, so that two graphs can be compared as text.

use std::collections::BTreeMap;
use std::io::{Result, Write};

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::answer::{Counts, fraction};
use crate::graph::{EdgeKind, Field, Graph, NodeId, NodeKind, Parameter, Visibility, flag};

#[derive(Serialize)]
struct JsonNode<'g> {
    id: String,
    kind: NodeKind,
    name: &'g str,
    qualified_name: &'g str,
    path: &'g str,
    language: &'g str,
    start_line: u32,
    end_line: u32,
    signature: Signature<'g>,
    exported: bool,
    test: bool,
    complexity: u16,
    /// Hexadecimal text, because readers with only floating-point numbers would round a number.
    body_hash: String,
    signature_hash: String,
}

#[derive(Serialize)]
struct Signature<'g> {
    text: &'g str,
    parameters: &'g [Parameter],
    returns: &'g str,
    throws: &'g [String],
    decorators: &'g [String],
    bases: &'g [String],
    fields: &'g [Field],
    visibility: Visibility,
    r#async: bool,
    r#static: bool,
    r#abstract: bool,
    property: bool,
    generator: bool,
}

#[derive(Serialize)]
struct JsonEdge<'g> {
    kind: EdgeKind,
    from: String,
    to: String,
    path: &'g str,
    line: u32,
    confidence: f64,
    via: &'static str,
}

#[derive(Serialize)]
struct JsonExternal<'g> {
    from: String,
    package: &'g str,
    name: &'g str,
    line: u32,
}

#[derive(Serialize)]
struct JsonUnresolved<'g> {
    from: String,
    name: &'g str,
    line: u32,
    candidates: Vec<String>,
}

pub(super) fn write(graph: &Graph, out: &mut impl Write, given: Map<String, Value>) -> Result<()> {
    out.write_all(b"{\"meta\":")?;
    serde_json::to_writer(&mut *out, &meta(graph, given))?;
    list(out, "nodes", graph.node_ids().map(|id| node(graph, id)))?;
    list(
        out,
        "edges",
        graph.edges.iter().map(|edge| JsonEdge {
            kind: edge.kind,
            from: graph.id(edge.from),
            to: graph.id(edge.to),
            path: graph.path(edge.from),
            line: edge.line,
            confidence: fraction(edge.confidence),
            via: edge.via.name(),
        }),
    )?;
    list(
        out,
        "external",
        graph.external.iter().map(|call| JsonExternal {
            from: graph.id(call.from),
            package: &call.package,
            name: &call.name,
            line: call.line,
        }),
    )?;
    list(
        out,
        "unresolved",
        graph.unresolved.iter().map(|site| JsonUnresolved {
            from: graph.id(site.from),
            name: &site.name,
            line: site.line,
            candidates: site.candidates.iter().map(|id| graph.id(*id)).collect(),
        }),
    )?;
    list(out, "skipped", graph.skipped.iter())?;
    out.write_all(b"}\n")
}

/// The metadata: the caller's, with `null` for missing `repo` and `commit`, overridden by what the graph contains.
fn meta(graph: &Graph, given: Map<String, Value>) -> Map<String, Value> {
    let counts = Counts::of(graph);
    let mut languages: BTreeMap<&str, usize> = BTreeMap::new();
    for file in &graph.files {
        *languages.entry(&file.language).or_default() += 1;
    }
    let mut meta = given;
    for unknown in ["repo", "commit"] {
        meta.entry(unknown).or_insert(Value::Null);
    }
    for (key, value) in [
        ("format", json!(2)),
        ("tool_version", json!(env!("CARGO_PKG_VERSION"))),
        ("languages", json!(languages)),
        ("files", json!(counts.files)),
        ("nodes", json!(counts.nodes)),
        ("edges", json!(counts.edges)),
        ("skipped", json!(counts.skipped)),
        ("unresolved", json!(counts.unresolved)),
        ("ambiguous", json!(counts.ambiguous)),
        ("external", json!(counts.external)),
    ] {
        meta.insert(key.to_owned(), value);
    }
    meta
}

fn node(graph: &Graph, id: NodeId) -> JsonNode<'_> {
    let node = graph.node(id);
    let file = graph.file(node.file);
    let contract = &node.contract;
    JsonNode {
        id: graph.id(id),
        kind: node.kind,
        name: &node.name,
        qualified_name: &node.qualified_name,
        path: &file.path,
        language: &file.language,
        start_line: node.start_line,
        end_line: node.end_line,
        signature: Signature {
            text: &contract.text,
            parameters: &contract.parameters,
            returns: &contract.returns,
            throws: &contract.throws,
            decorators: &contract.decorators,
            bases: &contract.bases,
            fields: &contract.fields,
            visibility: contract.visibility,
            r#async: node.is(flag::ASYNC),
            r#static: node.is(flag::STATIC),
            r#abstract: node.is(flag::ABSTRACT),
            property: node.is(flag::PROPERTY),
            generator: node.is(flag::GENERATOR),
        },
        exported: node.is(flag::EXPORTED),
        test: node.is(flag::TEST),
        complexity: node.complexity,
        body_hash: format!("{:016x}", node.body_hash),
        signature_hash: format!("{:016x}", node.signature_hash),
    }
}

fn list<T: Serialize>(out: &mut impl Write, name: &str, items: impl Iterator<Item = T>) -> Result<()> {
    write!(out, ",\n\"{name}\":[")?;
    for (i, item) in items.enumerate() {
        out.write_all(if i == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *out, &item)?;
    }
    out.write_all(b"]")
}
