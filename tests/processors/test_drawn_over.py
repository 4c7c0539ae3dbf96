"""Text and notes that a program draws over a scan: the image alone is read and passed on."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import pikepdf
import pypdfium2
import pytest

from benchmarks.drawn.drawn_over import Way, draw_over
from processors.circular.form import load_form
from processors.findings import Code
from processors.scans.files.image import RawImage
from processors.scans.files.raster import read_images
from processors.scans.leaving.anonymity import PagePlace, anonymous_pdf
from processors.scans.reader import read_scan
from processors.scans.readings import CopyStatus
from specimens.batch import Kind, draw_batch
from specimens.people import invent_candidates, invent_schools
from specimens.scanner import Level, Mode, encode, pdf

FORM = load_form(Path(__file__).parents[2] / "sessions" / "forms" / "ccyc.toml")
CENTRE, EXAM, DPI = "0130051K", "U1", 150
TEXT = "MOREL KARIM 02435721425_scan.pdf"
DOUBTFUL = (Way.DRAWN, Way.OUTLINES, Way.BOXES, Way.PICTURE)
ALONE = [way for way in Way if way not in (Way.SHRUNK, Way.LAYER_OFF, *DOUBTFUL)]


def drawing() -> np.ndarray:
    page = np.full((1754, 1240), 245, np.uint8)
    page[::60, 100:1100] = 60
    page[300:500, 200:900:9] = 30
    return page


def scanned(mode: Mode = Mode.GRAY) -> bytes:
    picture = drawing()
    if mode is Mode.COLOR:
        picture = np.dstack([picture, picture, picture // 2 + 100])
    elif mode is Mode.BW:
        picture = np.where(picture > 127, np.uint8(255), np.uint8(0))
    return pdf([encode(picture, Level.CLEAN, mode, DPI, np.random.default_rng(1))] * 2, DPI)


def shows(data: bytes) -> np.ndarray:
    with pypdfium2.PdfDocument(data) as document:
        return np.asarray(document[1].render(scale=1).to_pil().convert("L"))


def second(data: bytes) -> RawImage:
    return list(read_images(io.BytesIO(data)))[1]


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("way", ALONE)
def test_the_scanner_s_own_image_is_read(way: Way, mode: Mode) -> None:
    plain = scanned(mode)
    over = draw_over(plain, way, TEXT)
    assert np.array_equal(shows(over), shows(plain)) == (
        way in (Way.OCR, Way.FIELD)
    )  # pdfium fills no forms here
    before, after = second(plain), second(over)
    assert (after.codec, after.data, after.rotate) == (before.codec, before.data, before.rotate)
    assert after.lifted == (way is not Way.OCR) and not after.captioned


@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_it_is_lifted_from_a_turned_page(rotate: int) -> None:
    with pikepdf.open(io.BytesIO(draw_over(scanned(), Way.STAMP, TEXT))) as turned:
        for page in turned.pages:
            page.obj["/Rotate"] = rotate
        out = io.BytesIO()
        turned.save(out)
    image = second(out.getvalue())
    assert image.codec == "jpeg" and image.rotate == rotate and image.lifted


def test_a_page_that_must_be_rendered_is_rendered_without_it() -> None:
    plain, over = draw_over(scanned(), Way.SHRUNK, " "), draw_over(scanned(), Way.SHRUNK, TEXT)
    assert not np.array_equal(shows(over), shows(plain))
    before, after = second(plain), second(over)
    assert before.codec == after.codec == "rendered"
    assert np.array_equal(before.gray(), after.gray())
    assert after.lifted and not after.captioned and not before.lifted


def test_what_may_hide_something_stays() -> None:
    """A black box that somebody drew over a name is drawn, and the text beside it is not."""
    with pikepdf.open(io.BytesIO(draw_over(scanned(), Way.STAMP, TEXT))) as covered:
        for page in covered.pages:
            page.contents_add(b"q 0 g 100 500 200 100 re f Q")
        out = io.BytesIO()
        covered.save(out)
    image = second(out.getvalue())
    assert image.codec == "rendered" and image.lifted
    gray = image.gray()
    per_point = image.dpi / 72
    assert gray[-round(560 * per_point), round(200 * per_point)] == 0
    assert gray[round(4 * per_point) : round(12 * per_point), : round(90 * per_point)].min() > 200


@pytest.mark.parametrize("way", DOUBTFUL)
def test_text_that_cannot_be_told_from_a_drawing_is_doubtful(way: Way) -> None:
    assert second(draw_over(scanned(), way, TEXT)).captioned


def test_a_dot_over_the_scan_is_no_name() -> None:
    """Some programs set an image of one pixel on each page."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(scanned())) as document:
        for page in document.pages:
            dot = document.make_stream(b"\0", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image)
            dot.Width = dot.Height = 1
            dot.ColorSpace, dot.BitsPerComponent = pikepdf.Name.DeviceGray, 8
            name = page.add_resource(dot, pikepdf.Name.XObject)
            page.contents_add(b"q 1 0 0 1 9 9 cm %s Do Q" % str(name).encode())
        document.save(out)
    assert not second(out.getvalue()).captioned


