"""The catalogue's pages: whole, well made, of the release alone, and quick in a browser."""

from __future__ import annotations

import csv
import re
import shutil
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


def test_the_page_of_a_provider_says_what_takes_most_from_its_points(site: Path, sample_home: Path) -> None:
    with duckdb.connect(str(sample_home / "published/current/city_data_mart.duckdb"), read_only=True) as con:
        provider, dimension, lacking = con.execute(
            "select provider_code, dimension, most_lacking from market.quality_scores"
            " where most_lacking is not null order by all limit 1"
        ).fetchone()
    page = (site / "providers" / f"{provider}.html").read_text(encoding="utf-8")
    assert f", {dimension}: {lacking}</li>" in page


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
