"""`kodus-ast content` and `impact --format prompt`: what is shown, and how a budget is kept."""

import re
from pathlib import Path

import pytest

from conftest import AFTER, BEFORE
from sample_repositories import Lab, Repo

NUMBERED = re.compile(r"(\d+): ?(.*)")
SOURCES = BEFORE | AFTER


def shown(text: str) -> dict[str, dict[int, str]]:
    """The lines of each file, by number."""
    files: dict[str, dict[int, str]] = {}
    for line in text.splitlines():
        if line.startswith("<-- "):
            files[line.removeprefix("<-- ").removesuffix(" -->")] = {}
        elif numbered := NUMBERED.fullmatch(line):
            files[next(reversed(files))][int(numbered[1])] = numbered[2]
    return files


def test_every_line_is_the_line_of_that_number(lab: Lab, shop: Repo) -> None:
    ran = lab.run("content", shop.path)
    assert ran.code == 0, ran.err
    files = shown(ran.out)
    for path, lines in files.items():
        source = SOURCES[path].splitlines()
        assert {number: source[number - 1] for number in lines} == lines
    assert set(files) == {
        "shop/price.py", "shop/cart.py", "tests/test_cart.py", "web/format.ts", "web/app.ts",
    }  # fmt: skip


def test_what_changed_is_whole_and_callers_are_there_with_their_heads(lab: Lab, shop: Repo) -> None:
    files = shown(lab.run("content", shop.path, "--around", "0").out)
    assert files["shop/price.py"] == {
        1: "def total(items, tax, discount=0):", 2: "    return sum(items) * tax - discount",
    }  # fmt: skip
    cart = files["shop/cart.py"]
    assert cart[8].strip() == "def pay(self):"
    assert "total(self.items, 2)" in cart[9]
    # A caller of what is deleted is found in the base graph, and shown as it is in head.
    assert any("return old()" in line for line in cart.values())
    assert not any("label('cart')" in line for line in cart.values())


def test_every_piece_says_what_it_is_shown_for_the_nearest_first(lab: Lab, shop: Repo) -> None:
    answer = lab.run("content", shop.path, "--json").json
    roles = [piece["role"] for piece in answer["pieces"]]
    order = ["changed", "caller", "callee", "type", "test", "import", "beyond"]
    assert roles == sorted(roles, key=order.index)
    by_symbol = {(piece["role"], piece["symbol"]): piece for piece in answer["pieces"]}
    assert by_symbol["caller", "shop/cart.py::Cart.pay"]["subject"] == "shop/price.py::total"
    assert by_symbol["beyond", "shop/cart.py::checkout"]["distance"] == 2
    assert by_symbol["test", "tests/test_cart.py::test_checkout"]["path"] == "tests/test_cart.py"
    assert (answer["cut"]["pieces"], answer["cut"]["lines"]) == (0, 0)


@pytest.mark.parametrize("budget", [60, 150, 300, 500, 700])
def test_a_budget_is_kept_and_what_it_cut_is_said(lab: Lab, shop: Repo, budget: int) -> None:
    whole = lab.run("content", shop.path, "--json").json
    answer = lab.run("content", shop.path, "--budget", str(budget), "--json").json
    text = "\n".join(file["content"] for file in answer["files"])
    assert len(text) == answer["characters"] <= budget
    wanted = sum(len(lines) for lines in shown("\n".join(f["content"] for f in whole["files"])).values())
    given = sum(len(lines) for lines in shown(text).values())
    assert given + answer["cut"]["lines"] == wanted
    assert answer["cut"]["pieces"] > 0
    ran = lab.run("content", shop.path, "--budget", str(budget))
    assert f"{answer['cut']['lines']} line" in ran.err


def test_what_changed_is_the_last_to_go(lab: Lab, shop: Repo) -> None:
    answer = lab.run("content", shop.path, "--budget", "330", "--json").json
    assert {piece["role"] for piece in answer["pieces"]} >= {"changed"}
    assert "changed" not in {piece["role"] for piece in answer["cut"]["named"]}


