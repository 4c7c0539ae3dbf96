"""Pages as scanners' firmware really writes them: read as they look, or named; never a blank page."""

import base64
import io
from pathlib import Path

import cv2
import numpy as np
import pikepdf
import pytest
from drawn_pages import A4, drawing, encoded, jpeg_entries, with_stream, write
from PIL import Image, ImageDraw
from PIL.TiffImagePlugin import TiffImageFile

from benchmarks.drawn.writers import LOST, Writing, written
from processors.findings import Code
from processors.scans.files.dropped import attachments, inspect
from processors.scans.files.image import BadImage
from processors.scans.files.raster import BadScan, read_images
from processors.scans.leaving.anonymity import PagePlace, anonymous_pdf
from processors.scans.readings import Turn

# 64 × 96 pixels, 235, with two dark blocks: libjpeg-turbo's `cjpeg -arithmetic`, and its 12-bit encoder
ARITHMETIC = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxO"
    "UlNSMj5aYVpQYEpRUk//yQALCABgAEABAREA/8wABgAQEAX/2gAIAQEAAD8A0qF2vzMO6blhqSpmFrZlLwiIdQNRNiTravxzrvw8"
    "gccUnghyaxLvIlFzbIHDEAt3tdwldBpRjtMGvVnBZpD/ABkgcwDhx9PH8VvPhAFNt4HxpfY32wyDF+JE7K8gpEWiVI8XUyDzB4cp"
    "fYcwUPDHzB4TrAkBhUP0g2coP9lL6Lrakxvic/4FZBXEo99gddoDHVuZUcqI0OKYVZD/2Q=="
)
TWELVE_BITS = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxO"
    "UlNSMj5aYVpQYEpRUk//wQALDABgAEABAREA/8QAFwABAQEBAAAAAAAAAAAAAAAAAAsKCf/EADUQAQAAAgUIBQ0AAAAAAAAAAAAa"
    "pwYJCljVEhMUFRYXaeUCBAUYIgMHCBEZJigzNUJGYmT/2gAIAQEAAD8AoPAAAkvxkFoMv/ycoFghGQWgy/8AycoFghGQWgy//Jyg"
    "WCEZBaDL/wDJygWCK0ACD+AvAAJL8G/aDLgE46BY2Qb9oMuATjoFjZBv2gy4BOOgWNkG/aDLgE46BY2rQAAAAAAAAADk1Xp10nsg"
    "txvw874N7Ov/AM02f1XqzV38PWs9nNY/pkZr7srw8mo0nh5zo5ERpPDznRyIjSeHnOjkRGk8POdHImsoGee1e1a3ph1hvdV7nvmg"
    "3ibAbXbSe8vZHZGg6dqXRfqHWvIZzL0PrPy8rJzfiycro+vPRDWVw10GZNEcUIayuGugzJojihDWVw10GZNEcUIayuGugzJojiih"
    "eAAAAAAAA//Z"
)


def picture() -> np.ndarray:
    return np.asarray(drawing("L", (1241, 1754)), np.uint8)


def pdf_of(tmp_path: Path, data: bytes, pages: int = 1) -> Path:
    path = tmp_path / "scan.pdf"
    path.write_bytes(data)
    assert inspect(path) == pages
    return path


def likeness(gray: np.ndarray, true: np.ndarray) -> float:
    """Mean difference in gray levels."""
    return float(np.abs(gray.astype(np.float32) - true).mean())


@pytest.mark.parametrize("writing", sorted(set(Writing) - LOST))
def test_what_scanners_write_reads_as_it_looks(tmp_path: Path, writing: Writing) -> None:
    true = picture()
    (raw,) = read_images(pdf_of(tmp_path, written([true], 150, writing)))
    gray = cv2.resize(raw.gray(), true.shape[::-1], interpolation=cv2.INTER_AREA)
    rows = len(true) - len(true) // 40
    assert likeness(gray[:rows], true[:rows]) < 12
    assert gray[rows:].min() > 200, "what is missing is paper"
    assert raw.dpi in (pytest.approx(150, rel=0.01), 200)


