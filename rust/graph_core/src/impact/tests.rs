//! Tests of the impact analysis: affected symbols, their severity and paths, and the tests that cover them.

mod properties;

use super::*;
use crate::graph::{EdgeKind, Via};
use crate::test_graph::TestGraph;

const OLD: &str = "rows = query(database); rows.sort(); return first(rows)";
const NEW: &str = "for page in pages: page.render(); page.close(); flush()";

fn ask(base: TestGraph, head: TestGraph) -> Answer {
    impact(&base.graph(), &head.graph(), &Options::default())
}

/// `severity distance id: reason`, with a mark if it dangles.
fn hits(answer: &Answer) -> Vec<String> {
    answer
        .affected
        .iter()
        .map(|a| {
            let severity = format!("{:?}", a.severity).to_lowercase();
            let mark = if a.dangling { " (dangling)" } else { "" };
            format!("{severity} {} {}: {}{mark}", a.distance, a.symbol.id, a.reason)
        })
        .collect()
}

fn chain() -> TestGraph {
    TestGraph::new()
        .define("b.py::near(x)", "return changed(x)")
        .define("c.py::far(x)", "return near(x)")
        .calls("b.py::near", "a.py::changed")
        .calls("c.py::far", "b.py::near")
}

#[test]
fn callers_are_affected_with_the_path_to_the_change() {
    let answer = ask(chain().define("a.py::changed(x)", OLD), chain().define("a.py::changed(x)", NEW));
    assert_eq!(
        hits(&answer),
        ["medium 1 b.py::near: calls a changed body", "low 2 c.py::far: calls an affected definition"]
    );
    let far = &answer.affected[1];
    let path: Vec<_> = far.path.iter().map(|s| (s.from.as_str(), s.to.as_str(), s.via)).collect();
    assert_eq!(path, [("c.py::far", "b.py::near", "import"), ("b.py::near", "a.py::changed", "import")]);
    assert_eq!((far.change.as_str(), far.confidence, far.side), ("a.py::changed", 0.95, "head"));
    assert_eq!(answer.changes[0].affected, 2);
    assert_eq!(answer.untested, ["a.py::changed"]);
}

#[test]
fn a_breaking_signature_is_severe_for_its_callers_and_overriders() {
    let graph = |signature: &str| {
        chain().define(&format!("a.py::changed{signature}"), OLD).define("d.py::over(x)", NEW).edge(
            EdgeKind::Overrides,
            "d.py::over",
            "a.py::changed",
            Via::Syntax,
        )
    };
    assert_eq!(
        hits(&ask(graph("(x)"), graph("(x, y)")))[..2],
        ["high 1 d.py::over: overrides a changed signature", "high 1 b.py::near: calls a changed signature"]
    );
    assert_eq!(
        hits(&ask(graph("(x)"), graph("(x, y = 1)")))[..2],
        [
            "medium 1 d.py::over: overrides a changed signature",
            "medium 1 b.py::near: calls a changed signature"
        ]
    );
}

#[test]
fn a_caller_of_what_is_deleted_dangles_unless_it_was_edited() {
    let base = chain()
        .define("a.py::changed(x)", OLD)
        .define("d.py::edited(x)", OLD)
        .calls("d.py::edited", "a.py::changed");
    let head = TestGraph::new()
        .define("b.py::near(x)", "return changed(x)")
        .define("c.py::far(x)", "return near(x)")
        .calls("c.py::far", "b.py::near")
        .define("d.py::edited(x)", NEW);
    let answer = ask(base, head);
    assert_eq!(
        hits(&answer),
        [
            "high 1 b.py::near: calls a deleted definition (dangling)",
            "low 2 c.py::far: calls an affected definition"
        ]
    );
    assert_eq!(answer.affected[0].side, "head");
}

#[test]
fn a_rename_affects_only_callers_that_still_use_the_old_name() {
    let base = chain()
        .define("a.py::changed(x)", OLD)
        .define("e.py::aliased(x)", "return alias(x)")
        .calls("e.py::aliased", "a.py::changed");
    let head = TestGraph::new()
        .define("a.py::renamed(x)", OLD)
        .define("b.py::near(x)", "return changed(x)")
        .define("c.py::far(x)", "return near(x)")
        .calls("c.py::far", "b.py::near")
        .define("e.py::aliased(x)", "return alias(x)")
        .calls("e.py::aliased", "a.py::renamed");
    let answer = ask(base, head);
    assert_eq!(
        hits(&answer),
        [
            "high 1 b.py::near: calls a renamed definition (dangling)",
            "low 2 c.py::far: calls an affected definition"
        ]
    );
    assert_eq!(answer.affected[0].change, "a.py::renamed");
}

