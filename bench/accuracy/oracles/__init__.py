"""Oracles: what a language's own tools say of each call and of each use; one line of a table for each.

An oracle of calls writes JSON lines, one for each call site: `path`, `line` (of the end of the callee's
name) and `name` as it is written there; `form`, how the callee is written, for grouping; `verdict`;
`targets`, the declarations that it may be, all as good: `path`, `line` of its name, `name`. Verdicts:

* `inside`: the call's declared target is a definition of the repository. Recall counts these.
* `outside`: the target is known, and not in the repository.
* `beside`: inside, but not written as a call (an accessor, a decorator): judged for precision only.
* `unknown`: the tools do not say, or say no definition (a parameter of a function type): not judged.

An oracle that saw only some sites (by running code) is in `TRACED`: no edge is judged where it says nothing.

An oracle of uses writes a line for each identifier whose declaration is in the repository, with the same
fields and three more: `kind`, what is named (`function`, `class`, `method`, `value`, `enum_member`, `type`,
`field`, `macro`, or `entry` of a literal); `use` (`call`, `read`, `write`, `reference`, `type`, `decorator`,
or `literal`, which sets a field); `also`, further lines that are as good, if there are any. Locals,
parameters, imports and names of declarations have no line; nor has what is outside. Verdicts:

* `inside`: recall counts it.
* `beside`: a list of exports, or a target that no identifier names, such as the constructor of a class that
  is called: it only confirms an edge.
* `unknown`: the tools do not say what is named.
* `read`: a line for each file, only with its `path`. An edge in such a file that nothing confirms is wrong.
"""

from collections.abc import Callable
from pathlib import Path

from accuracy.corpora import Repository
from accuracy.oracles import go, java, php, python, python_uses, ruby, rust, ts

CALLS: dict[str, Callable[[Path, Repository, Path], None]] = {
    "go": go.write,
    "java": java.write,
    "php": php.write,
    "python": python.write,
    "ruby": ruby.write,
    "rust": rust.write,
    "ts": ts.write,
}
"""Each writes the sites of a repository, unpacked in a folder, to a file."""

USES: dict[str, Callable[[Path, Repository, Path], None]] = {
    "go": go.write_uses,
    "java": java.write_uses,
    "python": python_uses.write,
    "ts": ts.write_uses,
}
"""The same for uses."""

TRACED: frozenset[str] = frozenset({"php", "python", "ruby"})
