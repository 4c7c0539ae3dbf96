"""When a deposit was made, by whatever store; and nothing that was dropped is lost before it is read."""

from __future__ import annotations

import hashlib
import io
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pikepdf import Pdf
from worlds import own_world

from actions.dropped import inbox as watch
from actions.dropped.quarantine import clear_drop
from actions.dropped.scans import claim, conclude, keep
from actions.dropped.upkeep import set_aside
from actions.isolation import isolated
from actions.prepare import prepare
from actions.site import Site, now, open_site
from cli.demo_session import write_demo_session
from processors.lists.people import CANDIDATE_COLUMNS
from storage.bucket.keys import stored_scan
from storage.bucket.objects import Bucket
from storage.dropped.deposits import files_of
from storage.dropped.dossiers import dossiers_to_read
from storage.dropped.scans import ScanRow, all_scans
from storage.dropped.uploads import UploadEnded, begin_upload
from storage.people.candidates import attendance_of, import_candidates
from storage.states import ScanState

pytestmark = pytest.mark.slow

CENTRE, EXAM, NUMBER = "0130051K", "U4", "02200000001"
KEY = f"scans/{CENTRE}/{EXAM}/pile.pdf"
PDF = b"%PDF-1.7 no page\n"
BLANK = Pdf.new()
BLANK.add_blank_page()
ROSTER = (
    ",".join(CANDIDATE_COLUMNS)
    + f"\n{NUMBER},001,ZYGOMAR,ODILON,2004-03-01,0040538N,{CENTRE},SLAM,scolaire,U4|E5\n"
).encode()


@pytest.fixture
def site(weed, tmp_path: Path) -> Iterator[Site]:
    write_demo_session(tmp_path / "session.toml", now())
    with own_world(weed, tmp_path):
        prepare()
        site = open_site()
        assert not import_candidates(site.register, ROSTER, site.session, actor="service", at=now()).problems
        yield site


def scans(site: Site) -> list[ScanRow]:
    with site.register.reading() as connection:
        return all_scans(connection)


def in_parts(site: Site, key: str, seconds: float = 0, *, desk: bool = False) -> None:
    """A file of 6 MiB that takes so long, through the desk or past it."""
    store = site.store
    upload = store.inbox.begin_parts(key, "application/pdf")
    if desk:
        noted = begin_upload(site.register, key, EXAM, CENTRE, store.time(), actor="acct", at=now())
    time.sleep(seconds)
    store.inbox.put_part(key, upload, PDF + bytes(6 << 20))
    etag = store.inbox.end_parts(key, upload)
    if desk:
        ended = UploadEnded(etag=etag, ended_at=store.time())
        site.register.record(ended, noted, actor="acct", at=now())


def by_its_end(_: Site) -> None:
    """As the embedded store dates an upload in parts."""


def by_its_beginning(site: Site) -> None:
    """As S3 does: from now on this client sees the dates that such a store would list."""
    begun: dict[str, datetime] = {}
    hooks = site.store._client.meta.events

    def note(parsed, **_):
        begun[parsed["Key"]] = site.store.time()

    def date(parsed, **_):
        for version in parsed.get("Versions", ()):
            if "-" in version["ETag"]:
                version["LastModified"] = begun[version["Key"]]

    hooks.register("after-call.s3.CreateMultipartUpload", note)
    hooks.register("after-call.s3.ListObjectVersions", date)


@pytest.mark.parametrize("dated", [by_its_end, by_its_beginning])
def test_a_deposit_has_the_same_times_on_any_store(site, dated):
    dated(site)
    in_parts(site, KEY, 3, desk=True)
    watch.note_scans(site)
    (scan,) = scans(site)
    assert timedelta(seconds=2) <= scan.deposited_at - scan.begun_at <= timedelta(seconds=5)
    assert scan.due_at == scan.begun_at


@pytest.mark.parametrize("dated", [by_its_end, by_its_beginning])
@pytest.mark.parametrize("desk", [True, False])
def test_nobody_begins_in_time_and_fills_the_file_later(site, dated, desk):
    dated(site)
    site.session.__dict__["upload_minutes"] = 0  # an upload of seconds took too long
    before = site.store.time()
    in_parts(site, KEY, 3, desk=desk)
    watch.note_scans(site)
    (scan,) = scans(site)
    assert scan.due_at == scan.deposited_at >= before + timedelta(seconds=2)


