//! Tests of the comparison: each lists changes as kind, id before and id after.

use super::*;
use crate::graph::flag;
use crate::test_graph::TestGraph;

const LONG: &str = "rows = query(database); rows.sort(); return first(rows)";
const OTHER: &str = "for page in pages: page.render(); page.close(); flush()";
const THIRD: &str = "while waiting(): sleep(interval); interval = interval * 2";

fn changes(base: TestGraph, head: TestGraph) -> Vec<String> {
    let (base, head) = (base.graph(), head.graph());
    changed_definitions(&base, &head)
        .iter()
        .map(|c| {
            let old = c.base.map(|b| base.id(b));
            let new = c.head.map(|h| head.id(h));
            let ids = match (old, new) {
                (Some(old), Some(new)) if old == new => new,
                (old, new) => {
                    [old, new].into_iter().map(Option::unwrap_or_default).collect::<Vec<_>>().join(" > ")
                }
            };
            format!("{:?} {ids}", c.kind)
        })
        .collect()
}

#[test]
fn equal_hashes_are_no_change_wherever_the_lines_are() {
    let base = TestGraph::new().define("a.py::f(x)", LONG);
    let head = TestGraph::new().define("a.py::added()", OTHER).define("a.py::f(x)", LONG);
    assert_eq!(changes(base, head), ["Added  > a.py::added"]);
}

#[test]
fn a_body_is_modified_and_a_signature_with_a_body_is_one_change() {
    let base = TestGraph::new().define("a.py::f(x)", LONG).define("a.py::g(x)", LONG);
    let head = TestGraph::new().define("a.py::f(x)", OTHER).define("a.py::g(x, y)", OTHER);
    assert_eq!(changes(base, head), ["Modified a.py::f", "SignatureChanged a.py::g"]);
}

#[test]
fn a_renamed_function_keeps_its_body() {
    let base = TestGraph::new().define("a.py::f(x)", LONG).define("a.py::keep()", OTHER);
    let head = TestGraph::new().define("a.py::g(x)", LONG).define("a.py::keep()", OTHER);
    assert_eq!(changes(base, head), ["Renamed a.py::f > a.py::g"]);
}

#[test]
fn a_short_function_is_renamed_in_its_place_but_an_empty_one_is_not() {
    let base = TestGraph::new().define("a.py::f(x)", "return x + 1");
    let head = TestGraph::new().define("a.py::g(x)", "return x + 1");
    assert_eq!(changes(base, head), ["Renamed a.py::f > a.py::g"]);
    let base = TestGraph::new().define("a.py::f()", "pass");
    let head = TestGraph::new().define("a.py::g()", "pass");
    assert_eq!(changes(base, head), ["Deleted a.py::f > ", "Added  > a.py::g"]);
}

#[test]
fn a_moved_function_keeps_its_name_and_a_copied_one_is_added() {
    let base =
        TestGraph::new().define("a.py::f(x)", LONG).define("a.py::g()", OTHER).define("b.py::h()", THIRD);
    let moved =
        TestGraph::new().define("a.py::g()", OTHER).define("b.py::h()", THIRD).define("b.py::f(x)", LONG);
    assert_eq!(changes(base.clone(), moved), ["Moved a.py::f > b.py::f"]);
    let copied = base.clone().define("b.py::f(x)", LONG);
    assert_eq!(changes(base, copied), ["Added  > b.py::f"]);
}

#[test]
fn two_equal_candidates_match_nothing() {
    let base = TestGraph::new().define("a.py::f(x)", LONG).define("a.py::k()", OTHER);
    let head =
        TestGraph::new().define("a.py::k()", OTHER).define("b.py::g(x)", LONG).define("c.py::g(x)", LONG);
    assert_eq!(changes(base, head), ["Deleted a.py::f > ", "Added  > b.py::g", "Added  > c.py::g"]);
}

#[test]
fn a_renamed_function_with_an_edited_body_is_matched_by_its_callees() {
    let calls = |s: TestGraph, f: &str| {
        s.external(f, "db", "db.connect").external(f, "db", "db.commit").external(f, "log", "info")
    };
    let base = calls(TestGraph::new().define("a.py::save_user(user, force)", LONG), "a.py::save_user");
    let head = calls(TestGraph::new().define("a.py::store_user(user, force)", OTHER), "a.py::store_user");
    assert_eq!(changes(base, head), ["Renamed a.py::save_user > a.py::store_user"]);
}

