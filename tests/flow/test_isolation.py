"""Child processes are confined, and a file that kills one is left out while the rest is built."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import external_services
from kodus_ast import graph
from kodus_ast.config import MEBIBYTE, Settings
from kodus_ast.errors import BuildLimitError, PoisonedFilesError
from kodus_ast.models.core_answers import BuildReport
from kodus_ast.sandbox import resilient_build
from kodus_ast.sandbox.isolation import EXPECTED, probe_isolation
from kodus_ast.sandbox.jobs import BuildJob
from kodus_ast.sandbox.parent import run_job
from kodus_ast.sandbox.resilient_build import Journal, build_resiliently
from sample_repositories import Lab, Repo

LARGE = {"KODUS_AST_FILE_BYTES": "100000000", "KODUS_AST_PARSE_MS": "600000"}
"""Files of any size, parsed for as long as a slow machine takes."""
GOOD = "def good():\n    return 1\n"
TRIES = """
import ctypes, json, os, resource, socket, sys
from kodus_ast.sandbox.confinement import Limits, confine

place = sys.argv[1]
confine(Limits(1 << 28, 100, 1 << 20, 64, [place + "/read"], [place + "/write"]))
said = {}


def tried(name, work):
    try:
        work()
        said[name] = "done"
    except OSError as error:
        said[name] = type(error).__name__
    except MemoryError:
        said[name] = "MemoryError"


