"""`python growth.py REPOSITORY ARTIFACT BASE`: builds once more from a base; prints the processor seconds.

Files are not parsed again, so nearly all of it is resolution. A process of its own, because one that has just
built the base would resolve nothing anew; one thread, because what threads wait for is no work.
"""

import asyncio
import sys
import time
from pathlib import Path

from kodus_ast import graph


def main() -> None:
    """Builds, and prints."""
    repository, artifact, base = (Path(argument) for argument in sys.argv[1:])
    begun = time.process_time()
    report = asyncio.run(graph.build(repository, None, artifact, base=base, threads=1))
    took = time.process_time() - begun
    if report.reused != report.files:
        raise SystemExit(f"{report.files - report.reused} files were parsed again")
    print(took)


if __name__ == "__main__":
    main()
