//! Tests of the exports, with names that need escaping.

use super::*;
use crate::graph::{EdgeKind, Via};
use crate::test_graph::TestGraph;

fn odd() -> Graph {
    TestGraph::new()
        .define("a \"b\"\\<&>.py::f(x: List<'int'> = \"1\")", "return x")
        .define("b.py::g()", "f()")
        .edge(EdgeKind::Calls, "b.py::g", "a \"b\"\\<&>.py::f", Via::Import)
        .external("b.py::g", "lodash", "map")
        .unresolved("b.py::g", "h", &["a \"b\"\\<&>.py::f"])
        .skipped("c.py", "binary")
        .graph()
}

fn text(format: Format, meta: &[u8]) -> String {
    let mut out = Vec::new();
    write(&odd(), &mut out, format, meta_from_json(meta).unwrap()).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn json_contains_the_whole_graph_and_the_metadata_of_the_caller() {
    let json: Value = serde_json::from_str(&text(Format::Json, br#"{"repo": "r", "format": 9}"#)).unwrap();
    assert_eq!(json["meta"]["repo"], "r");
    assert_eq!(json["meta"]["commit"], Value::Null);
    assert_eq!(json["meta"]["format"], 2);
    assert_eq!(json["meta"]["languages"]["python"], 2);
    assert_eq!(json["nodes"].as_array().unwrap().len(), 4);
    let f = &json["nodes"][1];
    assert_eq!(f["id"], "a \"b\"\\<&>.py::f");
    assert_eq!(f["kind"], "function");
    assert_eq!(f["signature"]["parameters"][0]["default"], "\"1\"");
    assert_eq!(f["body_hash"].as_str().unwrap().len(), 16);
    let call = json["edges"].as_array().unwrap().iter().find(|e| e["kind"] == "CALLS").unwrap();
    assert_eq!(
        (&call["from"], &call["confidence"], &call["via"]),
        (&"b.py::g".into(), &0.95.into(), &"import".into())
    );
    assert_eq!(json["external"][0]["package"], "lodash");
    assert_eq!(json["unresolved"][0]["candidates"][0], f["id"]);
    assert_eq!(json["skipped"][0]["reason"], "binary");
}

#[test]
fn graphml_is_escaped() {
    let xml = text(Format::GraphMl, b"");
    assert!(xml.contains("<node id=\"a &quot;b&quot;\\&lt;&amp;&gt;.py::f\">"));
    assert!(!xml.contains("<&>"));
    assert_eq!(xml.matches("<node ").count(), 4);
    assert_eq!(xml.matches("<edge ").count(), 3);
}

#[test]
fn dot_is_quoted_and_grouped_by_file() {
    let dot = text(Format::Dot, b"");
    assert!(dot.contains("label=\"a \\\"b\\\"\\\\<&>.py\";"));
    assert_eq!(dot.matches("subgraph cluster_").count(), 2);
    assert_eq!(dot.matches(" -> ").count(), 1);
    assert_eq!(dot.matches('{').count(), dot.matches('}').count());
}

#[test]
fn a_file_is_written_or_the_error_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("graph.json");
    export(&odd(), &path, Format::Json, b"{}").unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text(Format::Json, b"{}"));
    let error = export(&odd(), &folder.path().join("no/graph.json"), Format::Json, b"").unwrap_err();
    assert_eq!(error.code(), "io");
    assert_eq!(export(&odd(), &path, Format::Json, b"[]").unwrap_err().code(), "bad_option");
    assert_eq!("xml".parse::<Format>().unwrap_err().code(), "bad_option");
}