tried("read what is given", lambda: open(place + "/read/file").read())
tried("write where it may", lambda: open(place + "/write/file", "w").close())
tried("write what is given to read", lambda: open(place + "/read/file", "w").close())
tried("read beside", lambda: open(place + "/secret").read())
tried("write beside", lambda: open(place + "/new", "w").close())
tried("list beside", lambda: os.listdir(place))
tried("read accounts", lambda: open("/etc/passwd").read())
tried("read its parent", lambda: open(f"/proc/{os.getppid()}/environ").read())
tried("follow a link out", lambda: open(place + "/read/link").read())
tried("internet", lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM))
tried("datagrams", lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM))
tried("local sockets", lambda: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
tried("other programs", lambda: os.execv("/bin/true", ["true"]))
tried("signals to others", lambda: os.kill(os.getppid(), 0))
tried("root", lambda: os.setuid(0))
tried("memory", lambda: bytearray(2 << 30))
tried("more files", lambda: [open(place + "/read/file") for _ in range(100)])
tried("core dumps", lambda: said.update(core=resource.getrlimit(resource.RLIMIT_CORE)[1]))
print(json.dumps(said))
"""


async def test_all_that_this_release_knows_is_in_force(lab: Lab) -> None:
    in_force = await probe_isolation(lab.settings.service)
    if lacking := [name for name in EXPECTED if name not in in_force]:
        external_services.missing(f"what the kernel has for confining processes ({', '.join(lacking)})")


async def test_a_confined_process_reaches_what_it_was_given_and_nothing_else(lab: Lab) -> None:
    await test_all_that_this_release_knows_is_in_force(lab)
    for name in ("read", "write"):
        (lab.path / name).mkdir()
    (lab.path / "read" / "file").write_text("given")
    (lab.path / "secret").write_text("canary")
    (lab.path / "read" / "link").symlink_to(lab.path / "secret")
    done = subprocess.run(
        [sys.executable, "-c", TRIES, str(lab.path)], capture_output=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said.pop("core") == 0
    assert {name for name, outcome in said.items() if outcome == "done"} == {
        "read what is given",
        "write where it may",
        "core dumps",
    }


def bounded(settings: Settings, **limits: Any) -> Settings:
    service = settings.service
    return replace(settings, service=replace(service, child=replace(service.child, **limits)))


async def built(lab: Lab, repo: Repo, settings: Settings) -> tuple[BuildReport, list[str]]:
    """The report, and the skipped files with the reasons."""
    artifact = lab.path / "out" / "a.graph"
    artifact.parent.mkdir(exist_ok=True)
    job = BuildJob(str(repo.path), repo.git("rev-parse", "HEAD"), str(artifact), None, 2, settings.limits)
    report = await build_resiliently(job, settings)
    assert [path.name for path in artifact.parent.iterdir()] == ["a.graph"]
    return report, [f"{one.path}: {one.reason}" for one in report.skipped]


def dense(size: int) -> str:
    """Python that makes as many nodes as possible."""
    return "a(b)\n" * (size // 5)


async def test_a_file_that_takes_all_memory_is_skipped_and_the_rest_is_built(lab: Lab) -> None:
    lab.environment.update(LARGE)
    repo = lab.repo("memory", {"good.py": GOOD, "pkg/monster.py": dense(16_000_000), "z.py": GOOD})
    report, skipped = await built(lab, repo, bounded(lab.settings, memory=320 * MEBIBYTE))
    assert skipped == ["pkg/monster.py: takes more memory than it may"]
    assert report.files == 2
    assert report.limits["file_bytes"] == 100_000_000


async def test_a_file_that_takes_too_long_is_skipped_and_the_rest_is_built(lab: Lab) -> None:
    lab.environment.update(LARGE)
    repo = lab.repo("time", {"good.py": GOOD, "slow.py": dense(30_000_000)})
    _, skipped = await built(lab, repo, bounded(lab.settings, file_seconds=0.5))
    assert skipped == ["slow.py: takes more time than it may"]


Running = list[asyncio.subprocess.Process]


def killer(monkeypatch: pytest.MonkeyPatch, is_time: Callable[[Journal, Running], bool]) -> None:
    """Crashes the running child whenever it is time, as a defect of the core does."""
    real, look = asyncio.create_subprocess_exec, Journal.check
    running: Running = []

    async def remembered(*arguments: Any, **options: Any) -> asyncio.subprocess.Process:
        process = await real(*arguments, **options)
        running.append(process)
        return process

    def killed(journal: Journal) -> str:
        if is_time(journal, running) and running[-1].returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(running[-1].pid, signal.SIGSEGV)
        return look(journal)

    monkeypatch.setattr(asyncio, "create_subprocess_exec", remembered)
    monkeypatch.setattr(resilient_build.Journal, "check", killed)
    monkeypatch.setattr("kodus_ast.sandbox.parent.CHECK_INTERVAL_S", 0.01)


@pytest.fixture
def killing(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Crashes every process that reads one of these files."""
    names = set[str]()
    killer(monkeypatch, lambda journal, _: not names.isdisjoint(journal.open_files().values()))
    return names


@pytest.fixture
def breaking(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Crashes every process that resolves the names of one of these files. The first writes down none."""
    names = set[str]()

    def is_time(journal: Journal, running: Running) -> bool:
        is_open = not names.isdisjoint(journal.open_files().values())
        return journal.stage == "resolve" and (is_open or len(running) == 1)

    killer(monkeypatch, is_time)
    return names


async def test_a_file_that_crashes_the_parser_is_skipped_and_the_rest_is_built(
    lab: Lab, killing: set[str]
) -> None:
    lab.environment.update(LARGE)
    killing |= {"a/poison.py", "odd\nname.py"}
    repo = lab.repo(
        "crash",
        {**dict.fromkeys(killing, dense(3_000_000)), "good.py": GOOD, "also_large.py": dense(3_000_000)},
    )
    report, skipped = await built(lab, repo, lab.settings)
    assert skipped == [f"{name}: crashes the process that reads it" for name in sorted(killing)]
    assert report.files == 2
    # What is left is as if the files had not been there.
    ids = [node["id"] for node in await exported(lab)]
    assert "good.py::good" in ids
    assert not [one for one in ids if "poison" in one]


async def test_a_file_that_crashes_the_resolver_is_skipped_and_the_rest_is_built(
    lab: Lab, breaking: set[str]
) -> None:
    lab.environment.update(LARGE)
    calls = "".join(f"def f{number}(a):\n    return f{number // 2}(a).b(a)\n" for number in range(40_000))
    breaking |= {"poison.py"}
    repo = lab.repo("resolver", {"poison.py": calls, "good.py": GOOD, "large.py": calls})
    report, skipped = await built(lab, repo, lab.settings)
    assert skipped == ["poison.py: crashes the process that reads it"]
    assert report.files == 2


def test_resolving_that_gets_on_no_more_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    journal = Journal(tmp_path / "none", 60)
    for stage, done, seconds, seen in (
        ("parse", 1, 100, ""),
        ("resolve", 0, 50, ""),
        ("resolve", 7, 50, ""),
        ("resolve", 7, 20, "time"),
        ("write", 0, 100, ""),
    ):
        journal.record_progress(stage, done)
        now += seconds
        assert journal.check() == seen, (stage, done)


async def exported(lab: Lab) -> list[dict[str, Any]]:
    out = lab.path / "graph.json"
    await graph.export(lab.path / "out" / "a.graph", out, "json", {})
    nodes: list[dict[str, Any]] = json.loads(out.read_text())["nodes"]
    return nodes


async def test_more_than_three_such_files_are_an_error_that_names_them(lab: Lab, killing: set[str]) -> None:
    lab.environment.update(LARGE)
    killing |= {f"poison{number}.py" for number in range(4)}
    repo = lab.repo("many", {**dict.fromkeys(killing, dense(3_000_000)), "good.py": GOOD})
    with pytest.raises(PoisonedFilesError) as raised:
        await built(lab, repo, lab.settings)
    assert not raised.value.transient
    for name in killing:
        assert name in str(raised.value)
    assert list((lab.path / "out").iterdir()) == []


async def test_building_for_too_long_is_an_error_of_its_own(lab: Lab) -> None:
    repo = lab.repo("long", {"good.py": GOOD})
    with pytest.raises(BuildLimitError, match="longer than"):
        await built(lab, repo, bounded(lab.settings, seconds=0.01))
    with pytest.raises(BuildLimitError):
        await built(lab, repo, bounded(lab.settings, memory=20 * MEBIBYTE))


async def test_the_kernel_ends_what_uses_too_much(lab: Lab) -> None:
    """Processor time, the size of what is written, open files: each is an error with a code."""
    functions = "".join(f"def f{number}():\n    return g{number}()\n" for number in range(20_000))
    repo = lab.repo("much", {f"m{number}.py": functions for number in range(16)})
    with pytest.raises(BuildLimitError, match="processor time"):
        await built(lab, repo, bounded(lab.settings, cpu_s=1))
    for limits, said in (
        ({"file_size": 16_384}, "the work writes a larger file than it may"),
        *(({"open_files": most}, "the work has more files open than it may") for most in (4, 5, 6)),
    ):
        with pytest.raises(BuildLimitError) as raised:
            await built(lab, repo, bounded(lab.settings, **limits))
        assert (str(raised.value), raised.value.transient) == (said, False), limits
        assert list((lab.path / "out").iterdir()) == []


async def test_processes_that_read_code_see_no_secret(
    lab: Lab, shop: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the worker has in its environment, and in its open files, is not in the child's."""
    lab.environment["KODUS_AST_DATABASE_URL"] = lab.environment["AWS_SECRET_ACCESS_KEY"] = "canary-1"
    settings = lab.settings
    monkeypatch.setenv("KODUS_AST_SEALING_KEY", "canary-2")
    monkeypatch.setattr("kodus_ast.sandbox.parent.CHECK_INTERVAL_S", 0.001)
    held = (lab.path / "secret").open("w")
    seen: list[tuple[bytes, set[str]]] = []

    def look() -> str:
        for process in children():
            with contextlib.suppress(OSError):
                open_files = {str(link.readlink()) for link in (process / "fd").iterdir()}
                seen.append(((process / "environ").read_bytes(), open_files))
        return ""

    artifact = lab.path / "a.graph"
    job = BuildJob(str(shop.path), shop.git("rev-parse", "HEAD"), str(artifact), None, 1, settings.limits)
    await run_job(job, BuildReport, settings.service, check=look)
    held.close()
    assert seen
    for environment, open_files in seen:
        assert b"canary" not in environment
        assert not [name for name in open_files if "secret" in name]


def children() -> list[Path]:
    """Those processes of this one that do its jobs."""
    return [
        process
        for process in Path("/proc").glob("[0-9]*")
        if b"kodus_ast.sandbox.child" in _read(process / "cmdline")
        and f"PPid:\t{os.getpid()}\n".encode() in _read(process / "status")
    ]


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""


def test_a_journal_that_is_damaged_names_nobody_wrongly(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "none", 1)
    assert journal.open_files() == {}
    (tmp_path / "odd").write_bytes(b"\xff" * 100)
    assert list(Journal(tmp_path / "odd", 1).open_files().values()) == ["\ufffd" * 92]
    assert Journal(tmp_path / "odd", 1).check() == ""


def test_the_command_line_reads_code_of_others_as_workers_do(lab: Lab) -> None:
    """A URL leads to code of others; what lies on this machine is read at once."""
    repo = lab.repo("others", {"good.py": GOOD, "monster.py": dense(16_000_000)}, {"good.py": GOOD * 2})
    lab.environment.update(LARGE | {"KODUS_AST_CHILD_MEMORY_MIB": "320"})
    ran = lab.run("impact", f"file://{repo.path}", "--format", "json")
    assert ran.code == 0, ran.err
    skipped = {one["path"]: one["reason"] for one in ran.json["not_seen"]["skipped"]}
    assert skipped == {"monster.py": "takes more memory than it may"}
