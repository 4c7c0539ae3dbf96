"""Lists of thousands: the register finds, sorts and counts; a page reads what it shows, no more."""

from __future__ import annotations

import csv
import io
import re
from itertools import groupby, product

import pytest
from filling import MINE, OTHER, Filled
from heaps import heap, read_of
from visitors import Browser, Desk

from actions.decided import copies
from actions.season import attendance
from actions.site import now
from desk.listing import folded
from papers.tables import parts_of_csv
from processors.findings import Code
from storage.corrected.lots import LotPulled
from storage.people.candidates import enrolled_in
from storage.states import Role, Trouble

HERE = f"/centre/{MINE}/U4"
QUEUE = "/coordination/decisions"


@pytest.mark.parametrize(
    ("page", "of_file"),
    [
        (QUEUE, 0),
        (f"{QUEUE}?rank=2&tri=-constat", 0),
        (f"{QUEUE}?constat=copie+non+identifi%C3%A9e&tri=centre", 0),
        (f"{QUEUE}?q=marseille&tri=-depot", 1),
        ("/api/decisions", 0),
        (HERE, 6),
        (f"{HERE}/etat", 6),
        (f"{HERE}/a-reprendre", 1),
        (f"{HERE}/a-reprendre?q=identifi&tri=-candidat", 2),
    ],
)
def test_what_a_page_reads_does_not_grow_with_the_list(desk: Desk, filled: Filled, page: str, of_file: int):
    """Nor do its statements; of each file more, at most so many rows."""
    browser = desk.program(Role.SERVICE) if page.startswith("/api") else desk.signed_in(Role.SERVICE)
    for _ in range(3):
        heap(desk.site, MINE, 100)

    def read() -> tuple[int, int]:
        assert browser.get(page).status_code == 200
        with read_of(desk.site.register.engine) as counted:
            assert browser.get(page).status_code == 200
        return counted.statements, counted.rows

    statements, rows = read()
    more = 4
    for _ in range(more):
        heap(desk.site, MINE, 150)
    again, grown = read()
    assert again == statements
    assert grown <= rows + more * of_file


@pytest.fixture
def various(desk: Desk, filled: Filled) -> Browser:
    """A queue of every kind: two centres and épreuves, copies in a lot, one of an absent candidate."""
    site = desk.site
    with site.register.reading() as connection:
        here = [who.id for who in enrolled_in(connection, "U4", MINE)]
    heap(site, MINE, 25, name="été 1", owners=(None, here[3]))
    heap(site, OTHER, 25, exam="U7", name="cahier")
    heap(site, OTHER, 12, name="pile 12")
    site.register.record(LotPulled(), filled.values["lot"], actor=filled.corrector, at=now())
    reported = filled.values["subject"]
    copies.report(site, reported, Trouble.ILLEGIBLE, "", actor=filled.corrector, at=now())
    attendance.mark(site, "U4", MINE, {here[2]}, actor="t", at=now())
    return desk.signed_in(Role.SERVICE)


def listed(browser: Browser, path: str) -> list[tuple[str, ...]]:
    text = browser.get(path).text.removeprefix("\ufeff")
    _titles, *lines = csv.reader(io.StringIO(text), delimiter=";")
    return [tuple(line) for line in lines]


def test_the_register_finds_what_was_found_row_by_row(various: Browser):
    """Each filter, words, and both at once, against the whole list looked through here."""
    whole = listed(various, f"{QUEUE}?format=csv")
    assert (
        len(whole) > 60 and len({row[3] for row in whole}) > 5 and {row[5] for row in whole} == {"oui", "non"}
    )
    kinds = sorted({row[3] for row in whole})
    words = [
        "",
        "u7",
        "MARSEILLE",
        "gap",
        "1",
        "12",
        "2 non",
        "identifiée",
        "écritures u4",
        "absent",
        "rien du tout",
    ]
    words += ["novembre", "oui", "%", "_", "a'b"]
    for q, kind in product(words, ("", *kinds)):
        expected = [
            row
            for row in whole
            if kind in ("", row[3]) and all(word in " ".join(map(folded, row)) for word in folded(q).split())
        ]
        got = various.client.get(QUEUE, params={"format": "csv", "q": q, "constat": kind}).text
        lines = [tuple(line) for line in csv.reader(io.StringIO(got.removeprefix("\ufeff")), delimiter=";")]
        assert lines[1:] == expected, (q, kind)


@pytest.mark.parametrize("way", ["", "-"])
@pytest.mark.parametrize("column", range(6))
def test_the_register_sorts_as_people_do(various: Browser, column: int, way: str):
    """By what is seen, without accents, numbers as numbers; what is alike stays in the list's own order."""
    whole = listed(various, f"{QUEUE}?format=csv")
    key = ("epreuve", "centre", "copie", "constat", "depot", "lot")[column]
    got = listed(various, f"{QUEUE}?format=csv&tri={way}{key}")
    if key == "depot":  # by the times of the files, as `various` drops them
        came = [("U4", "Marseille"), ("U7", "Gap"), ("U4", "Gap")]
        assert [place for place, _ in groupby((row[0], row[1].split(", ")[1]) for row in got)] == (
            came[::-1] if way else came
        )
        return

    def rank(row: tuple[str, ...]) -> object:
        return int(row[column]) if key == "copie" else folded(row[column])

    assert got == sorted(whole, key=rank, reverse=bool(way))


