"""What a corrector gets, opened again: nothing of the original remains but what may be seen."""

import io
from pathlib import Path

import cv2
import img2pdf
import numpy as np
import pikepdf
import pytest
import zxingcpp
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from processors.circular.form import Form
from processors.scans.files import g4
from processors.scans.files.image import RawImage, turned
from processors.scans.files.jpeg import jpeg_segments, stripped
from processors.scans.files.raster import read_images
from processors.scans.leaving.anonymity import PagePlace, anonymous_pdf, wipe_polygon
from processors.scans.leaving.leaks import leaks
from processors.scans.readings import Half, Turn

DPI = 150
MM = DPI / 25.4
A4, A3 = ((img2pdf.mm_to_pt(width), img2pdf.mm_to_pt(297)) for width in (210, 420))
PATTERN = r"(?P<exam>[A-Z]{1,2}\d{1,2}[A-Z]?)-(?P<candidate>\d{11})"
NUMBER = "02535638268"
NAME = "Éloïse Zarbowski"


def at(x: float, y: float) -> tuple[int, int]:
    return round(x * MM), round(y * MM)


def box(page: np.ndarray, x: float, y: float, width: float, height: float) -> None:
    cv2.rectangle(page, at(x, y), at(x + width, y + height), 40, 2)


def answers(seed: int) -> np.ndarray:
    """An inside page: lines of writing and the page boxes."""
    page = np.full((round(297 * MM), round(210 * MM)), 248, np.uint8)
    for k in range(8):
        text = f"reponse {seed} ligne {k}"
        cv2.putText(page, text, at(20, 120 + 15 * k), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 60, 2)
    for x in (170, 176, 188, 194):
        box(page, x, 284, 5.5, 7)
    return page


def first(form: Form, label: str | None = "U1-" + NUMBER) -> np.ndarray:
    """A sheet's first page, with its frames, its boxed fields and its label."""
    page = answers(1)
    for frame in (form.identity.frame, form.exam_block.frame):
        box(page, *frame)
    for row in form.identity.fields.values():
        for k in range(row.count):
            box(page, row.cells.x + k * row.cells.pitch, row.cells.y, row.cells.width, row.cells.height)
        cv2.putText(page, "DUPONT", at(row.cells.x, row.cells.y + 5), cv2.FONT_HERSHEY_PLAIN, 1.2, 50, 2)
    if label is not None:
        stick(page, label, *at(120, 45))
    return page


def stick(page: np.ndarray, text: str, x: int, y: int) -> None:
    bars = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128)
    modules = np.asarray(bars.to_image(scale=1))
    image = np.repeat(np.repeat(modules[:1], 70, axis=0), 2, axis=1)
    page[y : y + image.shape[0], x : x + image.shape[1]] = image


def mask(form: Form) -> tuple[tuple[float, float], ...]:
    corners = [(x * MM, y * MM) for x, y in form.identity.frame.corners]
    return wipe_polygon(corners, form.identity.mask_margin * MM)


CODECS = ["gray", "colour", "g4", "flate", "flate colour"]


def encoded(page: np.ndarray, codec: str) -> bytes:
    buffer = io.BytesIO()
    image = Image.fromarray(page)
    if "colour" in codec:
        image = Image.merge("RGB", (image, image.point(lambda v: v * 0.95), image.point(lambda v: v * 0.9)))
    if codec == "g4":
        image = Image.fromarray(np.where(page > 127, np.uint8(255), np.uint8(0))).convert("1")
        image.save(buffer, "TIFF", compression="group4", tiffinfo={278: image.height})
    elif codec.startswith("flate"):
        image.save(buffer, "PNG")
    else:
        exif = Image.Exif()
        exif[0x010E] = NAME.encode("ascii", "replace").decode()
        exif[0x9C9C] = NAME.encode("utf-16-le")
        image.save(buffer, "JPEG", quality=70, exif=exif, comment=NAME.encode())
    return buffer.getvalue()


