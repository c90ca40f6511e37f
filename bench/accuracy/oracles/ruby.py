"""Ruby's TracePoint as an oracle: what each call calls while a package's own tests run."""

from pathlib import Path

from accuracy.corpora import Repository
from accuracy.oracles.running import copied, needed, run, texts

PASSED = r"(\d+) (?:examples|tests|runs), (?:\d+ assertions, )?(\d+) failure"


def write(folder: Path, repository: Repository, to: Path) -> None:
    """Runs the tests of the package in a copy of `folder`.

    Options of the repository: `debian`, the packages that must be installed; `lib`, what is put on the path
    besides `lib`; `tests`, Ruby's arguments; `passing`, how many tests must pass.
    """
    options = repository.options
    needed(["ruby", *texts(options["debian"])])
    copy = copied("ruby", folder, repository)
    roots = [part for root in ["lib", *texts(options.get("lib", []))] for part in ("-I", root)]
    trace = Path(__file__).parent / "ruby_calls" / "trace.rb"
    command: list[str | Path] = ["ruby", "-r", trace, *roots, *texts(options["tests"])]
    run(command, copy, to, (PASSED, int(str(options["passing"]))))
