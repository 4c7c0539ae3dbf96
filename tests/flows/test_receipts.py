"""The receipt says to a centre what to do, copy by copy, and counts what is fine."""

import json
import re
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from papers.receipt_versions import following
from papers.receipts import Receipt, ReceiptCopy, render_html, render_json
from processors.findings import Code, Severity, finding
from processors.reconciliation import reconcile
from processors.wording import typeset

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def receipt() -> Receipt:
    return Receipt(
        file="pile <1>.pdf",
        scan="k3v9",
        sha256="ab" * 32,
        exam="U4",
        exam_title="Culture économique, juridique et managériale pour l'informatique",
        centre="0130051K",
        centre_name="Lycée Marie Curie",
        deposited=datetime(2026, 5, 20, 19, 5, tzinfo=PARIS),
        issued=datetime(2026, 5, 20, 19, 6, tzinfo=PARIS),
        deadline=datetime(2026, 5, 22, 18, 0, tzinfo=PARIS),
        in_time=True,
        images=44,
        pages=44,
        copies=(
            ReceiptCopy(1, "ALBE Rose, n° 01234567890", tuple(range(1, 5)), "complete"),
            ReceiptCopy(
                2,
                "BRUN Zoé, n° 01234567891",
                (5, 6, 9, 10),
                "incomplete",
                (finding(Code.MISSING_PAGES, (3, 4), what="les pages 3 et 4"),),
            ),
            ReceiptCopy(3, None, (11, 12, 13, 14), "to_decide", (finding(Code.UNIDENTIFIED),)),
            ReceiptCopy(
                4,
                "CURE Ève, n° 01234567892",
                (15, 16, 17, 18),
                "complete",
                (finding(Code.UPSIDE_DOWN, (15, 16)), finding(Code.OLD_MODEL, what="CMEN")),
            ),
        ),
        reconciliation=reconcile(
            {f"0123456789{n}" for n in range(5)},
            {f"0123456789{n}": n != 4 for n in range(5)},
            {f"0123456789{n}" for n in (0, 1, 2, 4)},
            unattributed=1,
        ),
        names={"01234567893": "DURE Ali", "01234567894": "ÉMON Luc"},
    )


def test_each_copy_to_act_on_is_named_by_its_place_its_pages_and_what_to_do(receipt):
    page = render_html(receipt)
    assert "2 copies demandent une suite" in page
    again = page[page.index("À numériser de nouveau") : page.index("À faire")]
    assert "2<sup>e</sup>" in again and "3<sup>e</sup>" not in again
    to_do = page[page.index("À faire") : page.index("À vérifier")]
    assert "2<sup>e</sup>" in to_do and "pages 5, 6, 9 et 10" in to_do and "les pages 3 et 4" in to_do
    assert "3<sup>e</sup>" in to_do and "pages 11 à 14" in to_do
    assert "1<sup>re</sup>" not in to_do
    assert "DURE Ali, n° 01234567893" in page
    assert "ÉMON Luc, n° 01234567894" in page


def test_a_file_that_was_answered_before_it_was_read_is_told_to_be_read_and_no_more(receipt):
    """As one that is dropped twice at once."""
    next_one = following(receipt, render_json(replace(receipt, copies=(), reconciliation=None)))
    (changed,) = next_one.changes
    assert changed.what == ("Le fichier est lu : 4 copies.",)
    assert following(receipt, render_json(next_one)).version == next_one.version == 2


def test_what_a_centre_wrote_is_escaped(receipt):
    assert "pile &lt;1&gt;.pdf" in render_html(receipt)


def test_a_pile_in_order_asks_for_nothing(receipt):
    page = render_html(replace(receipt, copies=receipt.copies[:1], reconciliation=None))
    assert "rien à faire" in page
    assert "À faire" not in page and "À vérifier" not in page


def test_a_pile_at_odds_with_the_attendance_list_is_not_called_in_order(receipt):
    pile = replace(receipt, copies=receipt.copies[:1])
    assert "ne concordent pas" in render_html(pile)  # of somebody said to be absent
    few = reconcile({"0", "1"}, {"0": True, "1": True}, {"0"})
    assert "Tout est en ordre" in render_html(replace(pile, reconciliation=few))  # may be coming
    late = replace(pile, reconciliation=few, issued=datetime(2026, 5, 22, 18, 1, tzinfo=PARIS))
    assert "ne concordent pas" in render_html(late)


def test_a_file_set_aside_says_why_and_shows_no_copy(receipt):
    found = finding(Code.ENCRYPTED_FILE)
    page = render_html(
        replace(receipt, quarantined=True, copies=(), findings=(found,), reconciliation=None, in_time=None)
    )
    assert typeset(found.message) in page
    assert "en ordre" not in page


def test_the_json_says_the_same(receipt):
    said = json.loads(render_json(receipt))
    assert [copy["status"] for copy in said["copies"]] == ["complete", "incomplete", "to_decide", "complete"]
    assert said["copies"][1]["findings"][0]["code"] == "missing_pages"
    assert said["deadline"] == "2026-05-22T18:00:00+02:00"
    assert said["reconciliation"]["present_without_copy"] == ["01234567893"]


ASKS = re.compile(r"numérisez(-la)? de nouveau", re.IGNORECASE)


@pytest.mark.parametrize("code", [c for c in Code if ASKS.search(finding(c, [1], what="x", n=2).message)])
def test_what_a_sentence_asks_to_scan_again_has_a_button_to_do_so(code: Code) -> None:
    """Of one copy. A whole file, and what is told beside its copies, are dropped as any other file."""
    found = finding(code, [1], what="x", n=2)
    of_a_file = code in {
        *(Code.OFF_SCALE_PILE, Code.SCANNER_BLIND, Code.NOT_A_PDF, Code.DAMAGED_FILE, Code.NO_PAGES),
    }
    copy = ReceiptCopy(1, None, (1,), "to_decide", (found,))
    assert copy.to_scan_again is (found.severity is Severity.BLOCKING and not of_a_file)
