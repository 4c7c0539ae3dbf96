"""What would still name a candidate does not leave."""

import io
import re
from pathlib import Path

import cv2
import numpy as np
import pikepdf
import pytest

from processors.circular.form import Form
from processors.scans.leaving.anonymity import PagePlace, anonymous_pdf
from processors.scans.leaving.leaks import leaks
from processors.scans.pages.exposure import shows_identity_row
from processors.scans.pages.geometry import darkness, reduced
from processors.scans.pages.labels import shows_bars
from processors.scans.readings import Turn
from tests.processors.test_anonymity import (
    A4,
    DPI,
    MM,
    NAME,
    NUMBER,
    PATTERN,
    answers,
    first,
    mask,
    scan,
    stick,
)


def leaked(
    tmp_path: Path, form: Form, pages: list[np.ndarray], places: list[PagePlace], *forbidden: str
) -> tuple[int, ...]:
    path = scan(tmp_path / "scan.pdf", pages, "gray")
    return leaks(anonymous_pdf(path, places), places, form, PATTERN, forbidden)


def test_a_page_left_as_it_was_leaks(tmp_path: Path, form: Form) -> None:
    pages, places = [answers(1), first(form), answers(2)], [PagePlace(1), PagePlace(2), PagePlace(3)]
    assert leaked(tmp_path, form, pages, places) == (2,)


def test_a_page_that_a_person_accepted_is_let_go_and_no_other(tmp_path: Path, form: Form) -> None:
    pages, places = [first(form), first(form)], [PagePlace(1, accepted=True), PagePlace(2)]
    assert leaked(tmp_path, form, pages, places) == (2,)
    exposed = [PagePlace(1, exposed=True, accepted=True), PagePlace(2, exposed=True)]
    assert leaked(tmp_path, form, pages, exposed) == (2,)
    path = scan(tmp_path / "scan.pdf", pages, "gray")
    with pikepdf.open(io.BytesIO(anonymous_pdf(path, exposed))) as pdf:
        pdf.docinfo["/Title"] = NAME
        pdf.save(carrying := io.BytesIO())
    assert leaks(carrying.getvalue(), exposed, form, PATTERN, [NAME]) == (1, 2)


@pytest.mark.parametrize("turn", [0, 1, 2, 3])
def test_boxes_alone_leak_in_any_turn(form: Form, turn: int) -> None:
    page = first(form, label=None)
    assert shows_identity_row(dark_map(np.rot90(page, turn)), form)
    assert not shows_identity_row(dark_map(np.rot90(answers(1), turn)), form)


def dark_map(page: np.ndarray) -> np.ndarray:
    return darkness(reduced(np.ascontiguousarray(page), DPI)[0])


@pytest.mark.parametrize("tilt", [-35, -25, -7, 0, 7, 25, 45])
@pytest.mark.parametrize("turn", [0, 1])
def test_bars_show_wherever_they_are_stuck(tilt: float, turn: int) -> None:
    page = answers(1)
    assert not shows_bars(reduced(page, DPI)[0])
    stick(page, "U1-" + NUMBER, 300, 200)
    askew = cv2.getRotationMatrix2D((450, 250), tilt, 1.0)
    page = cv2.warpAffine(page, askew, page.shape[::-1], borderValue=248)
    assert shows_bars(reduced(np.ascontiguousarray(np.rot90(page, turn)), DPI)[0])


@pytest.mark.parametrize(("pairs", "step"), [(4, 4.8), (5, 4.8), (5, 3.0)])
def test_lines_in_pairs_are_no_bars(pairs: int, step: float) -> None:
    """Ruled lines and a table's between them, in one bit, are as many to a millimetre as bars, but uneven."""
    page = np.full((round(120 * MM), round(120 * MM)), 255, np.uint8)
    for k in range(pairs):
        for y in (40 + step * k, 41.6 + step * k):
            page[round(y * MM) : round((y + 0.6) * MM), round(50 * MM) : round(62 * MM)] = 0
    assert not shows_bars(reduced(page, DPI)[0])


