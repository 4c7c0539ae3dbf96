"""Orals: panels formed from rosters and kept, their papers, on both kinds of registers."""

from __future__ import annotations

import csv
import io
import random
from collections import Counter
from contextlib import suppress
from datetime import date, time
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from actions.corrected.work_done import table, work_done
from actions.season.oral_returns import take_sheets
from actions.season.orals import all_papers, form, move, papers_of, plan_for
from processors.circular.deadlines import PARIS, instant
from processors.orals.returns import read_codes
from processors.orals.sheets import SheetKind, sheet_of
from storage.database.register import events_of
from storage.people.candidates import enrolled_in, import_candidates
from storage.people.correctors import import_correctors
from storage.refusals import Refused
from storage.season.orals import OralSheetsBack, panels_of

SCHOOLS = ("0040538N", "0139109F", "0845099L")
PEOPLE = (
    "id,name,email,schools,companies,exams,quota,days,never_with,role,away\n"
    "T1,Ursule Bidon,u@exemple.fr,0139109F,,E2 E5 E6 U4,,2026-06-02,,enseignant,\n"
    "T2,Firmin Factice,f@exemple.fr,0845099L,,E2 E5 E6,,,,,2026-06-01 matin | 2026-06-03\n"
    "P1,Zoé Postiche,z@exemple.fr,0050006E,Bidule SARL,E2 E5 E6,,,,professionnel,\n"
    "P2,Léon Leurre,l@exemple.fr,0050006E,,E2 E5 E6,,,02200000002,professionnel,\n"
).encode()


def roster(number: int = 5, category: str = "scolaire") -> bytes:
    titles = "candidate_number,registration_number,family_name,first_names,birth_date"
    lines = [
        f"0220000{k:04},{k:03},INVENTE{k},ODILON,2004-03-05,{SCHOOLS[k % 3]},0130051K,"
        f"{('SISR', 'SLAM')[k % 2]},{category},E2 E5 E6\n"
        for k in range(1, number + 1)
    ]
    return f"{titles},school,centre,option,category,exams\n{''.join(lines)}".encode()


@pytest.fixture
def summoned(world):
    for take, data in ((import_candidates, roster()), (import_correctors, PEOPLE)):
        assert not take(world.register, data, world.site.session, actor="test", at=world.tick()).problems
    return world


def test_what_is_planned_stands_in_the_register_and_follows_from_the_log(summoned, new_register):
    site = summoned.site
    plan = form(site, "E2", actor="service", at=summoned.tick())
    assert not plan.unplaced
    with site.register.reading() as connection:
        panels = panels_of(connection, "E2")
    assert sum(len(panel.turns) for panel in panels) == 5
    assert form(site, "E2", actor="service", at=summoned.tick()) == plan
    assert summoned.replayed_alike(new_register())


def test_nobody_examines_on_a_day_of_correction_while_away_or_at_a_meeting(summoned):
    site = summoned.site
    form(site, "E2", actor="service", at=summoned.tick())
    with site.register.reading() as connection:
        panels = panels_of(connection, "E2")
    by_name = {name: panel for panel in papers_of(site, "E2") for name, _ in panel.members}
    assert by_name
    for paper, panel in zip(papers_of(site, "E2"), panels, strict=True):
        names = {name for name, _ in paper.members}
        day, is_morning = panel.begins.astimezone(PARIS).date(), panel.begins.astimezone(PARIS).hour < 13
        assert not ("Ursule Bidon" in names and day == date(2026, 6, 2))
        assert not ("Firmin Factice" in names and (day == date(2026, 6, 3) or (day.day == 1 and is_morning)))
        for _, at in panel.turns:  # the concertation of E2, on that morning
            assert not instant(date(2026, 6, 1), time(9)) <= at < instant(date(2026, 6, 1), time(12))


