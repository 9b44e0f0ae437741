"""Writes the site: templates filled with what `data` gathers, the downloads, and a list of all files."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from ..errors import CityMartError
from ..exports.audience import OPEN, opened
from ..exports.export import export
from ..folders import clear_half_written, may_replace, write_sums, written_whole
from ..hashing import file_sha256
from ..home import PROJECT, Home
from ..releases import Release, need_release, release_before
from . import data, pictures
from .trends import by_release, trends

HERE = Path(__file__).parent
DBT_DOCS = {
    "index.html": PROJECT / "target" / "static_index.html",
    "columns.html": PROJECT / "target" / "columns" / "index.html",
}
"""What others draw of the models (`make docs`), by its name in the site's folder `dbt`."""
ABBREVIATIONS = {"blpu", "epc", "foi", "hmo", "lpi", "lsoa", "msoa", "nhs", "nino", "uprn", "usrn"}
THEMES = {
    "environment": "Environment and food",
    "finance": "Money",
    "housing": "Housing",
    "market": "The data market itself",
    "people": "People and services",
    "places": "Places",
    "planning": "Planning",
    "transparency": "Transparency",
}


@dataclass(frozen=True)
class Built:
    """The folder that was written, and how many pages and downloads it has."""

    folder: Path
    release_id: str
    pages: int
    downloads: int


def build(home: Home, *, audience: str = OPEN, to: Path | None = None) -> Built:
    """Write the site of the current release into a folder that appears whole, by a rename.

    The same release gives the same bytes every time. Downloads are those of the open file alone: what is
    locked is not laid out beside its lock.

    Raises `UsageError` for a folder that holds anything else, and `CityMartError` where there is no release,
    no file for the audience, or no key to it.
    """
    release = need_release(home)
    ending = "" if audience == OPEN else f"-{slug(audience)}"
    folder = (to or home.root / "site" / f"{release.id}{ending}").absolute()
    may_replace(folder)
    with opened(release, audience) as con:
        facts = data.gather(con, release, _before(home, release), audience)
    clear_half_written(home.root / "site")
    with written_whole(folder) as temporary:
        downloads = _downloads(home, release, audience, facts, temporary)
        _copy(temporary)
        pages = _Site(temporary, release, audience, facts, downloads).write()
        names = [path.relative_to(temporary).as_posix() for path in temporary.rglob("*") if path.is_file()]
        write_sums(temporary, names)
    return Built(folder, release.id, pages, sum(map(len, downloads.values())))


def slug(name: str) -> str:
    """A name as the name of a file: two names never share one."""
    safe = re.sub(r"[^a-z0-9._-]+", "-", name.lower())
    safe = safe.strip(".-")
    return safe if safe == name else f"{safe}-{hashlib.sha256(name.encode()).hexdigest()[:6]}"


def _before(home: Home, release: Release) -> Release | None:
    try:
        return release_before(home, release.id)
    except CityMartError:
        return None


def _copy(folder: Path) -> None:
    for file in sorted((HERE / "static").iterdir()):
        shutil.copyfile(file, folder / file.name)
    for name, file in DBT_DOCS.items():
        if file.exists():
            (folder / "dbt").mkdir(exist_ok=True)
            shutil.copyfile(file, folder / "dbt" / name)


def _downloads(
    home: Home, release: Release, audience: str, facts: Mapping[str, Any], folder: Path
) -> dict[str, list[dict[str, Any]]]:
    """By product (and "" for the file of all): the files, with size and hash."""
    if audience != OPEN:
        return {}
    into = folder / "downloads"
    export(home, audience=audience, to=into)
    shutil.copyfile(release.folder / "audiences" / f"{OPEN}.duckdb", into / f"{OPEN}.duckdb")
    known = {each["product"].split(".")[1]: each["product"] for each in facts["products"]}
    found: dict[str, list[dict[str, Any]]] = {}
    for file in sorted(into.iterdir()):
        told = {"name": file.name, "bytes": file.stat().st_size, "sha256": file_sha256(file)}
        found.setdefault(known.get(file.name.split(".")[0], ""), []).append(told)
    return found


