"""Messages between parent and child, a line of JSON each: one order, then progress and one answer."""

import msgspec
from msgspec import Struct

from kodus_ast.sandbox.confinement import Limits
from kodus_ast.sandbox.jobs import AnyJob

MAX_LINE_BYTES = 64 * 1024 * 1024


class Order(Struct):
    """A job, and the limits of the process that runs it."""

    job: AnyJob
    limits: Limits


class Reply(Struct, omit_defaults=True):
    """A line of the child: progress (stage, done, total), or the answer, or the code of an error."""

    progress: tuple[str, int, int] | None = None
    answer: msgspec.Raw = msgspec.Raw()
    code: str = ""
    message: str = ""