@pytest.mark.parametrize("lean", [0.0, 2.0], ids=lambda mm: f"leaning {mm} mm")
@pytest.mark.parametrize("apart", [1.2, 1.6], ids=lambda mm: f"{mm} mm apart")
def test_hatching_is_no_bars(apart: float, lean: float) -> None:
    """One pen draws strokes of one width, by hand never quite as far apart."""
    page, rng = np.full((round(120 * MM), round(160 * MM)), 235, np.uint8), np.random.default_rng(4)
    for x in np.arange(40.0, 110.0, apart):
        x += rng.normal(0, 0.08 * apart)
        foot, head = ((round(at * MM), round(y * MM)) for at, y in ((x, 60.0), (x + lean, 48.0)))
        cv2.line(page, foot, head, 60, round(0.35 * MM), cv2.LINE_AA)
    assert not shows_bars(reduced(page, DPI)[0])


@pytest.mark.parametrize("turn", [0, 1, 2, 3])
@pytest.mark.parametrize("text", ["U1-" + NUMBER, "autre étiquette 17"])
def test_a_label_stuck_on_an_inside_page_leaks(tmp_path: Path, form: Form, turn: int, text: str) -> None:
    stick(page := np.rot90(answers(1), turn).copy(), text.encode("ascii", "ignore").decode(), 300, 200)
    pages = [np.rot90(page, -turn).copy(), answers(2)]
    assert leaked(tmp_path, form, pages, [PagePlace(1), PagePlace(2)]) == (1,)


@pytest.mark.parametrize("seen", [None, False])  # False: when it was read, and nothing outside its frame
@pytest.mark.parametrize("shift", [(0, -20), (0, 30), (0, 100), (60, 0), (-60, 0)])
def test_a_mask_in_the_wrong_place_leaks(
    tmp_path: Path, form: Form, shift: tuple[int, int], seen: bool | None
) -> None:
    wipe = tuple((x + shift[0] * MM, y + shift[1] * MM) for x, y in mask(form))
    assert leaked(tmp_path, form, [first(form)], [PagePlace(1, wipe=wipe, exposed=seen)]) == (1,)


def test_a_frame_whose_rows_are_written_over_leaks(tmp_path: Path, form: Form) -> None:
    """Boxes that cannot be followed from one to the next, in a frame that is there; the mask lies below."""
    page = first(form, label=None)
    for field in form.identity.fields.values():
        for k in range(0, field.count, 2):
            x, y = (field.cells.x + k * field.cells.pitch) * MM, field.cells.y * MM
            page[round(y + MM) : round(y + 5 * MM), round(x) : round(x + 5.3 * MM)] = 0
    assert not shows_identity_row(dark_map(page), form)
    wipe = tuple((x, y + 100 * MM) for x, y in mask(form))
    assert leaked(tmp_path, form, [page], [PagePlace(1, wipe=wipe, exposed=False)]) == (1,)


def test_rows_of_print_are_no_boxes_on_their_side(tmp_path: Path, form: Form) -> None:
    """Short words below each other, as far apart as boxes are, clotted by a black and white scan."""
    page, wipe = first(form), mask(form)
    row = form.identity.fields["candidate_number"].cells
    left, top = round(25 * MM), round(max(y for _, y in wipe) + 2 * MM)
    for k in range(5):
        at = top + round(k * row.pitch * MM)
        page[at : at + round(MM), left : left + round(row.height * MM)] = 0
    assert leaked(tmp_path, form, [page], [PagePlace(1, wipe=wipe)]) == ()