@pytest.mark.parametrize("writing", sorted(LOST))
def test_what_lacks_a_part_is_named_and_the_next_page_read(tmp_path: Path, writing: Writing) -> None:
    path = pdf_of(tmp_path, written([picture()], 150, writing))
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.pages.extend(pikepdf.open(io.BytesIO(written([picture()], 150, Writing.PADDED))).pages)
        pdf.save(path)
    broken, good = read_images(path)
    with pytest.raises(BadImage, match="image"):
        broken.gray()
    assert likeness(good.gray(), picture()) < 12


@pytest.mark.parametrize("padding", [b"\0" * 100_000, b"\xff" * 3000, b"\n", bytes(range(1, 255)) * 9])
def test_whatever_follows_the_end_of_a_jpeg_does_not_cut_it(tmp_path: Path, padding: bytes) -> None:
    image = drawing()
    stream = encoded(image, "JPEG") + padding
    (raw,) = read_images(with_stream(tmp_path / "scan.pdf", stream, jpeg_entries(image, "DeviceGray")))
    assert likeness(raw.gray(), np.asarray(image)) < 4


@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize("share", [0.3, 0.7, 0.95])
@pytest.mark.parametrize("end", [b"", b"\xff\xd9", b"\0" * 4096, b"\xff\xd9" + b"\0" * 4096])
def test_a_cut_jpeg_is_named_whatever_follows(tmp_path: Path, mode: str, share: float, end: bytes) -> None:
    image = Image.effect_noise((827, 1169), 40).convert(mode)
    stream = encoded(image, "JPEG")
    cut = stream[: int(len(stream) * share)] + end
    space = "DeviceGray" if mode == "L" else "DeviceRGB"
    (raw,) = read_images(with_stream(tmp_path / "scan.pdf", cut, jpeg_entries(image, space)))
    with pytest.raises(BadImage, match="tronquée"):
        raw.gray()


def test_a_progressive_jpeg_without_its_end_may_lack_its_details(tmp_path: Path) -> None:
    image = drawing()
    stream = encoded(image, "JPEG", progressive=True)[:-2]
    (raw,) = read_images(with_stream(tmp_path / "scan.pdf", stream, jpeg_entries(image, "DeviceGray")))
    with pytest.raises(BadImage, match="tronquée"):
        raw.gray()


def test_a_jpeg_of_which_nobody_knows_the_height(tmp_path: Path) -> None:
    image = drawing()
    stream = encoded(image, "JPEG")
    at = stream.index(b"\xff\xc0") + 5
    stream = stream[:at] + b"\xff\xff" + stream[at + 2 :]
    entries = jpeg_entries(image, "DeviceGray") | {"/Height": 0xFFFF}
    (raw,) = read_images(with_stream(tmp_path / "scan.pdf", stream, entries))
    gray = raw.gray()
    assert abs(len(gray) - image.height) <= 16
    assert likeness(gray[: image.height], np.asarray(image)[: len(gray)]) < 4


def test_an_arithmetic_jpeg_is_read_and_goes_on_as_one_that_viewers_show(tmp_path: Path) -> None:
    entries = jpeg_entries(Image.new("L", (64, 96)), "DeviceGray")
    box = pikepdf.Array([0, 0, 560, 840])
    content = b"q 560 0 0 840 0 0 cm /Im0 Do Q"
    path = with_stream(tmp_path / "scan.pdf", ARITHMETIC, entries, content, MediaBox=box)
    (raw,) = read_images(path)
    gray = raw.gray()
    assert gray[:5].mean() == pytest.approx(235, abs=5) and gray[15:25, 15:35].mean() < 60

    anonymous = tmp_path / "anonymous.pdf"
    anonymous.write_bytes(anonymous_pdf(path, [PagePlace(1, None, Turn.NONE)]))
    (shown,) = read_images(anonymous)
    assert shown.codec in ("jpeg", "flate") and likeness(shown.gray(), gray) < 4


def test_a_jpeg_of_twelve_bits_is_named_as_what_it_is(tmp_path: Path) -> None:
    entries = jpeg_entries(Image.new("L", (64, 96)), "DeviceGray")
    path = with_stream(tmp_path / "scan.pdf", TWELVE_BITS, entries)
    (raw,) = read_images(path)
    with pytest.raises(BadImage, match="12 bits"):
        raw.gray()


