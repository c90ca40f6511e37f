"""The program without its extras: the command line works, and what does not says which extra it needs."""

import tomllib
from pathlib import Path

import pytest

from kodus_ast.extras import EXTRAS
from sample_repositories import Lab, Repo, refused

PROJECT = tomllib.loads((Path(__file__).resolve().parents[2] / "pyproject.toml").read_text())["project"]
HIDING = """
import sys

class Hiding:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {hidden!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Hiding())
"""


@pytest.fixture
def hidden(lab: Lab, request: pytest.FixtureRequest) -> Lab:
    """A laboratory whose processes, children included, find no module of these extras."""
    modules = {module for extra in request.param for module in EXTRAS[extra]}
    directory = lab.path / "hiding"
    directory.mkdir()
    (directory / "sitecustomize.py").write_text(HIDING.format(hidden=modules))
    lab.environment["PYTHONPATH"] = str(directory)
    lab.environment["KODUS_AST_DATA"] = str(lab.path / "data")
    return lab


without_all = pytest.mark.parametrize("hidden", [tuple(EXTRAS)], indirect=True, ids=["none"])


@without_all
def test_the_command_line_works_without_any_extra(hidden: Lab, shop: Repo) -> None:
    assert "worker" in hidden.run("--help").out
    assert "python" in hidden.run("languages").out
    assert "create" in hidden.run("keys", "--help").out
    here = hidden.run("impact", shop.path)
    assert "signature changed" in here.out, here.err
    # Read by a child process.
    fetched = hidden.run("impact", f"file://{shop.path}", "--base", "HEAD~1", "--head", "HEAD")
    assert fetched.code == 0, fetched.err
    assert "signature changed" in fetched.out


@without_all
@pytest.mark.parametrize(
    "arguments",
    [
        ("worker",),
        ("api", "--port", "1"),
        ("up",),
        ("migrate",),
        ("keys", "create", "org"),
        ("dlq", "list"),
    ],
)
def test_a_missing_service_extra_is_said(hidden: Lab, arguments: tuple[str, ...]) -> None:
    ran = hidden.run(*arguments)
    refused(ran, 2, f"{arguments[0]} needs the service extra: pip install 'kodus-ast[service]'")


@without_all
def test_a_missing_service_extra_is_said_for_the_broker(hidden: Lab) -> None:
    ran = hidden.run("topology", "check", KODUS_AST_BROKER_URL="amqp://127.0.0.1:1/")
    refused(ran, 2, "topology needs the service extra: pip install 'kodus-ast[service]'")


@pytest.mark.parametrize("hidden", [("embedded",)], indirect=True)
def test_a_missing_embedded_database_is_said(hidden: Lab) -> None:
    ran = hidden.run("migrate")
    refused(ran, 2, "KODUS_AST_DATABASE_URL needs the embedded extra: pip install 'kodus-ast[embedded]'")


@pytest.mark.parametrize("hidden", [("traces",)], indirect=True)
def test_missing_traces_are_said(hidden: Lab) -> None:
    ran = hidden.run("keys", "list", KODUS_AST_TRACES_URL="http://127.0.0.1:1/v1/traces")
    refused(ran, 2, "KODUS_AST_TRACES_URL needs the traces extra: pip install 'kodus-ast[traces]'")


@pytest.mark.parametrize("hidden", [("client",)], indirect=True)
def test_a_missing_client_extra_is_said(hidden: Lab) -> None:
    ran = hidden.python("-c", "import kodus_ast.client")
    said = ran.err.splitlines()[-1]
    assert (ran.code, ran.out) == (1, "")
    assert "kodus_ast.client needs the client extra: pip install 'kodus-ast[client]'" in said


def test_every_requirement_of_an_extra_is_known() -> None:
    """Or its absence would be said as a defect of the program."""
    for extra, modules in EXTRAS.items():
        for requirement in PROJECT["optional-dependencies"][extra]:
            name = requirement.partition("[")[0] if "[" in requirement else requirement
            name = name.replace("-", "_").split("=")[0].split(">")[0].split("<")[0]
            assert name == "kodus_ast" or name.startswith(modules), requirement