def test_what_is_dropped_over_an_upload_of_the_desk_has_its_own_time(site):
    in_parts(site, KEY, 3, desk=True)
    site.store.inbox.put(KEY, PDF)
    watch.note_scans(site)
    first, second = scans(site)
    assert (first.begun_at is None, second.begun_at is None) == (False, True)


def test_both_times_are_on_the_receipt(site, tmp_path):
    in_parts(site, KEY, 3, desk=True)
    watch.note_scans(site)
    (scan,) = scans(site)
    assert keep(site, scan.id, claim(site, scan.id), tmp_path / "scan.pdf") is None  # it is no PDF
    conclude(site, scan.id)
    told = json.loads(site.store.inbox.get(f"receipts/{CENTRE}/{EXAM}/pile.pdf.json"))
    assert (told["begun"], told["deposited"]) == (scan.begun_at.isoformat(), scan.deposited_at.isoformat())
    assert told["counted"] == told["begun"]
    page = site.store.inbox.get(f"receipts/{CENTRE}/{EXAM}/pile.pdf.html").decode()
    assert "Dépôt commencé" in page
    assert "Dépôt achevé" in page


def test_a_file_that_another_replaced_before_it_was_read_is_read_as_well(site, tmp_path):
    for data in (b"the first", b"the second", b"the third"):
        site.store.inbox.put(KEY, data)
        if data == b"the first":
            watch.note_scans(site)
    site.store.inbox.delete(KEY)  # without its version's name: nothing of it goes
    watch.note_scans(site)
    assert len(scans(site)) == 3
    for scan in scans(site):
        keep(site, scan.id, claim(site, scan.id), tmp_path / "scan.pdf")
        conclude(site, scan.id)
    kept = {site.store.vault.get(info.key) for info in site.store.vault.list("quarantine/")}
    assert kept == {b"the first", b"the second", b"the third"}
    assert list(site.store.inbox.versions("scans/")) == []


def test_what_is_removed_while_it_is_looked_at_is_kept_all_the_same(site, tmp_path, monkeypatch):
    buffer = io.BytesIO()
    BLANK.save(buffer)
    site.store.inbox.put(KEY, buffer.getvalue())
    watch.note_scans(site)
    (scan,) = scans(site)

    def first_remove(*args):
        clear_drop(site, scan)
        return isolated(*args)

    monkeypatch.setattr("actions.dropped.scans.isolated", first_remove)
    job = keep(site, scan.id, claim(site, scan.id), tmp_path / "scan.pdf")
    assert job is not None
    assert site.store.vault.get(stored_scan(job.sha256)) == buffer.getvalue()


def test_a_name_longer_than_any_file_has_is_answered(site, tmp_path):
    """A store of versions takes what its file system would not: S3 has keys of 1,024 bytes."""
    key = KEY.replace("pile", "x" * 990)
    site.store.inbox.put(key, PDF)
    watch.note_scans(site)
    (scan,) = scans(site)
    assert keep(site, scan.id, claim(site, scan.id), tmp_path / "scan.pdf") is None
    conclude(site, scan.id)
    told = json.loads(site.store.inbox.get(f"receipts/{scan.id}.json"))
    assert [one["code"] for one in told["findings"]] == ["bad_name"]
    assert list(site.store.inbox.versions("scans/")) == []


def test_no_older_receipt_stays_behind_the_newer(site, tmp_path):
    site.store.inbox.put(KEY, b"no PDF")
    watch.note_scans(site)
    (scan,) = scans(site)
    keep(site, scan.id, claim(site, scan.id), tmp_path / "scan.pdf")
    conclude(site, scan.id)
    conclude(site, scan.id)
    assert len(list(site.store.inbox.versions("receipts/"))) == 2  # a page, and the same for programs