#[test]
fn a_moved_file_affects_only_code_that_uses_the_old_path() {
    let old =
        || TestGraph::new().define("b.py::user(x)", "return f(x)").define("c.py::stale(x)", "return f(x)");
    let base = old()
        .define("a.py::f(x)", OLD)
        .define("a.py::g(x)", NEW)
        .calls("b.py::user", "a.py::f")
        .calls("c.py::stale", "a.py::f");
    let head = old().define("z.py::f(x)", OLD).define("z.py::g(x)", NEW).calls("b.py::user", "z.py::f");
    let answer = ask(base, head);
    assert_eq!(hits(&answer), ["high 1 c.py::stale: calls a moved definition (dangling)"]);
    assert_eq!((answer.changes.len(), answer.affected[0].change.as_str()), (1, "z.py"));
}

#[test]
fn an_importing_file_is_affected_only_if_nothing_in_it_uses_the_symbol() {
    let graph = |body: &str| {
        chain()
            .define("a.py::changed(x)", body)
            .file("e.py", "")
            .edge(EdgeKind::Imports, "b.py", "a.py::changed", Via::Import)
            .edge(EdgeKind::Imports, "b.py", "a.py", Via::Import)
            .edge(EdgeKind::Imports, "e.py", "a.py::changed", Via::Import)
            .edge(EdgeKind::Imports, "c.py", "e.py", Via::Import)
    };
    assert_eq!(
        hits(&ask(graph(OLD), graph(NEW))),
        [
            "medium 1 b.py::near: calls a changed body",
            "low 1 e.py: imports a changed definition",
            "low 2 c.py::far: calls an affected definition"
        ]
    );
}

#[test]
fn an_import_of_what_is_gone_dangles_while_its_file_is_still_imported() {
    let rest = || {
        TestGraph::new().define("a.py::stays(x)", NEW).file("e.py", "").file("f.py", "").edge(
            EdgeKind::Imports,
            "e.py",
            "a.py",
            Via::Import,
        )
    };
    let base = rest()
        .define("a.py::gone(x)", OLD)
        .edge(EdgeKind::Imports, "e.py", "a.py::gone", Via::Import)
        .edge(EdgeKind::Imports, "f.py", "a.py::gone", Via::Import)
        .edge(EdgeKind::Imports, "f.py", "a.py", Via::Import);
    assert_eq!(hits(&ask(base, rest())), ["high 1 e.py: imports a deleted definition (dangling)"]);
}

#[test]
fn a_change_is_not_also_affected() {
    let graph = |body: &str, near: &str| {
        TestGraph::new()
            .define("a.py::changed(x)", body)
            .define("b.py::near(x)", near)
            .calls("b.py::near", "a.py::changed")
            .define("c.py::far(x)", "return near(x)")
            .calls("c.py::far", "b.py::near")
    };
    let answer = ask(graph(OLD, "return changed(x)"), graph(NEW, "return 2 * changed(x)"));
    assert_eq!(hits(&answer), ["medium 1 c.py::far: calls a changed body"]);
    assert_eq!(answer.affected[0].change, "b.py::near");
}

#[test]
fn tests_are_found_beyond_the_depth_and_name_all_changes_that_they_reach() {
    let graph = |body: &str| {
        let mut sketch = TestGraph::new().define("a.py::f0()", body).define("a.py::other()", body);
        for i in 1..8 {
            sketch = sketch.define(&format!("a.py::f{i}()"), OLD);
            sketch = sketch.calls(&format!("a.py::f{i}"), &format!("a.py::f{}", i - 1));
        }
        sketch
            .test("t.py::test_far()", OLD)
            .calls("t.py::test_far", "a.py::f7")
            .test("t.py::test_near()", OLD)
            .calls("t.py::test_near", "a.py::f0")
            .calls("t.py::test_near", "a.py::f7")
    };
    let base = graph(OLD);
    let head = graph(NEW).test("t.py::test_new()", NEW).calls("t.py::test_new", "a.py::f1");
    let answer = ask(base, head);
    let tests: Vec<_> = answer.tests.iter().map(|t| (t.symbol.name.as_str(), t.distance)).collect();
    assert_eq!(tests, [("test_near", 1), ("test_new", 2), ("test_far", 8)]);
    assert_eq!(answer.tests[1].changes, ["a.py::f0".into(), "t.py::test_new".into()]);
    assert_eq!(answer.tests[2].path.len(), 8);
    assert_eq!(answer.untested, ["a.py::other"]);
    assert_eq!(answer.cut.depth, 1);
}

