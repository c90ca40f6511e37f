"""Names from a repository cannot control a terminal, and output files are replaced as a whole."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kodus_ast.cli.terminal import deliver, replacing
from kodus_ast.errors import StorageError
from kodus_ast.visible_text import one_line, visible


@given(st.text(st.characters(exclude_categories=[])))
def test_no_control_character_survives(text: str) -> None:
    shown = visible(text)
    assert not any(unicodedata.category(c) in {"Cc", "Cs"} and c not in "\t\n" for c in shown)
    assert not any(unicodedata.bidirectional(c) in {"RLO", "LRO", "RLE", "LRE", "RLI", "LRI"} for c in shown)


@given(st.text())
def test_one_line_is_one_line(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1


def test_an_escape_sequence_is_shown() -> None:
    assert visible("a\x1b[31mb\u202ec") == "a\\x1b[31mb\\u202ec"


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    output = tmp_path / "answer"
    output.write_text("before")

    def fail_halfway() -> None:
        with replacing(output) as part:
            part.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_halfway()
    assert output.read_text() == "before"
    deliver("after", output)
    assert output.read_text() == "after\n"
    assert [file.name for file in tmp_path.iterdir()] == ["answer"]


def test_a_directory_that_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be written"):
        deliver("x", tmp_path / "missing" / "answer")
