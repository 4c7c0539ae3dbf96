"""A register of the first release, with what it held, becomes one of this release, and forgets nothing."""

import json
from datetime import date, datetime
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Date, column, insert, select, table

from storage.database import register
from storage.database.instants import Instant
from storage.database.register import Register, make_engine, open_register, upgrade
from storage.database.tables import metadata

# Written by the first release: a small session, its register row by row, and what its vault held
FIRST = json.loads((Path(__file__).parent / "first_release.json").read_text())


class Kept:
    """That vault."""

    def __init__(self, texts: dict[str, str]) -> None:
        self.texts = texts

    def get(self, key: str) -> bytes:
        return self.texts[key].encode()


def typed(kind, value):
    read = {Instant: datetime.fromisoformat, Date: date.fromisoformat}.get(type(kind))
    return read(value) if read and value else value


def test_a_register_is_known_to_be_up_to_date_by_the_name_of_the_last_migration():
    config = Config()
    config.set_main_option("script_location", str(register._MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == register.newest_revision()


@pytest.fixture
def first_release(databases):
    """Its register, on a database that knows no later table."""
    url = databases.empty()
    engine = make_engine(url)
    upgrade(engine, "0001")
    with engine.connect().execution_options(massicot_writes=True) as connection, connection.begin():
        for name in (each.name for each in metadata.sorted_tables if each.name in FIRST["tables"]):
            rows = FIRST["tables"][name]
            kinds = {key: metadata.tables[name].c[key].type for key in rows[0]}
            if name == "chain":
                connection.exec_driver_sql("DELETE FROM chain")
            connection.execute(
                insert(table(name, *(column(key, kind) for key, kind in kinds.items()))),
                [{key: typed(kinds[key], value) for key, value in row.items()} for row in rows],
            )
    engine.dispose()
    yield url
    databases.drop(url)


def tables(register):
    with register.reading() as connection:
        return {
            each.name: sorted(repr(dict(row._mapping)) for row in connection.execute(select(each)))
            for each in metadata.sorted_tables
        }


def test_the_first_releases_register_becomes_this_ones(first_release, new_register):
    register = open_register(first_release, Kept(FIRST["vault"]))
    replayed = Register(new_register().engine, Kept(FIRST["vault"]))
    with replayed.transaction() as transaction:
        transaction.replay(row["line"] for row in FIRST["tables"]["events"])
    migrated, anew = tables(register), tables(replayed)
    del migrated["segments"], anew["segments"]  # what was shipped, no event says
    for name, rows in anew.items():
        assert migrated[name] == rows, name
    assert all(migrated[name] for name in FIRST["tables"] if name != "segments")
    register.engine.dispose()
