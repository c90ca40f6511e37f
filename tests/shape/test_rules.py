"""Rules of the code: file sizes, single importers, an engine without names of languages, module names."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MOST_LINES = 500
SIZED = {".py", ".pyi", ".rs", ".sql", ".js", ".css", ".scm", ".html"}
PYTHON = ROOT / "python" / "kodus_ast"
ENGINE = ROOT / "rust" / "graph_core" / "src"
LANGUAGES = "python|javascript|typescript|java|go|golang|rust|kotlin|csharp|ruby|php|scala|swift"
ENDINGS = "py|js|jsx|ts|tsx|rs|cs|rb|kt"
CALLED_BY_FRAMEWORKS = {"process_startup", "process_shutdown", "process_request"}
FORBIDDEN = {"utils", "util", "helpers", "helper", "common", "base", "manager", "service", "misc"}


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, timeout=30)
    files = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [file for file in files if file.is_file() and not file.is_symlink()]


def relative(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def python_modules() -> Iterator[tuple[str, ast.Module]]:
    for file in sorted(PYTHON.rglob("*.py")):
        yield relative(file), ast.parse(file.read_text(encoding="utf-8"))


def test_no_file_is_too_long() -> None:
    lengths = {relative(f): len(f.read_bytes().splitlines()) for f in tracked() if f.suffix in SIZED}
    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}


def test_every_file_says_what_it_is_for() -> None:
    silent = []
    for file in tracked():
        text = file.read_text(encoding="utf-8", errors="replace").lstrip()
        if file.suffix in {".py", ".pyi"} and text and not text.startswith('"""'):
            silent.append(relative(file))
        if file.suffix == ".rs" and not text.startswith("//!"):
            silent.append(relative(file))
    assert silent == []


