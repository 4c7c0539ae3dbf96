"""An access request for one of two candidates of a pile: all of that one, nothing of the other."""

from __future__ import annotations

import hashlib
import io
import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image
from sqlalchemy import select
from typer.testing import CliRunner
from worlds import own_world

from actions.decided import copies
from actions.dropped import dossiers
from actions.season import attendance
from actions.site import now, open_site
from cli.app import app
from cli.demo_session import write_demo_session
from processors.attendance.seen import Why
from processors.dossiers.findings import Code as DossierCode
from processors.findings import Code, finding
from processors.scans.readings import CopyStatus, Half, Turn
from specimens.batch import roster_csv
from specimens.rehearsal import plan_session
from storage.bucket.keys import anonymous_copy, stored_scan
from storage.bucket.objects import ObjectInfo
from storage.database.schema import events
from storage.decided.copies import CopyAnonymised, FoundCopy, GuessedCandidate, PlacedPage
from storage.dropped.dossiers import keep_dossier_reading
from storage.dropped.readings import ScanRead
from storage.dropped.scans import ScanClaimed, ScanStored, arrive
from storage.events import Event
from storage.ids import new_id
from storage.people import accounts
from storage.people.candidates import candidate_by_number, import_candidates
from storage.season.signatures import AttendanceScanned, PaperSays
from storage.states import Decision, Pronounced, Role
from tests.storage import depositing

CENTRE = "0130051K"
LIGHT, DARK = 230, 60  # the asker's paper, and the other's


@pytest.fixture
def world(weed, tmp_path, monkeypatch):
    with own_world(weed, tmp_path / "data"):
        session = tmp_path / "session.toml"
        write_demo_session(session, now())
        monkeypatch.setenv("MASSICOT_SESSION_PATH", str(session))
        yield open_site()
        for bucket in (open_site().store.inbox, open_site().store.vault):
            for info in list(bucket.versions()):
                bucket.delete(info.key, version=info.version)


def pile() -> bytes:
    """An A3 with a page of each, folded where halves are cut (at a block); one of the first; two others."""
    a3 = np.full((1171, 1653), LIGHT, np.uint8)
    a3[:, 832:] = DARK
    images = [Image.fromarray(a3), *(Image.new("L", (827, 1169), tone) for tone in (LIGHT, DARK, DARK))]
    images[0].save(
        made := io.BytesIO(), "PDF", resolution=100, save_all=True, append_images=images[1:], quality=90
    )
    return made.getvalue()


def place(page: int, image: int, half: Half | None = None) -> PlacedPage:
    return PlacedPage(page=page, image=image, half=half, turn=Turn.NONE)


