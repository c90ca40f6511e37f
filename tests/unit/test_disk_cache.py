"""The cache directory holds whole files, drops the least recently used, and tolerates a failing disk."""

import os
from pathlib import Path

from kodus_ast.adapters.disk_cache import CacheDirectory


def stored(cache: CacheDirectory, path: Path, key: str, size: int, age_s: int) -> Path:
    source = path / "source"
    source.write_bytes(b"x" * size)
    file = cache.put(key, source)
    moment = file.stat().st_mtime - age_s
    os.utime(file, (moment, moment))
    return file


def test_what_was_put_is_found(tmp_path: Path) -> None:
    cache = CacheDirectory(tmp_path / "graphs", 1000)
    assert cache.find("a") is None
    file = stored(cache, tmp_path, "a", 10, 0)
    assert cache.find("a") == file
    assert file.read_bytes() == b"x" * 10
    assert cache.find("b") is None


def test_the_least_recently_used_go_first(tmp_path: Path) -> None:
    cache = CacheDirectory(tmp_path / "graphs", 250)
    stored(cache, tmp_path, "old but used", 100, 30)
    stored(cache, tmp_path, "old", 100, 20)
    assert cache.find("old but used")
    stored(cache, tmp_path, "new", 100, 0)
    assert [key for key in ("old but used", "old", "new") if cache.find(key)] == ["old but used", "new"]


def test_one_larger_than_the_bound_stays_until_the_next(tmp_path: Path) -> None:
    cache = CacheDirectory(tmp_path / "graphs", 50)
    assert stored(cache, tmp_path, "large", 100, 10).exists()
    stored(cache, tmp_path, "next", 10, 0)
    assert cache.find("large") is None


def test_a_cache_that_cannot_be_written_gives_the_file_back(tmp_path: Path) -> None:
    (tmp_path / "graphs").write_text("a file is in the way")
    source = tmp_path / "source"
    source.write_bytes(b"x")
    assert CacheDirectory(tmp_path / "graphs", 50).put("a", source) == source


def test_no_part_is_left(tmp_path: Path) -> None:
    cache = CacheDirectory(tmp_path / "graphs", 1000)
    stored(cache, tmp_path, "a", 10, 0)
    assert CacheDirectory(tmp_path / "graphs", 1000).put("b", tmp_path / "missing") == tmp_path / "missing"
    assert [file.suffix for file in (tmp_path / "graphs").iterdir()] == [".graph"]
