"""Sheets of oral panels in the inbox: sorted and told, and no mark on them is kept, come what may."""

from __future__ import annotations

import json
import os
import secrets
import signal
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import select
from worlds import check_tables

from actions.dropped import inbox as watch
from actions.season.orals import form, papers_of
from actions.site import Site
from benchmarks.drawn.signing import Mark, draw_mark
from papers.oral_papers import panel_sheets
from processors.lists.people import CANDIDATE_COLUMNS
from processors.orals.sheets import OralSheet, SheetKind, sheet_of
from storage.bucket.objects import Bucket, Store, s3_client
from storage.database.register import Register
from storage.database.schema import events
from storage.database.tables import metadata
from storage.events import Event
from storage.log.backup import Backup
from storage.machine.age import Recipients
from storage.machine.settings import Settings
from storage.machine.weed import Weed
from storage.people.candidates import import_candidates
from storage.people.correctors import import_correctors
from storage.season.orals import sheets_back

SESSION = Path(__file__).parents[2] / "sessions" / "bts-sio-2026-aix-marseille.toml"
HERE, SCHOOL = "0130051K", "0040538N"  # at the first, E2 for all and E6 for who is on his own
SCAN = f"returns/{HERE}/oraux.pdf"
TITLES = ",".join(CANDIDATE_COLUMNS)
PEOPLE = (
    "id,name,email,schools,companies,exams,quota,days,never_with,role\n"
    "T1,Ursule Bidon,u@exemple.fr,0139109F,,E2 E6,,,,enseignant\n"
    "P1,Zoé Postiche,z@exemple.fr,0050006E,,E2 E6,,,,professionnel\n"
).encode()
BEFORE_HARMONISATION = datetime(2026, 6, 3, 18, tzinfo=UTC)


def roster(*categories: str) -> bytes:
    lines = (
        f"0220000{k:04},{k:03},INVENTE{k},ODILON,2004-03-05,{SCHOOL},{HERE},SISR,{category},E2 E6"
        for k, category in enumerate(categories, 1)
    )
    return "\n".join([TITLES, *lines]).encode()


@dataclass
class Place:
    """A session whose orals are planned, on a store and a register; each event a second later."""

    site: Site
    ticks: list[datetime] = field(default_factory=list)

    @property
    def inbox(self) -> Bucket:
        return self.site.store.inbox

    def take(self, *categories: str) -> None:
        for read, data in ((import_candidates, roster(*categories)), (import_correctors, PEOPLE)):
            assert not read(
                self.site.register, data, self.site.session, actor="t", at=self.site.clock()
            ).problems
        for exam in ("E2", "E6"):
            assert not form(self.site, exam, actor="t", at=self.site.clock() - timedelta(days=60)).unplaced

    def sheets(self) -> dict[OralSheet, Image.Image]:
        """All of them, as the scanner's optics see them."""
        found = {}
        for exam in ("E2", "E6"):
            printed, _ = panel_sheets(papers_of(self.site, exam), self.site.session.title)
            for page in pypdfium2.PdfDocument(printed):
                image = page.render(scale=600 / 72, grayscale=True).to_pil().reduce(3)
                (bars,) = zxingcpp.read_barcodes(np.asarray(image))
                found[sheet_of(bars.text)] = image
        return found

    def answer(self, key: str = SCAN) -> dict:
        return json.loads(self.inbox.get(f"receipts/{key}.json"))

    def log(self) -> list[str]:
        with self.site.register.reading() as connection:
            return list(connection.scalars(select(events.c.line).order_by(events.c.seq)))

    def sorted(self) -> list[Event]:
        return [event for event in map(Event.parse, self.log()) if event.action == "orals.scan_sorted"]

    def back(self, exam: str) -> set[str]:
        with self.site.register.reading() as connection:
            return set(sheets_back(connection, exam))


@pytest.fixture
def place(
    weed: Weed, store: Store, new_register: Callable[..., Register], tmp_path: Path, monkeypatch
) -> Iterator[Place]:
    client = s3_client(weed.endpoint, *weed.keys["workflow"], "us-east-1")
    names = {name: f"{name}-{secrets.token_hex(4)}" for name in ("inbox", "vault", "audit")}
    own = Store(client, **names)  # nothing of other tests lies there
    own.ensure_buckets()
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    ticks: list[datetime] = []

    def clock() -> datetime:
        ticks.append(BEFORE_HARMONISATION + timedelta(seconds=len(ticks)))
        return ticks[-1]

    settings = Settings(data_dir=tmp_path / "data", session_path=SESSION)
    yield Place(Site(settings, own, new_register(), clock))
    for name in names.values():
        client.delete_bucket(Bucket=name)


