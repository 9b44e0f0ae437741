"""A dbt project of three models over what has landed: publishing and rebuilding without the real one."""

from __future__ import annotations

from pathlib import Path

import tiny

RECEIPTS = (
    "read_json('{{ env_var('CITYMART_HOME') }}/landing/*/*/*.json', columns = {"
    "extract_id: 'VARCHAR', subject: 'VARCHAR', provider_code: 'VARCHAR', as_of_date: 'DATE',"
    " landed_at: 'TIMESTAMPTZ', outcome: 'VARCHAR', reason: 'VARCHAR', source_file: 'VARCHAR',"
    " landed_rows: 'BIGINT'})"
)
FILES = {
    **tiny.FILES,
    "models/market/extracts.sql": f"""\
select * from {RECEIPTS}
where extract_id is not null
qualify row_number() over (partition by extract_id order by landed_at desc, as_of_date desc) = 1
""",
    "models/marts/payments.sql": """\
select cells[4] as payment_key, cells[2] as supplier, cells[3]::double as amount
from read_parquet('{{ env_var('CITYMART_HOME') }}/landing/spending/*/*.parquet')
where extract_id in (select extract_id from {{ ref('extracts') }} where outcome = 'landed')
    and cells[3] is not null
""",
    "models/restricted/int_person_keys.py": """\
def model(dbt, session):
    dbt.config(materialized="table", schema="restricted")

    import pyarrow as pa
    from citymart.home import Home
    from citymart.people.keys import keyed

    payments = dbt.ref("payments").to_arrow_table()
    suppliers = payments["supplier"].unique()
    clusters = pa.table({"record_id": suppliers, "cluster_id": suppliers})
    return keyed(clusters, Home.at().root / "people")
""",
}


def write_project(folder: Path) -> Path:
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
