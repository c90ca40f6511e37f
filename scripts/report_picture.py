"""Writes docs/report.png, the picture of README.md, from the HTML report of `make demo`.

`python scripts/report_picture.py build/demo/<package>-<old>-<new>.html [KEY]`: KEY selects a symbol, as the
fragment of the report's URL does; README.md shows `a:head:src/blinker/base.py::Signal.connect_via.decorator`.
Needs Chromium.
"""

import base64
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from browser.chromium import browser, chromium  # noqa: E402 - tests are in no package

PICTURE = ROOT / "docs" / "report.png"
WIDTH, HEIGHT = 1200, 1000
WINDOW = 640
"""Height of the browser's window: the graph takes a part of it, and the picture goes beyond it."""


def main() -> None:
    """Opens the report without the paths of this machine, and takes the picture of its upper part."""
    report, *key = sys.argv[1:]
    program = chromium()
    if program is None:
        sys.exit("no chromium on this machine: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder, browser(program) as opened:
        page = Path(folder) / "report.html"
        page.write_text(Path(report).read_text().replace(f"{ROOT}/", ""))
        opened.open(page, width=WIDTH, height=WINDOW, fragment="".join(f"#{one}" for one in key))
        clip = {"x": 0, "y": 0, "width": WIDTH, "height": HEIGHT, "scale": 1}
        opened.evaluate("scrollTo(0, 0)")  # it has scrolled to what is selected
        taken = opened.call("Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True)
    PICTURE.write_bytes(base64.b64decode(taken["data"]))


if __name__ == "__main__":
    main()
