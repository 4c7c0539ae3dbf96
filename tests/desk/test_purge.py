"""What is kept no longer than it may be: planned by one, confirmed by another, gone; the log still holds."""

from __future__ import annotations

import io
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from filling import MINE, Filled, fill
from pypdf import PdfReader
from sqlalchemy import select
from visitors import Desk

from actions.dropped.dossiers import pronounce
from actions.people import purge
from actions.people.purge_plan import Plan, plan
from actions.reasons import keep_reason
from actions.site import Site, now
from cli.demo_session import write_demo_session
from desk.app import create_app
from desk.settings import DeskSettings
from processors.circular.retention import Held
from specimens.rehearsal import correctors_csv, plan_session
from storage.bucket.keys import certificate_key, tombstone
from storage.bucket.objects import Bucket, Store, StoreError, s3_client
from storage.database.register import Register
from storage.database.schema import candidates
from storage.database.tables import metadata
from storage.decided.copies import copy_by_id
from storage.decided.decisions import CopySentBack
from storage.dropped import deposits
from storage.dropped.scans import ScanProcessed
from storage.log.replay import fingerprints
from storage.log.seals import raw
from storage.log.segments import rebuild_register, ship
from storage.log.verify import verify
from storage.machine.settings import Settings
from storage.machine.weed import Weed
from storage.people.accounts import account_of_email, invite
from storage.people.candidates import candidate_by_number
from storage.people.correctors import import_correctors
from storage.people.purges import PurgeBegun, subject_of
from storage.refusals import Refused
from storage.states import Pronounced, Role

KEY = Ed25519PrivateKey.generate()
PAGE = "/coordination/conservation"


class Killed(BaseException):
    """As a process is."""


@pytest.fixture(scope="module")
def own_store(weed: Weed) -> Store:
    """Buckets in which nothing is but this module's: a purge looks at all there is."""
    client = s3_client(weed.endpoint, *weed.keys["workflow"], "us-east-1")
    names = {name: f"{name}-{secrets.token_hex(4)}" for name in ("inbox", "vault", "audit")}
    store = Store(client, **names)
    store.ensure_buckets()
    return store


def session_text(path: Path, months: int) -> None:
    """The demonstration's session, over two years ago, kept for so many months."""
    at = now() - timedelta(days=800)
    write_demo_session(path, at)
    kept = "".join(f'[[retention]]\nkind = "{kind}"\nmonths = {months}\nground = "RGPD"\n' for kind in Held)
    path.write_text(f"{path.read_text()}\n{kept}")


