#!/bin/sh
# polars 2.1.0 and DuckDB 2.0.1 take %Y for any number of digits: 06/05/26 by %d/%m/%Y is the 6th of May of the year 26, where
# Python's strptime and pandas refuse it, as %Y has four. Nothing is said, though both have %y for two digits. It needs no format told, either:
# one date that was written short makes read_csv of both, where it finds the type, give it the year 26 among right ones. Where
# all dates are short, DuckDB takes the day for the year: 12/06/26 is the 26th of June 2012. So a deposit of the 12th of June is two
# thousand years early, and never late. DuckDB documents %Y as "Year with century as a decimal number", with 2013 for an example.
#
# Seen on 2026-11-30, Python 3.11, polars 2.1.0, duckdb 2.0.1, pandas 3.1.1:
#                          12/06/2026 13/06/2026 06/05/26            12/06/26 13/06/26 06/05/26
#   polars, %d/%m/%Y       2026-06-12 2026-06-13 0026-05-06          0026-06-12 0026-06-13 0026-05-06
#   duckdb, %d/%m/%Y       2026-06-12 2026-06-13 0026-05-06          0026-06-12 0026-06-13 0026-05-06
#   polars, read_csv       2026-06-12 2026-06-13 0026-05-06          0026-06-12 0026-06-13 0026-05-06
#   duckdb, read_csv       2026-06-12 2026-06-13 0026-05-06          2012-06-26 2013-06-26 2006-05-26
#   pandas, %d/%m/%Y       ValueError                                ValueError
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check polars==2.1.0 duckdb==2.0.1 pandas==3.1.1
"$place/venv/bin/python" - "$place/days.csv" <<'PYTHON'
import sys

import duckdb
import pandas
import polars

PATH, FORMAT = sys.argv[1], "%d/%m/%Y"
MIXED, SHORT = ["12/06/2026", "13/06/2026", "06/05/26"], ["12/06/26", "13/06/26", "06/05/26"]


def by_duckdb(query, *values):
    return [value for (value,) in duckdb.execute(query, values).fetchall()]


READERS = {
    "polars, " + FORMAT: lambda days: polars.Series(days).str.to_date(FORMAT),
    "duckdb, " + FORMAT: lambda days: [by_duckdb("select strptime(?, ?)::date", day, FORMAT)[0] for day in days],
    "polars, read_csv": lambda days: polars.read_csv(PATH, try_parse_dates=True)["jour"],
    "duckdb, read_csv": lambda days: by_duckdb("select jour from read_csv(?)", PATH),
    "pandas, " + FORMAT: lambda days: [day.date() for day in pandas.to_datetime(pandas.Series(days), format=FORMAT)],
}


def read(reader, days):
    with open(PATH, "w") as file:
        file.write("jour,nom\n" + "".join(f"{day},Durand\n" for day in days))
    try:
        return " ".join(day.isoformat() for day in reader(days))
    except ValueError as error:
        return type(error).__name__


seen = {}
print(f"{'':22} {' '.join(MIXED):41} {' '.join(SHORT)}")
for name, reader in READERS.items():
    seen[name] = read(reader, MIXED), read(reader, SHORT)
    print(f"{name:22} {seen[name][0]:41} {seen[name][1]}")
early, all_early = "2026-06-12 2026-06-13 0026-05-06", "0026-06-12 0026-06-13 0026-05-06"
sys.exit(0 if [*seen.values()] == [
    (early, all_early), (early, all_early), (early, all_early), (early, "2012-06-26 2013-06-26 2006-05-26"), ("ValueError", "ValueError"),
] else 1)
PYTHON
