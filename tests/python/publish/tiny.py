"""A dbt project of two tables and three tests: publishing without waiting for the real one."""

from __future__ import annotations

from pathlib import Path

from citymart.home import PROJECT, Home

FILES = {
    "dbt_project.yml": """\
name: tiny
version: 0.1.0
config-version: 2
profile: tiny
models:
  tiny:
    +persist_docs: {relation: true, columns: true}
    staging: {+schema: staging, +materialized: table}
    marts: {+schema: marts, +materialized: table}
    market: {+schema: market, +materialized: table}
""",
    "profiles.yml": """\
tiny:
  target: dev
  outputs:
    dev: {type: duckdb, path: "{{ env_var('CITYMART_DATABASE') }}", database: mart, schema: main, threads: 2}
""",
    "pyproject.toml": '[project]\nname = "tiny"\nversion = "9.9.9"\n',
    "macros/generate_schema_name.sql": (PROJECT / "macros" / "generate_schema_name.sql").read_text(
        encoding="utf-8"
    ),
    "models/marts/payments.sql": """\
select
    payment_key,
    supplier,
    amount,
    now() as landed_at
from read_csv(
    '{{ env_var('CITYMART_HOME') }}/payments.csv',
    auto_detect = false, header = true,
    columns = {'payment_key': 'INTEGER', 'supplier': 'VARCHAR', 'amount': 'DOUBLE'}
)
order by {{ env_var('TINY_ORDER', 'payment_key') }}
""",
    "models/staging/names.sql": "select 'not for readers' as supplier from range(3)\n",
    "models/market/coverage.sql": "select count(*) as payments from {{ ref('payments') }}\n",
    "models/_models.yml": """\
models:
  - name: payments
    description: It's one row a payment.
    columns:
      - name: payment_key
        description: Its number.
        data_tests: [unique, not_null]
  - name: coverage
""",
    "tests/assert_no_payment_is_negative.sql": """\
select payment_key, amount from {{ ref('payments') }} where amount < 0
""",
}
CATALOGUED = {
    "seeds/catalogue.csv": """\
product,title,theme,subjects,licence,attribution,keywords,limits
payments,Payments,finance,spending,OGL,,,
coverage,Coverage,market,,OGL,,,
""",
    "seeds/licences.csv": "licence,title,url,is_open\nOGL,Open Government Licence,https://example.org/ogl,true\n",
    "seeds/retention.csv": "subject,days,basis\nspending,3650,Ten years\n",
    "seeds/subjects.csv": "subject,days_between_deliveries\nspending,31\n",
    "seeds/release_notes.csv": """\
product,version,released_on,note
payments,1.0.0,2024-01-01,First
coverage,1.0.0,2024-01-01,First
""",
    "models/landing/extracts.sql": """\
{{ config(schema='landing', materialized='table') }}
select 'camden' as provider_code, 'spending' as subject, date '2024-01-31' as as_of_date, true as is_landed
""",
    "models/landing/extract_columns.sql": """\
{{ config(schema='landing', materialized='table') }}
select 'camden' as provider_code, 'spending' as subject, 'Paid to' as source_column, 'supplier' as field,
    'mapped' as status
""",
    "models/market/coverage.sql": """\
select 'camden' as provider_code, 'Camden' as provider_name, count(*) as payments from {{ ref('payments') }}
""",
    "models/_models.yml": FILES["models/_models.yml"].replace(
        "  - name: coverage\n",
        """\
      - {name: supplier, description: Who is paid.}
      - {name: amount, description: How much.}
      - {name: landed_at, description: When it came.}
  - name: coverage
    description: One row a subject.
    columns:
      - {name: provider_code, description: Who.}
      - {name: provider_name, description: Who.}
      - {name: payments, description: How many.}
exposures:
  - name: market
    type: application
    owner: {name: City, email: data@example.org}
    depends_on: [ref('payments')]
""",
    ),
}
"""What makes of it a project with a catalogue."""
ROWS = ["1,Ada Ltd,10.5", "2,Bo & Co,20", "3,Cy plc,30.25"]


def write_project(folder: Path) -> Path:
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def write_catalogued(folder: Path) -> Path:
    write_project(folder)
    for name, text in CATALOGUED.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    settings = folder / "dbt_project.yml"
    settings.write_text(settings.read_text() + "seeds:\n  tiny: {+schema: seeds}\n", encoding="utf-8")
    return folder


def write_payments(home: Home, rows: list[str]) -> None:
    home.root.mkdir(parents=True, exist_ok=True)
    text = "\n".join(["payment_key,supplier,amount", *rows, ""])
    (home.root / "payments.csv").write_text(text, encoding="utf-8")
