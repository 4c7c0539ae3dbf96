"""What is kept no longer than it may be: planned by one, confirmed by another, gone, and the log still holds."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from filling import MINE, Filled, fill
from sqlalchemy import select
from visitors import Desk

from actions.context import Context, now
from actions.purge_plan import Plan, plan
from cli.demo_session import write_demo_session
from desk.app import create_app
from desk.settings import DeskSettings
from processors.retention import Held
from storage import deposits
from storage.log.replay import fingerprints
from storage.log.segments import rebuild_register, ship
from storage.log.verify import verify
from storage.objects import Store, s3_client
from storage.register import Register
from storage.schema import metadata
from storage.settings import Settings
from storage.states import Role
from storage.weed import Weed

KEY = Ed25519PrivateKey.generate()
EXAM = "U4"
PAGE = "/coordination/conservation"


class Killed(BaseException):
    """As a process is."""


@pytest.fixture(scope="module")
def own_store(weed: Weed) -> Store:
    """Buckets in which nothing is but this module's: a purge looks at all there is."""
    client = s3_client(weed.endpoint, *weed.keys["workflow"], "us-east-1")
    names = {name: f"{name}-{secrets.token_hex(4)}" for name in ("inbox", "vault", "lots", "audit")}
    store = Store(client, **names)
    store.ensure_buckets()
    return store


def session_text(path: Path, months: int) -> None:
    """The demonstration's session, over two years ago, kept for so many months."""
    at = now() - timedelta(days=800)
    write_demo_session(path, at)
    day = f"{at + timedelta(days=60):%Y-%m-%d}"
    kept = "".join(f'[[retention]]\nkind = "{kind}"\nmonths = {months}\nground = "RGPD"\n' for kind in Held)
    slot = f'{{ date = "{day}", start = "09:00" }}'
    path.write_text(
        path.read_text()
        + f"\n{kept}[results]\nharmonisation = {slot}\njury = {slot}\nsecond_jury = {slot}\n"
        + f'[results.control_exams]\nday = {{ date = "{day}" }}\nchoose = 1\nexams = ["U4"]\n'
        + "average_from = 8\naverage_below = 10\nprofessional_average_from = 10\n"
    )


@dataclass
class Kept:
    """A desk two years later, with all that is held of the people of `filled`."""

    desk: Desk
    filled: Filled
    folder: Path

    @property
    def work(self) -> Context:
        return self.desk.work

    def planned_by_two(self) -> Plan:
        """As the desk has it: one account plans, another confirms."""
        one, other = (self.desk.signed_in(Role.SERVICE, email=f"{k}@exemple.fr") for k in "ab")
        one.get(PAGE)
        assert one.post(PAGE, {"act": "preparer"}).status_code == 303
        made = plan(self.work, self.work.store.time())
        other.get(PAGE)
        assert other.post(PAGE, {"act": "confirmer", "purge": made.id}).status_code == 303
        return made

    def ship(self) -> None:
        ship(self.work.register, self.work.store.audit, KEY, at=now())

    def must_hold(self, rebuilt: Register) -> None:
        """Log and register say the same, and so does a register that is made of the log."""
        self.ship()
        assert verify(self.work.store.audit, KEY.public_key(), self.work.register) == []
        rebuild_register(self.work.store.audit, KEY.public_key(), rebuilt)
        with self.work.register.reading() as live, rebuilt.reading() as other:
            assert fingerprints(live) == fingerprints(other)

    def bytes_held(self) -> bytes:
        """Keys and bytes of every version of every object, and the register, file and rows."""
        store, parts = self.work.store, []
        for bucket in (store.inbox, store.vault, store.lots):
            for info in bucket.versions():
                if not (info.key.startswith("people/acct_") or info.key.startswith("people/tokn_")):
                    parts += [info.key.encode(), bucket.get(info.key, version=info.version)]
        engine = self.work.register.engine
        if engine.dialect.name == "sqlite":
            database = Path(engine.url.database or "")
            parts += [path.read_bytes() for path in database.parent.glob(f"{database.name}*")]
        with self.work.register.reading() as connection:
            for table in metadata.sorted_tables:
                parts += [repr(row).encode() for row in connection.execute(select(table))]
        return b"\n".join(parts)

    def named(self) -> set[str]:
        """What of these people is still somewhere."""
        held = self.bytes_held()
        words = {
            word
            for one in self.filled.people
            for word in (one.number, one.birth_date.isoformat(), repr(one.birth_date), one.family_name)
        }
        return {word for word in words if word.encode() in held}


@pytest.fixture
def kept(tmp_path: Path, own_store: Store, new_register: Callable[[], Register], session_file: Path) -> Kept:
    for bucket in (own_store.inbox, own_store.vault, own_store.lots, own_store.audit):
        for key in {info.key for info in bucket.versions()}:
            bucket.erase(key)
    register = Register(new_register().engine, own_store.vault)
    then = Context(Settings(data_dir=tmp_path, session_path=session_file), own_store, register)
    filled = fill(Desk(then, create_app(then, DeskSettings(desk_url="http://desk"))))
    one = filled.people[0]
    own_store.inbox.put(f"dossiers/E5/{one.number}/{one.family_name}.pdf", b"%PDF")
    own_store.inbox.put(f"receipts/{MINE}/U4/pile.json", one.family_name.encode())
    own_store.inbox.delete(f"receipts/{MINE}/U4/pile.json")  # a version and a mark are left
    times = f"candidate_number;file;deposited_at\n{one.number};a.pdf;2026-01-02T10:00:00\n"
    deposits.set_times(then, times) if False else register  # see below
    session = tmp_path / "old.toml"
    session_text(session, 12)
    work = Context(Settings(data_dir=tmp_path, session_path=session), own_store, register)
    return Kept(Desk(work, create_app(work, DeskSettings(desk_url="http://desk"))), filled, tmp_path)