def scan(path: Path, pages: list[np.ndarray], codec: str, paper: tuple[float, float] = A4) -> Path:
    data = img2pdf.convert(
        [encoded(page, codec) for page in pages],
        layout_fun=img2pdf.get_layout_fun(paper),
        title=NAME,
        author=NAME,
    )
    path.write_bytes(data)
    return path


def images_of(data: bytes) -> list[RawImage]:
    return list(read_images(io.BytesIO(data)))


def image_streams(data: bytes) -> list[tuple[int, bytes]]:
    """The width and the bytes of every image stream of the file, shown or not."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return [
            (int(item.Width), item.read_raw_bytes())
            for item in pdf.objects
            if isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Image"
        ]


def inside(polygon: tuple[tuple[float, float], ...], shape: tuple[int, ...], grow: int) -> np.ndarray:
    area = np.zeros(shape, np.uint8)
    cv2.fillPoly(area, [np.round(polygon).astype(np.int32)], 255)
    kernel = np.ones((2 * abs(grow) + 1,) * 2, np.uint8)
    return (cv2.dilate(area, kernel) if grow > 0 else cv2.erode(area, kernel)) > 0


@pytest.mark.parametrize("codec", CODECS)
def test_the_wiped_page_shows_paper_and_the_rest_is_as_it_was(tmp_path: Path, form: Form, codec: str) -> None:
    path = scan(tmp_path / "scan.pdf", [first(form)], codec)
    places = [PagePlace(1, wipe=mask(form))]

    data = anonymous_pdf(path, places)

    (before,), (after,) = read_images(path), images_of(data)
    old, new = before.gray().astype(int), after.gray().astype(int)
    assert (after.codec == "g4") == (codec == "g4") and after.colour == before.colour
    assert new[inside(places[0].wipe, new.shape, -16)].min() > 250
    elsewhere = ~inside(places[0].wipe, new.shape, 16)
    assert np.array_equal(new[elsewhere], old[elsewhere])
    assert after.dpi == pytest.approx(before.dpi, rel=0.001)
    assert leaks(data, places, form, PATTERN, [NUMBER, NAME, "DUPONT"]) == ()


@pytest.mark.parametrize("codec", ["gray", "colour"])
def test_a_wiped_jpeg_keeps_its_tables_and_subsampling(tmp_path: Path, form: Form, codec: str) -> None:
    path = scan(tmp_path / "scan.pdf", [first(form)], codec)
    (before,) = read_images(path)
    (after,) = images_of(anonymous_pdf(path, [PagePlace(1, wipe=mask(form))]))
    with Image.open(io.BytesIO(before.data)) as old, Image.open(io.BytesIO(after.data)) as new:
        assert isinstance(old, JpegImageFile) and isinstance(new, JpegImageFile)
        assert old.quantization == new.quantization
        assert [c[1:3] for c in old.layer] == [c[1:3] for c in new.layer]


@pytest.mark.parametrize("codec", CODECS)
def test_other_pages_are_the_scanners_own(tmp_path: Path, codec: str) -> None:
    path = scan(tmp_path / "scan.pdf", [answers(1), answers(2), answers(3)], codec)

    data = anonymous_pdf(path, [PagePlace(3), PagePlace(1, turn=Turn.OVER)])

    before, after = list(read_images(path)), images_of(data)
    for old, new, turn in ((before[2], after[0], Turn.NONE), (before[0], after[1], Turn.OVER)):
        assert np.array_equal(new.gray(), turned(old.gray(), turn))
        assert np.array_equal(new.pixels(), old.pixels())
        if codec == "g4":
            assert new.data == old.data
        if codec in ("gray", "colour"):
            assert entropy_coded(new.data) == entropy_coded(old.data)
    assert len(image_streams(data)) == 2


def entropy_coded(jpeg: bytes) -> bytes:
    return jpeg[list(jpeg_segments(jpeg))[-1][1] :]


@pytest.mark.parametrize("codec", ["gray", "colour"])
def test_no_comment_exif_or_metadata_comes_along(tmp_path: Path, form: Form, codec: str) -> None:
    path = scan(tmp_path / "scan.pdf", [first(form), answers(2)], codec)
    traces = (NAME.encode(), NAME.encode("utf-16-le"), NAME.encode("utf-16-be"), b"?lo?se Zarbowski")
    assert any(trace in path.read_bytes() for trace in traces)

    data = anonymous_pdf(path, [PagePlace(1, wipe=mask(form)), PagePlace(2)])

    assert not any(trace in data for trace in traces)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert set(pdf.trailer) <= {"/Root", "/Size"}
        assert set(pdf.Root.keys()) == {"/Type", "/Pages"}
    for _, stream in image_streams(data):
        markers = {marker for marker, _, _ in jpeg_segments(stream)}
        assert not markers & {0xFE, *range(0xE1, 0xF0)} - {0xEE}


def test_the_same_copy_gives_the_same_bytes(tmp_path: Path, form: Form) -> None:
    path = scan(tmp_path / "scan.pdf", [first(form), answers(2)], "gray")
    places = [PagePlace(1, wipe=mask(form)), PagePlace(2)]
    assert anonymous_pdf(path, places) == anonymous_pdf(path, places)


@pytest.mark.parametrize("codec", ["gray", "colour", "g4", "flate"])
@pytest.mark.parametrize("half", list(Half))
def test_the_other_half_of_an_a3_is_not_in_the_file(
    tmp_path: Path, form: Form, codec: str, half: Half
) -> None:
    left, right = answers(4), first(form)
    path = scan(tmp_path / "a3.pdf", [np.hstack([left, right])], codec, A3)
    wipe = mask(form) if half is Half.RIGHT else None

    data = anonymous_pdf(path, [PagePlace(1, half, wipe=wipe)])

    ((width, _),) = image_streams(data)
    assert abs(width - left.shape[1]) <= 16
    (page,) = images_of(data)
    (whole,) = read_images(path)
    cut = round(whole.width / 32) * 16
    kept = whole.gray()[:, :cut] if half is Half.LEFT else whole.gray()[:, cut:]
    below = round(100 * MM)
    assert np.array_equal(page.gray()[below:], kept[below:])
    assert leaks(data, [PagePlace(1, half, wipe=wipe)], form, PATTERN, [NUMBER]) == ()


@pytest.mark.parametrize(("rotate", "codec"), [(90, "gray"), (180, "g4"), (270, "gray")])
def test_a_turned_page_is_wiped_where_it_should(tmp_path: Path, form: Form, codec: str, rotate: int) -> None:
    """The scanner turned the sheet one way, and /Rotate of the file turned it another."""
    sideways = np.ascontiguousarray(np.rot90(first(form), 1))  # Turn.RIGHT sets it upright
    paper = A4[::-1]
    path = scan(tmp_path / "scan.pdf", [sideways], codec, paper)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.pages[0].obj["/Rotate"] = rotate
        pdf.save(path)
    place = PagePlace(1, turn=Turn((90 - rotate) % 360), wipe=mask(form))

    data = anonymous_pdf(path, [place])

    (page,) = images_of(data)
    expected = first(form)
    assert page.gray().shape == expected.shape
    below = round(72 * MM)
    difference = np.abs(page.gray()[below:].astype(int) - expected[below:].astype(int))
    assert np.mean(difference > 130) < 0.001
    assert leaks(data, [place], form, PATTERN, [NUMBER]) == ()


def test_a_jpeg_in_other_colours_is_wiped_as_pixels(tmp_path: Path, form: Form) -> None:
    buffer = io.BytesIO()
    Image.merge("RGB", [Image.fromarray(first(form))] * 3).save(buffer, "JPEG", quality=70, keep_rgb=True)
    path = tmp_path / "scan.pdf"
    path.write_bytes(img2pdf.convert([buffer.getvalue()], layout_fun=img2pdf.get_layout_fun(A4)))
    place = PagePlace(1, wipe=mask(form))
    data = anonymous_pdf(path, [place])
    (page,) = images_of(data)
    assert page.gray()[inside(place.wipe, page.gray().shape, -16)].min() > 250
    assert leaks(data, [place], form, PATTERN, [NUMBER]) == ()


def test_what_had_to_be_rendered_is_wiped_too(tmp_path: Path, form: Form) -> None:
    path = scan(tmp_path / "scan.pdf", [first(form)], "gray")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.pages[0].contents_add(b"q 1 0 0 1 0 0 cm 0 0 50 50 re f Q")
        pdf.save(path)
    (raw,) = read_images(path)
    assert raw.codec == "rendered"
    scale = raw.dpi / DPI
    place = PagePlace(1, wipe=tuple((x * scale, y * scale) for x, y in mask(form)))
    data = anonymous_pdf(path, [place])
    (page,) = images_of(data)
    assert page.gray()[inside(place.wipe, page.gray().shape, -16)].min() > 250
    assert leaks(data, [place], form, PATTERN, [NUMBER]) == ()


UNUSED = (
    b"\xff\xdb\x00\x43\x03" + b"DUPONT".ljust(64, b"."),  # of quantisation
    b"\xff\xc4\x00\x19\x13" + bytes([0, 0, 0, 0, 6, *bytes(11)]) + b"DUPONT",  # of codes
    b"\xff\xdd\x00\x04NT\xff\xdd\x00\x04\x00\x00",  # said twice
)


@pytest.mark.parametrize("progressive", [True, False])
@pytest.mark.parametrize("colour", [True, False])
def test_a_jpeg_is_stripped_to_its_image(progressive: bool, colour: bool) -> None:
    buffer = io.BytesIO()
    image = Image.fromarray(answers(1)).convert("RGB" if colour else "L")
    image.save(buffer, "JPEG", progressive=progressive, comment=b"DUPONT", xmp=b"<x>DUPONT</x>")
    drawn = buffer.getvalue()
    markers = b"\xff\xf7\x00\x08DUPONT\xff\x02\x00\x08DUPONT"
    hidden = drawn[:2] + markers + b"".join(UNUSED) + drawn[2:] + b"DUPONT after the end"
    clean = stripped(hidden)
    assert b"DUPONT" not in clean
    assert b"NT" not in clean[:700]
    with Image.open(io.BytesIO(clean)) as new, Image.open(io.BytesIO(drawn)) as old:
        assert np.array_equal(np.asarray(new), np.asarray(old))
    assert stripped(clean) == clean


def test_a_wipe_grows_with_its_frame_even_when_it_leans() -> None:
    turn = np.deg2rad(5)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    frame = np.array([(100, 100), (500, 100), (500, 300), (100, 300)]) @ rotation.T
    grown = np.array(wipe_polygon([tuple(p) for p in frame], 10)) @ rotation
    assert np.allclose(grown, [(90, 90), (510, 90), (510, 310), (90, 310)])


BEHIND = {"nothing": b"", "zeros": bytes(9), "a name": b"DUPONT", "a record": b"DUPONT" + bytes(4000)}


@pytest.mark.parametrize("behind", BEHIND.values(), ids=BEHIND)
def test_what_follows_the_end_of_a_g4_stream_stays_behind(behind: bytes) -> None:
    for shift in range(8):
        pixels = np.full((40 + shift, 64), 255, np.uint8)
        pixels[7, : 9 + shift] = 0
        data, _ = g4.encode(pixels)
        ended = g4.until_end(data + behind)
        assert ended is not None and data.startswith(ended) and not data[len(ended) :].strip(b"\0")
    assert g4.until_end(b"\x26\xa1\x55" * 40) is None


def test_what_stands_between_the_last_pixel_and_the_end_of_a_jpeg_stays_behind(tmp_path: Path) -> None:
    path = scan(tmp_path / "scan.pdf", [answers(1)], "gray")
    (plain,) = read_images(path)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        (image,) = (one for one in pdf.objects if isinstance(one, pikepdf.Stream) and "/Width" in one)
        hidden = image.read_raw_bytes()[:-2] + b"\0\x01MARTIN 02500000011" + b"\xff\xd9"
        image.write(hidden, filter=pikepdf.Name.DCTDecode)
        pdf.save(path)
    data = anonymous_pdf(path, [PagePlace(1)])
    assert b"02500000011" not in data and b"MARTIN" not in data
    (after,) = images_of(data)
    assert np.abs(after.gray().astype(int) - plain.gray()).mean() < 0.5