def pile(pages: list[Image.Image], said: str = "") -> bytes:
    """A scan of these pages; `said` stands in it as a note that some program made."""
    path = Path(tempfile.mkdtemp()) / "pile.pdf"
    pages[0].save(path, save_all=True, append_images=pages[1:], resolution=200, quality=75, title=said)
    data = path.read_bytes()
    path.unlink()
    path.parent.rmdir()
    return data


def written_on(page: Image.Image, y: int = 1500) -> Image.Image:
    """A mark by hand."""
    marked = np.asarray(page).copy()
    draw_mark(marked, Mark.NAME, (60, y / 7.87, 60, 12), 200 / 25.4, np.random.default_rng(y))
    return Image.fromarray(marked)


def signed(place: Place, sheet: OralSheet, image: Image.Image) -> Image.Image:
    """By all its examiners."""
    _, columns = panel_sheets(papers_of(place.site, sheet.exam), place.site.session.title)
    (column,) = (one for one in columns if one.code == sheet.code)
    marked, rng = np.asarray(image).copy(), np.random.default_rng(3)
    for top, end in zip(column.edges, column.edges[1:], strict=False):
        draw_mark(
            marked, Mark.LOOPS, (column.left, top, column.right - column.left, end - top), 200 / 25.4, rng
        )
    return Image.fromarray(marked)


def traces(pdf: bytes, said: str) -> list[bytes]:
    """What is to be found wherever that scan, or a page of it, is kept: of each page's image, four places."""
    with pikepdf.open(Path(_kept(pdf))) as opened:
        streams = [next(iter(page.get_images().values())).read_raw_bytes() for page in opened.pages]
    pieces = [raw[k : k + 48] for raw in streams for k in np.linspace(700, len(raw) - 100, 4).astype(int)]
    return [*pieces, said.encode(), said.encode("utf-16-be")]


def _kept(pdf: bytes) -> str:
    file = tempfile.NamedTemporaryFile(suffix=".pdf", delete=False)  # noqa: SIM115 - its name is wanted
    file.write(pdf)
    file.close()
    return file.name


def everywhere(place: Place) -> Iterator[tuple[str, bytes]]:
    """All that massicot holds: objects in all their versions, each row, each file of the data folder."""
    store = place.site.store
    for bucket in (store.inbox, store.vault, store.audit):
        for info in list(bucket.versions()):
            yield f"{bucket.name}/{info.key}", bucket.get(info.key, version=info.version)
    with place.site.register.reading() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(select(table)):
                yield table.name, repr(tuple(row)).encode()
    for path in place.site.settings.data_dir.rglob("*"):
        if path.is_file():
            yield str(path), path.read_bytes()


def looted(place: Place, pdf: bytes, said: str) -> list[str]:
    wanted = traces(pdf, said)
    return [where for where, data in everywhere(place) if any(one in data for one in wanted)]


def objects(place: Place) -> set[tuple[str, str]]:
    store = place.site.store
    return {(b.name, info.key) for b in (store.inbox, store.vault) for info in b.versions()}