def fill(site):
    """One file with copies of two candidates, one that may be the first's, one of nobody; and dossiers."""
    at = now()
    asking, other, *rest = (
        replace(one, exams=("U4", "E5")) for one in plan_session(7, [CENTRE], ["U4"], 3).candidates
    )
    asking = replace(asking, family_name="ZYGOMAR", first_names="ODILON")
    other = replace(other, family_name="QUENEHERVE", first_names="MAXIMILIENNE")
    people = [asking, other, *rest]
    assert not import_candidates(site.register, roster_csv(people), site.session, actor="t", at=at).problems
    with site.register.reading() as connection:
        ids = [candidate_by_number(connection, one.number) for one in people]

    def record(facts, subject: str, actor: str = "t") -> None:
        site.register.record(facts, subject, actor=actor, at=now())

    key = f"scans/{CENTRE}/U4/pile de {other.family_name}.pdf"
    scan = arrive(site.register, ObjectInfo(key, new_id("scan"), 10, at), "U4", CENTRE, actor="t", at=at)
    sha = hashlib.sha256(paper := pile()).hexdigest()
    record(ScanClaimed(attempt=1), scan)
    record(ScanStored(sha256=sha), scan)
    site.store.vault.put(stored_scan(sha), paper)
    complete, wait = CopyStatus.COMPLETE, CopyStatus.TO_DECIDE
    found = [
        FoundCopy(
            id=new_id("copy"), candidate=who, attributed_by=(), status=status, pages=pages, missing=(),
            findings=said, guesses=(GuessedCandidate(candidate=ids[0], probability=0.4),),
        )
        for who, status, pages, said in [
            (ids[0], wait, (place(1, 1, Half.LEFT), place(3, 2)), (finding(Code.DUPLICATE_PAGES),)),
            (ids[1], complete, (place(2, 1, Half.RIGHT),), ()),
            (ids[0], wait, (place(4, 3),), (finding(Code.MIXED_COPY),)),
            (None, wait, (place(5, 4),), ()),
        ]
    ]  # fmt: skip
    reading = f"readings/{scan}-1.json"
    site.store.vault.put(reading, b'{"scan": {"images": 4, "pages": 5}}')
    record(ScanRead(sha256=sha, attempt=1, reading=reading, copies=tuple(found), findings=()), scan)
    for called in ("Centre Méridional", "Service des examens"):
        accounts.invite(
            site.register, Role.CENTRE, CENTRE, f"{new_id('who')}@exemple.fr", called, actor="t", at=at
        )
    words = (
        f"Le centre et le service de Méridional : C’est Zygomar et non {other.family_name.title()} "
        f"({other.number}, m.q@exemple.fr) : l’encre."
    )
    copies.decide(site, found[0].id, Decision.ACCEPT, words, actor="service", at=now())
    for copy, number in zip(found, ("ACDEFHJ", "XYXYXYX"), strict=False):
        pdf = b"%PDF-1.7 " + number.encode()
        site.store.vault.put(anonymous_copy("U4", number), pdf)
        record(CopyAnonymised(anonymous_number=number, sha256=hashlib.sha256(pdf).hexdigest()), copy.id)
    attendance.mark(site, "U4", CENTRE, {ids[1]}, actor="t", at=at)
    row = np.full((101, 980), DARK, np.uint8)  # of 10.2 mm, and 5 mm of the rows above and below
    row[24:77] = LIGHT
    Image.fromarray(row).save(seen := io.BytesIO(), "JPEG")
    site.store.vault.put("cells/x.jpg", seen.getvalue())
    cell = PaperSays(candidate=ids[0], signed=None, asked=Why.LITTLE, stated=True, picture="cells/x.jpg")
    scanned = AttendanceScanned(exam="U4", centre=CENTRE, file=sha, sheets=(), rows=(cell,), troubles=())
    record(scanned, f"U4/{CENTRE}")
    readings = {}
    for who, id_ in zip((asking, other), ids, strict=False):
        for name in ("attestation.pdf", "glissee.pdf"):
            info = ObjectInfo(f"dossiers/E5/{who.number}/{name}", new_id("doss"), 10, at - timedelta(days=9))
            data = f"%PDF-1.7 {who.family_name} {name}".encode()
            dossier = depositing.deposit(site.register, info, data, "E5", id_, name, actor="t", at=at)
        readings[id_] = dossier
    piece = {"kind": "attestation", "pages": [1], "signatures": [{"by": "Mme Tutrice", "digital": None}]}
    facts = {"numbers": [asking.number, other.number], "company": "Ferme du Lac"}
    keep_dossier_reading(
        site.register, readings[ids[0]], 2,
        {
            "candidate": asking.number, "verdict": "to_examine", "internship": None,
            "findings": [{"code": "doubtful_signature", "severity": "warning",
                          "message": "Signature à vérifier.", "evidence": []}],
            "pieces": [
                {**piece, "file": "attestation.pdf", "facts": {**facts, "owner": "candidate", "name": None}},
                {**piece, "file": "glissee.pdf",
                 "facts": {**facts, "owner": "other", "name": other.family_name}},
            ],
        },
        actor="t", at=now(),
    )  # fmt: skip
    dossiers.pronounce(
        site, readings[ids[0]], Pronounced.NON_CONFORM, [DossierCode.UNSIGNED_DOCUMENT],
        "M. Commissaire", "La signature manque.", actor="t", at=now(),
    )  # fmt: skip
    return asking, other, found


def ask(number: str, to: Path, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["access-request", number, "--to", str(to)])
    assert done.exit_code == code, done.output
    return " ".join(done.output.split())


