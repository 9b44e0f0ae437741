"""The catalogue's pages: whole, well made, of the release alone, and quick in a browser."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import duckdb
import pyarrow.parquet as pq
import pytest
from citymart.errors import CityMartError, UsageError
from citymart.folders import SUMS
from citymart.hashing import file_sha256
from citymart.home import Home
from citymart.site.build import build, slug

VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
LARGEST = 500_000
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
AXE = Path(os.environ.get("AXE_CORE", "node_modules/axe-core/axe.min.js"))
in_browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed to open the pages in")


class Page(HTMLParser):
    """What a page is made of, and what is wrong with its tags."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.ids: Counter[str] = Counter()
        self.tags: Counter[str] = Counter()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.headings: list[int] = []
        self.feed(path.read_text(encoding="utf-8"))
        self.close()
        self.faults += [f"<{tag}> is not closed" for tag in self.open]

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        # A picture has titles of its own.
        self.tags[tag] += tag != "title" or "svg" not in self.open
        if tag not in VOID:
            self.open.append(tag)
        if "id" in said:
            self.ids[said["id"]] += 1
        if tag in ("a", "area"):
            self.links.append(said.get("href") or "")
        else:
            self.loaded += [said[name] for name in ("src", "href", "data", "poster") if said.get(name)]
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        self.faults += [f"{name} on <{tag}>" for name in said if name.startswith("on")]

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes something else")


@pytest.fixture(scope="module")
def site(sample_home: Path, tmp_path_factory) -> Path:
    return build(Home.at(sample_home), to=tmp_path_factory.mktemp("site") / "site").folder


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    return {path: Page(path) for path in sorted(site.rglob("*.html")) if "dbt" not in path.parts}


def test_every_page_is_well_made_and_small(pages) -> None:
    assert len(pages) > 100
    for path, page in pages.items():
        assert not page.faults, path
        assert [name for name, times in page.ids.items() if times > 1] == [], path
        assert page.tags["h1"] == page.tags["main"] == page.tags["title"] == 1, path
        steps = zip(page.headings, page.headings[1:], strict=False)
        assert all(later <= earlier + 1 for earlier, later in steps), (path, page.headings)
        assert path.stat().st_size < LARGEST, path


def test_every_link_and_download_is_there_and_nothing_is_fetched_from_elsewhere(site, pages) -> None:
    outgoing = set()
    for path, page in pages.items():
        for link in page.links:
            if re.match(r"(https?|mailto):", link):
                outgoing.add(urlsplit(link).netloc)
                continue
            address, fragment = urldefrag(link)
            target = (path.parent / unquote(address)).resolve() if address else path
            assert target.is_file(), (path, link)
            if fragment:
                assert fragment in pages[target].ids, (path, link)
        for address in page.loaded:
            assert not urlsplit(address).scheme and (path.parent / address).is_file(), (path, address)
    assert outgoing <= {"", "www.nationalarchives.gov.uk"}
    assert not re.search(r"https?://", (site / "site.css").read_text() + (site / "site.js").read_text())


def test_the_hash_and_the_size_that_a_page_tells_are_those_of_the_file(site: Path) -> None:
    text = (site / "products" / f"{slug('marts.fct_payments')}.html").read_text(encoding="utf-8")
    told = re.findall(r'href="\.\./downloads/([^"]+)" download>[^<]*</a></th>.*?<code>(\w{64})</code>', text)
    assert {name for name, _ in told} >= {f"fct_payments.{ext}" for ext in ("csv", "parquet", "xlsx")}
    for name, digest in told:
        assert file_sha256(site / "downloads" / name) == digest
    sums = dict(line.split("  ")[::-1] for line in (site / SUMS).read_text().splitlines())
    files = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()} - {SUMS}
    assert set(sums) == files
    assert sums["index.html"] == file_sha256(site / "index.html")


def test_a_download_has_the_columns_that_the_public_has(site: Path, sample_home: Path) -> None:
    columns: dict[str, list[str]] = {}
    file = sample_home / "published" / "current" / "audiences" / "open.duckdb"
    with duckdb.connect(str(file), read_only=True) as con:
        products = {name for (name,) in con.execute("select product from market.products").fetchall()}
        for schema, table, column in con.execute(
            "select schema_name, table_name, column_name from duckdb_columns() order by column_index"
        ).fetchall():
            if f"{schema}.{table}" in products:
                columns.setdefault(table, []).append(column)
    sheets = {path.stem: path for path in (site / "downloads").glob("*.csv")}
    assert set(sheets) == set(columns)
    for product, path in sheets.items():
        with path.open(encoding="utf-8", newline="") as lines:
            assert next(csv.reader(lines)) == columns[product], product
        names = pq.read_schema(path.with_suffix(".parquet")).names
        assert names == columns[product], product


