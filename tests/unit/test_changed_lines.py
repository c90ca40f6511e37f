"""Which lines a diff is about, in every form that clients send, and for code without diff marks."""

from kodus_ast.changed_lines import locate_text, parse_diff, select_file

UNIFIED = """\
diff --git a/a.py b/a.py
--- a/a.py
+++ b/a.py
@@ -10,4 +10,5 @@ def f():
 ten
-eleven
+ELEVEN
+more
 twelve
 thirteen
@@ -40 +41,0 @@
-forty
"""
MARKED = """\
## file: 'a.py'

@@ -10,4 +10,5 @@
__new hunk__
10  ten
11 +ELEVEN
12 +more
13  twelve
__old hunk__
 ten
-eleven
 twelve
"""
FILE = "def a():\n    return 1\n\n\ndef b():\n    value = compute(1)\n    return value\n"


def test_a_unified_diff() -> None:
    found = parse_diff(UNIFIED)
    assert (found.added, found.removed, found.matched_by) == ({11, 12}, {11, 40}, "lines")
    assert found.shown[:2] == [(10, "ten"), (11, "ELEVEN")]
    assert found.ranges == [(10, 14)]


def test_the_form_with_markers_says_the_same() -> None:
    found = parse_diff(MARKED)
    assert (found.added, found.removed) == ({11, 12}, {11})
    assert found.shown[1] == (11, "ELEVEN")


def test_a_change_is_met_on_its_own_side() -> None:
    found = parse_diff(UNIFIED)
    assert found.overlaps(12, 20, "new")
    assert not found.overlaps(13, 20, "new")
    assert found.overlaps(40, 41, "old")
    assert not found.overlaps(12, 39, "old")


def test_a_new_file_and_a_deleted_one() -> None:
    assert parse_diff("@@ -0,0 +1,2 @@\n+a\n+b\n").added == {1, 2}
    gone = parse_diff("@@ -1,2 +0,0 @@\n-a\n-b\n")
    assert (gone.added, gone.removed, gone.shown) == (set(), {1, 2}, [])


def test_marks_without_a_sign_mean_all_that_they_show() -> None:
    assert parse_diff("__new hunk__\n3 a\n4 b\n").added == {3, 4}


def test_bare_code_is_found_by_its_text() -> None:
    found = locate_text("def b():\n  value = compute(1)\n", FILE)
    assert (found.added, found.matched_by) == ({5, 6}, "text")


def test_bare_code_that_was_edited_since_is_found_by_its_telling_lines() -> None:
    found = locate_text("def b(x):\n    value = compute(1)\n    return x\n", FILE)
    assert (found.added, found.matched_by) == ({6}, "text")


def test_what_stands_nowhere_tells_nothing() -> None:
    assert locate_text("something_else_altogether()", FILE).matched_by == "nothing"
    assert locate_text("", FILE).matched_by == "nothing"
    assert parse_diff("no diff at all").matched_by == "nothing"


TWO = """\
--- a/lib/b.py
+++ b/lib/b.py
@@ -1,2 +1,2 @@
--- a comment of SQL, taken away
+++ another
 one
--- a/b.py
+++ b/b.py
@@ -7 +7 @@
-old
+new
"""
MARKED_TWO = "## File: 'a.py'\n@@ -1,1 +1,1 @@\n__new hunk__\n1 +a\n## File: 'b.py'\n__new hunk__\n5 +b\n"


def test_of_a_diff_of_several_files_one_is_meant() -> None:
    assert parse_diff(select_file(TWO, "b.py")).added == {7}
    assert parse_diff(select_file(TWO, "lib/b.py")).shown == [(1, "++ another"), (2, "one")]
    assert select_file(TWO, "c.py") == ""
    git = UNIFIED + UNIFIED.replace("a.py", "b.py").replace("-10,4 +10,5", "-20,4 +20,5")
    assert parse_diff(select_file(git, "b.py")).added == {21, 22}
    assert parse_diff(select_file(MARKED_TWO, "b.py")).added == {5}
    assert parse_diff(select_file(MARKED_TWO, "a.py")).added == {1}


def test_a_diff_of_one_file_is_about_that_whatever_it_is_called() -> None:
    for diff in (UNIFIED, MARKED, "@@ -1 +1 @@\n-a\n+b\n", "def f(): ...", ""):
        assert select_file(diff, "elsewhere.py") == diff
