"""A deposit is read in a child, whatever it holds, and the commission gets its list."""

import csv
import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pypdfium2
import pytest

from actions.dropped.dossiers import pronounce, read_deposit
from processors.circular.deadlines import PARIS
from processors.circular.session import load_session
from processors.dossiers.findings import Code
from specimens.batch import roster_csv
from specimens.dossiers import documents
from specimens.dossiers.deposit import Medium, Trouble, draw_deposit
from specimens.people import invent_candidates, invent_schools
from storage.refusals import Refused

pytestmark = pytest.mark.slow

SESSION_FILE = Path("sessions/bts-sio-2026-aix-marseille.toml").resolve()
SESSION = load_session(SESSION_FILE)
E5 = SESSION.exam("E5")
AT = datetime(2026, 4, 20, 9, tzinfo=PARIS)
_RNG = np.random.default_rng(3)
ADA, BEN = invent_candidates(_RNG, 2, "0130051K", ["E5", "E6"], invent_schools(_RNG, 2))


def codes(reading):
    return {found["code"] for found in reading["findings"] if found["severity"] != "info"}


def sound():
    due = E5.deposit.deadline.at
    return draw_deposit(np.random.default_rng(1), ADA, BEN, "E5", due, Trouble.NONE, Medium.PRINT).files


