"""The report is drawn without errors and answers clicks, and hostile names stay text."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from browser.chromium import Browser, browser, chromium
from sample_repositories import Lab, Repo

TRAP = "<img src=x onerror=window.sprung=1>"
pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    program = chromium()
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("no chromium on this machine: apt-get install chromium")
        pytest.skip("NO BROWSER: the page is not tested; apt-get install chromium")
    with browser(program) as opened:
        yield opened


@pytest.fixture
def page(lab: Lab, shop: Repo) -> Path:
    ran = lab.run("impact", shop.path, "-o", "page.html")
    assert ran.code == 0, ran.err
    return lab.path / "page.html"


def test_the_page_is_drawn_without_an_error(chrome: Browser, page: Path) -> None:
    chrome.open(page)
    assert chrome.evaluate("document.querySelectorAll('.node').length") >= 5
    assert chrome.evaluate("document.querySelectorAll('.item').length") >= 5
    assert chrome.evaluate("document.querySelectorAll('path.edge').length") >= 3
    assert chrome.evaluate("document.querySelector('.tile strong').textContent") == "3"
    assert chrome.complaints() == []


def test_a_click_in_the_list_shows_the_code(chrome: Browser, page: Path) -> None:
    chrome.open(page)
    chrome.click("[data-key='a:head:shop/cart.py::Cart.pay']")
    assert chrome.evaluate("document.querySelector('#detail h2').textContent").startswith("Cart.pay")
    assert chrome.evaluate("document.querySelector('#detail tr.hit code').textContent") == (
        "        return total(self.items, 2)"
    )
    assert "def total(items, tax, discount=0):" in chrome.evaluate(
        "document.querySelector('#detail').textContent"
    )
    assert chrome.complaints() == []


def test_a_click_and_a_key_in_the_picture_show_the_code(chrome: Browser, page: Path) -> None:
    chrome.open(page)
    index = "[...document.querySelectorAll('.node')].findIndex((n) => n.textContent.includes('checkout'))"
    chrome.click(".node", chrome.evaluate(index))
    assert chrome.evaluate("document.querySelector('#detail h2').textContent").startswith("checkout")
    assert chrome.evaluate("document.querySelectorAll('path.edge.on').length") == 2
    chrome.evaluate(
        "(() => { const nodes = [...document.querySelectorAll('.node')];"
        "const n = nodes.find((n) => n.textContent.includes('render'));"
        "n.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter'})); })()"
    )
    assert chrome.evaluate("document.querySelector('#detail h2').textContent").startswith("render")
    assert chrome.complaints() == []


def test_filters_and_search_narrow_the_list(chrome: Browser, page: Path) -> None:
    chrome.open(page)
    items = "document.querySelectorAll('.item').length"
    every = chrome.evaluate(items)
    chrome.evaluate(
        "(() => { const s = document.getElementById('search'); s.value = 'CHECKOUT';"
        "s.dispatchEvent(new Event('input')); })()"
    )
    assert 0 < chrome.evaluate(items) < every
    chrome.evaluate(
        "(() => { const s = document.getElementById('search'); s.value = '';"
        "s.dispatchEvent(new Event('input')); })()"
    )
    assert chrome.evaluate(items) == every
    for box in range(3):
        chrome.click("#severity input", box)
    changed = chrome.evaluate("document.querySelectorAll('.item .badge.high, .item .badge.low').length")
    assert chrome.evaluate(items) < every
    assert changed == 0
    assert chrome.complaints() == []


def test_contracts_stand_before_and_after(chrome: Browser, page: Path) -> None:
    chrome.open(page)
    chrome.click("[data-key='c:shop/price.py::total']")
    assert "discount" in chrome.evaluate("document.querySelector('.contract .after').textContent")
    assert chrome.evaluate("document.querySelectorAll('tr.plus').length") >= 1


def test_a_link_opens_what_it_names(chrome: Browser, page: Path) -> None:
    chrome.open(page, fragment="#a%3Ahead%3Ashop%2Fcart.py%3A%3Acheckout")
    assert chrome.evaluate("document.querySelector('#detail h2').textContent").startswith("checkout")


@pytest.mark.parametrize("width", [360, 800, 1600])
def test_no_width_scrolls_sideways(chrome: Browser, page: Path, width: int) -> None:
    chrome.open(page, width=width)
    assert chrome.evaluate("document.documentElement.scrollWidth") <= width


def test_hostile_names_stay_text(chrome: Browser, lab: Lab) -> None:
    name = f"{TRAP}\u202e{{{{data}}}}.py"
    callee = f'def f(x="</script>{TRAP}"):\n    """{TRAP}<!--"""\n    return x\n'
    code = f"{callee}\n\ndef g():\n    return f()  # {TRAP}\n"
    repo = lab.repo("hostile", {name: code}, {name: code.replace("return x", "return x, '</script>'")})
    ran = lab.run("impact", repo.path, "-o", "page.html")
    assert ran.code == 0, ran.err
    chrome.open(lab.path / "page.html")
    for item in range(chrome.evaluate("document.querySelectorAll('.item').length")):
        chrome.click(".item", item)
        assert TRAP in chrome.evaluate("document.querySelector('#detail').textContent")
    assert chrome.evaluate("document.querySelectorAll('img').length") == 0
    assert chrome.evaluate("typeof window.sprung") == "undefined"
    assert "\u202e" not in chrome.evaluate("document.body.innerText")
    assert chrome.complaints() == []


def test_no_change_is_a_page_too(chrome: Browser, lab: Lab, shop: Repo) -> None:
    lab.run("impact", shop.path, "--base", "HEAD", "--head", "HEAD", "-o", "page.html")
    chrome.open(lab.path / "page.html")
    assert "No definition changed." in chrome.evaluate("document.body.innerText")
    assert chrome.complaints() == []