@pytest.mark.parametrize("kind", ["JPEG2000", "JPEG"])
def test_a_blank_page_is_blank_in_every_codec(tmp_path: Path, kind: str) -> None:
    image = Image.new("L", (1241, 1754), 255)
    entries = jpeg_entries(image, "DeviceGray")
    if kind == "JPEG2000":
        entries["/Filter"] = pikepdf.Name.JPXDecode
    (raw,) = read_images(with_stream(tmp_path / "scan.pdf", encoded(image, kind), entries))
    assert raw.gray().min() == 255


def test_a_cut_jpeg_2000_is_no_blank_page(tmp_path: Path) -> None:
    image = drawing()
    data = encoded(image, "JPEG2000")
    entries = jpeg_entries(image, "DeviceGray") | {"/Filter": pikepdf.Name.JPXDecode}
    (raw,) = read_images(with_stream(tmp_path / "scan.pdf", data[: len(data) // 3], entries))
    with pytest.raises(BadImage):
        raw.gray()


# the same 64 × 96 pixels in two tones: OpenJPEG's encoder at one bit a sample
ONE_BIT_JPEG_2000 = base64.b64decode(
    "/0//UQApAAAAAABAAAAAYAAAAAAAAAAAAAAAQAAAAGAAAAAAAAAAAAABAAEB/1IADAAAAAEAAwQEAAH/XAANQAgQEBgQEBgQEBj/"
    "kAAKAAAAAAAwAAH/k9IAHYcn34CkkSB2EN1PcP+Kv8kksRiQXn+/kdZl7n+gwX//2Q=="
)


def test_the_paper_of_a_jpeg_2000_of_one_bit_is_white(tmp_path: Path) -> None:
    entries = jpeg_entries(Image.new("L", (64, 96)), "DeviceGray") | {"/Filter": pikepdf.Name.JPXDecode}
    path = with_stream(tmp_path / "scan.pdf", ONE_BIT_JPEG_2000, entries)
    (raw,) = read_images(path)
    gray = raw.gray()
    assert set(np.unique(gray)) == {0, 255} and np.median(gray) == 255

    anonymous = tmp_path / "anonymous.pdf"
    anonymous.write_bytes(anonymous_pdf(path, [PagePlace(1, None, Turn.NONE)]))
    (shown,) = read_images(anonymous)
    assert shown.codec == "g4" and np.array_equal(shown.gray(), gray)


def fax(image: Image.Image, compression: str, **tags: int) -> tuple[bytes, pikepdf.Dictionary]:
    tiff = encoded(image, "TIFF", compression=compression, tiffinfo={278: image.height})
    with Image.open(io.BytesIO(tiff)) as opened:
        assert isinstance(opened, TiffImageFile)
        offset, size = opened.tag_v2[273][0], opened.tag_v2[279][0]
        black = opened.tag_v2[262] == 1
    return tiff[offset : offset + size], pikepdf.Dictionary(Columns=image.width, BlackIs1=black, **tags)


@pytest.mark.parametrize(("compression", "kind"), [("group4", -1), ("group3", 0)])
@pytest.mark.parametrize(("rows", "whole"), [(1169, True), (1150, True), (1000, False), (600, False)])
def test_fax_rows_are_counted(tmp_path: Path, compression: str, kind: int, rows: int, whole: bool) -> None:
    image = drawing("1")
    stream, params = fax(image.crop((0, 0, 827, rows)), compression, K=kind)
    entries = jpeg_entries(image, "DeviceGray") | {
        "/BitsPerComponent": 1,
        "/Filter": pikepdf.Name.CCITTFaxDecode,
        "/DecodeParms": params,
    }
    (raw,) = read_images(with_stream(tmp_path / "scan.pdf", stream, entries))
    if not whole:
        with pytest.raises(BadImage):
            raw.gray()
        return
    true = np.asarray(image.convert("L"), np.uint8)
    gray = cv2.resize(raw.gray(), (827, 1169), interpolation=cv2.INTER_AREA)
    assert likeness(gray[:1140], true[:1140]) < 4


def test_what_a_g4_stream_holds_below_the_page_is_not_passed_on(tmp_path: Path) -> None:
    image = Image.new("1", (827, 1240), 1)
    image.paste(drawing("1"))
    for named in (False, True):
        if named:
            ImageDraw.Draw(image).text((60, 1190), "DUPONT Camille", 0)
        stream, params = fax(image, "group4", K=-1)
        entries = jpeg_entries(drawing("1"), "DeviceGray") | {
            "/BitsPerComponent": 1,
            "/Filter": pikepdf.Name.CCITTFaxDecode,
            "/DecodeParms": params,
        }
        (raw,) = read_images(with_stream(tmp_path / "scan.pdf", stream, entries))
        if named:
            with pytest.raises(BadImage):
                raw.gray()
        else:
            assert likeness(raw.gray(), np.asarray(drawing("1").convert("L"), np.uint8)) < 4


# --- the file around the pages --------------------------------------------------------------------


def grown(path: Path) -> tuple[bytes, int]:
    """A file of one page to which a second was added at its end, and how long it was before."""
    first = written([picture()], 150, Writing.CUT)
    added = (
        b"\n90 0 obj\n<< /Type /Page >>\nendobj\n" + b"91 0 obj\n<< /Length 9000 >>\nstream\n" + b"x" * 9000
    )
    return first.rstrip() + added, len(first.rstrip())


@pytest.mark.parametrize("more", [3, 12, 40, 3000, 8000])
def test_an_addition_that_is_cut_is_noticed(tmp_path: Path, more: int) -> None:
    data, before = grown(tmp_path)
    path = tmp_path / "scan.pdf"
    path.write_bytes(data[:before])
    assert inspect(path) == 1
    path.write_bytes(data[: before + more])
    with pytest.raises(BadScan) as caught:
        inspect(path)
    assert caught.value.code is Code.DAMAGED_FILE


def test_a_file_shorter_than_it_says(tmp_path: Path) -> None:
    whole = io.BytesIO()
    with pikepdf.open(write(tmp_path / "a.pdf", [encoded(drawing(), "JPEG")] * 2)) as pdf:
        pdf.save(whole, linearize=True)
    path = tmp_path / "scan.pdf"
    path.write_bytes(whole.getvalue())
    assert inspect(path) == 2
    first_mark = whole.getvalue().index(b"%%EOF") + 6
    path.write_bytes(whole.getvalue()[:first_mark])
    with pytest.raises(BadScan) as caught:
        inspect(path)
    assert caught.value.code is Code.DAMAGED_FILE


def with_attached(tmp_path: Path, pages: int, name: str, data: bytes, portfolio: bool) -> Path:
    path = tmp_path / "scan.pdf"
    with pikepdf.open(write(tmp_path / "a.pdf", [encoded(drawing(), "JPEG")] * pages)) as pdf:
        pdf.attachments[name] = data
        if portfolio:
            pdf.Root.Collection = pikepdf.Dictionary(View=pikepdf.Name.D)
        pdf.save(path)
    return path


@pytest.mark.parametrize(("pages", "portfolio"), [(1, True), (1, False), (4, True)])
def test_the_cover_of_attached_scans_is_refused_and_says_why(
    tmp_path: Path, pages: int, portfolio: bool
) -> None:
    scan = written([picture()], 150, Writing.PADDED)
    path = with_attached(tmp_path, pages, "scan.pdf", scan, portfolio)
    with pytest.raises(BadScan) as caught:
        inspect(path)
    assert caught.value.code is Code.PORTFOLIO
    assert "déposez-le lui-même" in caught.value.finding.message


@pytest.mark.parametrize(
    "data",
    [b"some text", written([np.full((99, 70), 9, np.uint8)], 150, Writing.PADDED)],
    ids=["text", "a scan"],  # the scan differs each time that it is written
)
def test_what_is_attached_to_a_scan_is_said(tmp_path: Path, data: bytes) -> None:
    path = with_attached(tmp_path, 4, "other", data, portfolio=False)
    assert inspect(path) == 4
    (found,) = attachments(path)
    assert found.code is Code.ATTACHED_FILES and "(1)" in found.message
    assert attachments(write(tmp_path / "b.pdf", [encoded(drawing(), "JPEG")], A4)) == []