#[test]
fn functions_that_share_only_the_signature_are_not_matched() {
    let base = TestGraph::new().define("a.py::create(user)", LONG).external("a.py::create", "db", "insert");
    let head = TestGraph::new().define("a.py::purge(user)", OTHER).external("a.py::purge", "db", "delete");
    assert_eq!(changes(base, head), ["Deleted a.py::create > ", "Added  > a.py::purge"]);
}

#[test]
fn a_renamed_class_keeps_its_members() {
    let class = |name: &str, body: &str| {
        TestGraph::new()
            .define(&format!("a.py::{name}"), "")
            .define(&format!("a.py::{name}.constructor(x)"), OTHER)
            .define(&format!("a.py::{name}.one(x)"), LONG)
            .define(&format!("a.py::{name}.two(x)"), body)
            .define(&format!("a.py::{name}.three(x)"), "return self.other(x) or self.one(x)")
    };
    assert_eq!(changes(class("Old", THIRD), class("New", THIRD)), ["Renamed a.py::Old > a.py::New"]);
    assert_eq!(
        changes(class("Old", THIRD), class("New", "return edited(x) + more(x) + much(x)")),
        ["Renamed a.py::Old > a.py::New", "Modified a.py::Old.two > a.py::New.two"]
    );
}

#[test]
fn a_renamed_file_is_one_move() {
    let file = |path: &str, body: &str| {
        TestGraph::new()
            .define(&format!("{path}::f(x)"), LONG)
            .define(&format!("{path}::C"), "")
            .define(&format!("{path}::C.m(x)"), OTHER)
            .define(&format!("{path}::g(x)"), body)
    };
    assert_eq!(changes(file("a.py", THIRD), file("b/c.py", THIRD)), ["Moved a.py > b/c.py"]);
    assert_eq!(
        changes(file("a.py", THIRD), file("b/c.py", "return edited(x) + more(x) + much(x)")),
        ["Moved a.py > b/c.py", "Modified a.py::g > b/c.py::g"]
    );
}

#[test]
fn an_overload_inserted_above_the_others_is_the_added_one() {
    let base = TestGraph::new()
        .define("a.java::C", "")
        .define("a.java::C.f(a: int)", LONG)
        .define("a.java::C.f#2(a: str)", OTHER);
    let head = TestGraph::new()
        .define("a.java::C", "")
        .define("a.java::C.f(a: bool)", THIRD)
        .define("a.java::C.f#2(a: int)", LONG)
        .define("a.java::C.f#3(a: str)", "edited(); but.with(the); same(signature)");
    assert_eq!(changes(base, head), ["Added  > a.java::C.f", "Modified a.java::C.f#2 > a.java::C.f#3"]);
}

#[test]
fn a_file_is_listed_only_if_it_has_module_level_code_with_references() {
    let base = TestGraph::new().define("a.py::f()", LONG);
    let head = base
        .clone()
        .define("b.py::g()", OTHER)
        .file("b.py", "import a")
        .file("c.py", "print(1)")
        .file("d.py", "")
        .define("e.py::h()", THIRD)
        .file("e.py", "h()")
        .calls("e.py", "e.py::h");
    assert_eq!(
        changes(base.clone(), head),
        ["Added  > b.py::g", "Added  > c.py", "Added  > e.py", "Added  > e.py::h"]
    );
    let head = TestGraph::new().file("a.py", "run()").define("a.py::f()", LONG);
    assert_eq!(changes(base, head), ["Modified a.py"]);
}

#[test]
fn empty_classes_are_not_matched() {
    let class = |name: &str, method: &str, body: &str| {
        TestGraph::new()
            .define(&format!("a.py::{name}"), "{ the frame of a class without any fields }")
            .define(&format!("a.py::{name}.{method}(x)"), body)
            .define("a.py::keep()", THIRD)
    };
    assert_eq!(
        changes(class("Old", "load", LONG), class("New", "render", OTHER)),
        [
            "Added  > a.py::New",
            "Deleted a.py::Old > ",
            "Added  > a.py::New.render",
            "Deleted a.py::Old.load > "
        ]
    );
}

fn contract(old: &str, new: &str) -> Vec<String> {
    let base = TestGraph::new().define(old, LONG).graph();
    let head = TestGraph::new().define(new, LONG).graph();
    let mut changes = changed_definitions(&base, &head);
    assert!(changes.len() <= 1, "{changes:?}");
    changes.pop().map_or_else(Vec::new, |c| c.contract.iter().map(line).collect())
}

