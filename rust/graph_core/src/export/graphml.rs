//! Writes GraphML: nodes and edges with their attributes, for graph tools.

use std::borrow::Cow;
use std::io::{Result, Write};

use crate::answer::fraction;
use crate::graph::{EdgeKind, Graph, NodeKind, flag};

/// Attributes: id, element, type.
const KEYS: [(&str, &str, &str); 15] = [
    ("kind", "node", "string"),
    ("name", "node", "string"),
    ("path", "node", "string"),
    ("language", "node", "string"),
    ("start_line", "node", "int"),
    ("end_line", "node", "int"),
    ("signature", "node", "string"),
    ("exported", "node", "boolean"),
    ("test", "node", "boolean"),
    ("complexity", "node", "int"),
    ("edge_kind", "edge", "string"),
    ("edge_path", "edge", "string"),
    ("line", "edge", "int"),
    ("confidence", "edge", "double"),
    ("via", "edge", "string"),
];

pub(super) fn write(graph: &Graph, out: &mut impl Write) -> Result<()> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">")?;
    for (id, on, kind) in KEYS {
        let name = if let Some(name) = id.strip_prefix("edge_") { name } else { id };
        writeln!(out, "<key id=\"{id}\" for=\"{on}\" attr.name=\"{name}\" attr.type=\"{kind}\"/>")?;
    }
    writeln!(out, "<graph edgedefault=\"directed\">")?;
    for id in graph.node_ids() {
        let node = graph.node(id);
        let file = graph.file(node.file);
        write!(out, "<node id=\"{}\">", escaped(&graph.id(id)))?;
        data(out, "kind", node_kind(node.kind))?;
        data(out, "name", &node.name)?;
        data(out, "path", &file.path)?;
        data(out, "language", &file.language)?;
        data(out, "start_line", &node.start_line.to_string())?;
        data(out, "end_line", &node.end_line.to_string())?;
        data(out, "signature", &node.contract.text)?;
        data(out, "exported", &node.is(flag::EXPORTED).to_string())?;
        data(out, "test", &node.is(flag::TEST).to_string())?;
        data(out, "complexity", &node.complexity.to_string())?;
        writeln!(out, "</node>")?;
    }
    for (i, edge) in graph.edges.iter().enumerate() {
        let (from, to) = (graph.id(edge.from), graph.id(edge.to));
        write!(out, "<edge id=\"e{i}\" source=\"{}\" target=\"{}\">", escaped(&from), escaped(&to))?;
        data(out, "edge_kind", edge_kind(edge.kind))?;
        data(out, "edge_path", graph.path(edge.from))?;
        data(out, "line", &edge.line.to_string())?;
        data(out, "confidence", &fraction(edge.confidence).to_string())?;
        data(out, "via", edge.via.name())?;
        writeln!(out, "</edge>")?;
    }
    writeln!(out, "</graph>\n</graphml>")
}

fn data(out: &mut impl Write, key: &str, value: &str) -> Result<()> {
    write!(out, "<data key=\"{key}\">{}</data>", escaped(value))
}

/// Escaped XML text. Characters that are not allowed in XML, such as NUL, become the replacement character.
fn escaped(text: &str) -> Cow<'_, str> {
    let special = |c: char| matches!(c, '&' | '<' | '>' | '"' | '\'' | '\u{fffe}' | '\u{ffff}') || c < ' ';
    if !text.contains(special) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&apos;"),
            '\t' => safe.push_str("&#9;"),
            '\n' => safe.push_str("&#10;"),
            '\r' => safe.push_str("&#13;"),
            c if special(c) => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    Cow::Owned(safe)
}

fn node_kind(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::File => "file",
        NodeKind::Module => "module",
        NodeKind::Class => "class",
        NodeKind::Interface => "interface",
        NodeKind::Enum => "enum",
        NodeKind::Type => "type",
        NodeKind::Function => "function",
        NodeKind::Method => "method",
        NodeKind::Constructor => "constructor",
        NodeKind::Value => "value",
        NodeKind::Field => "field",
        NodeKind::EnumMember => "enum_member",
    }
}

pub(super) fn edge_kind(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::Contains => "CONTAINS",
        EdgeKind::Imports => "IMPORTS",
        EdgeKind::Calls => "CALLS",
        EdgeKind::Extends => "EXTENDS",
        EdgeKind::Implements => "IMPLEMENTS",
        EdgeKind::Overrides => "OVERRIDES",
        EdgeKind::UsesType => "USES_TYPE",
        EdgeKind::Tests => "TESTS",
        EdgeKind::Reads => "READS",
        EdgeKind::Writes => "WRITES",
        EdgeKind::References => "REFERENCES",
    }
}