def test_what_hangs_or_crashes_is_set_aside_and_the_rest_is_read():
    """A table of millions of cells would fill the child's memory."""
    bomb = io.BytesIO()
    rows = b"".join(b'<row r="%d"><c t="inlineStr"><is><t>x</t></is></c></row>' % k for k in range(1, 400))
    sheet = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    sheet += rows + b'<row r="400"><c t="inlineStr"><is><t>' + b"A" * 150_000_000
    book = documents.as_workbook([["x"]])
    with (
        zipfile.ZipFile(io.BytesIO(book)) as source,
        zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for info in source.infolist():
            made.writestr(info.filename, sheet if "sheet1" in info.filename else source.read(info))
    files = (*sound(), ("piège.xlsx", bomb.getvalue()))
    reading = read_deposit(files, SESSION, E5, ADA, AT)
    assert codes(reading) == {"unreadable_piece"}
    assert reading["verdict"] == "to_examine"
    assert any("piège.xlsx" in found["message"] for found in reading["findings"])
    assert {piece["kind"] for piece in reading["pieces"]} >= {"synthesis_table", "internship_certificate"}


@pytest.mark.skipif(shutil.which("soffice") is None, reason="no LibreOffice here")
def test_office_files_become_pages_and_one_that_cannot_is_set_aside():
    rng = np.random.default_rng(4)
    due = E5.deposit.deadline.at
    deposit = draw_deposit(rng, ADA, BEN, "E5", due, Trouble.UNSIGNED, Medium.OFFICE)
    assert {name.rsplit(".")[-1] for name, _ in deposit.files} == {"xlsx", "odt", "docx"}
    broken = io.BytesIO()
    with zipfile.ZipFile(broken, "w") as made:
        made.writestr("[Content_Types].xml", "<x/>")
        made.writestr("word/document.xml", "<x")
    reading = read_deposit((*deposit.files, ("abîmé.docx", broken.getvalue())), SESSION, E5, ADA, AT)
    assert codes(reading) == {"unsigned_document", "unreadable_piece"}
    assert any("abîmé.docx" in found["message"] for found in reading["findings"])
    assert reading["internship"]["weeks"] == 10


def massicot(*arguments, cwd):
    program = [sys.executable, "-c", "from cli.app import app; app()"]
    return subprocess.run([*program, *map(str, arguments)], cwd=cwd, capture_output=True, text=True)


def test_the_command_reads_a_folder_and_prints_the_contract(tmp_path):
    folder = tmp_path / "dossier"
    folder.mkdir()
    for name, data in sound():
        (folder / name).write_bytes(data)
    roster = tmp_path / "roster.csv"
    roster.write_bytes(roster_csv([ADA, BEN]))
    told = ("--session", SESSION_FILE, "--roster", roster, "--exam", "E5", "--candidate", ADA.number)
    done = massicot(
        "dossier", "read", folder, *told, "--deposited-at", "2026-04-22T12:00:00", "--json", cwd=Path.cwd()
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["candidate"], codes(said)) == (ADA.number, {"late_deposit"})
    plain = massicot("dossier", "read", *sorted(folder.iterdir()), *told, cwd=Path.cwd())
    assert "conform" in plain.stdout and plain.returncode == 0
    nobody = massicot("dossier", "read", folder, *told[:-1], "00000000000", cwd=Path.cwd())
    assert nobody.returncode == 1 and "roster" in nobody.stderr


def text_of(pdf):
    document = pypdfium2.PdfDocument(pdf)
    return re.sub(r"\s+", " ", " ".join(page.get_textpage().get_text_bounded() for page in document))


def names_of(lines):
    return sorted({line.person.family_name for line in lines})


@pytest.mark.xdist_group("machine")
def test_the_commissions_list_shows_what_was_found(stage, tmp_path):
    """Through the flows: deposits dropped, read, swept, decided of and reported on."""
    from actions.dropped.commission import Commission, lines_of, write_notices, write_report
    from cli import demo_dossiers
    from storage.states import Pronounced

    site = stage.site
    drawn = demo_dossiers.draw(site, demo_dossiers.enrolled(stage.plan.candidates))
    demo_dossiers.drop(site, drawn)
    stage.wait(lambda: demo_dossiers.all_read(site, drawn))
    stage.run("sweep-deadlines")
    assert demo_dossiers.not_as_drawn(site, drawn) == []

    centre = demo_dossiers.CENTRE
    before = {line.person.number: line for line in lines_of(site, "E5", Commission(centre), pictures=False)}
    wanting = {number for number, line in before.items() if line.verdict != "conforme"}
    written = write_notices(site, E5, Commission(centre), tmp_path / "notices", at=AT, actor="service")
    assert {path.stem.split()[-1] for path in written} == wanting and len(wanting) < len(before)
    for path in written:
        said = text_of(path)
        mine = [name for name in names_of(before.values()) if name in said]
        assert mine == [before[path.stem.split()[-1]].person.family_name]
        assert "avant le mercredi 22 avril 2026 à 12:00" in said
    with pytest.raises(Refused, match="nothing_to_mend"):
        write_notices(site, E5, Commission(centre), tmp_path, at=AT + timedelta(days=9), actor="service")

    lines = lines_of(site, "E6", Commission(centre), pictures=False)
    late = next(line for line in lines if "late_deposit" in {f["code"] for f in line.reading["findings"]})
    pronounce(
        site, late.dossier.id, Pronounced.NON_CONFORM, [Code.LATE_DEPOSIT], "Mme X", "retard",
        actor="commission", at=AT,
    )  # fmt: skip
    pdf, table = write_report(site, "E6", Commission(centre), tmp_path, at=AT)
    rows = list(csv.DictReader(io.StringIO(table.read_bytes().decode("utf-8-sig")), delimiter=";"))
    names = [row["nom_de_naissance"] for row in rows]
    assert names == sorted(names) and len(rows) == len(before)
    assert {row["proposition"] for row in rows} >= {"conforme", "non-conformité proposée", "à examiner"}
    assert [row["decision"] for row in rows].count("non conforme (retard)") == 1
    text = text_of(pdf)
    assert all(name in text for name in names)
    pages = [
        re.sub(r"\s+", " ", page.get_textpage().get_text_bounded()) for page in pypdfium2.PdfDocument(pdf)
    ]
    for number, page in enumerate(pages, 1):
        assert f"E6, {site.session.centre(centre).name} ({centre})" in page
        assert f"page {number} sur {len(pages)}" in page
    assert "Aucun dossier n’a été déposé" in text and "Décision enregistrée : non conforme" in text