@pytest.mark.parametrize("turn", list(Turn))
def test_answers_that_were_seen_are_not_looked_at_again(tmp_path: Path, form: Form, turn: Turn) -> None:
    """Bars in the lower half, which the reading did not take for such; however the page lies."""
    stick(page := first(form), "U1-" + NUMBER, round(50 * MM), round(200 * MM))
    lying = np.ascontiguousarray(np.rot90(page, turn // 90))
    path = scan(tmp_path / "scan.pdf", [lying], "gray", A4 if turn in (Turn.NONE, Turn.OVER) else A4[::-1])
    for seen, found in ((False, ()), (None, (1,))):
        places = [PagePlace(1, turn=turn, wipe=mask(form), exposed=seen)]
        assert leaks(anonymous_pdf(path, places), places, form, PATTERN, []) == found


def test_a_mask_that_was_not_filled_leaks(tmp_path: Path, form: Form) -> None:
    """The PDF is built without its mask: what `places` says is checked against what the file shows."""
    blank = first(form, label=None)
    blank[:, : round(40 * MM)] = 248  # no frame, no row of boxes to be found
    blank[: round(60 * MM), round(40 * MM) : round(140 * MM)] = 248
    path = scan(tmp_path / "scan.pdf", [blank], "gray")
    data = anonymous_pdf(path, [PagePlace(1)])
    for seen in (None, False):
        places = [PagePlace(1, wipe=mask(form), exposed=seen)]
        assert leaks(data, places, form, PATTERN, []) == (1,)


def without_identifier(saved: bytes) -> bytes:
    """What pikepdf gives every file that it saves is blotted out."""
    return re.sub(rb"/ID \[<\w+><\w+>\]", lambda found: b" " * len(found[0]), saved)


@pytest.mark.parametrize(
    "where",
    [
        "info",
        "metadata",
        "annotation",
        "resources",
        "name",
        "content",
        "second_image",
        "comment",
        "reserved_marker",
        "bits",
    ],
)
def test_a_file_that_carries_more_than_images_leaks(tmp_path: Path, form: Form, where: str) -> None:
    path = scan(tmp_path / "scan.pdf", [answers(1), answers(2)], "gray")
    places = [PagePlace(1), PagePlace(2)]
    data = anonymous_pdf(path, places)
    assert leaks(data, places, form, PATTERN, [NAME, NUMBER]) == ()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        page = pdf.pages[0].obj
        match where:
            case "info":
                pdf.docinfo["/Title"] = NAME
            case "metadata":
                pdf.Root.Metadata = pdf.make_stream(NAME.encode())
            case "annotation":
                page.Annots = pikepdf.Array([pikepdf.Dictionary(Subtype=pikepdf.Name.Text, Contents=NAME)])
            case "resources":
                page.Resources.Properties = pikepdf.Dictionary(Who=NAME)
            case "name":
                page.Resources.ProcSet = pikepdf.Array([pikepdf.Name("/DUPONT")])
            case "content":
                page.Contents = pdf.make_stream(page.Contents.read_bytes() + b"\n% " + NUMBER.encode())
            case "second_image":
                other = pdf.make_stream(pdf.pages[1].obj.Resources.XObject.Im0.read_raw_bytes())
                same = pdf.pages[1].obj.Resources.XObject.Im0.items()
                other.update({key: value for key, value in same if key != "/Length"})
                page.Resources.XObject.Im1 = other
            case "comment":
                image = page.Resources.XObject.Im0
                raw = image.read_raw_bytes()
                image.write(raw[:2] + b"\xff\xfe\x00\x08DUPONT" + raw[2:], filter=pikepdf.Name.DCTDecode)
            case "reserved_marker":
                image = page.Resources.XObject.Im0
                raw = image.read_raw_bytes()
                image.write(raw[:2] + b"\xff\x02\x00\x08DUPONT" + raw[2:], filter=pikepdf.Name.DCTDecode)
            case "bits":  # decoders pass over what is too much before the end
                image = page.Resources.XObject.Im0
                raw = image.read_raw_bytes()
                hidden = NAME.upper().encode("utf-16-be")
                image.write(raw[:-2] + hidden + raw[-2:], filter=pikepdf.Name.DCTDecode)
        buffer = io.BytesIO()
        pdf.save(buffer)
    assert leaks(without_identifier(buffer.getvalue()), places, form, PATTERN, [NAME, NUMBER]) == (1, 2)


def test_a_file_with_an_identifier_leaks(tmp_path: Path, form: Form) -> None:
    data = anonymous_pdf(scan(tmp_path / "scan.pdf", [answers(1)], "gray"), [PagePlace(1)])
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pdf.save(buffer)
    assert leaks(without_identifier(buffer.getvalue()), [PagePlace(1)], form, PATTERN, []) == ()
    assert leaks(buffer.getvalue(), [PagePlace(1)], form, PATTERN, []) == (1,)