def test_a_page_of_what_was_found_is_that_part_of_it(various: Browser):
    whole = [row[:3] for row in listed(various, f"{QUEUE}?format=csv&tri=-copie")]
    seen = []
    for rank in (1, 2):
        text = various.get(f"{QUEUE}?tri=-copie&rank={rank}").text
        rows = re.findall(r"<b>(U\d)</b>, (.*?), (\d+)<sup>", text.partition('class="desk-list"')[2])
        seen += [(exam, place, position) for exam, place, position in rows]
    assert [(row[0], row[2]) for row in whole] == [(row[0], row[2]) for row in seen]
    assert f"page 1 sur {-(-len(whole) // 50)}" in various.get(QUEUE).text


def test_the_centre_sees_fifty_and_the_rest_by_the_page(desk: Desk, filled: Filled):
    asks = (Code.UNIDENTIFIED, Code.MISSING_PAGES)
    heap(desk.site, MINE, 70, name="grande pile", codes=asks)
    heap(desk.site, MINE, 5, name="petite pile", codes=asks)
    centre = desk.signed_in(Role.CENTRE, MINE)
    shown = centre.get(HERE).text
    assert shown.count("data-again") + shown.count("le service de coordination décide") == 50
    assert "70 copies, 0 en ordre" in shown and "Tout voir : 76 copies à reprendre ou à décider" in shown
    link = re.search(r'href="([^"]+)">Tout voir : 70 copies', shown)
    assert link is not None
    of_pile = centre.get(link[1].replace("&amp;", "&")).text
    assert "70 sur 76" in of_pile and "page 1 sur 2" in of_pile and "petite pile" not in of_pile
    rest = centre.get(f"{HERE}/a-reprendre?q=grande+pile&rank=2").text
    assert len(re.findall("<li><h2", rest)) == 20 and "data-drop" in rest
    scan = listed(centre, f"{HERE}/a-reprendre?format=csv&quoi=%C3%A0+num%C3%A9riser+de+nouveau")
    assert len(scan) == 37 and {row[4] for row in scan} == {"pages manquantes"}
    assert {row[3] for row in scan} == {"à numériser de nouveau"}
    looked = centre.get(f"{HERE}/a-reprendre?quoi=%C3%A0+v%C3%A9rifier").text
    assert "Copies à vérifier" in looked


def test_the_centre_looks_through_its_files(desk: Desk, filled: Filled):
    """Of more than a page of files, the latest first; their names are searched, and taken away as CSV."""
    for k in range(51):
        heap(desk.site, MINE, 1, name=f"feuille {k:02}")
    centre = desk.signed_in(Role.CENTRE, MINE)
    first, second = centre.get(HERE).text, centre.get(f"{HERE}?rank=2").text
    assert "feuille 50.pdf" in first and "feuille 00.pdf" not in first and "feuille 00.pdf" in second
    assert "page 1 sur 2" in first and f'hx-get="{HERE}/etat?rank=2"' in second
    found = centre.get(f"{HERE}/etat?q=07.pdf").text
    assert "feuille 07.pdf" in found and "feuille 08.pdf" not in found
    assert len(listed(centre, f"{HERE}?format=csv")) == 52


def test_a_copy_of_another_exams_pile_stands_on_the_page_of_its_own(desk: Desk, filled: Filled):
    """Once it was transferred, the page of either épreuve answers, and each counts its own."""
    heap(desk.site, MINE, 2, name="pile mêlée")
    service = desk.signed_in(Role.SERVICE)
    row = service.get(f"{HERE}/a-reprendre?q=m%C3%AAl%C3%A9e").text
    (copy, *_) = re.findall(r"/copies/(copy_\w+)", row)
    service.get(f"{QUEUE}/{copy}")
    assert service.post(f"{QUEUE}/{copy}/epreuve", {"exam": "U7"}).status_code == 303
    there = service.get(f"/centre/{MINE}/U7").text
    assert "pile mêlée.pdf" in there and "(pile de U4)" in there and "1 copie de U7" in there
    assert f"/centre/{MINE}/U7/copies/{copy}" in there and "Retirer tout le fichier" not in there
    assert "1 copie, 0 en ordre" in service.get(HERE).text
    assert desk.program(Role.SERVICE).get(f"/api/centres/{MINE}/U7").json()["files"][0]["copies"]


def test_a_long_table_comes_in_parts():
    parts = list(parts_of_csv(["n"], ([str(n)] for n in range(2500))))
    assert len(parts) == 4 and b"".join(parts).decode("utf-8-sig").split() == ["n", *map(str, range(2500))]
