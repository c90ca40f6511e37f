//! Writes DOT: one cluster for each file, definitions as boxes. CONTAINS edges are not drawn.

use std::io::{Result, Write};

use super::graphml::edge_kind;
use crate::graph::{EdgeKind, Graph, NodeKind};

pub(super) fn write(graph: &Graph, out: &mut impl Write) -> Result<()> {
    writeln!(out, "digraph code {{")?;
    writeln!(out, "  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];")?;
    let mut open = None;
    for id in graph.node_ids() {
        let node = graph.node(id);
        if open != Some(node.file) {
            if open.is_some() {
                writeln!(out, "  }}")?;
            }
            writeln!(out, "  subgraph cluster_{} {{", node.file.0)?;
            writeln!(out, "    label={};", quoted(graph.path(id)))?;
            open = Some(node.file);
        }
        let label = if node.kind == NodeKind::File { "(module)" } else { &node.qualified_name };
        writeln!(out, "    n{} [label={}, tooltip={}];", id.0, quoted(label), quoted(&graph.id(id)))?;
    }
    if open.is_some() {
        writeln!(out, "  }}")?;
    }
    for edge in graph.edges.iter().filter(|e| e.kind != EdgeKind::Contains) {
        let style = match edge.kind {
            EdgeKind::Calls => "solid",
            EdgeKind::Imports | EdgeKind::Tests => "dotted",
            _ => "dashed",
        };
        let kind = edge_kind(edge.kind);
        writeln!(out, "  n{} -> n{} [label=\"{kind}\", style={style}];", edge.from.0, edge.to.0)?;
    }
    writeln!(out, "}}")
}

/// A quoted DOT string, with backslashes and line breaks escaped.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' | '\r' => quoted.push_str("\\n"),
            '\0' => quoted.push('\u{fffd}'),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
