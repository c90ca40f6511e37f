"""`kodus-ast twins` end to end: functions similar to those of a change, with explanations."""

import pytest

from sample_repositories import Lab, Repo, refused

PARSE = """\
def parse_lines(text, separator=","):
    rows = []
    for line in text.splitlines():
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.split(separator)]
        if len(cells) < 2:
            raise ValueError("too few cells: " + line)
        rows.append({"name": cells[0], "values": cells[1:]})
    return rows
"""
COPY = PARSE.replace("def parse_lines", "# Taken over.\ndef read_table").replace(
    "    rows = []", "\n    rows = []"
)
RENAMED = (
    PARSE.replace("parse_lines", "load_entries").replace("rows", "entries").replace("cells", "parts")
    .replace("cell", "part").replace('","', '";"').replace("line", "record").replace("< 2", "< 3")
)  # fmt: skip
EDITED = (
    RENAMED.replace("load_entries", "load_sorted")
    .replace("    entries = []\n", "    entries = []\n    count = 0\n")
    .replace("    return entries\n", "    entries.sort(key=str)\n    return entries\n")
    .replace('        if len(parts) < 3:\n            raise ValueError("too few parts: " + record)\n', "")
)
OTHER = """\
def draw(canvas, width, height):
    for x in range(0, width, 10):
        canvas.line((x, 0), (x, height), colour="grey")
    for y in range(0, height, 10):
        canvas.line((0, y), (width, y), colour="grey")
    if width > height:
        canvas.text((5, 5), f"{width} wide")
    else:
        canvas.text((5, 5), f"{height} high")
    canvas.flush()
    return canvas
"""


@pytest.fixture
def tables(lab: Lab) -> Repo:
    return lab.repo(
        "tables",
        {"lib/copy.py": COPY, "lib/renamed.py": RENAMED, "lib/edited.py": EDITED, "lib/draw.py": OTHER},
        {"app/fresh.py": PARSE + "\n\ndef short(a):\n    return a\n"},
    )


def test_each_type_of_clone_of_a_new_function_is_found(lab: Lab, tables: Repo) -> None:
    ran = lab.run("twins", tables.path, "--json")
    assert ran.code == 0, ran.err
    (function,) = ran.json["functions"]
    assert function["symbol"]["id"] == "app/fresh.py::parse_lines"
    found = {twin["symbol"]["id"]: twin for twin in function["twins"]}
    assert {name: twin["type"] for name, twin in found.items()} == {
        "lib/copy.py::read_table": 1,
        "lib/renamed.py::load_entries": 2,
        "lib/edited.py::load_sorted": 3,
    }
    assert [twin["type"] for twin in function["twins"]] == [1, 2, 3]
    assert found["lib/copy.py::read_table"]["score"] == 1
    assert found["lib/copy.py::read_table"]["explanation"] == "The same code, comments and layout aside."
    words = found["lib/renamed.py::load_entries"]["explanation"]
    assert words.startswith("The same structure from first to last; other names: entries for rows")
    assert "other literals" in words
    assert 0.65 <= found["lib/edited.py::load_sorted"]["score"] < 1
    assert ran.json["left_out"]["short"] == ["app/fresh.py::short"]


def test_the_ranges_are_those_that_agree(lab: Lab, tables: Repo) -> None:
    (function,) = lab.run("twins", tables.path, "--json").json["functions"]
    by_name = {twin["symbol"]["name"]: twin["ranges"] for twin in function["twins"]}
    assert by_name["load_entries"] == [
        {"start_line": 1, "end_line": 11, "twin_start_line": 1, "twin_end_line": 11}
    ]
    first, second = PARSE.splitlines(), EDITED.splitlines()
    for one in by_name["load_sorted"]:
        mine = first[one["start_line"] - 1 : one["end_line"]]
        theirs = second[one["twin_start_line"] - 1 : one["twin_end_line"]]
        assert mine
        assert theirs
    assert any("for record in" in line for line in second)


def test_a_named_symbol_needs_no_change(lab: Lab, tables: Repo) -> None:
    ran = lab.run("twins", tables.path, "--of", "load_entries", "--most", "1")
    assert ran.code == 0, ran.err
    assert "lib/renamed.py::load_entries" in ran.out
    assert "type 2" in ran.out
    assert "and 2 more (--most)" in ran.out
    assert "1 function looked at, 0 without a twin" in ran.out
    refused(lab.run("twins", tables.path, "--of", "nobody"), 3, "nobody")


def test_what_has_no_twin_is_said_to_have_been_looked_at(lab: Lab, tables: Repo) -> None:
    ran = lab.run("twins", tables.path, "--of", "draw")
    assert ran.out.strip() == "1 function looked at, 1 without a twin"


def test_a_directory_and_a_commit_give_the_same(lab: Lab, tables: Repo) -> None:
    committed = lab.run("twins", tables.path, "--of", "parse_lines", "--head", "HEAD", "--json").json
    tables.write({"app/fresh.py": PARSE})
    lying = lab.run("twins", tables.path, "--of", "parse_lines", "--json").json
    assert committed["functions"] == lying["functions"]


def test_a_moved_function_is_not_its_own_twin(lab: Lab, tables: Repo) -> None:
    tables.commit({"app/fresh.py": None, "app/moved.py": PARSE})
    answer = lab.run("twins", tables.path, "--json").json
    assert answer["functions"] == []


def test_languages_of_one_family_have_twins_of_each_other(lab: Lab) -> None:
    body = """{
  const rows = [];
  for (const line of text.split("\\n")) {
    const trimmed = line.trim();
    if (!trimmed || trimmed.startsWith("#")) continue;
    const cells = trimmed.split(",").map((cell) => cell.trim());
    if (cells.length < 2) throw new Error("too few cells");
    rows.push({ name: cells[0], values: cells.slice(1) });
  }
  return rows;
}
"""
    repo = lab.repo(
        "both",
        {"old.js": "export function parse(text) " + body},
        {"new.ts": "export function parseAll(text) " + body},
    )
    (function,) = lab.run("twins", repo.path, "--json").json["functions"]
    assert [(twin["symbol"]["id"], twin["type"]) for twin in function["twins"]] == [("old.js::parse", 1)]