def test_whoever_sits_in_one_epreuve_is_not_taken_for_another_at_that_hour(summoned):
    site = summoned.site
    for code in ("E6", "E2"):
        assert not form(site, code, actor="service", at=summoned.tick()).unplaced
    with site.register.reading() as connection:
        of_e6, of_e2 = (panels_of(connection, code) for code in ("E6", "E2"))
    assert {panel.place for panel in of_e6} == set(SCHOOLS)  # each candidate in its own
    assert {panel.place for panel in of_e2} == {"Lycée Marie Curie"}
    for one in of_e6:
        for other in of_e2:
            assert not (set(one.members) & set(other.members)) or (
                one.ends <= other.begins or other.ends <= one.begins
            )


def test_a_plan_can_be_made_anew_until_the_first_candidate_is_heard(summoned):
    site = summoned.site
    form(site, "E2", actor="service", at=summoned.tick())
    more = roster(8)
    assert not import_candidates(site.register, more, site.session, actor="t", at=summoned.tick()).problems
    form(site, "E2", actor="service", at=summoned.tick())
    with site.register.reading() as connection:
        panels = panels_of(connection, "E2")
    assert sum(len(panel.turns) for panel in panels) == 8
    begun = min(panel.begins for panel in panels)
    with pytest.raises(Refused, match="orals_begun"):
        form(site, "E2", actor="service", at=begun)


def test_one_candidate_is_moved_and_only_two_panels_print_anew(summoned, new_register):
    site, more = summoned.site, roster(30)
    assert not import_candidates(site.register, more, site.session, actor="t", at=summoned.tick()).problems
    form(site, "E2", actor="service", at=summoned.tick())
    before = papers_of(site, "E2")

    def moved(number, panel):
        with suppress(Refused):
            return move(site, "E2", number, panel, actor="service", at=summoned.tick())

    number, origin, target, at = next(
        (one.number, panel.number, other.number, at)
        for panel in before
        for one in panel.turns
        for other in before
        if other is not panel and (at := moved(one.number, other.number))
    )
    after = papers_of(site, "E2")
    assert number in {one.number for one in after[target - 1].turns if one.at == at}
    marks = [[{sheet.plan for sheet in panel.sheets} for panel in papers] for papers in (before, after)]
    changed = [k for k, (old, new) in enumerate(zip(*marks, strict=True), 1) if old != new]
    assert sorted(changed) == sorted([origin, target])
    assert move(site, "E2", number, target, actor="service", at=summoned.tick()) is None
    begun = min(after[origin - 1].begins, after[target - 1].begins)
    for panel, when, code in ((99, summoned.tick(), "no_such_panel"), (origin, begun, "orals_begun")):
        with pytest.raises(Refused, match=code):
            move(site, "E2", number, panel, actor="service", at=when)
    assert summoned.replayed_alike(new_register())


def test_nobody_is_moved_before_an_own_teacher_or_to_another_place(summoned):
    site = summoned.site
    form(site, "E6", actor="service", at=summoned.tick())
    here = papers_of(site, "E6")
    one = here[0].turns[0]
    elsewhere = next(panel.number for panel in here if panel.place != here[0].place)
    with pytest.raises(Refused, match="other_place"):
        move(site, "E6", one.number, elsewhere, actor="service", at=summoned.tick())
    form(site, "E2", actor="service", at=summoned.tick())
    mine = {"0139109F": "Ursule Bidon", "0845099L": "Firmin Factice"}
    tried = 0
    for panel in papers_of(site, "E2"):
        for other in papers_of(site, "E2"):
            for one in other.turns:
                if other is not panel and mine.get(one.school) in {name for name, _ in panel.members}:
                    tried += 1
                    with pytest.raises(Refused, match="may_not_examine"):
                        move(site, "E2", one.number, panel.number, actor="service", at=summoned.tick())
    assert tried


def test_papers_are_made_though_somebody_is_not_enrolled_any_more(summoned):
    """Who is examined in CCF after all: the plan stands until it is made anew."""
    site = summoned.site
    form(site, "E6", actor="service", at=summoned.tick())
    before = [panel.turns for panel in papers_of(site, "E6")]
    titles, first, *_ = roster().decode().splitlines()
    ccf = f"{titles},form\n{first},CCF\n".encode()
    assert not import_candidates(site.register, ccf, site.session, actor="t", at=summoned.tick()).problems
    with site.register.reading() as connection:
        assert len(enrolled_in(connection, "E6")) == 4
    assert [panel.turns for panel in papers_of(site, "E6")] == before