def test_the_same_release_gives_the_same_site(site: Path, sample_home: Path, tmp_path: Path) -> None:
    again = build(Home.at(sample_home), to=tmp_path / "again").folder
    assert (again / SUMS).read_bytes() == (site / SUMS).read_bytes()


def test_a_page_says_what_the_market_does(site: Path, sample_home: Path) -> None:
    file = sample_home / "published" / "current" / "audiences" / "open.duckdb"
    with duckdb.connect(str(file), read_only=True) as con:
        products = con.execute("select product, title, rows, grain from market.products").fetchall()
    assert len(products) > 20
    for product, title, rows, grain in products:
        text = (site / "products" / f"{slug(product)}.html").read_text(encoding="utf-8")
        told = text.replace("&#39;", "'").replace("&#34;", '"')
        assert f"<h1>{title}</h1>" in told
        assert f"<dt>Rows</dt><dd>{rows:,}" in told
        assert f"<strong>{grain}.</strong>" in told


def test_what_is_written_in_a_seed_is_text_and_never_markup(sample_home: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(sample_home / "published", home / "published", symlinks=True)
    file = home / "published" / "current" / "audiences" / "open.duckdb"
    evil = "<script>alert(1)</script>`<img src=x onerror=alert(2)>`"
    with duckdb.connect(str(file)) as con:
        for column in ("title", "description", "limits", "attribution", "theme"):
            con.execute(f"update market.products set {column} = ?", [f"{evil}\"'"])
        con.execute("update market.products set licence_url = 'javascript:alert(3)'")
        con.execute("update market.product_columns set description = ?, minimum = ?", [evil, evil])
        con.execute("update market.data_issues set message = ?", [evil])
    folder = build(Home.at(home), to=tmp_path / "site").folder
    for path in folder.rglob("*.html"):
        page = Page(path)
        assert page.tags["img"] == 0 and not page.faults, path
        assert "<script>alert" not in path.read_text(encoding="utf-8"), path
        assert not [link for link in page.links if link.startswith("javascript:")]


def test_what_can_not_be_written_is_one_error(sample_home: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no file for the audience 'nobody'"):
        build(Home.at(sample_home), audience="nobody", to=tmp_path / "site")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="holds something else"):
        build(Home.at(sample_home), to=tmp_path / "other")
    with pytest.raises(CityMartError, match="nothing is published"):
        build(Home.at(tmp_path / "home"), to=tmp_path / "site")
    assert {path.name for path in tmp_path.iterdir()} == {"other"}


# -- in a browser -----------------------------------------------------------------------------------


def opened(site: Path, page: str, script: str, *, axe: bool = False) -> tuple[dict, str]:
    """What a script finds on a page in Chromium (it calls `tell`), and what the console has said."""
    path = site / page
    copy, code = path.with_name(f"opened-{path.name}"), path.with_name("opened.js")
    loads = f'<script src="{AXE.resolve().as_uri()}"></script>' if axe else ""
    tell = "function tell(x) { document.body.setAttribute('data-told', JSON.stringify(x)); }"
    # From a file: the pages forbid scripts that stand in them.
    code.write_text(f"{tell}{script}", encoding="utf-8")
    text = path.read_text(encoding="utf-8")
    copy.write_text(
        text.replace("</body>", f'{loads}<script src="opened.js"></script></body>'), encoding="utf-8"
    )
    try:
        done = subprocess.run(
            [
                *(CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=20000"),
                *("--enable-logging=stderr", "--host-resolver-rules=MAP * ~NOTFOUND", "--dump-dom"),
                *("--window-size=1280,900", copy.as_uri()),
            ],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    finally:
        copy.unlink()
        code.unlink()
    console = "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)
    told = re.search(r'data-told="([^"]*)"', done.stdout)
    assert told, done.stderr[-2000:]
    return json.loads(told[1].replace("&quot;", '"').replace("&lt;", "<").replace("&amp;", "&")), console


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