#[test]
fn a_test_of_very_many_changes_names_some_and_its_nearest() {
    let graph = |body: &str| {
        let start = TestGraph::new().test("t.py::test_all()", OLD).define("z.py::near()", body);
        (0..150).fold(start.calls("t.py::test_all", "z.py::near"), |s, i| {
            let (f, g) = (format!("a.py::f{i}"), format!("a.py::g{i}"));
            s.define(&format!("{f}()"), body)
                .define(&format!("{g}()"), OLD)
                .calls(&g, &f)
                .calls("t.py::test_all", &g)
        })
    };
    let tests = ask(graph(OLD), graph(NEW)).tests;
    assert_eq!((tests.len(), tests[0].distance, tests[0].changes.len()), (1, 1, 100));
    assert!(tests[0].changes.contains(&"z.py::near".into()));
}

#[test]
fn what_is_not_seen_is_listed() {
    let base = TestGraph::new().define("a.py::f()", OLD).define("a.py::g()", OLD);
    let head = TestGraph::new()
        .define("a.py::f()", NEW)
        .define("a.py::g()", OLD)
        .unresolved("a.py::f", "thing.run", &["a.py::g"])
        .unresolved("a.py::g", "maker.f", &[])
        .skipped("big.js", "too large");
    let answer = ask(base, head);
    assert_eq!(answer.not_seen.skipped.len(), 1);
    assert_eq!(answer.not_seen.unresolved.len(), 1);
    assert_eq!(answer.not_seen.unresolved[0].candidates, ["a.py::g"]);
    assert_eq!(answer.not_seen.same_name_sites, [SameNameSites { name: "f".into(), sites: 1 }]);
    assert_eq!(answer.changes[0].unresolved, 1);
    assert_eq!((answer.meta.head.ambiguous, answer.meta.head.unresolved), (1, 1));
}

#[test]
fn what_is_not_listed_is_counted() {
    let graph = |body: &str| {
        (0..5).fold(TestGraph::new().define("a.py::f()", body), |s, i| {
            let caller = format!("a.py::c{i}");
            s.define(&format!("{caller}()"), OLD).calls(&caller, "a.py::f")
        })
    };
    let options = Options { max_affected: 2, ..Options::default() };
    let answer = impact(&graph(OLD).graph(), &graph(NEW).graph(), &options);
    assert_eq!((answer.affected.len(), answer.cut.affected, answer.changes[0].affected), (2, 3, 5));
}

#[test]
fn tests_that_are_far_away_are_counted() {
    let graph = |body: &str| {
        let mut sketch = TestGraph::new().define("a.py::f0()", body);
        for i in 1..12 {
            let (caller, callee) = (format!("a.py::f{i}"), format!("a.py::f{}", i - 1));
            sketch = sketch.define(&format!("{caller}()"), OLD).calls(&caller, &callee);
            let test = format!("t.py::test_{i}");
            sketch = sketch.test(&format!("{test}()"), OLD).calls(&test, &caller);
        }
        sketch.graph()
    };
    let reached = |test_depth: u32| {
        let options = Options { test_depth, ..Options::default() };
        let answer = impact(&graph(OLD), &graph(NEW), &options);
        (answer.tests.len(), answer.cut.tests)
    };
    assert_eq!(reached(0), (11, 0));
    assert_eq!(reached(3), (2, 9));
    assert_eq!(reached(Options::default().test_depth), (9, 2));
}