def test_a_dropped_scan_is_sorted_told_and_kept_nowhere(place: Place):
    place.take("scolaire", "scolaire", "individuel")
    former = place.sheets()
    place.take("scolaire", "scolaire", "individuel", "scolaire")
    sheets = place.sheets()
    here = [
        s
        for s in sheets
        if s.exam == "E2" or papers_of(place.site, "E6")[s.panel - 1].place.startswith("Lycée Marie")
    ]
    elsewhere = next(s for s in sheets if s not in here and s.kind is SheetKind.GRADING)
    assert {s.exam for s in here} == {"E2", "E6"}
    lost = next(s for s in here if s.kind is SheetKind.MARKS)
    twice = next(s for s in here if s.kind is SheetKind.GRADING)
    by_all = next(s for s in here if s.kind is SheetKind.EXAMINERS)
    old = next(s for s in former if s not in sheets)
    without_code = written_on(Image.new("L", sheets[twice].size, 252))
    order = [s for s in reversed(here) if s != lost]
    pages = {s: written_on(sheets[s], 1400 + 10 * k) for k, s in enumerate(order)}
    pages[by_all] = signed(place, by_all, sheets[by_all])
    said = "MARTINET : 17,25"
    scan = pile(
        [without_code, sheets[elsewhere], former[old], *(pages[s] for s in order), sheets[twice]], said
    )
    before = objects(place)
    place.inbox.put(SCAN, scan)
    assert looted(place, scan, said) == [f"{place.inbox.name}/{SCAN}"]
    watch.look(place.site)

    answer = place.answer()
    assert answer["taken"] is True and answer["message"].startswith(f"{len(order)} feuilles rendues")
    assert "massicot orals sort" in answer["message"]
    last = len(order) + 4
    assert [(one["page"], one["code"]) for one in answer["set_aside"]] == [
        *((1, "page_no_code"), (2, "page_other_place"), (3, "page_other_plan"), (last, "page_twice")),
    ]
    numbers = {s: place_ for place_, s in enumerate(order, 4)}
    names = {
        s: paper.turns[s.turn - 1].family_name
        for exam in ("E2", "E6")
        for paper in papers_of(place.site, exam)
        for s in paper.sheets
        if s.turn
    }
    told = {(one["exam"], one["what"]): one["pages"] for one in answer["order"]}
    for exam in ("E2", "E6"):
        graded = sorted((s for s in order if s.exam == exam and s.turn), key=lambda s: names[s])
        assert told[exam, "fiche d’évaluation"] == [numbers[s] for s in graded]
    owing = {s for s in order if s.kind is not SheetKind.CANDIDATES} - {by_all}
    assert {one["page"] for one in answer["unsigned"]} == {numbers[s] for s in owing}
    assert answer["missing"] == [f"{lost.exam}, jury n° {lost.panel} : bordereau de notes"]

    assert looted(place, scan, said) == []
    assert objects(place) - before == {(place.inbox.name, f"receipts/{SCAN}.json")}
    assert not place.site.settings.data_dir.exists() or not list(place.site.settings.data_dir.iterdir())
    (event,) = place.sorted()
    assert event.subject == f"returns/{HERE}"
    assert {
        key: event.facts[key] for key in ("doubled", "misfiled", "missing", "unread", "foreign", "pages")
    } == {
        "doubled": [twice.code],
        "misfiled": [elsewhere.code],
        "missing": [lost.code],
        "unread": 1,
        "foreign": 1,
        "pages": last,
    }
    assert set(event.facts["sheets"]) == {s.code for s in order} == place.back("E2") | place.back("E6")
    assert set(event.facts["unsigned"]) == {s.code for s in owing}
    assert not [line for line in place.log() if "INVENTE" in line or "ODILON" in line or "Bidon" in line]
    assert check_tables(place.site.register) == []


def test_each_version_is_sorted_before_it_goes_and_the_same_file_again_is_no_second_event(place: Place):
    place.take("individuel")
    sheets = list(place.sheets().items())
    half = [pile([image for _, image in part], "one") for part in (sheets[:3], sheets[3:])]
    for data in half:
        place.inbox.put(SCAN, data)
    place.inbox.delete(SCAN)  # it is withdrawn, which takes no version away
    for _ in range(2):
        watch.take_returned(place.site)
    assert place.back("E2") | place.back("E6") == {sheet.code for sheet, _ in sheets}
    assert place.answer()["missing"] == []
    assert len(place.sorted()) == 2
    place.inbox.put(SCAN, half[1])
    watch.take_returned(place.site)
    assert place.answer()["set_aside"] == [] and len(place.sorted()) == 2
    assert not list(place.inbox.versions("returns/"))


def broken_page() -> bytes:
    """The first of two pages cannot be decoded."""
    blank = Image.new("L", (1654, 2339), 255)
    with pikepdf.open(Path(_kept(pile([written_on(blank), blank])))) as opened:
        next(iter(opened.pages[0].get_images().values())).write(
            b"\xff\xd8 broken", filter=pikepdf.Name.DCTDecode
        )
        opened.save(path := Path(_kept(b"")))
    return path.read_bytes()