class _Site:
    """The pages of one audience's file."""

    def __init__(
        self,
        folder: Path,
        release: Release,
        audience: str,
        facts: Mapping[str, Any],
        downloads: Mapping[str, Any],
    ) -> None:
        self.folder, self.facts, self.pages = folder, facts, 0
        self.environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.environment.filters |= {
            "number": lambda value: "" if value is None else f"{value:,}",
            "share": lambda value: "" if value is None else f"{100 * value:.1f} %",
            "size": _size,
            "plain": _plain,
            "slug": slug,
            "web": _web,
            "coded": _coded,
            "month": lambda value: f"{value:%b %Y}",
            "sentence": lambda value: value[:1].upper() + value[1:],
        }
        self.environment.globals |= {
            "release": release.manifest,
            "audience": audience,
            "is_open": audience == OPEN,
            "day": facts["day"],
            "publisher": facts["products"][0]["publisher"] if facts["products"] else "",
            "contact": facts["products"][0]["contact"] if facts["products"] else "",
            "themes": THEMES,
            "words": pictures.WORDS,
            "dimensions": sorted({(row["dimension"], row["rule"]) for row in facts["quality"]}),
            "dbt": [name for name in DBT_DOCS if (folder / "dbt" / name).exists()],
            "downloads": downloads,
        }
        self.history = data.grouped(facts["history"], "product")
        self.titles = {each["product"]: each["title"] for each in facts["products"]}
        self.providers = {row["provider_code"]: row["provider_name"] for row in facts["coverage"]}

    def write(self) -> int:
        facts, products = self.facts, self.facts["products"]
        used = {each["product"]: _age(each, facts["day"]) for each in products}
        counts = Counter(each["theme"] for each in products)
        self._page("index.html", "front.html", products=products, counts=dict(sorted(counts.items())))
        self._page("how.html", "how.html")
        self._page("release.html", "release.html", changes=facts["changes"], titles=self.titles)
        for each in products:
            self._product(each, used[each["product"]])
        self._page("questions/index.html", "questions.html", questions=facts["questions"])
        for each in facts["questions"]:
            self._page(
                f"questions/{slug(each['name'])}.html", "question.html", question=each, titles=self.titles
            )
        self._providers()
        self._page("code-lists/index.html", "code_lists.html", lists=facts["codes"])
        users: dict[str, list[tuple[str, str]]] = {}
        for each in products:
            for column in each["dictionary"]:
                if column["code_list"]:
                    users.setdefault(column["code_list"], []).append((each["product"], column["column_name"]))
        for name, codes in facts["codes"].items():
            self._page(
                f"code-lists/{slug(name)}.html",
                "code_list.html",
                name=name,
                codes=codes,
                users=users.get(name, []),
                titles=self.titles,
            )
        told = json.dumps(list(self._index()), separators=(",", ":"))
        (self.folder / "search-index.js").write_text(f"var SEARCH_INDEX = {told};\n", encoding="utf-8")
        return self.pages

    def _page(self, path: str, template: str, **values: Any) -> None:
        root = "../" * path.count("/")
        text = self.environment.get_template(template).render(path=path, root=root, **values)
        target = self.folder / path
        target.parent.mkdir(exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
        self.pages += 1

    def _product(self, product: Mapping[str, Any], age: Mapping[str, Any]) -> None:
        facts, name = self.facts, product["product"]
        subjects = set(product["subjects"] or ())
        senders = {row["provider_code"] for row in facts["coverage"] if row["subject"] in subjects}
        rows = sorted(((code, self.providers[code]) for code in senders), key=lambda row: row[1])
        self._page(
            f"products/{slug(name)}.html",
            "product.html",
            product=product,
            age=age,
            months=pictures.months(
                (cell for cell in facts["cells"] if cell["subject"] in subjects),
                rows,
                "provider_code",
                "providers/",
            ),
            map=pictures.borough_map(
                facts["outlines"], (row for row in facts["coverage"] if row["subject"] in subjects)
            ),
            lineage=pictures.lineage(facts["lineage"], name),
            quality=_scored(
                (row for row in facts["quality"] if row["subject"] in subjects and len(subjects) == 1),
                "provider_code",
                self.providers,
            ),
            trends=trends(self.history.get(name, []), "product"),
            releases=by_release(self.history.get(name, [])),
            provider_trends=trends(
                (row for row in self.history.get(None, []) if {row["subject"]} == subjects), "provider_code"
            ),
            questions=[each for each in facts["questions"] if name in each["products"]],
            files=self.environment.globals["downloads"].get(name, []),
            lists=facts["codes"],
            titles=self.titles,
        )

    def _providers(self) -> None:
        facts = self.facts
        coverage: dict[str, list[Mapping[str, Any]]] = {}
        for row in facts["coverage"]:
            coverage.setdefault(row["provider_code"], []).append(row)
        issues: dict[str, list[Mapping[str, Any]]] = {}
        for row in facts["issues"]:
            issues.setdefault(row["provider_code"], []).append(row)
        summary = [
            {
                "code": code,
                "name": rows[0]["provider_name"],
                "received": sum(row["state"] == "received" for row in rows),
                "expected": len(rows),
                "late": sum(bool(row["is_late"]) for row in rows),
                "newest": max(
                    (row["newest_as_of_date"] for row in rows if row["newest_as_of_date"]), default=None
                ),
                "rows": sum(row["landed_rows"] or 0 for row in rows),
                "errors": sum(row["errors"] or 0 for row in rows),
            }
            for code, rows in coverage.items()
        ]
        self._page("providers/index.html", "providers.html", providers=summary)
        for provider in summary:
            code = provider["code"]
            rows = [(row["subject"], _plain(row["subject"])) for row in coverage[code]]
            self._page(
                f"providers/{slug(code)}.html",
                "provider.html",
                provider=provider,
                coverage=coverage[code],
                issues=issues.get(code, []),
                quality=_scored(
                    (row for row in facts["quality"] if row["provider_code"] == code), "subject", {}
                ),
                lacking=[
                    row for row in facts["quality"] if row["provider_code"] == code and row["most_lacking"]
                ],
                trends=trends(
                    (row for row in self.history.get(None, []) if row["provider_code"] == code), "subject"
                ),
                months=pictures.months(
                    (cell for cell in facts["cells"] if cell["provider_code"] == code), rows, "subject", ""
                ),
                products=[
                    each for each in facts["products"] if provider["name"] in (each["providers"] or ())
                ],
            )

    def _index(self) -> Iterable[list[str]]:
        """[kind, title, where it is, address, words to find it by]"""
        for each in self.facts["products"]:
            page, name = f"products/{slug(each['product'])}.html", each["product"]
            words = " ".join([name, each["theme"], *(each["keywords"] or ())])
            yield ["product", each["title"], each["description"], page, words]
            for column in each["dictionary"]:
                at = f"{page}#column-{slug(column['column_name'])}"
                yield ["column", column["column_name"], column["description"] or "", at, each["title"]]


def _plain(name: object) -> str:
    """A name of the mart in words: `hmo_licences` is HMO licences."""
    words = str(name).split("_")
    return " ".join(word.upper() if word in ABBREVIATIONS else word for word in words)


def _scored(
    rows: Iterable[Mapping[str, Any]], by: str, names: Mapping[str, str]
) -> list[tuple[str, str, dict[str, Any]]]:
    """(code, name, dimension → score) of what was measured at all."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        found.setdefault(row[by], {})[row["dimension"]] = row["score"]
    return [
        (name, names.get(name, _plain(name)), scores)
        for name, scores in found.items()
        if any(score is not None for score in scores.values())
    ]


def _age(product: Mapping[str, Any], day: str) -> dict[str, Any]:
    """How old the newest data was on the day of the release, against the rhythm that is promised."""
    newest, rhythm = product["data_to"], product["days_between_deliveries"]
    if newest is None or rhythm is None:
        return {"days": None, "state": "no rhythm is promised"}
    days = (date.fromisoformat(day) - newest).days
    return {
        "days": days,
        "state": "as promised" if days <= rhythm else f"{days - rhythm} days later than promised",
    }


def _coded(text: str) -> Markup:
    """A text in which names stand between backticks."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def _web(address: str) -> str:
    """An address that leads to the web, and runs nothing; else none."""
    return address if re.match(r"https?://", address) else "#facts"


def _size(number: int) -> str:
    for unit in ("bytes", "kB", "MB"):
        if number < 1000:
            return f"{number:,} {unit}" if unit == "bytes" else f"{number:,.1f} {unit}"
        number = number / 1000
    return f"{number:,.1f} GB"
