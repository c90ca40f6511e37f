"""The child process: confines itself, runs one job on untrusted code, writes one answer, and ends."""

import asyncio
import errno
import os
import re
import sys
import threading

import msgspec

from kodus_ast.errors import BuildLimitError, KodusAstError, StorageError
from kodus_ast.sandbox import confinement
from kodus_ast.sandbox.jobs import Environment
from kodus_ast.sandbox.protocol import Order, Reply

OS_ERROR = re.compile(r"\(os error (\d+)\)")
"""How the core writes the number of an operating system error into its messages."""
LIMIT_ERRORS = {
    errno.EFBIG: "the work writes a larger file than it may",
    errno.EMFILE: "the work has more files open than it may",
}


def main() -> None:
    """Reads an order from stdin and answers on stdout."""
    order = msgspec.json.decode(sys.stdin.buffer.readline(), type=Order)
    try:
        # Before a second thread starts: threads that run already would not be confined.
        in_force = confinement.confine(order.limits)
        threading.Thread(target=_exit_with_parent, daemon=True).start()
        environment = Environment(_report_progress, tuple(in_force))
        _reply(Reply(answer=msgspec.Raw(asyncio.run(order.job.run(environment)))))
    except (KodusAstError, OSError) as error:
        _reply(_error_reply(error))
    except (MemoryError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and "new thread" not in str(error):
            raise
        # There was no memory, perhaps for the stack of a thread. The core aborts then, so this does too.
        os.abort()


def _error_reply(error: KodusAstError | OSError) -> Reply:
    """The error, or `BuildLimitError` when one of this process's limits caused it."""
    number = error.errno if isinstance(error, OSError) else None
    if found := OS_ERROR.search(str(error)):
        number = int(found[1])
    if number in LIMIT_ERRORS:
        return Reply(code=BuildLimitError.code, message=LIMIT_ERRORS[number])
    return Reply(
        code=error.code if isinstance(error, KodusAstError) else StorageError.code, message=str(error)
    )


def _report_progress(stage: str, done: int, total: int) -> None:
    _reply(Reply(progress=(stage, done, total)))


def _reply(reply: Reply) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(reply) + b"\n")
    sys.stdout.buffer.flush()


def _exit_with_parent() -> None:
    # The parent keeps the pipe open for as long as it lives.
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    main()
