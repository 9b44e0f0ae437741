"""Looks for the people of a generated city in what audiences get: in decrypted tables and in bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import duckdb
from citymart.dbt_plugin import extension

NUMBER = re.compile(rb"(?<![0-9])9[0-9]{9}(?![0-9])|(?<![A-Z])[A-Z]{2}[0-9]{6}[A-D](?![A-Z0-9])")
EMAIL = re.compile(rb"[a-z]+[.][a-z]+[0-9]+@example[.]org")


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

    def numbers_in(self, data: bytes) -> set[bytes]:
        """NHS and National Insurance numbers and e-mail addresses of people, in bytes."""
        said = {*NUMBER.findall(data), *EMAIL.findall(data)}
        return said & self.numbers

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


def files(folders: Iterable[Path]) -> Iterable[Path]:
    for folder in folders:
        yield from (file for file in folder.rglob("*") if file.is_file())
