"""The arguments of the processes that run during a test: what any user of the machine can read."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def sampled_arguments(every_s: float) -> Iterator[set[bytes]]:
    """The command lines of all processes, sampled until the block ends."""
    seen: set[bytes] = set()
    is_over = threading.Event()

    def sample() -> None:
        while not is_over.wait(every_s):
            for process in Path("/proc").glob("[0-9]*"):
                try:
                    seen.add((process / "cmdline").read_bytes())
                except OSError:
                    continue

    thread = threading.Thread(target=sample)
    thread.start()
    try:
        yield seen
    finally:
        is_over.set()
        thread.join()