def test_the_account_of_work_tells_candidates_heard_and_what_proves_it(summoned, new_register):
    """Those whose grading sheet came back, of their own panel; a candidate's plan, and that event."""
    site, register = summoned.site, summoned.site.register
    form(site, "E2", actor="service", at=summoned.tick())
    assert work_done(site) == []
    panels = papers_of(site, "E2")
    graded = [(panel, sheet) for panel in panels for sheet in panel.sheets if sheet.kind is SheetKind.GRADING]
    marks = next(sheet for sheet in panels[0].sheets if sheet.kind is SheetKind.MARKS)
    facts = [(one.code,) for _, one in graded[:2]] + [(marks.code,)]
    for k, codes in enumerate(facts):
        summoned.record(OralSheetsBack(file=f"{k}" * 64, codes=codes), "E2")
    with register.reading() as connection:
        planned, *back = [event.seq for event in events_of(connection, "E2")]
    wanted = dict[str, list[int]]()
    for (panel, _), seq in zip(graded[:2], back, strict=False):
        for name, _role in panel.members:
            wanted.setdefault(name, []).append(seq)
    rows = list(csv.DictReader(io.StringIO(table(site).decode("utf-8-sig")), delimiter=";"))
    assert {row["nom"]: (row["oraux"], row["preuves"]) for row in rows} == {
        name: (str(len(seqs)), " ".join(map(str, [planned, *seqs]))) for name, seqs in wanted.items()
    }
    assert {(row["epreuve"], row["lots"], row["copies"]) for row in rows} == {("E2", "", "0")}
    assert summoned.replayed_alike(new_register())


def test_what_cannot_be_planned_is_refused_or_told(summoned):
    site = summoned.site
    with pytest.raises(Refused, match="not_here"):
        plan_for(site, "U4")
    with pytest.raises(Refused, match="no_plan"):
        all_papers(site, "E5")
    alone = roster(5, "individuel")
    assert not import_candidates(site.register, alone, site.session, actor="t", at=summoned.tick()).problems
    by_place = {panel.sitting.place for panel in plan_for(site, "E6").panels}
    assert by_place == {"Lycée Victor Hugo", "Lycée Marie Curie"}  # by option, as the circular says


def test_papers_say_to_each_what_is_theirs_and_each_sheet_has_its_code(summoned):
    site = summoned.site
    form(site, "E2", actor="service", at=summoned.tick())
    papers, panels = all_papers(site, "E2"), papers_of(site, "E2")
    letters = pypdfium2.PdfDocument(papers["convocations-E2.pdf"])
    texts = [page.get_textpage().get_text_range() for page in letters]
    assert len(texts) == 5
    assert all(sum(f"INVENTE{k} " in text for text in texts) == 1 for k in range(1, 6))
    assert not any("Bidon" in text or "Postiche" in text for text in texts)
    table = list(
        csv.DictReader(io.StringIO(papers["convocations-E2.csv"].decode("utf-8-sig")), delimiter=";")
    )
    assert {row["lieu"] for row in table} == {"Lycée Marie Curie"} and len(table) == 5
    sheets = pypdfium2.PdfDocument(papers["feuilles-E2.pdf"])
    read = []
    for page in sheets:
        (bars,) = zxingcpp.read_barcodes(np.asarray(on_paper(page)))
        read.append(sheet_of(bars.text))
    assert None not in read and len(set(read)) == len(read)
    assert {sheet for panel in panels for sheet in panel.sheets} == set(read)
    assert sum(sheet.kind is SheetKind.GRADING for sheet in read) == 5
    examiners = pypdfium2.PdfDocument(papers["examinateurs-E2.pdf"])
    assert len(examiners) == len({member for panel in panels for member in panel.members})


