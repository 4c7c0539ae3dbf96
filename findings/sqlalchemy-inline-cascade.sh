#!/bin/sh
# SQLAlchemy 2.1.9 does not see ON DELETE of a SQLite foreign key that stands beside its column, "REFERENCES candidate (id) ON
# DELETE CASCADE", which is the form that ALTER TABLE … ADD COLUMN needs and that most write by hand; of one at the table's end,
# "FOREIGN KEY (…) REFERENCES …", it does. Its Inspector documents `options` as what is detected of the key, and SQLite's own PRAGMA
# foreign_key_list gives both alike. Alembic 1.20.1 builds on it: batch_alter_table, for whatever change, makes the
# table anew without the cascade, and says nothing. Deleting a candidate then leaves the marks, or fails.
#
# Seen on 2026-11-29, Python 3.11, sqlalchemy 2.1.9, alembic 1.20.1; SQLite's PRAGMA on the left, SQLAlchemy's Inspector beside it, the
# PRAGMA after a batch that only added a column to the right:
#   beside the column   CASCADE   {}                       NO ACTION
#   by ADD COLUMN       CASCADE   {}                       NO ACTION
#   at the table's end  CASCADE   {'ondelete': 'CASCADE'}  CASCADE
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check sqlalchemy==2.1.9 alembic==1.20.1
"$place/venv/bin/python" - <<'PYTHON'
import sys

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

FORMS = {
    "beside the column": ["CREATE TABLE mark (id INTEGER PRIMARY KEY, of INTEGER REFERENCES candidate (id) ON DELETE CASCADE)"],
    "by ADD COLUMN": ["CREATE TABLE mark (id INTEGER PRIMARY KEY)",
                      "ALTER TABLE mark ADD COLUMN of INTEGER REFERENCES candidate (id) ON DELETE CASCADE"],
    "at the table's end": ["CREATE TABLE mark (id INTEGER PRIMARY KEY, of INTEGER, "
                           "FOREIGN KEY (of) REFERENCES candidate (id) ON DELETE CASCADE)"],
}


def on_delete(connection):
    ((*_, action, _),) = connection.exec_driver_sql("PRAGMA foreign_key_list(mark)")
    return action


seen = []
for name, statements in FORMS.items():
    with sa.create_engine("sqlite://").connect() as connection:
        for statement in ["CREATE TABLE candidate (id INTEGER PRIMARY KEY)", *statements]:
            connection.exec_driver_sql(statement)
        before, (key,) = on_delete(connection), sa.inspect(connection).get_foreign_keys("mark")
        with Operations(MigrationContext.configure(connection)).batch_alter_table("mark", recreate="always") as batch:
            batch.add_column(sa.Column("seen", sa.Boolean))
        seen.append((before, key["options"], on_delete(connection)))
    print(f"{name:19} {before:9} {key['options']!s:24} {seen[-1][2]}")
lost = ("CASCADE", {}, "NO ACTION")
sys.exit(0 if seen == [lost, lost, ("CASCADE", {"ondelete": "CASCADE"}, "CASCADE")] else 1)
PYTHON
