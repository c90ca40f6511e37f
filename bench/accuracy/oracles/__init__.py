"""Oracles: what a language's own tools say of each call; one line of the table for each.

An oracle writes JSON lines, one for each call site: `path`, `line` (of the end of the callee's name) and
`name` as it is written there; `form`, how the callee is written, for grouping; `verdict`; `targets`, the
declarations that it may be, all as good: `path`, `line` of its name, `name`. Verdicts:

* `inside`: the call's declared target is a definition of the repository. Recall counts these.
* `outside`: the target is known, and not in the repository.
* `beside`: inside, but not written as a call (an accessor, a decorator): judged for precision only.
* `unknown`: the tools do not say, or say no definition (a parameter of a function type): not judged.

An oracle that saw only some sites (by running code) is in `TRACED`: no edge is judged where it says nothing.
"""

from collections.abc import Callable
from pathlib import Path

from accuracy.corpora import Repository
from accuracy.oracles import go, java, php, python, ruby, rust, ts

ORACLES: dict[str, Callable[[Path, Repository, Path], None]] = {
    "go": go.write,
    "java": java.write,
    "php": php.write,
    "python": python.write,
    "ruby": ruby.write,
    "rust": rust.write,
    "ts": ts.write,
}
"""Each writes the sites of a repository, unpacked in a folder, to a file."""

TRACED: frozenset[str] = frozenset({"php", "python", "ruby"})