def on_paper(page: pypdfium2.PdfPage) -> Image.Image:
    """At 200 dpi, as optics see it: drawn at that size, edges snap to pixels and bars change their widths."""
    return page.render(scale=600 / 72).to_pil().reduce(3)


def scanned(pages: list[Image.Image], path: Path) -> Path:
    """Noisy, a bit askew, as a scanner feeds them."""
    rng = np.random.default_rng(5)
    worn = []
    for page in pages:
        tilted = page.convert("L").rotate(rng.uniform(-1.5, 1.5), fillcolor=250)
        gray = np.asarray(tilted, np.float32) * 0.9 + rng.normal(12, 6, tilted.size[::-1])
        worn.append(Image.fromarray(np.clip(gray, 0, 255).astype(np.uint8)))
    worn[0].save(path, save_all=True, append_images=worn[1:], resolution=200, quality=75)
    return path


def test_sheets_that_come_back_are_sorted_and_what_is_missing_is_named(summoned, tmp_path):
    site, rng = summoned.site, random.Random(2)
    for code in ("E2", "E6"):
        form(site, code, actor="service", at=summoned.tick())
    sheets = pypdfium2.PdfDocument(all_papers(site, "E2")["feuilles-E2.pdf"])
    drawn = [on_paper(page) for page in sheets]
    codes = {k: sheet_of(zxingcpp.read_barcodes(np.asarray(one))[0].text) for k, one in enumerate(drawn)}
    panels = papers_of(site, "E2")
    people = {(p.number, k): one.family_name for p in panels for k, one in enumerate(p.turns, 1)}
    order = list(codes)
    rng.shuffle(order)
    lost, upside_down, twice = order[0], order[1], order[2]
    blank, white = Image.new("L", drawn[0].size, 252), Image.new("L", drawn[0].size, 255)
    torn = drawn[3].copy()
    torn.paste(white.crop((0, 0, torn.width, 400)), (0, 0))
    other = on_paper(pypdfium2.PdfDocument(all_papers(site, "E6")["feuilles-E6.pdf"])[0])
    pile = [torn, other, drawn[twice]]
    for page in order[1:]:
        pile += [drawn[page].rotate(180) if page == upside_down else drawn[page], blank]
    path = scanned(pile, tmp_path / "rendu.pdf")
    came = take_sheets(site, "E2", path, actor="service", at=summoned.tick())
    found = [said for said in came.told if "non signée" not in said]
    assert len(came.told) - len(found) == sum(
        one.kind is not SheetKind.CANDIDATES for one in codes.values()
    ) - (codes[lost].kind is not SheetKind.CANDIDATES)  # nobody signed one
    assert [said.partition(" :")[0] for said in found] == [
        *("page 1", "page 2", f"page {pile.index(drawn[twice], 3) + 1}"),
    ]
    assert "autre épreuve" in found[1] and "déjà rendue" in found[2]
    assert len(came.missing) == 1 and codes[lost].kind.said in came.missing[0]
    (fiches := tmp_path / "fiches.pdf").write_bytes(came.files["fiches-E2.pdf"])
    back = [page.sheet for page in read_codes(fiches, set())]
    names = {sheet: people[sheet.panel, sheet.turn] for sheet in codes.values() if sheet.turn}
    assert [names[sheet] for sheet in back] == sorted(names[s] for s in names if s != codes[lost])
    again = take_sheets(site, "E2", path, actor="service", at=summoned.tick())
    assert again.told == came.told and again.files.keys() == came.files.keys()
    rest = scanned([drawn[lost]], tmp_path / "reste.pdf")
    assert take_sheets(site, "E2", rest, actor="service", at=summoned.tick()).missing == ()
    done = {line.corrector.name: (line.orals, len(line.proofs)) for line in work_done(site)}
    heard = Counter(name for panel in panels for name, _ in panel.members for _ in panel.turns)
    assert {name: orals for name, (orals, _) in done.items()} == dict(heard)
    assert max(proofs for _, proofs in done.values()) >= 2  # the plan, and the scan it came with
