"""Asks a server so often over so many connections, as a process of its own; prints what it took.

`python load.py HOST PORT KEY (submit|read) COUNT CONNECTIONS PER_SECOND [TASK]`; 0 per second: without pause.
"""

import asyncio
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator

import uvloop

Request = Callable[[int], bytes]


def requests(host: str, key: str, what: str, task: str) -> Request:
    """The bytes of the n-th request; submissions all differ, or they would be one task."""
    head = f"Host: {host}\r\nAuthorization: Bearer {key}\r\n"
    if what == "read":
        one = f"GET /api/tasks/{task} HTTP/1.1\r\n{head}\r\n".encode()
        return lambda _: one
    run = time.time_ns()

    def submission(number: int) -> bytes:
        repo = {"url": "https://example.com/shop.git", "branch": f"{run}-{number}", "provider": "GITHUB"}
        body = json.dumps({"baseRepo": repo, "headRepo": repo, "priority": 2})
        return (
            f"POST /api/ast/repositories/initialize HTTP/1.1\r\n{head}Content-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()

    return submission


async def one_connection(
    host: str, port: int, request: Request, numbers: Iterator[int], due: Callable[[int], float], good: bytes
) -> list[float]:
    reader, writer = await asyncio.open_connection(host, port)
    took: list[float] = []
    for number in numbers:
        wait = due(number) - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        # From when it was due: a server that stalls must not slow the clock down.
        began = min(time.perf_counter(), due(number)) if due(number) else time.perf_counter()
        writer.write(request(number))
        head = await reader.readuntil(b"\r\n\r\n")
        if good not in head[:20]:
            raise SystemExit(head.decode())
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        await reader.readexactly(length)
        took.append(time.perf_counter() - began)
    writer.close()
    return took


async def main(
    host: str, port: int, key: str, what: str, count: int, connections: int, rate: int, task: str
) -> None:
    request = requests(host, key, what, task)
    numbers = iter(range(count))
    began = time.perf_counter()
    found = await asyncio.gather(
        *(
            one_connection(
                host,
                port,
                request,
                numbers,
                lambda number: began + number / rate if rate else 0.0,
                b" 200" if what == "read" else b" 202",
            )
            for _ in range(connections)
        )
    )
    seconds = time.perf_counter() - began
    took = sorted(one for part in found for one in part)
    cut = statistics.quantiles(took, n=100)
    print(json.dumps({"per_s": count / seconds, "p50_ms": cut[49] * 1000, "p99_ms": cut[98] * 1000}))


if __name__ == "__main__":
    host, port, key, what, count, connections, rate, *task = sys.argv[1:]
    uvloop.run(
        main(host, int(port), key, what, int(count), int(connections), int(rate), task[0] if task else "")
    )
