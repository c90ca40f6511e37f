"""xdebug's function trace as an oracle: what each call calls while a package's own tests run."""

import os
from pathlib import Path

from accuracy.corpora import Repository
from accuracy.oracles.running import copied, needed, run, texts

PASSED = r"(?:OK \(|Tests: )(\d+)(?: test)?[^\n]*?(?:Failures: (\d+))?[.)]\n"
TRACE = {
    "memory_limit": "-1",
    "zend.assertions": "1",
    "xdebug.mode": "trace",
    "xdebug.start_with_request": "yes",
    "xdebug.trace_format": "1",
    "xdebug.use_compression": "1",
    # Arguments are told too, as short as can be.
    "xdebug.var_display_max_children": "0",
    "xdebug.var_display_max_data": "0",
    "xdebug.var_display_max_depth": "0",
}


def write(folder: Path, repository: Repository, to: Path) -> None:
    """Runs the tests of the package in a copy of `folder`, whose composer.json says where classes are.

    Options of the repository: `debian`, the packages that must be installed; `before`, files of Debian's that
    are loaded first; `tests`, PHPUnit's arguments; `passing`, how many tests must pass.
    """
    options = repository.options
    needed(["php-cli", "php-mbstring", "php-xml", "php-xdebug", "phpunit", *texts(options.get("debian", []))])
    copy = copied("php", folder, repository)
    before = os.pathsep.join(texts(options.get("before", [])))
    settings = TRACE | {
        "auto_prepend_file": str(Path(__file__).parent / "php_calls" / "trace.php"),
        "xdebug.output_dir": str(to.parent),
        "xdebug.trace_output_name": f"{repository.name}.trace",
    }
    given = [part for name, value in settings.items() for part in ("-d", f"{name}={value}")]
    command = ["php", *given, "/usr/bin/phpunit", "--no-coverage", *texts(options["tests"])]
    run(command, copy, to, (PASSED, int(str(options["passing"]))), CALLS_BEFORE=before)
