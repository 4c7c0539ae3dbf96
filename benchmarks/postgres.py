"""A throw-away PostgreSQL server, of Debian's package, for tests and benchmarks."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier

_DEBIAN = Path("/usr/lib/postgresql")
# A crash of the machine may lose it all, as far as tests are concerned; one of the program must not
_HASTE = "-c fsync=off -c full_page_writes=off -c max_connections=300"


@dataclass(frozen=True)
class Postgres:
    """A server that is up, with the locale of a French one."""

    folder: Path
    port: int

    def url(self, database: str, driver: str = "psycopg") -> str:
        """SQLAlchemy's, through a socket that this machine alone sees."""
        return f"postgresql+{driver}://postgres@/{database}?host={self.folder}&port={self.port}"

    def create(self, database: str, template: str = "template1") -> str:
        """A new database, a copy of one that nobody is connected to; its URL."""
        self._run(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(database), Identifier(template)))
        return self.url(database)

    def drop(self, database: str) -> None:
        self._run(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(database)))

    def _run(self, statement: SQL) -> None:
        where = {"host": str(self.folder), "port": self.port, "user": "postgres", "dbname": "postgres"}
        with psycopg.connect(**where, autocommit=True) as connection:
            connection.execute(statement)


def programs() -> Path | None:
    """Where the newest of Debian's servers lies, None where none is installed."""
    versions = sorted(_DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return versions[-1].parent if versions else None


@contextmanager
def postgres(listen: str = "", port: int = 5432) -> Iterator[Postgres]:
    """A server of its own within the block. `listen`: addresses beside its socket, open to all."""
    found = programs()
    if found is None:
        raise RuntimeError("PostgreSQL is missing: apt-get install postgresql")
    # It refuses to run as root, and its owner must reach the folder
    user: Any = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="massicot-pg-"))
    if user:
        shutil.chown(folder, **user)
    data, options = folder / "data", f"{_HASTE} -c listen_addresses='{listen}' -k {folder} -p {port}"

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [found / program, *arguments], check=True, stdout=subprocess.DEVNULL, cwd=folder, **user
        )

    try:
        french = ("--encoding=UTF8", "--locale-provider=icu", "--icu-locale=fr", "--locale=C.UTF-8")
        run("initdb", f"--pgdata={data}", "--username=postgres", "--auth=trust", "--no-sync", *french)
        if listen:
            with (data / "pg_hba.conf").open("a") as rules:
                rules.write("host all all all trust\n")
        run("pg_ctl", f"--pgdata={data}", "start", "-w", f"--log={folder / 'log'}", f"--options={options}")
        try:
            yield Postgres(folder, port)
        finally:
            run("pg_ctl", f"--pgdata={data}", "stop", "--mode=immediate")
    finally:
        shutil.rmtree(folder)