@dataclass
class Kept:
    """A desk two years later, with all that is held of the people of `filled`."""

    desk: Desk
    filled: Filled
    folder: Path

    @property
    def site(self) -> Site:
        return self.desk.site

    def planned_by_two(self) -> Plan:
        """As the desk has it: one account plans, another confirms."""
        one, other = (self.desk.signed_in(Role.SERVICE, email=f"{k}@exemple.fr") for k in "ab")
        one.get(PAGE)
        assert one.post(PAGE, {"act": "preparer"}).status_code == 303
        made = plan(self.site, self.site.store.time())
        other.get(PAGE)
        assert other.post(PAGE, {"act": "confirmer", "purge": made.id}).status_code == 303
        return made

    def ship(self) -> None:
        ship(self.site.register, self.site.store.audit, KEY, at=now())

    def must_hold(self, rebuilt: Register) -> None:
        """Log and register say the same, and so does a register that is made of the log."""
        self.ship()
        assert verify(self.site.store.audit, KEY.public_key(), self.site.register) == []
        rebuild_register(self.site.store.audit, KEY.public_key(), rebuilt)
        with self.site.register.reading() as live, rebuilt.reading() as other:
            assert fingerprints(live) == fingerprints(other)

    def bytes_held(self) -> bytes:
        """Keys and bytes of every version of every object, and the register, file and rows."""
        store, parts = self.site.store, []
        for bucket in (store.inbox, store.vault):
            for info in bucket.versions():
                if not (info.key.startswith("people/acct_") or info.key.startswith("people/tokn_")):
                    parts += [info.key.encode(), bucket.get(info.key, version=info.version)]
        engine = self.site.register.engine
        if engine.dialect.name == "sqlite":
            database = Path(engine.url.database or "")
            parts += [path.read_bytes() for path in database.parent.glob(f"{database.name}*")]
        with self.site.register.reading() as connection:
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
    for bucket in (own_store.inbox, own_store.vault, own_store.audit):
        for key in {info.key for info in bucket.versions()}:
            bucket.erase(key)
    register = Register(new_register().engine, own_store.vault)
    then = Site(Settings(data_dir=tmp_path, session_path=session_file), own_store, register)
    filled = fill(Desk(then, create_app(then, DeskSettings(desk_url="http://desk"))))
    one = filled.people[0]
    own_store.inbox.put(f"dossiers/E5/{one.number}/{one.family_name}.pdf", b"%PDF")
    own_store.inbox.put(f"receipts/{MINE}/U4/pile.json", one.family_name.encode())
    own_store.inbox.delete(f"receipts/{MINE}/U4/pile.json")  # a version and a mark are left
    own_store.vault.put("people/nobody-names-it.csv", one.number.encode())
    times = f"candidate_number;file;deposited_at\n{one.number};{one.family_name}.pdf;2026-01-02T10:00:00\n"
    assert not deposits.date_deposits(register, times.encode(), "E5", actor="t", at=now()).problems
    lines = correctors_csv(plan_session(3, [MINE], ["U4"], 1).correctors).decode().splitlines()
    never = f"{lines[0]}\nC9,Ursule Bidon,ursule@exemple.fr,0139109F,,U4,,,{one.number} 0050006E\n"
    assert not import_correctors(register, never.encode(), None, actor="t", at=now()).problems
    who = candidate_of(register, one.number)
    said = keep_reason(own_store.vault, who, f"Le candidat {one.family_name} a appelé.")
    register.record(CopySentBack(reason=said), filled.values["copy_id"], actor="t", at=now())
    dossier = filled.values["dossier"]
    pronounce(then, dossier, Pronounced.CONFORM, (), "Mme X", one.family_name, actor="t", at=now())
    register.record(ScanProcessed(), filled.values["scan"], actor="t", at=now())
    pem = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "audit.key").write_bytes(pem)  # by which the desk verifies
    session = tmp_path / "old.toml"
    session_text(session, 12)
    site = Site(Settings(data_dir=tmp_path, session_path=session), own_store, register)
    return Kept(Desk(site, create_app(site, DeskSettings(desk_url="http://desk"))), filled, tmp_path)


def candidate_of(register: Register, number: str) -> str:
    with register.reading() as connection:
        found = candidate_by_number(connection, number)
    assert found
    return found


def elsewhere(kept: Kept, new_register: Callable[[], Register]) -> Register:
    """An empty register on the same vault."""
    return Register(new_register().engine, kept.site.store.vault)


def test_all_of_it_goes_and_the_log_still_holds(kept: Kept, new_register: Callable[[], Register]):
    assert len(kept.named()) > len(kept.filled.people)
    kept.ship()
    made = kept.planned_by_two()
    assert {item.kind for item in made.items} == set(Held)
    found = purge.carry_out(kept.site, made.id, KEY)
    assert kept.named() == set()
    assert found.counts == {kind.value: n for kind, n in made.counts.items()}
    assert (found.people, found.scans, found.dossiers) == (len(kept.filled.people), 1, 1)
    left = {info.key.partition("/")[0] for info in kept.site.store.vault.versions()}
    assert not left & {"scans", "dossiers", "evidence", "anonymous", "quarantine"}
    assert not list(kept.site.store.inbox.versions())
    kept.must_hold(elsewhere(kept, new_register))
    again = plan(kept.site, kept.site.store.time())
    assert again.empty, again
    with pytest.raises(Refused, match="nothing_due"):
        purge.propose(kept.site, actor="service")
    with kept.site.register.reading() as connection:  # what makes counts
        rows = connection.execute(select(candidates.c.school, candidates.c.option)).all()
    assert len(rows) == len(kept.filled.people) and all(row.school and row.option for row in rows)
    service = kept.desk.signed_in(Role.SERVICE)
    of = kept.filled.values
    for page in (
        *(PAGE, f"{PAGE}?etat=1", f"{PAGE}/{made.id}.pdf", "/coordination", "/coordination/obligations"),
        *("/coordination/decisions", f"/coordination/decisions/{of['copy_id']}"),
        *(f"/centre/{MINE}/U4", f"/centre/{MINE}/U4/recepisse/{of['scan']}"),
        *(f"/coordination/dossiers/E5/{MINE}", f"/coordination/dossiers/E5/{MINE}/{of['dossier']}/preuves"),
        *(f"/coordination/dossiers/E5/{MINE}/commission.pdf", f"/coordination/historique/{of['dossier']}"),
    ):
        assert service.get(page).status_code == 200, page
    shown = service.get(f"/coordination/decisions/{of['copy_id']}").text
    assert "ont été détruites à leur terme" in shown
    assert not any(part in shown for part in ("PURGE", ".jpg", 'name="decision"'))
    assert of["copy_id"] not in service.get("/coordination/decisions").text
    for gone in ("2.jpg", "correcteur.pdf"):
        assert service.get(f"/coordination/decisions/{of['copy_id']}/{gone}").status_code == 404, gone


