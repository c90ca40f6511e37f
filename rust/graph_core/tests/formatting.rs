//! Tests that formatting does not change the hashes of the definitions in a file.

#[allow(dead_code, reason = "other runners build graphs too")]
mod markdown;

use std::collections::BTreeMap;
use std::time::Duration;

use graph_core::extract::Bounds;
use graph_core::file_facts::file_facts;
use graph_core::languages::Language;
use markdown::case_files;
use tree_sitter::{Node, Tree};

fn hashes(path: &str, text: &str) -> Vec<(String, u64, u64)> {
    let language = Language::of(path).expect("a language");
    let mut parser = tree_sitter::Parser::new();
    parser.set_language(&(language.grammar)()).expect("a grammar");
    let bounds = Bounds { depth: 1000, time: Duration::from_secs(10), nodes: 1_000_000 };
    let facts = file_facts(language, &mut parser, path, text.as_bytes(), bounds).expect("facts");
    assert!(!facts.broken, "{text}");
    let named = facts.definitions.iter().skip(1).filter(|d| !d.name.is_empty());
    named.map(|d| (facts.text(d.name).to_owned(), d.signature_hash, d.body_hash)).collect()
}

#[test]
fn layout_comments_and_wrapping_parentheses_are_no_change() {
    let same = [
        (
            "A.java",
            "class A extends B { @X int f(int a, int b) throws E { int[] c = {1, 2}; return (a + b); } enum E { P, Q } }",
            "/** Doc. */\nclass A\n  extends B\n{\n  @X\n  int f(\n    int a, // one\n    int b\n  ) throws E {\n    int[] c = {\n 1,\n 2, };;\n    return a + b;\n  }\n  enum E { P, Q, ; }\n}\n",
        ),
        (
            "a.go",
            "package a\n\nfunc f(a, b int) (int, error) { x := []int{1, 2}; if (a > 1) { g(a, b) }; return x[0], nil }\n\ntype T struct { A int; B string }\n\ntype I interface { M(); N() }\n",
            "package a\n\n// f does.\nfunc f(\n\ta, b int,\n) (int, error) {\n\tx := []int{\n\t\t1,\n\t\t2,\n\t}\n\n\tif a > 1 {\n\t\tg(\n\t\t\ta,\n\t\t\tb,\n\t\t)\n\t}\n\treturn x[0], nil\n}\n\ntype T struct {\n\tA int\n\n\tB string\n}\n\ntype I interface {\n\tM()\n\tN()\n}\n",
        ),
        (
            "a.py",
            "def f(a, b):\n    return (a + b)\n",
            "def f(\n    a,\n    b,\n):\n    # sum\n    return a + b\n",
        ),
    ];
    for (path, one, other) in same {
        assert_eq!(hashes(path, one), hashes(path, other), "{path}");
    }
}

#[test]
fn other_tokens_are_a_change() {
    let different = [
        ("A.java", "class A { int f(int a) { return a; } }", "class A { int f(int a) { return -a; } }"),
        ("A.java", "class A { int f(int a) { return a; } }", "class A { int f(long a) { return a; } }"),
        ("a.go", "package a\n\nfunc f() { g(1) }\n", "package a\n\nfunc f() { g(2) }\n"),
        ("a.go", "package a\n\ntype T struct{ A int }\n", "package a\n\ntype T struct{ A int8 }\n"),
    ];
    for (path, one, other) in different {
        assert_ne!(hashes(path, one), hashes(path, other), "{path}");
    }
}

/// The kinds of nodes that are string literals, whose lines must not be changed.
const TEXTS: [&str; 9] =
    ["string", "template", "heredoc", "nowdoc", "comment", "jsx", "text", "regex", "preproc"];

/// Every source file of every case, with comments after and between its lines, and with other indentation.
#[test]
fn comments_and_indentation_are_no_change_in_any_language() {
    let mut edited: BTreeMap<&str, usize> = BTreeMap::new();
    for case in case_files("cases") {
        let text = std::fs::read_to_string(&case).expect("a case file");
        for (path, source) in sources(&text) {
            let Some(language) = Language::of(path) else { continue };
            let mut parser = tree_sitter::Parser::new();
            parser.set_language(&(language.grammar)()).expect("a grammar");
            let tree = parser.parse(source, None).expect("a tree");
            if tree.root_node().has_error() {
                continue;
            }
            let mark = if matches!(language.family, "python" | "ruby") { "#" } else { "//" };
            let before = hashes(path, source);
            let same = [commented(source, &tree, mark), indented(source, &tree, language.family == "python")];
            for other in same {
                assert_eq!(before, hashes(path, &other), "{}: {path}\n{other}", case.display());
            }
            *edited.entry(language.name).or_default() += 1;
        }
    }
    let with_many = edited.values().filter(|files| **files >= 50).count();
    assert!(with_many >= 9, "{edited:?}");
}

/// The files of a document, each a path and the code block after it.
fn sources(text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("\n`") {
        rest = after;
        let Some((path, block)) = after.split_once("`:\n") else { break };
        let Some((_, body)) = block.trim_start().split_once('\n') else { break };
        if let (false, Some((source, after))) = (path.contains('\n'), body.split_once("\n```")) {
            found.push((path, source));
            rest = after;
        }
    }
    found
}

/// The lines, each with whether its end is outside of string literals.
fn lines<'a>(source: &'a str, tree: &Tree) -> Vec<(&'a str, bool)> {
    let mut at = 0;
    let mut found = Vec::new();
    for line in source.split('\n') {
        at += line.len() + 1;
        let end = (at - 1).min(source.len().saturating_sub(1));
        let mut node = tree.root_node().descendant_for_byte_range(end, end);
        let mut in_text = line.ends_with('\\');
        while let Some(inner) = node {
            in_text |= is_text(inner) && inner.start_byte() < end;
            node = inner.parent();
        }
        found.push((line, !in_text));
    }
    found
}

fn is_text(node: Node) -> bool {
    TEXTS.iter().any(|text| node.kind().contains(text))
}

fn commented(source: &str, tree: &Tree, mark: &str) -> String {
    let mut out = String::new();
    for (line, in_code) in lines(source, tree) {
        let is_tag = ["<?php", "?>", "#", "__END__"].iter().any(|tag| line.trim_start().starts_with(tag));
        out.push_str(line);
        if in_code && !is_tag && !line.trim().is_empty() {
            let margin = &line[..line.len() - line.trim_start().len()];
            out.push_str(&format!(" {mark} as it was\n\n{margin}{mark} further down"));
        }
        out.push('\n');
    }
    out
}

fn indented(source: &str, tree: &Tree, doubled: bool) -> String {
    let mut out = String::new();
    let mut in_code = true;
    for (line, ends_in_code) in lines(source, tree) {
        let bare = line.trim_start();
        let margin = &line[..line.len() - bare.len()];
        if in_code {
            out.push_str(&if doubled { margin.repeat(2) } else { String::new() });
            out.push_str(bare);
        } else {
            out.push_str(line);
        }
        in_code = ends_in_code;
        out.push_str(if in_code { "  \n" } else { "\n" });
    }
    out
}
