//! Formatting is no change: the hashes of a file's definitions are the same however it is laid out.

use std::time::Duration;

use graph_core::extract::{Bounds, extract};
use graph_core::languages::Language;

fn hashes(path: &str, text: &str) -> Vec<(String, u64, u64)> {
    let language = Language::of(path).expect("a language");
    let mut parser = tree_sitter::Parser::new();
    parser.set_language(&(language.grammar)()).expect("a grammar");
    let bounds = Bounds { depth: 1000, time: Duration::from_secs(10), nodes: 1_000_000 };
    let facts = extract(language, &mut parser, path, text.as_bytes(), bounds).expect("facts");
    assert!(!facts.broken, "{text}");
    let named = facts.definitions.iter().skip(1).filter(|d| d.name.0 != 0);
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
fn other_words_are_a_change() {
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