def test_a_late_file_of_a_dossier_replaces_none_in_time_though_nobody_looked_meanwhile(site):
    for data in (b"in time", b"late"):
        site.store.inbox.put(f"dossiers/E5/{NUMBER}/a.pdf", data)
        time.sleep(1.1)  # the store's clock counts seconds
    watch.take_dossiers(site)
    with site.register.reading() as connection:
        ((dossier, _, count),) = dossiers_to_read(connection)
        files = files_of(connection, dossier)
    assert count == 2
    assert [file.sha256 for file in files] == [hashlib.sha256(d).hexdigest() for d in (b"in time", b"late")]
    assert files[0].at < files[1].at
    assert list(site.store.inbox.versions("dossiers/")) == []


def test_bytes_that_were_set_aside_by_our_failure_count_from_when_they_first_came(site, tmp_path):
    """Under the same name, and under another, as the desk gives one to each upload."""
    BLANK.save(tmp_path / "blank.pdf")
    pdf = (tmp_path / "blank.pdf").read_bytes()
    site.store.inbox.put(KEY, pdf)
    watch.note_scans(site)
    (scan,) = scans(site)
    claim(site, scan.id)
    set_aside(site, scan)
    conclude(site, scan.id)
    time.sleep(1.1)
    again = KEY.replace("pile", "pile again")
    site.store.inbox.put(KEY, pdf)
    site.store.inbox.put(again, pdf)
    watch.note_scans(site)
    reopened, other = scans(site)
    assert (reopened.id, reopened.state) == (scan.id, ScanState.ARRIVED)
    assert reopened.due_at == scan.due_at < reopened.deposited_at
    assert other.due_at == other.deposited_at
    set_aside(site, replace(reopened, sha256=None))  # it fails once more
    job = keep(site, other.id, claim(site, other.id), tmp_path / "scan.pdf")
    assert job is not None
    assert [one.due_at for one in scans(site)] == [scan.due_at] * 2


def test_what_is_removed_while_a_pass_lists_it_does_not_fail_the_pass(site, monkeypatch):
    inbox, get, copy = site.store.inbox, Bucket.get, Bucket.copy_from
    gone = (f"attendance/{CENTRE}/{EXAM}.csv", f"dossiers/E5/{NUMBER}/a.pdf", "attendance/nowhere.csv")

    def first_remove(real, bucket, key, *args, **kwargs):
        what, key_of = (bucket, key) if real is get else (key, args[0])
        if key_of in gone:
            what.delete(key_of, version=kwargs["version"])
        return real(bucket, key, *args, **kwargs)

    for key in (*gone, f"dossiers/E5/{NUMBER}/b.pdf"):
        inbox.put(key, b"candidate_number,present\n")
    monkeypatch.setattr(Bucket, "get", lambda *a, **k: first_remove(get, *a, **k))
    monkeypatch.setattr(Bucket, "copy_from", lambda *a, **k: first_remove(copy, *a, **k))
    found = watch.look(site)
    assert [count for _, _, count in found.dossiers] == [1]
    assert [info for info in inbox.versions() if not info.key.startswith("receipts/")] == []


def test_many_files_of_one_kind_hold_up_no_other(site, monkeypatch):
    monkeypatch.setattr(watch, "_FILES", 3)
    monkeypatch.setattr(watch, "_SCANS", 2)
    for k in range(5):
        site.store.inbox.put(f"dossiers/E5/{NUMBER}/{k}.pdf", b"%d" % k)
        site.store.inbox.put(f"dossiers/E5/0220000000{k + 2}/1.pdf", b"%d" % k)
        site.store.inbox.put(KEY.replace("pile", f"pile {k}"), b"%d" % k)
    marks = f"candidate_number,present\n{NUMBER},oui\n".encode()
    site.store.inbox.put(f"attendance/{CENTRE}/{EXAM}.csv", marks)
    found = watch.look(site)
    assert len(found.scans) == 2
    assert [count for _, _, count in found.dossiers] == [5]  # half a dossier is not read
    with site.register.reading() as connection:
        assert attendance_of(connection, EXAM, CENTRE)
    assert len(list(site.store.inbox.versions("dossiers/"))) == 5
    for _ in range(2):
        found = watch.look(site)
    assert (len(found.scans), list(site.store.inbox.versions("dossiers/"))) == (5, [])
