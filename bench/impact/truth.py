"""What the tests of a package say of mutants: asked once, for it does not depend on us, and kept."""

import hashlib
import json
import os
import re
import resource
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from accuracy.oracles.python import environment
from impact.mutations import Mutation, drawn
from impact.suites import Suite

HERE = Path(__file__).parent
BUILD = HERE.parent.parent / "build" / "impact"
SEED = 7
LEAST_SECONDS = 20
SLOWER = 5
"""A mutant may take so many times as long as its tests did before, of the processor, and is endless then."""
WAITING = 6
"""So many times as long it may last where others want the processor too."""
ALL = "*"
PYTEST = (
    *("-m", "pytest", "-q", "--tb=no", "--continue-on-collection-errors"),
    *("-p", "no:cacheprovider", "-p", "impact.failing"),
)


@dataclass(frozen=True)
class Outcome:
    """Of one test: `passed`, `skipped` or `failed`."""

    outcome: str
    seconds: float


class Runner:
    """Runs the tests of a package in a copy of it and an environment of its own."""

    def __init__(self, suite: Suite, folder: Path) -> None:
        self.suite = suite
        self.folder = folder
        self.program = environment(f"{suite.name}.mutants", list(suite.requirements))

    def outcomes(self, only: list[str] | None, seconds: float) -> dict[str, Outcome] | None:
        """What becomes of each test, or of some; None when they do not come to an end."""
        with tempfile.TemporaryDirectory() as temporary:
            extra = {}
            if only is not None:
                extra["FAILING_ONLY"] = str(Path(temporary) / "only")
                Path(extra["FAILING_ONLY"]).write_text("\0".join(only))
            try:
                return self._run(Path(temporary), (), extra, seconds)
            except subprocess.TimeoutExpired:
                return None

    def running(self) -> dict[str, Any]:
        """What each test runs; see `running.py`."""
        with tempfile.TemporaryDirectory() as temporary:
            out = Path(temporary) / "running.json"
            extra = {"RUNNING_OUT": str(out), "RUNNING_ROOT": str(self.folder.resolve())}
            self._run(Path(temporary), ("-p", "impact.running"), extra, SLOWER * self.suite.seconds)
            found: dict[str, Any] = json.loads(out.read_bytes())
            return found

    def _run(
        self, temporary: Path, plugin: tuple[str, ...], extra: dict[str, str], seconds: float
    ) -> dict[str, Outcome]:
        out = temporary / "outcomes"
        roots = [str(HERE.parent), *(str(self.folder / root) for root in self.suite.roots)]
        variables = {
            "PATH": os.environ["PATH"],
            "HOME": str(temporary),
            "LANG": "C.UTF-8",
            "FAILING_OUT": str(out),
            "PYTHONPATH": os.pathsep.join(roots),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONHASHSEED": "0",
            **extra,
        }
        done = subprocess.run(
            [self.program, *PYTEST, *plugin, *self.suite.tests],
            check=False, cwd=self.folder, env=variables, timeout=WAITING * seconds,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds) + 1)),
        )  # fmt: skip
        if done.returncode == -signal.SIGXCPU:
            raise subprocess.TimeoutExpired(done.args, seconds)
        lines = out.read_text().splitlines() if out.is_file() else []
        return {test: Outcome(what, took) for test, what, took in map(json.loads, lines)}