def test_an_answer_holds_all_of_one_candidate_and_nothing_of_the_other(world, tmp_path):
    asking, other, (copy, theirs, _, nobodys) = fill(world)
    to = tmp_path / "answer"
    ask(asking.number, to)

    names = {str(path.relative_to(to)) for path in to.rglob("*") if path.is_file()}
    folder = f"copies/U4-{copy.id}"
    assert names == {
        "index.html", "donnees.json", "emargement/U4.jpg", f"{folder}/pages.pdf", f"{folder}/correcteur.pdf",
        "dossiers/E5/01-attestation.pdf", "dossiers/E5/lecture.json",
    }  # fmt: skip
    pages = pypdfium2.PdfDocument((to / folder / "pages.pdf").read_bytes())
    assert len(pages) == 2
    for page in pages:
        tones = np.asarray(page.render(scale=1.4).to_pil().convert("L"))
        assert tones.min() > LIGHT - 20, "something of the other's page"
        assert abs(int(np.median(tones)) - LIGHT) < 5
    assert (to / folder / "correcteur.pdf").read_bytes() == b"%PDF-1.7 ACDEFHJ"

    assert np.asarray(Image.open(to / "emargement" / "U4.jpg")).min() > LIGHT - 20, (
        "something of another's row"
    )

    told = (to / "index.html").read_text().replace("\N{NO-BREAK SPACE}", " ")
    assert "on ne peut le dire ; dit présent(e) ailleurs" in told
    assert "Trop peu d’encre" in (to / "donnees.json").read_text()
    everything = b"".join(path.read_bytes() for path in to.rglob("*") if path.is_file())
    for alien in (other.family_name, other.first_names, other.number, theirs.id, nobodys.id, "XYXYXYX",
                  "m.q@", "M. Commissaire", "Mme Tutrice", "pile de"):  # fmt: skip
        assert alien.lower().encode() not in everything.lower(), alien
    for own in (asking.family_name, asking.first_names, asking.number, f"{asking.birth_date:%d/%m/%Y}",
                "présent(e)", "fichier lu", "copie rendue anonyme", "La signature manque.", "à examiner",
                "Le centre et le service de […] : C’est Zygomar et non […] ([…], […] : l’encre.", "(40 %)",
                "pages : non joint", "glissee.pdf", "non joint", "le service"):  # fmt: skip
        assert own in told, own
    for link in re.findall(r'href="([^"]+)"', told):
        assert (to / link).exists()
    held = json.loads((to / "donnees.json").read_text())
    assert [one["exam"] for one in held["enrolments"]] == ["E5", "U4"]
    read = json.loads((to / "dossiers/E5/lecture.json").read_text())
    assert read["pieces"][0]["facts"]["numbers"] == [asking.number, "[…]"]
    assert read["pieces"][1] == {"kind": "attestation", "file": "glissee.pdf", "facts": {"owner": "other"}}

    with world.register.reading() as connection:
        logged = [Event.parse(line) for line in connection.scalars(select(events.c.line))]
        asked = candidate_by_number(connection, asking.number)
    shown = [event for event in logged if event.action == "identity.shown"]
    assert [(event.subject, event.facts["what"]) for event in shown] == [(asked, "access_request")]
    assert "is not empty" in ask(asking.number, to, code=1)


def test_what_is_not_what_was_dropped_is_not_handed_out(world, tmp_path):
    asking, _, _ = fill(world)
    for info in list(world.store.vault.list()):
        if world.store.vault.get(info.key).startswith(b"%PDF"):
            world.store.vault.put(info.key, b"%PDF-1.7 of somebody else")
    to = tmp_path / "answer"
    ask(asking.number, to)
    assert b"somebody else" not in b"".join(path.read_bytes() for path in to.rglob("*") if path.is_file())
    assert (to / "index.html").read_text().count("n’a pas pu être établi") == 3


def test_a_number_that_nobody_has_is_refused_in_one_line(world, tmp_path):
    fill(world)
    assert "Aucun candidat n’a ce numéro." in ask("09999999999", tmp_path / "answer", code=1)
    assert not (tmp_path / "answer").exists()
