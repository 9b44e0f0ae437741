"""The pages in a browser: quick, without a fault against WCAG, and fit for a phone and a wide screen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from browser import AXE, in_browser, opened


@in_browser
def test_search_answers_at_once_and_tables_sort(site: Path) -> None:
    found, console = opened(
        site,
        "index.html",
        """
        var box = document.getElementById('words'), times = [], first = [];
        ['hmo licence', 'uprn', 'supplier', 'x', 'rateable value'].forEach(function (text) {
            var start = performance.now();
            box.value = text;
            box.dispatchEvent(new Event('input', {bubbles: true}));
            times.push(performance.now() - start);
            var result = document.querySelector('#results a');
            first.push(result ? result.getAttribute('href') : null);
        });
        var table = document.getElementById('products'), at = 2;
        function column() {
            return Array.from(table.tBodies[0].rows).map(function (row) {
                return Number(row.cells[at].textContent.replace(/,/g, ''));
            });
        }
        table.tHead.rows[0].cells[at].querySelector('button').click();
        var up = column();
        table.tHead.rows[0].cells[at].querySelector('button').click();
        tell({times: times, first: first, up: up, down: column(),
            said: table.tHead.rows[0].cells[at].getAttribute('aria-sort')});
        """,
    )
    assert console == ""
    assert max(found["times"]) < 100
    assert found["first"][0] == "products/marts.fct_hmo_licences.html"
    assert "dim_supplier" in found["first"][2]
    assert found["up"] == sorted(found["up"]) and found["down"] == sorted(found["up"], reverse=True)
    assert found["said"] == "descending"


LOOKED_AT = (
    "index.html",
    "products/marts.fct_payments.html",
    "products/marts.dim_area.html",
    "providers/camden.html",
    "code-lists/index.html",
    "questions/index.html",
    "how.html",
    "release.html",
)


PHONE, WIDE = 360, 1920
# Each page in a frame of each width: a window of Chromium is never narrower than 500.
LAYOUT = Path(__file__).with_name("layout.js")


@in_browser
def test_pages_fit_a_phone_and_a_wide_screen(site: Path) -> None:
    asked = [(page, width) for page in LOOKED_AT for width in (PHONE, WIDE)]
    found, console = opened(
        site, "index.html", f"var PAGES = {json.dumps(asked)};{LAYOUT.read_text()}", frames=True
    )
    assert console == ""
    assert [(each["page"], each["width"]) for each in found] == asked
    for each in found:
        assert each["wide"] <= each["width"], "it scrolls sideways: {page} at {width}".format(**each)
        assert abs(each["left"] - each["right"]) <= 1, "it stands to one side: {page} at {width}".format(
            **each
        )
        assert each["tiny"] == [], "letters of less than 12 pixels: {page} at {width}".format(**each)
        assert each["width"] == WIDE or each["small"] == [], f"hard to hit with a thumb: {each['page']}"


@in_browser
@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not here: AXE_CORE names its axe.min.js")
@pytest.mark.parametrize("page", LOOKED_AT)
def test_axe_finds_nothing_against_wcag(site: Path, page: str) -> None:
    found, console = opened(
        site,
        page,
        """
        var rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
        axe.run({preload: false, runOnly: rules})
            .then(function (result) {
                tell({passes: result.passes.length, faults: result.violations.map(function (each) {
                    return each.id + ': ' + each.nodes[0].target.join(' ');
                })});
            });
        """,
        axe=True,
    )
    assert found["faults"] == []
    assert found["passes"] > 10
    assert console == ""