BAD = {
    "no PDF": (SCAN, b"17,25 SECRET", "not_a_pdf"),
    "nothing": (SCAN, b"", "empty_file"),
    "cut": (SCAN, b"%PDF-1.7 17,25 SECRET", "damaged_file"),
    "nobody's place": ("returns/0999999X/x.pdf", b"%PDF-1.7 17,25 SECRET", "no_panel_there"),
    "no place": ("returns/17,25 SECRET.pdf", b"%PDF-1.7 17,25 SECRET", "no_panel_there"),
    "a folder too many": (f"returns/{HERE}/E2/x.pdf", b"%PDF-1.7 17,25 SECRET", "no_panel_there"),
}


@pytest.mark.parametrize("what", BAD)
def test_what_cannot_be_sorted_is_told_why_and_not_kept_either(place: Place, what: str):
    key, data, code = BAD[what]
    place.take("individuel")
    before, log = objects(place), place.log()
    place.inbox.put(key, data)
    watch.look(place.site)
    answer = place.answer(key)
    assert (answer["taken"], answer["code"]) == (False, code)
    assert answer["message"].endswith("n’est gardée nulle part, parce qu’elle porte des notes.")
    assert "quarantaine" not in answer["message"] and "il est gardé" not in answer["message"]
    assert objects(place) - before == {(place.inbox.name, f"receipts/{key}.json")}
    assert not [where for where, data in everywhere(place) if b"SECRET" in data]
    assert place.log() == log


def test_a_page_that_cannot_be_read_is_named(place: Place):
    place.take("individuel")
    place.inbox.put(SCAN, broken_page())
    watch.take_returned(place.site)
    answer = place.answer()
    assert [(one["page"], one["code"]) for one in answer["set_aside"]] == [(1, "page_broken")]
    assert (place.sorted()[0].facts["unread"], place.sorted()[0].facts["sheets"]) == (1, [])


def test_a_file_that_is_too_large_is_not_even_fetched(place: Place, monkeypatch):
    place.take("individuel")
    monkeypatch.setattr(watch, "MAX_RETURN", 10)
    monkeypatch.setattr(Bucket, "download", None)
    place.inbox.put(SCAN, b"%PDF-1.7 and more")
    watch.take_returned(place.site)
    assert place.answer()["code"] == "file_too_large"
    assert not list(place.inbox.versions("returns/"))


def test_killed_when_it_was_fetched_nothing_stays_on_the_disk(place: Place, monkeypatch):
    place.take("individuel")
    scan = pile([next(iter(place.sheets().values()))], "SECRET")
    place.inbox.put(SCAN, scan)
    place.site.register.engine.dispose()
    pid = os.fork()
    if pid == 0:
        try:
            place.site.register.engine.dispose(close=False)
            monkeypatch.setattr(watch, "take_returns", lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
            watch.take_returned(place.site)
        finally:
            os._exit(0)
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status)
    assert (place.site.settings.data_dir / "sorting" / "scan.pdf").exists()
    watch.take_returned(place.site)
    assert place.answer()["taken"] is True and len(place.sorted()) == 1
    assert looted(place, scan, "SECRET") == []


def test_stopped_before_it_was_told_it_is_sorted_again_and_noted_once(place: Place, monkeypatch):
    place.take("individuel")
    place.inbox.put(SCAN, pile([next(iter(place.sheets().values()))]))
    with monkeypatch.context() as patch, pytest.raises(TypeError):
        patch.setattr(watch, "_tell_and_remove", None)
        watch.take_returned(place.site)
    log = place.log()
    assert len(place.sorted()) == 1 and place.inbox.head(SCAN) is not None
    watch.take_returned(place.site)
    assert place.answer()["taken"] is True and place.answer()["set_aside"] == []
    assert place.log() == log and place.inbox.head(SCAN) is None


def test_what_waits_is_in_no_backup(place: Place, tmp_path: Path):
    place.inbox.put(SCAN, b"%PDF-1.7 17,25 SECRET")
    place.inbox.put("scans/a.pdf", b"a scan")
    folder = tmp_path / "backup"
    Backup(folder).make(place.site.store, place.site.register, Recipients(), at=place.site.clock())
    found = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    assert any(b"a scan" in data for data in found)
    assert not [data for data in found if b"SECRET" in data or b"returns/" in data]
    for key in (SCAN, "scans/a.pdf"):
        place.inbox.erase(key)
