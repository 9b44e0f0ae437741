"""Looks for the people of a generated city in what audiences get: in decrypted tables and in bytes."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import duckdb
from citymart.dbt_plugin import extension

NUMBER = re.compile(rb"(?<![0-9])9[0-9]{9}(?![0-9])|(?<![A-Z])[A-Z]{2}[0-9]{6}[A-D](?![A-Z0-9])")
EMAIL = re.compile(rb"[a-z]+[.][a-z]+[0-9]+@example[.]org")
DAY = re.compile(r"(?<![0-9])(19[0-7][0-9])-([01][0-9])-([0-3][0-9])(?![0-9])")
DAY_FIRST = re.compile(r"(?<![0-9])([0-3][0-9])[/.-]([01][0-9])[/.-](19[0-7][0-9])(?![0-9])")
WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")


class People:
    """The people of the truth, by what may tell who they are. A name that a landlord or a business has too
    says nothing of a person: registers of those are public.
    """

    def __init__(self, truth: Path) -> None:
        self.con = duckdb.connect()
        self.con.execute(f"load '{extension('httpfs')}'")
        self.con.execute(
            f"""
            create table people as from read_parquet('{truth}/people/*.parquet');
            create table public_words as
            select lower(to_json(t)::varchar) as words
            from (from read_parquet('{truth}/landlords/*.parquet')) as t
            union all
            select lower(to_json(t)::varchar) from (from read_parquet('{truth}/businesses/*.parquet')) as t;
            create table names as
            select distinct lower(first_name || ' ' || surname) as name from people
            where not exists (
                select 1 from public_words
                where contains(words, lower(people.surname)) and contains(words, lower(people.first_name))
            );
            """
        )
        found = self.con.execute("select nhs_number, nino, email from people").fetchall()
        self.numbers = {number.encode() for row in found for number in row if number}
        # Nothing else of the city is dated before 1980.
        births = (
            "select distinct strftime(date_of_birth, '%Y-%m-%d') from people where year(date_of_birth) < 1980"
        )
        self.births = {day for (day,) in self.con.execute(births).fetchall()}
        self.names = {name for (name,) in self.con.execute("select name from names").fetchall()}

    def numbers_in(self, data: bytes) -> set[bytes]:
        """NHS and National Insurance numbers and e-mail addresses of people, in bytes."""
        said = {*NUMBER.findall(data), *EMAIL.findall(data)}
        return said & self.numbers

    def births_in(self, text: str) -> set[str]:
        """Dates of birth of people, in text."""
        said = {"-".join(found) for found in DAY.findall(text)}
        said |= {"-".join(found[::-1]) for found in DAY_FIRST.findall(text)}
        return said & self.births

    def names_in(self, text: str) -> set[str]:
        """Names of people, in text: a first name and a surname beside each other."""
        words = WORD.findall(text.lower())
        return {f"{first} {second}" for first, second in pairwise(words)} & self.names

    def in_file(self, path: Path) -> set[str]:
        """What tells of a person in a file of any format that is handed out, or in a member of it."""
        found: set[str] = set()
        for data in _contents(path):
            text = data.decode("utf-8", "replace")
            found |= {number.decode() for number in self.numbers_in(data) | self.numbers_in(data.lower())}
            found |= self.births_in(text) | self.names_in(text)
        return found

    def in_database(self, path: Path, key: str | None, within: str = "%") -> list[tuple]:
        """(table, what) of each number, e-mail address or name of a person that stands in a table."""
        locked = f", encryption_key '{key}'" if key else ""
        self.con.execute(f"attach '{path}' as f (read_only{locked})")
        hits: list[tuple] = []
        try:
            for schema, table in self.con.execute(
                "select schema_name, table_name from duckdb_tables()"
                " where database_name = 'f' and schema_name like ?",
                [within],
            ).fetchall():
                name = f'f."{schema}"."{table}"'
                rows = f"(select lower(to_json(t)::varchar) as row_text from {name} as t)"
                texts = self.con.execute(f"select string_agg(upper(row_text), '\n') from {rows}").fetchone()[
                    0
                ]
                whole = (texts or "").encode()
                hits += [(table, "a number") for _ in self.numbers_in(whole)]
                hits += [(table, "an e-mail") for _ in self.numbers_in(whole.lower())]
                hits += [(table, day) for day in self.births_in(texts or "")]
                hits += self.con.execute(
                    f"""
                    with words as (
                        select regexp_extract_all(row_text, '[\\p{{L}}''-]+') as w from {rows}
                    ),
                    pairs as (
                        select distinct unnest(list_transform(
                            range(1, len(w)), lambda i: w[i] || ' ' || w[i + 1]
                        )) as pair
                        from words
                    )
                    select '{table}', pair from pairs semi join names on pair = name limit 5
                    """
                ).fetchall()
        finally:
            self.con.execute("detach f")
        return hits


def _contents(path: Path) -> Iterable[bytes]:
    """The bytes of a file as they stand, and what is packed in them."""
    yield path.read_bytes()
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            yield from (book.read(name) for name in book.namelist())
    elif path.suffix == ".parquet":
        rows = duckdb.execute("select to_json(t)::varchar from read_parquet(?) as t", [str(path)]).fetchall()
        yield "\n".join(row for (row,) in rows).encode()


def files(folders: Iterable[Path]) -> Iterable[Path]:
    for folder in folders:
        yield from (file for file in folder.rglob("*") if file.is_file())