@pytest.mark.parametrize("mode", list(Mode))
def test_a_layer_that_is_off_is_not_read(mode: Mode) -> None:
    plain = scanned(mode)
    over = draw_over(plain, Way.LAYER_OFF, TEXT)
    assert np.array_equal(shows(over), shows(plain))
    image = second(over)
    assert not image.captioned
    before, after = second(plain).gray(), image.gray()
    small = [cv2.resize(one, (124, 175), interpolation=cv2.INTER_AREA).astype(int) for one in (before, after)]
    assert np.abs(small[0] - small[1]).mean() < 4


def test_a_page_whose_content_is_broken_is_still_drawn() -> None:
    """Text that cannot be lifted is seen among the pixels; what a renderer can draw is not lost."""
    with pikepdf.open(io.BytesIO(draw_over(scanned(), Way.STAMP, TEXT))) as broken:
        for page in broken.pages:
            page.contents_add(b"q Tr Q")
        out = io.BytesIO()
        broken.save(out)
    image = second(out.getvalue())
    assert image.codec == "rendered" and image.captioned and not image.lifted


def test_a_page_of_text_alone_stays_as_it_is() -> None:
    """A convocation is no scan: it is read as it is shown, and cannot be in a copy that leaves."""
    with pikepdf.new() as made:
        for _ in range(2):
            made.add_blank_page(page_size=(595, 842))
        out = io.BytesIO()
        made.save(out)
    image = second(draw_over(out.getvalue(), Way.STAMP, TEXT))
    assert image.captioned and not image.lifted and image.gray().min() < 50


def texts(data: bytes) -> bytes:
    """Every string and stream of a file, decoded where that is possible."""
    with pikepdf.open(io.BytesIO(data)) as opened:
        streams = [one for one in opened.objects if isinstance(one, pikepdf.Stream) and "/Width" not in one]
        return b"".join(
            [*(one.unparse(resolved=True) for one in opened.objects), *(one.read_bytes() for one in streams)]
        )


@pytest.mark.slow
@pytest.mark.parametrize("way", [way for way in Way if way not in (Way.SHRUNK, Way.LAYER_OFF)])
def test_a_stamped_name_does_not_reach_the_corrector(tmp_path: Path, way: Way) -> None:
    rng = np.random.default_rng(3)
    roster = invent_candidates(rng, 3, CENTRE, [EXAM], invent_schools(rng, 2))
    batch = draw_batch(3, EXAM, CENTRE, roster, [Kind.OK], FORM, level=Level.CLEAN, dpi=DPI)
    plain, path = tmp_path / "plain.pdf", tmp_path / "scan.pdf"
    plain.write_bytes(batch.pdf)
    path.write_bytes(draw_over(batch.pdf, way, TEXT))
    reading = read_scan(path, FORM, FORM.label.payload, batch.roster, CENTRE, EXAM)
    (copy,) = reading.copies
    codes = {found.code for found in copy.findings}
    assert copy.candidate == batch.copies[0].candidate
    if way in DOUBTFUL:
        assert copy.status is CopyStatus.TO_DECIDE and Code.NOT_ANONYMOUS in codes
        return
    assert copy.status is CopyStatus.COMPLETE
    assert codes == (set() if way is Way.OCR else {Code.DRAWN_OVER})
    places = [PagePlace(page) for page in range(1, len(batch.copies[0].file_pages) + 1)]
    data = anonymous_pdf(path, places)
    assert b"MOREL" not in texts(data)
    assert data == anonymous_pdf(plain, places)