def test_one_module_imports_the_core() -> None:
    importers = set()
    for name, module in python_modules():
        for node in ast.walk(module):
            names = (
                [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
            )
            source = node.module or "" if isinstance(node, ast.ImportFrom) else ""
            if any("_graph_core" in imported for imported in (*names, source)):
                importers.add(name)
    assert importers == {"python/kodus_ast/graph.py"}


def test_one_module_reads_the_environment() -> None:
    readers = set()
    for name, module in python_modules():
        for node in ast.walk(module):
            if isinstance(node, ast.Attribute) and node.attr in {"environ", "environb", "getenv", "getenvb"}:
                readers.add(name)
            if isinstance(node, ast.ImportFrom) and node.module == "os":
                readers |= {name for alias in node.names if alias.name in {"environ", "getenv"}}
    assert readers == {"python/kodus_ast/config/__init__.py"}


def test_one_module_chooses_adapters() -> None:
    importers = {
        name
        for name, module in python_modules()
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("kodus_ast.adapters")
    }
    assert {name for name in importers if "/adapters/" not in name} == {"python/kodus_ast/__main__.py"}


def without_comments_and_tests(text: str) -> str:
    """Rust source as code alone: comments blanked, and what follows `#[cfg(test)] mod tests {` left out."""
    token = re.compile(r'"(?:[^"\\]|\\.)*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
    code = token.sub(lambda match: match[0] if match[0].startswith('"') else " ", text)
    return re.split(r"#\[cfg\(test\)\]\s*(?:pub )?mod \w+ \{", code)[0]


def test_no_engine_code_names_a_language() -> None:
    """`source` may know file names, of what is generated or vendored: that asks for no language."""
    naming = {
        True: re.compile(rf"(?<![A-Za-z0-9.])(?:{LANGUAGES})(?![A-Za-z0-9.])", re.IGNORECASE),
        False: re.compile(rf"(?<![A-Za-z0-9])(?:{LANGUAGES}|{ENDINGS})(?![A-Za-z0-9])", re.IGNORECASE),
    }
    allowed = re.compile(r"cfg\(feature = \"python\"\)|mod python;")
    named = []
    for file in sorted(ENGINE.rglob("*.rs")):
        inner = file.relative_to(ENGINE)
        if (
            inner.parts[0] in {"languages", "python.rs"}
            or inner.stem in {"tests", "test_graph"}
            or "tests" in inner.parts
        ):
            continue
        for number, line in enumerate(without_comments_and_tests(file.read_text()).splitlines(), start=1):
            if naming[inner.parts[0] == "source"].search(allowed.sub("", line)):
                named.append(f"{relative(file)}: {line.strip()} ({number})")
    assert named == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    stems = {
        relative(f): {f.stem.lower(), *(p.lower() for p in f.relative_to(ROOT).parts[:-1])} for f in tracked()
    }
    assert [name for name, parts in stems.items() if parts & FORBIDDEN] == []


def test_no_function_has_a_prefix_that_says_nothing() -> None:
    from kodus_ast.api.app import ROUTES

    # An operation id is a verb and a noun; `get` is the verb of the request.
    operations = {operation.id for operation in ROUTES}
    names = [
        f"{name}: {node.name}"
        for name, module in python_modules()
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and re.match(r"_*(get|process|handle)_", node.name)
        and node.name not in CALLED_BY_FRAMEWORKS | operations
    ]
    assert names == []


def test_nothing_names_the_machine_it_was_made_on() -> None:
    places = re.compile(rb"(?<![\w./-])/(?:work|home/\w+|Users/\w+)/\w|/tmp/(?!pytest)\w+")
    found = []
    for file in tracked():
        if file != Path(__file__).resolve() and file.suffix not in {".lock", ".md"} | {".png"}:
            found += [
                f"{relative(file)}: {match[0].decode()}" for match in places.finditer(file.read_bytes())
            ]
    assert found == []


def test_the_page_is_in_the_package() -> None:
    from importlib import resources

    from kodus_ast.cli.html_report import SCRIPTS

    report = resources.files("kodus_ast.cli") / "report"
    for name in (*SCRIPTS, "page.html", "page.css"):
        assert (report / name).is_file()


@pytest.mark.parametrize(
    "target",
    [
        "demo",
        "dev",
        "fmt",
        "lint",
        "test",
        "test-brokers",
        "test-hostile",
        "fuzz",
        "cases",
        "docs",
        "bench",
        "clean",
    ],
)
def test_the_makefile_describes_its_targets(target: str) -> None:
    done = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, capture_output=True, check=True, timeout=30
    )
    assert f"make {target}" in done.stdout.decode()


def test_the_exit_codes_are_documented() -> None:
    from kodus_ast.cli.exit_codes import MEANING

    text = (ROOT / "docs" / "cli.md").read_text()
    for code, words in MEANING.items():
        assert f"| {code.value} | {words.replace('validate', '`validate`')} |" in text


VOCABULARY = ROOT / "rust/graph_core/src/languages"


def listed_tags() -> dict[str, tuple[str, str]]:
    """The meaning and the example of each role, capture and mark in the README.md of the languages."""
    page = (VOCABULARY / "README.md").read_text()
    row = re.compile(r"^\| `@?([a-z_.]+)` \| ((?:[^|\\]|\\.)+) \| ((?:[^|\\]|\\.)+) \|$", re.MULTILINE)
    return {
        name: (meaning, example) for name, meaning, example in row.findall(page[page.index("## Roles") :])
    }


def test_the_vocabulary_of_tags_is_listed() -> None:
    """The page lists what `syntax.rs` knows and nothing else, each with a sentence and an example of code."""
    syntax = (VOCABULARY / "syntax.rs").read_text()
    known = re.findall(r'^\s+\w+ = "([a-z_.]+)"', syntax, re.MULTILINE)
    known += re.findall(r'\("([a-z_]+)", mark::', syntax)
    listed = listed_tags()
    assert len(known) > 130
    assert set(known) == set(listed)
    assert [
        name for name, (meaning, example) in listed.items() if meaning[-1] != "." or "`" not in example
    ] == []


def test_every_tag_is_listed() -> None:
    listed = listed_tags()
    used = {
        (relative(file), tag)
        for file in VOCABULARY.glob("*/*.scm")
        for line in file.read_text().splitlines()
        for tag in re.findall(r"@([a-z_.]+)", line.partition(";")[0] if line.startswith(";") else line)
    }
    assert len({file for file, _ in used}) > 10
    assert [tag for tag in sorted(used) if tag[1] not in listed] == []
    assert [name for name in listed if name not in {tag for _, tag in used}] == []


MOST_LINES_OF_A_FUNCTION = 80


@pytest.mark.parametrize("folder", ["extract", "resolve"])
def test_no_function_is_too_long(folder: str) -> None:
    found = []
    for file in sorted((ENGINE / folder).rglob("*.rs")):
        lines = file.read_text().splitlines()
        for start, line in enumerate(lines):
            head = re.match(r"(\s*)(?:pub(?:\(\w+\))? )?(?:const )?fn (\w+)", line)
            if head:
                length = next(
                    (n for n, later in enumerate(lines[start:], start=1) if later == head[1] + "}"), 1
                )
                found.append((relative(file), head[2], length))
    assert len(found) > 150
    assert [function for function in found if function[2] > MOST_LINES_OF_A_FUNCTION] == []


def test_sql_is_in_sql_files_and_every_statement_is_used() -> None:
    adapters = PYTHON / "adapters"
    named = {
        name: file.name
        for file in adapters.glob("*.sql")
        for name in re.findall(r"^-- name: (\w+)$", file.read_text(), re.MULTILINE)
    }
    python = "".join(file.read_text() for file in adapters.glob("*.py"))
    assert [name for name in named if f'"{name}"' not in python] == []
    verbs = re.compile(r"\b(?:SELECT .* FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM|CREATE TABLE)\b")
    texts = [
        f"{name}: {node.value}"
        for name, module in python_modules()
        for node in ast.walk(module)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and verbs.search(node.value)
    ]
    assert texts == []
