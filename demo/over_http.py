"""Ask the service for the impact of a change over HTTP, follow its events, and compare with the command.

`kodus-ast up` is started for it in a temporary directory. The script fails if service and command differ.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

SAME = ("changes", "affected", "misfits", "entry_points", "risk", "tests", "untested", "cut", "not_seen")
COMPLETED = 3
KODUS_AST = (sys.executable, "-m", "kodus_ast")


def main() -> None:
    """Asks both, prints the service's answer in short, and fails if the two differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repository", type=Path)
    parser.add_argument("base")
    parser.add_argument("head")
    asked = parser.parse_args()
    repository = asked.repository.resolve()
    with tempfile.TemporaryDirectory(prefix="kodus-ast-demo-") as place, up(Path(place)) as client:
        body = {
            "baseRepo": {"url": repository.as_uri(), "branch": asked.base},
            "headRepo": {"url": repository.as_uri(), "branch": asked.head},
        }
        task_id = client.post("/api/v2/impact", json=body).raise_for_status().json()["taskId"]
        print(f"POST {client.base_url}/api/v2/impact: task {task_id}")
        status = follow(client, task_id)
        if status != COMPLETED:
            sys.exit(f"the task ended with status {status}: {client.get(f'/api/tasks/{task_id}').text}")
        summary = client.get(f"/api/tasks/{task_id}/result").raise_for_status().json()["summary"]
        served = client.get(f"/api/tasks/{task_id}/artifact").raise_for_status().json()
    print_summary(summary, served)
    own = by_command(repository, asked)
    differing = [name for name in SAME if served[name] != own[name]]
    if differing:
        sys.exit(f"the service and 'kodus-ast impact' differ in: {', '.join(differing)}")
    print(f"'kodus-ast impact' says the same: {', '.join(SAME)} are equal\n")


@contextmanager
def up(place: Path) -> Iterator[httpx.Client]:
    """`kodus-ast up` in a directory of its own, and a client that has its key."""
    own = {
        "KODUS_AST_DATA": str(place / "data"),
        "KODUS_AST_CACHE": str(place / "cache"),
        # The repository lies on this machine.
        "KODUS_AST_GIT_PROTOCOLS": "file",
    }
    # The demo must not write to a database or queue that the environment may name.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KODUS_AST_")}
    with subprocess.Popen(
        [*KODUS_AST, "up", "--port", "0"], env=kept | own, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            if process.stdout is None or not (url := process.stdout.readline().strip()):
                sys.exit("the service did not start")
            key = process.stdout.readline().strip()
            with httpx.Client(
                base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=60, trust_env=False
            ) as client:
                yield client
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def follow(client: httpx.Client, task_id: str) -> int:
    """The task's status once it has ended; shows its events as a progress bar."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    path, last, status = f"/api/tasks/{task_id}/events", "0", 0
    with Progress(*columns, TimeElapsedColumn()) as bars:
        bar = bars.add_task("waiting", total=100)
        while status < COMPLETED:
            # The server ends streams from time to time; the next one continues after the last event.
            headers = {"Accept": "text/event-stream", "Last-Event-ID": last}
            with client.stream("GET", path, headers=headers) as stream:
                stream.raise_for_status()
                for line in stream.iter_lines():
                    if line.startswith("id:"):
                        last = line.removeprefix("id:").strip()
                    elif line.startswith("data:"):
                        event: dict[str, Any] = json.loads(line.removeprefix("data:"))
                        status = event["status"]
                        bars.update(bar, description=event["state"], completed=event["progress"])
    return status


def by_command(repository: Path, asked: argparse.Namespace) -> dict[str, Any]:
    """The answer of `kodus-ast impact`, without its cache, so that the two answers are independent."""
    done = subprocess.run(
        [*KODUS_AST, "impact", str(repository), "--base", asked.base, "--head", asked.head,
         "--format", "json", "--no-cache"],
        stdout=subprocess.PIPE,
        check=True,
    )  # fmt: skip
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def print_summary(summary: dict[str, Any], answer: dict[str, Any]) -> None:
    """What was found, in a few lines."""
    numbers = (f"{summary[name]} {name}" for name in ("changes", "affected", "tests", "untested", "skipped"))
    print(f"the service found: {', '.join(numbers)}")
    print(f"commits: {summary['baseCommit'][:12]} → {summary['headCommit'][:12]}")
    print(f"most affected: {', '.join(one['symbol']['id'] for one in answer['affected'][:3]) or 'nobody'}")


if __name__ == "__main__":
    main()