def test_the_same_list_twice_and_none_before_its_time(kept: Kept):
    at = kept.site.store.time()
    one, other = plan(kept.site, at), plan(kept.site, at)
    assert one.id == other.id and not one.empty
    session_text(kept.folder / "long.toml", 1200)
    settings = Settings(data_dir=kept.folder, session_path=kept.folder / "long.toml")
    later = Site(settings, kept.site.store, kept.site.register)
    early = plan(later, at)
    assert early.empty and early.not_due[Held.COPIES] >= one.counts[Held.COPIES] > 0
    with pytest.raises(Refused, match="nothing_due"):
        purge.propose(later, actor="service")


def test_two_different_persons_confirm(kept: Kept):
    site = kept.site
    made, _ = purge.propose(site, actor="service")
    one, other = (kept.desk.signed_in(Role.SERVICE, email=f"{k}@exemple.fr") for k in "ab")
    confirm = {"act": "confirmer", "purge": made.id}
    one.get(PAGE)
    assert "une autre personne" in one.post(PAGE, confirm).text  # a program planned it: nobody did
    assert one.post(PAGE, {"act": "preparer"}).status_code == 303
    assert "une autre personne" in one.post(PAGE, confirm).text
    with pytest.raises(Refused, match="another_person"):
        purge.confirm(site, made.id, actor="service")
    with pytest.raises(Refused, match="not_confirmed"):
        purge.carry_out(site, made.id, KEY)
    assert "Confirmer :" not in one.get(PAGE).text and "Confirmer :" in other.get(PAGE).text
    assert other.post(PAGE, confirm).status_code == 303
    assert kept.named()


def test_who_saw_the_link_of_the_other_is_no_second_person(kept: Kept):
    one = kept.desk.signed_in(Role.SERVICE, email="a@exemple.fr")
    register = kept.site.register
    with register.reading() as connection:
        seen_by = account_of_email(connection, "a@exemple.fr")
    assert seen_by
    shown = {"actor": seen_by.id, "shown_to": seen_by.id}
    link = invite(register, Role.SERVICE, None, "b@exemple.fr", "Jeanne Exemple", at=now(), **shown)
    other = kept.desk.taken_up(f"/invitation/{link}", "b@exemple.fr", Role.SERVICE)
    one.get(PAGE)
    assert one.post(PAGE, {"act": "preparer"}).status_code == 303
    other.get(PAGE)
    made = plan(kept.site, kept.site.store.time())
    answer = other.post(PAGE, {"act": "confirmer", "purge": made.id})
    assert answer.status_code == 409 and "troisième personne" in answer.text