class Truth:
    """A file of JSON lines: what the tests do as they are, then what became of each mutant.

    A run that is broken off, or that wants more of them, goes on where the last one ended.
    """

    def __init__(self, suite: Suite, folder: Path) -> None:
        self.runner = Runner(suite, folder)
        asked = hashlib.sha256(repr((suite, SEED)).encode())
        for name in ("mutations.py", "failing.py", "running.py"):
            asked.update((HERE / name).read_bytes())
        BUILD.mkdir(parents=True, exist_ok=True)
        self.kept = BUILD / f"mutants-{suite.name}-{asked.hexdigest()[:12]}.jsonl"
        # What was broken off in the middle of a line is none.
        lines = self.kept.read_bytes().splitlines(keepends=True) if self.kept.is_file() else []
        found = [json.loads(line) for line in lines if line.endswith(b"\n")]
        if not found:
            found = [self._before()]
            self._write(found[0])
        self.seconds: dict[str, float] = found[0]["seconds"]
        """Of each test that always passes."""
        self.places: dict[str, dict[int, list[str]]] = {
            path: {int(line): tests for line, tests in lines.items()}
            for path, lines in found[0]["places"].items()
        }
        self.mutants: list[dict[str, Any]] = found[1:]

    @property
    def tests(self) -> set[str]:
        """Those that always pass, parameters aside."""
        return {bare(test) for test in self.seconds}

    def noticed(self, wanted: int) -> Iterator[tuple[Mutation, set[str]]]:
        """The first so many mutants that some test notices, and the tests that fail."""
        suite, folder = self.runner.suite, self.runner.folder
        for at, mutation in enumerate(drawn(folder, suite.roots, SEED)):
            if wanted <= 0:
                return
            if at == len(self.mutants):
                self.mutants.append({"mutation": asdict(mutation), **self._broken(mutation)})
                self._write(self.mutants[at])
            held = self.mutants[at]
            if held["failing"]:
                wanted -= 1
                yield Mutation(**held["mutation"]), {bare(test) for test in held["failing"]}

    def _before(self) -> dict[str, Any]:
        """What always passes, what it takes, and which tests run what stands at a line."""
        suite = self.runner.suite
        runs = [self.runner.outcomes(None, suite.seconds) or {} for _ in range(2)]
        passing = {
            test: one.seconds
            for test, one in runs[0].items()
            if one.outcome == "passed" and test in runs[1] and runs[1][test].outcome == "passed"
        }
        if len(passing) < suite.passing:
            raise SystemExit(f"{suite.name}: {len(passing)} tests pass")
        running = self.runner.running()
        places: dict[str, dict[int, list[str]]] = {}
        always = {(path, line) for path, line in running["always"]}
        for path, line in always:
            places.setdefault(path, {})[line] = [ALL]
        for test in passing:
            for path, line in {(p, n) for p, n in running["run"].get(test, ())} - always:
                places.setdefault(path, {}).setdefault(line, []).append(test)
        # A process may run anything.
        places[ALL] = {0: [test for test in running["anything"] if test in passing]}
        return {"seconds": passing, "places": places}

    def _broken(self, mutation: Mutation) -> dict[str, Any]:
        """Of the tests that run the function those that fail, or are not reached; `why` there are none."""
        lines = self.places.get(mutation.path, {})
        at = range(mutation.first, mutation.last + 1)
        run = sorted({test for line, tests in lines.items() if line in at for test in tests})
        if not run:
            return {"failing": [], "why": "not run"}
        run = sorted(self.seconds if ALL in run else {*run, *self.places[ALL][0]})
        file = self.runner.folder / mutation.path
        before = file.read_bytes()
        file.write_text(mutation.applied(before.decode()), newline="")
        seconds = LEAST_SECONDS + SLOWER * sum(self.seconds[test] for test in run)
        outcomes = self.runner.outcomes(run, seconds)
        file.write_bytes(before)
        if outcomes is None:
            return {"failing": [], "why": "endless"}
        failing = [test for test in run if test not in outcomes or outcomes[test].outcome != "passed"]
        return {"failing": failing, "why": "" if failing else "unnoticed"}

    def _write(self, one: dict[str, Any]) -> None:
        with self.kept.open("a") as out:
            out.write(json.dumps(one) + "\n")


def bare(test: str) -> str:
    """Without its parameters."""
    return re.sub(r"\[.*\]$", "", test, flags=re.DOTALL)
