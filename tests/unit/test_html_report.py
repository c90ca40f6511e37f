"""The HTML report holds its data as text, whatever names it contains."""

import base64
import hashlib
import json
import re

from hypothesis import given
from hypothesis import strategies as st

from kodus_ast.cli.html_report import _page
from unit.sample_answers import HOSTILE


def data_of(page: str) -> str:
    return re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)[1]  # type: ignore[index]


@given(st.text() | st.just(HOSTILE) | st.just("<!--<script>") | st.just("\u2028"))
def test_data_comes_out_as_it_went_in(text: str) -> None:
    page = _page("repo", {"name": text})
    assert json.loads(data_of(page)) == {"name": text}
    assert page.count("<script") == 2
    assert page.count("</script>") == 2


def test_a_title_is_escaped() -> None:
    assert "<title>Change impact · &lt;/title&gt;" in _page("</title>", {})


def test_the_policy_allows_this_script_and_nothing_else() -> None:
    page = _page("repo", {"name": HOSTILE})
    script = re.search(r"</script>\n<script>(.*?)</script>", page, re.DOTALL)[1]  # type: ignore[index]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert "default-src &#x27;none&#x27;" in page
    assert f"script-src &#x27;sha256-{digest}&#x27;" in page


def test_nothing_is_fetched() -> None:
    page = _page("repo", {})
    assert not re.search(r"""(?:src|href)\s*=\s*["'](?!#)|url\(|@import""", page)