#[test]
fn an_edge_that_is_no_call_counts_as_two_steps_to_a_test() {
    let uses = |s: TestGraph, test: &str| s.edge(EdgeKind::UsesType, test, "a.py::f", Via::Type);
    let graph = |body: &str| {
        let s = chain().define("a.py::f()", body).calls("b.py::near", "a.py::f");
        let s = uses(s.test("t.py::test_named()", OLD), "t.py::test_named");
        let s = s.test("t.py::test_called()", OLD).calls("t.py::test_called", "a.py::f");
        let s = uses(s, "t.py::test_called");
        // Both paths have two steps; the one over two calls is more confident.
        let s = s.test("t.py::test_both()", OLD).calls("t.py::test_both", "b.py::near");
        uses(s, "t.py::test_both")
    };
    let base = graph(OLD).define("a.py::changed(x)", OLD);
    let answer = ask(base, graph(NEW).define("a.py::changed(x)", OLD));
    let tests = answer.tests.iter().map(|t| (t.symbol.name.as_str(), t.distance, t.path.len()));
    assert_eq!(tests.collect::<Vec<_>>(), [("test_called", 1, 1), ("test_both", 2, 2), ("test_named", 2, 1)]);
}

#[test]
fn only_the_nearest_tests_have_a_path() {
    let graph = |body: &str| {
        (0..5).fold(TestGraph::new().define("a.py::f()", body), |s, i| {
            let test = format!("t.py::test_{i}");
            s.test(&format!("{test}()"), OLD).calls(&test, "a.py::f")
        })
    };
    let options = Options { max_affected: 2, ..Options::default() };
    let answer = impact(&graph(OLD).graph(), &graph(NEW).graph(), &options);
    let paths: Vec<_> = answer.tests.iter().map(|t| t.path.len()).collect();
    assert_eq!((paths, answer.cut.tests), (vec![1, 1, 0, 0, 0], 0));
}

/// The keys of an object, in order.
fn keys(value: &serde_json::Value) -> String {
    value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_answer_has_the_documented_keys() {
    let rest = || {
        chain().test("t.py::test_it()", OLD).calls("t.py::test_it", "b.py::near").skipped("x.js", "minified")
    };
    let base = rest().define("a.py::changed(x)", OLD);
    let head = rest().define("a.py::changed(x, y)", NEW).unresolved("a.py::changed", "o.changed", &[]);
    let json: serde_json::Value = serde_json::to_value(ask(base, head)).unwrap();
    assert_eq!(keys(&json), "affected changes cut entry_points meta misfits not_seen risk tests untested");
    assert_eq!(keys(&json["meta"]), "base format head options tool_version");
    assert_eq!(keys(&json["meta"]["options"]), "depth kinds max_affected min_confidence test_depth");
    assert_eq!(keys(&json["meta"]["head"]), "ambiguous edges external files nodes skipped unresolved");
    let change = &json["changes"][0];
    assert_eq!(keys(change), "affected change contract previous score symbol unresolved");
    assert_eq!(change["change"], "signature_changed");
    assert_eq!(
        change["contract"][0],
        serde_json::json!({
            "what": "parameter_added", "name": "y", "before": null, "after": "y", "breaking": true
        })
    );
    assert_eq!(keys(&change["symbol"]), "end_line exported id kind language name path start_line test");
    let hit = &json["affected"][0];
    assert_eq!(keys(hit), "change confidence dangling distance path reason severity side symbol");
    assert_eq!((&hit["severity"], &hit["confidence"]), (&"high".into(), &0.95.into()));
    assert_eq!(
        hit["path"][0],
        serde_json::json!({
            "from": "b.py::near", "to": "a.py::changed", "kind": "CALLS", "path": "b.py", "line": 1,
            "via": "import", "confidence": 0.95
        })
    );
    assert_eq!(keys(&json["tests"][0]), "changes command confidence distance path symbol");
    assert_eq!(json["not_seen"]["skipped"][0], serde_json::json!({"path": "x.js", "reason": "minified"}));
    assert_eq!(keys(&json["not_seen"]["unresolved"][0]), "candidates from line name");
    assert_eq!(json["not_seen"]["same_name_sites"][0], serde_json::json!({"name": "changed", "sites": 1}));
    assert_eq!(
        json["cut"],
        serde_json::json!({"affected": 0, "depth": 0, "entry_points": 0, "misfits": 0, "tests": 0})
    );
}

#[test]
fn options_are_read_and_checked() {
    assert_eq!(Options::from_json(b"{}").unwrap(), Options::default());
    let options = Options::from_json(br#"{"depth": 0, "kinds": ["CALLS"]}"#).unwrap();
    assert_eq!((options.depth, options.kinds), (0, vec![EdgeKind::Calls]));
    for bad in [&b"{\"deep\": 1}"[..], b"{\"min_confidence\": 2}", b"[", b""] {
        assert_eq!(Options::from_json(bad).unwrap_err().code(), "bad_option");
    }
}
