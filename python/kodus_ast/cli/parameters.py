"""Parameters that several commands have."""

from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from kodus_ast.ports import Services

Confidence = Annotated[float, Parameter(validator=Number(gte=0, lte=1))]
ForServices = Annotated[Services, Parameter(parse=False)]
"""What the command needs from outside; the program fills it in."""
