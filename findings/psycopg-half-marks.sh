#!/bin/sh
# A mark of 12.5 that is put into an Integer column of SQLAlchemy becomes 12 by psycopg 3.3.9 and 13 by psycopg2 2.9.13, on the
# same PostgreSQL and by the same statement; asyncpg makes 13.5 a 13, where psycopg makes it 14. psycopg sends a float as float8,
# which PostgreSQL rounds to the even neighbour when it assigns it to an integer; psycopg2 writes it into the statement, where it
# is numeric, and is rounded away from zero, as psycopg itself has it for a Decimal; asyncpg cuts it. pg8000 alone refuses it, and
# SQLite, on which tests are often run, keeps 12.5 as it is. None warns. PostgreSQL documents both ways of rounding
# (9.3, round); psycopg's documentation of the change from psycopg2 speaks of server-side binding, not of numbers.
#
# Seen on 2026-11-30, Python 3.11, PostgreSQL 15 (Debian), SQLAlchemy 2.1.9, psycopg 3.3.9, psycopg2 2.9.13, asyncpg 0.32.0, pg8000 1.31.6:
#               float 12.5 13.5 12.75     Decimal 12.5 13.5 12.75
#   psycopg     12 14 13                  13 14 13
#   psycopg2    13 14 13                  13 14 13
#   asyncpg     12 13 12                  12 13 12
#   pg8000      ProgrammingError          ProgrammingError
#   sqlite      12.5 13.5 12.75           ProgrammingError
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
bin=/usr/lib/postgresql/15/bin
[ -x "$bin/initdb" ] || { echo "no PostgreSQL 15: apt-get install postgresql"; exit 1; }
place=$(mktemp -d)
# PostgreSQL does not run as root
as() { if [ "$(id -u)" = 0 ]; then su postgres -s /bin/sh -c "$*"; else sh -c "$*"; fi; }
trap 'as "$bin/pg_ctl -D $place/db -m immediate stop" >/dev/null 2>&1 || true; rm -rf "$place"' EXIT
chmod 755 "$place"
mkdir "$place/db" "$place/socket"
[ "$(id -u)" != 0 ] || chown postgres "$place/db" "$place/socket"
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check \
  sqlalchemy==2.1.9 greenlet==3.5.6 'psycopg[binary]==3.3.9' psycopg2-binary==2.9.13 asyncpg==0.32.0 pg8000==1.31.6
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
as "$bin/initdb -D $place/db -U marks -A trust -E UTF8 --locale=C.UTF-8" > "$place/initdb.log"
as "$bin/pg_ctl -D $place/db -o '-p $port -h 127.0.0.1 -k $place/socket' -l $place/socket/log -w start" > "$place/start.log"
PORT=$port "$place/venv/bin/python" - <<'PYTHON'
import asyncio
import os
import sys
from decimal import Decimal

from sqlalchemy import Column, Integer, MetaData, Table, create_engine, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

MARKS = ("12.5", "13.5", "12.75")
metadata = MetaData()
mark = Table("mark", metadata, Column("candidate", Integer, primary_key=True), Column("value", Integer))


def stored(connection, kind):
    metadata.drop_all(connection)
    metadata.create_all(connection)
    for number, value in enumerate(MARKS):
        connection.execute(mark.insert().values(candidate=number, value=kind(value)))
    return list(connection.scalars(select(mark.c.value).order_by(mark.c.candidate)))


async def stored_by(url, kind):
    async with create_async_engine(url).begin() as connection:
        return await connection.run_sync(stored, kind)


def through(driver, kind):
    url = "sqlite://" if driver == "sqlite" else f"postgresql+{driver}://marks@127.0.0.1:{os.environ['PORT']}/postgres"
    try:
        if driver == "asyncpg":
            found = asyncio.run(stored_by(url, kind))
        else:
            with create_engine(url).begin() as connection:
                found = stored(connection, kind)
    except DBAPIError as error:
        return type(error).__name__
    return " ".join(map(str, found))


seen = {}
print(f"{'':11} {'float ' + ' '.join(MARKS):25} Decimal {' '.join(MARKS)}")
for driver in ("psycopg", "psycopg2", "asyncpg", "pg8000", "sqlite"):
    seen[driver] = (through(driver, float), through(driver, Decimal))
    print("{:11} {:25} {}".format(driver, *seen[driver]))
sys.exit(0 if seen == {
    "psycopg": ("12 14 13", "13 14 13"), "psycopg2": ("13 14 13",) * 2, "asyncpg": ("12 13 12",) * 2,
    "pg8000": ("ProgrammingError",) * 2, "sqlite": ("12.5 13.5 12.75", "ProgrammingError"),
} else 1)
PYTHON