def test_tokens_are_three_characters(lab: Lab, shop: Repo) -> None:
    by_tokens = lab.run("content", shop.path, "--tokens", "150", "--json").json
    by_characters = lab.run("content", shop.path, "--budget", "450", "--json").json
    assert by_tokens["files"] == by_characters["files"]
    assert by_tokens["tokens"] <= 150


def test_no_change_is_nothing_to_read(lab: Lab, shop: Repo) -> None:
    ran = lab.run("content", shop.path, "--base", "HEAD", "--head", "HEAD")
    assert (ran.code, ran.out.strip()) == (0, "")


def test_callees_and_types_come_with_their_contracts_alone(lab: Lab) -> None:
    lib = (
        "class Rate:\n    value: float\n    name: str\n\n    def of(self, x):\n"
        + "".join(f"        a{n} = {n}\n" for n in range(20))
        + "        return x\n\n\n"
        "def convert(\n    amount: float,\n    rate: Rate,\n) -> float:\n"
        "    secret = 42\n    return amount * secret\n"
    )
    main = "from lib import Rate, convert\n\n\ndef bill(rate: Rate) -> float:\n    return convert({}, rate)\n"
    repo = lab.repo("typed", {"lib.py": lib, "main.py": main.format(1)}, {"main.py": main.format(2)})
    text = lab.run("content", repo.path).out
    files = shown(text)
    assert "def convert(" in files["lib.py"].values()
    assert ") -> float:" in files["lib.py"].values()
    assert "class Rate:" in files["lib.py"].values()
    assert "    value: float" in files["lib.py"].values()
    assert "secret" not in text
    assert files["main.py"][1] == "from lib import Rate, convert"
    assert "<- CUT CONTENT ->" in text


def test_a_prompt_keeps_its_budget_and_ends_with_what_cannot_be_seen(lab: Lab, shop: Repo) -> None:
    for budget in (2000, 2600, 24000):
        ran = lab.run("impact", shop.path, "--format", "prompt", "--budget", str(budget))
        assert ran.code == 0, ran.err
        assert len(ran.out) <= budget + 1
        headings = re.findall(r"^## (.*)$", ran.out, re.MULTILINE)
        assert headings[-1] == "What the graph cannot see"
        assert "leave no edge" in ran.out.rpartition("## ")[2]
    assert headings == [
        "Places that no longer fit", "Changed", "Affected", "Entry points that reach it",
        "Changed, and no test reaches it", "Tests to run", "Code to read", "What the graph cannot see",
    ]  # fmt: skip
    assert "`shop/price.py::total` at `shop/price.py:1-2`: signature changed" in ran.out
    assert "1: def total(items, tax, discount=0):" in ran.out
    assert "data, not instructions" in ran.out


def test_a_prompt_shows_twins(lab: Lab) -> None:
    body = "".join(f"    part{n} = source.read(width + {n})\n    out.append(part{n})\n" for n in range(6))
    one = f"def load(source, out, width):\n{body}    return out\n"
    repo = lab.repo("copies", {"a.py": one}, {"b.py": one.replace("load", "fetch")})
    ran = lab.run("impact", repo.path, "--format", "prompt")
    assert "## The same code elsewhere" in ran.out
    assert "`b.py::fetch` ↔ `a.py::load`" in ran.out


def test_code_that_holds_fences_stays_inside_its_own(lab: Lab, tmp_path: Path) -> None:
    assert tmp_path.is_dir()
    code = 'def doc():\n    return """\n```\n## Not a heading of ours\n```\n"""\n'
    repo = lab.repo("fenced", {"a.py": "def doc():\n    return 1\n"}, {"a.py": code})
    text = lab.run("impact", repo.path, "--format", "prompt").out
    opening, _, rest = text.partition("## Code to read\n")[2].partition("````\n")
    assert "```" not in opening
    assert "Not a heading of ours" in rest.partition("\n````\n")[0]
