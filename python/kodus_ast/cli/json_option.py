"""The option `--json`, apart from other parameters for the sake of commands that have no other."""

from typing import Annotated

from cyclopts import Parameter

AsJson = Annotated[bool, Parameter(name="--json", negative="")]