def test_a_hold_wins_until_it_is_lifted(kept: Kept, new_register: Callable[[], Register]):
    site, service = kept.site, kept.desk.signed_in(Role.SERVICE, email="c@exemple.fr")
    with site.register.reading() as connection:
        row = copy_by_id(connection, kept.filled.values["subject"])
        assert row and row.candidate
        number = connection.scalar(select(candidates.c.number).where(candidates.c.id == row.candidate))
    held = next(one for one in kept.filled.people if one.number == number)
    service.get(PAGE)
    said = {"number": held.number, "exam": "U4", "words": f"Recours de {held.family_name}"}
    assert service.post(PAGE, {"act": "geler", **said}).status_code == 303
    assert "Recours de" in service.get(PAGE).text
    made = kept.planned_by_two()
    purge.carry_out(site, made.id, KEY)
    left = kept.named()
    assert {held.number, held.family_name} <= left
    assert not left & {one.number for one in kept.filled.people if one is not held}
    keys = {info.key for info in site.store.vault.list()}
    assert f"evidence/{kept.filled.values['scan']}/2.jpg" in keys
    assert any(key.startswith("scans/") for key in keys)
    assert "anonymous/U4/ACDEFHJ.pdf" in keys
    kept.must_hold(elsewhere(kept, new_register))
    assert plan(site, site.store.time()).empty
    assert service.post(PAGE, {"act": "lever", **said}).status_code == 303
    second = kept.planned_by_two()
    assert second.stone.candidates == (row.candidate,)
    purge.carry_out(site, second.id, KEY)
    assert kept.named() == set()
    kept.must_hold(elsewhere(kept, new_register))


def test_a_hold_placed_after_the_confirmation_stops_it(kept: Kept):
    made = kept.planned_by_two()
    purge.hold(kept.site, kept.filled.people[0].number, "U4", "Recours.", actor="service", at=now())
    with pytest.raises(Refused, match="other_proposal"):
        purge.carry_out(kept.site, made.id, KEY)
    with pytest.raises(Refused, match="held"):  # placed while the list was looked at
        kept.site.register.record(PurgeBegun(), subject_of(made.id), actor="t", at=now())
    assert kept.named()


def test_killed_between_any_two_steps_it_is_run_again(
    kept: Kept, new_register: Callable[[], Register], monkeypatch: pytest.MonkeyPatch
):
    """After each write to the store and each event the run dies, further on each time; the log holds."""
    kept.ship()
    made, deaths, left = kept.planned_by_two(), 0, 0

    def dying(what: Callable[..., object]) -> Callable[..., object]:
        def wrapped(*args: object, **how: object) -> object:
            nonlocal left
            done = what(*args, **how)
            left -= 1
            if left == 0:
                raise Killed
            return done

        return wrapped

    with monkeypatch.context() as patched:
        for owner, name in ((Bucket, "put"), (Bucket, "delete"), (Register, "record"), (purge, "rewrite")):
            patched.setattr(owner, name, dying(getattr(owner, name)))
        for step in range(1, 400):
            left = step
            try:
                purge.carry_out(kept.site, made.id, KEY)
                break
            except Killed:
                left, deaths = 0, deaths + 1
                assert verify(kept.site.store.audit, KEY.public_key(), kept.site.register) == []
    assert deaths > 8
    assert kept.named() == set()
    kept.must_hold(elsewhere(kept, new_register))


def test_a_certificate_verifies_and_one_that_was_altered_does_not(kept: Kept):
    made = kept.planned_by_two()
    purge.carry_out(kept.site, made.id, KEY)
    public = raw(KEY.public_key())
    found = purge.certificate(kept.site, made.id, public)
    pdf = PdfReader(io.BytesIO(purge.printed_certificate(kept.site, found)))
    assert "Procès-verbal d’élimination" in pdf.pages[0].extract_text()
    with pytest.raises(StoreError, match="altered"):
        purge.certificate(kept.site, made.id, raw(Ed25519PrivateKey.generate().public_key()))
    forged = found.model_copy(update={"people": 1})
    for other in (forged, forged.signed(Ed25519PrivateKey.generate()), forged.signed(KEY)):
        kept.site.store.audit.put(certificate_key(made.id), other.to_bytes())
        with pytest.raises(StoreError, match="altered"):
            purge.certificate(kept.site, made.id, public)


def test_an_altered_tombstone_is_found(kept: Kept):
    made = kept.planned_by_two()
    purge.carry_out(kept.site, made.id, KEY)
    kept.ship()
    key, vault = tombstone(made.id), kept.site.store.vault
    vault.put(key, vault.get(key).replace(b"cand_", b"camd_"))
    assert verify(kept.site.store.audit, KEY.public_key(), kept.site.register)
