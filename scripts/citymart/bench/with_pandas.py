"""What an analyst would write in pandas to conform payments or a brownfield register: `beside` measures it.

`python -m citymart.bench.with_pandas FOLDER SUBJECT`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

PAYMENTS = {
    "Body": "organisation_name",
    "Department": "directorate",
    "Supplier Name": "supplier_name",
    "Date": "paid_date",
    "Amount": "net_amount",
    "Expenses Type": "expense_type",
    "Document No": "payment_reference",
    "Cost Centre": "cost_centre",
}
SITES = {
    "SiteReference": "site_reference",
    "SiteNameAddress": "site_address",
    "GeoX": "geo_x",
    "GeoY": "geo_y",
    "Hectares": "hectares",
    "OwnershipStatus": "ownership_status",
    "Deliverable": "deliverable",
    "PlanningStatus": "planning_status",
    "PermissionDate": "permission_date",
    "MinNetDwellings": "min_net_dwellings",
}


def read(folder: Path, names: dict[str, str]) -> pd.DataFrame:
    """All files of a folder one below the other, each with its day, under the project's names."""
    frames = [
        pd.read_csv(file, dtype=str, keep_default_na=False).assign(as_of_date=file.stem)
        for file in sorted(folder.glob("*.csv"))
    ]
    rows = pd.concat(frames).rename(columns=names)
    for name in rows:
        rows[name] = rows[name].str.strip().replace({"": None, "n/a": None, "-": None})
    return rows


def day(column: pd.Series) -> pd.Series:
    return pd.to_datetime(column, format="%d/%m/%Y", errors="coerce")


def payments(folder: Path) -> pd.DataFrame:
    rows = read(folder, PAYMENTS)
    rows["paid_date"] = day(rows["paid_date"])
    amounts = rows["net_amount"].str.replace(r"[£,\s]", "", regex=True)
    is_credit = amounts.str.match(r"^\(.*\)$", na=False)
    found = pd.to_numeric(amounts.str.strip("()"), errors="coerce").round(2)
    rows["net_amount"] = found.where(~is_credit, -found)
    words = rows["supplier_name"].str.upper().str.replace(r"[^A-Z0-9 ]", " ", regex=True)
    words = words.str.replace(r"\b(?:LTD|LIMITED|PLC|LLP)\b", "", regex=True)
    rows["supplier_key"] = words.str.split().str.join(" ")
    return rows[rows["net_amount"].notna()].drop_duplicates()


def suppliers(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.groupby("supplier_key", as_index=False).agg(
        payments=("net_amount", "size"), paid=("net_amount", "sum")
    )


def sites(folder: Path) -> pd.DataFrame:
    rows = read(folder, SITES)
    for name in ("geo_x", "geo_y", "hectares", "min_net_dwellings"):
        rows[name] = pd.to_numeric(rows[name], errors="coerce")
    rows["permission_date"] = day(rows["permission_date"])
    rows["deliverable"] = rows["deliverable"].str.lower().map({"yes": True, "y": True, "no": False})
    return rows.sort_values("as_of_date").drop_duplicates("site_reference", keep="last")


if __name__ == "__main__":
    folder, subject = Path(sys.argv[1]), sys.argv[2]
    if subject == "spending":
        conformed = payments(folder / subject)
        suppliers(conformed).to_parquet(folder / "suppliers.parquet", compression="zstd")
    else:
        conformed = sites(folder / subject)
    conformed.to_parquet(folder / f"{subject}.parquet", compression="zstd")