fn line(d: &Difference) -> String {
    let what = serde_json::to_value(d.what).unwrap();
    let end = if d.breaking { " !" } else { "" };
    format!(
        "{} {}: {} > {}{end}",
        what.as_str().unwrap(),
        d.name,
        d.before.as_deref().unwrap_or("-"),
        d.after.as_deref().unwrap_or("-")
    )
}

#[test]
fn parameters_that_differ_break_callers_or_not() {
    for (old, new, expected) in [
        ("(a)", "(a, b)", vec!["parameter_added b: - > b !"]),
        ("(a)", "(a, b = 1)", vec!["parameter_added b: - > b = 1"]),
        ("(a)", "(b = 1, a)", vec!["parameter_added b: - > b = 1 !"]),
        ("(a)", "(a, *rest)", vec!["parameter_added rest: - > rest"]),
        ("(a, *r)", "(a, !k = 1, *r)", vec!["parameter_added k: - > k = 1"]),
        ("(a, b)", "(a)", vec!["parameter_removed b: b > - !"]),
        ("(a, b)", "(b)", vec!["parameter_removed a: a > - !"]),
        ("(a, b)", "(a, c)", vec!["parameter_renamed c: b > c"]),
        ("(a, !b)", "(a, !c)", vec!["parameter_renamed c: b > c !"]),
        ("(a, b)", "(b, a)", vec!["parameters_reordered : a, b > b, a !"]),
        ("(a: int)", "(a: str)", vec!["parameter_retyped a: int > str !"]),
        ("(a: int)", "(a: str | int)", vec!["parameter_retyped a: int > str | int"]),
        ("(a)", "(a: int)", vec!["parameter_retyped a: - > int"]),
        (
            "(a: int)",
            "(b: str)",
            vec!["parameter_removed a: a: int > - !", "parameter_added b: - > b: str !"],
        ),
        ("(a)", "(a = 1)", vec!["default_added a: - > 1"]),
        ("(a = 1)", "(a = 2)", vec!["default_added a: 1 > 2"]),
        ("(a = 1)", "(a)", vec!["default_removed a: 1 > - !"]),
        ("(a?: int)", "(a: int)", vec!["became_required a: a?: int > a: int !"]),
        ("(a: int)", "(a?: int)", vec!["became_optional a: a: int > a?: int"]),
        ("(a)", "(!a)", vec!["parameter_retyped a: plain > keyword !"]),
        ("() -> int", "() -> str", vec!["return_type : int > str !"]),
        ("()", "() -> str", vec!["return_type : - > str"]),
        ("(a: Map[a, b])", "(a: Map[a,b])", vec![]),
    ] {
        let old_id = format!("a.py::f{old}");
        assert_eq!(contract(&old_id, &format!("a.py::f{new}")), expected, "{old} > {new}");
    }
}

#[test]
fn flags_visibility_lists_and_fields_are_part_of_the_contract() {
    let base = TestGraph::new().define_with("a.ts::T", "", |n| {
        n.kind = NodeKind::Interface;
        n.flags = flag::EXPORTED;
        n.contract.bases = vec!["A".into(), "B".into()];
        n.contract.fields =
            vec![field("id", "int", false), field("gone", "int", false), field("o", "", true)];
    });
    let head = TestGraph::new().define_with("a.ts::T", "", |n| {
        n.kind = NodeKind::Interface;
        n.contract.bases = vec!["B".into(), "C".into()];
        n.contract.visibility = crate::graph::Visibility::Private;
        n.contract.decorators = vec!["@sealed".into()];
        n.contract.fields = vec![field("id", "str", true), field("o", "", false), field("new", "int", false)];
    });
    let changes = changed_definitions(&base.graph(), &head.graph());
    let lines: Vec<_> = changes[0].contract.iter().map(line).collect();
    assert_eq!(
        lines,
        [
            "base_removed A: A > - !",
            "base_added C: - > C",
            "decorator_added @sealed: - > @sealed",
            "field_retyped id: int > str !",
            "field_optional id: id: int > id?: str !",
            "field_removed gone: gone: int > - !",
            "field_required o: o? > o !",
            "field_added new: - > new: int !",
            "exported : true > false !",
            "visibility : public > private !",
        ]
    );
}

fn field(name: &str, r#type: &str, optional: bool) -> crate::graph::Field {
    crate::graph::Field { name: name.into(), r#type: r#type.into(), optional, value: String::new() }
}
