"""Whatever is dropped is answered and kept, and nothing else waits for it: on the real machine."""

from __future__ import annotations

import hashlib
import io
import json

import pikepdf
import pytest
from botocore.exceptions import ClientError

from actions.site import now
from processors.findings import Code
from specimens.batch import Kind, roster_csv
from specimens.rehearsal import correctors_csv
from storage.bucket.keys import RECEIPTS
from storage.decided.copies import copies_of_scan
from storage.decided.findings import open_findings
from storage.people.candidates import enrolled_in, import_candidates
from storage.people.correctors import all_correctors, import_correctors

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("machine")]

HERE = "scans/0050006E/"


def pdf(pages: int, **how: object) -> bytes:
    made = pikepdf.new()
    made.add_blank_page()
    kids = made.Root.Pages.Kids
    made.Root.Pages.Kids = pikepdf.Array([kids[0]] * pages)  # the same page again and again: tiny
    made.Root.Pages.Count = pages
    out = io.BytesIO()
    made.save(out, **how)
    return out.getvalue()


LONG = "é" * 125 + ".pdf"  # the store takes it, and has no room for the name of its receipt
BAD: dict[str, tuple[bytes, Code]] = {
    "U7/photo prise à l'étage.pdf": (b"\xff\xd8\xff\xe0 a picture", Code.NOT_A_PDF),
    "U7/coupe.pdf": (pdf(50)[:-700], Code.DAMAGED_FILE),
    "U7/secret.pdf": (
        pdf(4, encryption=pikepdf.Encryption(user="sesame", owner="sesame")),
        Code.ENCRYPTED_FILE,
    ),
    "U7/rien.pdf": (pdf(0), Code.NO_PAGES),
    "U7/tout.pdf": (pdf(5000), Code.TOO_MANY_PAGES),
    "U99/pile.pdf": (pdf(2), Code.UNKNOWN_EXAM),
    "U7/lundi/pile.pdf": (pdf(3), Code.BAD_NAME),
    f"U7/{LONG}": (pdf(1), Code.BAD_NAME),
}


@pytest.fixture(scope="module")
def dropped(stage):
    """Every bad file, and a good one after them."""
    inbox = stage.site.store.inbox
    for name, (data, _) in BAD.items():
        inbox.put(f"{HERE}{name}", data)
    good = stage.draw("0050006E", "U7", (Kind.OK, Kind.OK))
    stage.drop(good, "zut alors.pdf")
    stage.wait(lambda: len(stage.scans_in("processed", "quarantined", under=HERE)) == len(BAD) + 1)
    stage.wait(lambda: not list(inbox.list(HERE)))
    return good


def receipt(stage, scan) -> dict:
    """Where its centre looks for it, or under the id of the scan when the path cannot be used."""
    name = scan.inbox_key.removeprefix("scans/")
    odd = BAD.get(scan.inbox_key.removeprefix(HERE), (b"", None))[1] is Code.BAD_NAME
    return json.loads(stage.site.store.inbox.get(f"{RECEIPTS}{scan.id if odd else name}.json"))


def test_each_bad_file_has_its_own_finding_and_receipt(stage, dropped):
    with stage.site.register.reading() as connection:
        found = {f.scan: f for f in open_findings(connection) if f.copy is None}
    aside = stage.scans_in("quarantined", under=HERE)
    told = {scan.inbox_key.removeprefix(HERE): found[scan.id].code for scan in aside}
    assert told == {name: code for name, (_, code) in BAD.items()}
    for scan in aside:
        answer = receipt(stage, scan)
        assert answer["taken"] is False
        assert [one["message"] for one in answer["findings"]] == [found[scan.id].message]


def test_each_bad_file_is_kept_as_it_came(stage, dropped):
    for data, _ in BAD.values():
        assert stage.site.store.vault.get(f"quarantine/{hashlib.sha256(data).hexdigest()}") == data


def test_a_good_file_among_them_goes_its_way(stage, dropped):
    (good,) = stage.scans_in("processed", under=HERE)
    with stage.site.register.reading() as connection:
        copies = copies_of_scan(connection, good.id)
    assert [copy.status for copy in copies] == ["complete"] * 2
    assert receipt(stage, good)["taken"] is True


def test_a_bad_file_dropped_again_is_answered_and_not_taken_again(stage, dropped):
    name = "U7/rien.pdf"
    stage.site.store.inbox.delete(f"{RECEIPTS}0050006E/{name}.json")
    stage.site.store.inbox.put(f"{HERE}{name}", BAD[name][0])
    stage.wait(lambda: not list(stage.site.store.inbox.list(HERE)))
    assert len(stage.scans_in("quarantined", under=HERE)) == len(BAD)
    again = json.loads(stage.site.store.inbox.get(f"{RECEIPTS}0050006E/{name}.json"))
    assert again["findings"][0]["code"] == "no_pages"


@pytest.mark.parametrize("name", ["..", "../../0130051K/U4/a.pdf"])
def test_the_store_itself_refuses_what_is_no_key(stage, name):
    with pytest.raises(ClientError):
        stage.site.store.inbox.put(f"{HERE}U7/{name}", b"%PDF")


def test_an_attendance_list_with_strangers_is_answered_line_by_line(stage):
    inbox = stage.site.store.inbox
    inbox.put("attendance/0050006E/U7.csv", b"candidate_number,present\n02999999991,oui\n02999999992,oui\n")
    stage.wait(lambda: not list(inbox.list("attendance/")))
    answer = json.loads(inbox.get(f"{RECEIPTS}attendance/0050006E/U7.csv.json"))
    assert (answer["taken"], [line["line"] for line in answer["lines"]]) == (False, [2, 3])


def test_a_list_of_no_reasonable_size_is_set_aside_unopened(stage):
    inbox = stage.site.store.inbox
    inbox.put("attendance/0840003X/U7.csv", b"candidate_number,present\n" + b"x" * 5_000_000)
    etag = inbox.head("attendance/0840003X/U7.csv").etag
    stage.wait(lambda: not list(inbox.list("attendance/")))
    answer = json.loads(inbox.get(f"{RECEIPTS}attendance/0840003X/U7.csv.json"))
    assert answer["taken"] is False and "5 Mo" in answer["message"]
    assert stage.site.store.vault.head(f"quarantine/attendance/{etag}")


def people(stage):
    with stage.site.register.reading() as connection:
        return enrolled_in(connection), all_correctors(connection)


def test_a_roster_with_duplicates_is_kept_back_whole(stage):
    before = people(stage)
    lines = roster_csv(stage.plan.candidates).splitlines(keepends=True)
    doubled = b"".join([*lines, lines[1]])
    read = import_candidates(stage.site.register, doubled, stage.site.session, actor="service", at=now())
    assert [problem.line for problem in read.problems] == [len(lines) + 1]
    assert "ligne 2" in read.problems[0].message
    assert (read.rows, people(stage)) == ((), before)


def test_a_corrector_with_no_school_is_kept_back(stage):
    before = people(stage)
    lines = correctors_csv(stage.plan.correctors).decode().splitlines()
    schools = "|".join(stage.plan.correctors[0].schools)
    lines[1] = lines[1].replace(schools, "")
    read = import_correctors(
        stage.site.register, "\n".join(lines).encode(), stage.site.session, actor="service", at=now()
    )
    assert [(problem.line, "établissement" in problem.message) for problem in read.problems] == [(2, True)]
    assert (read.rows, people(stage)) == ((), before)
