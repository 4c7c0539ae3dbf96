"""Page images out of real PDFs; pdfium, which is what a viewer shows, is the judge."""

import io
import zlib
from pathlib import Path

import img2pdf
import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageDraw

from processors.findings import Code
from processors.scans.a3 import a3_halves
from processors.scans.raster import BadImage, BadScan, inspect, read_images
from processors.scans.readings import Half, Turn

A4 = (img2pdf.mm_to_pt(210), img2pdf.mm_to_pt(297))
A3 = (img2pdf.mm_to_pt(420), img2pdf.mm_to_pt(297))


def drawing(mode: str = "L", size: tuple[int, int] = (827, 1169)) -> Image.Image:
    """A page that looks different in each of its eight positions."""
    paper = {"1": 1, "L": 245, "RGB": (250, 245, 230), "CMYK": (0, 4, 12, 5)}[mode]
    ink = {"1": 0, "L": 20, "RGB": (30, 20, 160), "CMYK": (200, 150, 20, 90)}[mode]
    image = Image.new(mode, size, paper)
    draw = ImageDraw.Draw(image)
    width, height = size
    draw.rectangle((60, 60, width // 3, 140), fill=ink)
    draw.ellipse((width // 2, 200, width - 80, height // 2), outline=ink, width=12)
    draw.line((80, height - 300, width - 200, height - 100), fill=ink, width=9)
    return image


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def write(path: Path, images: list[bytes], layout: tuple[float, float] = A4) -> Path:
    path.write_bytes(img2pdf.convert(images, layout_fun=img2pdf.get_layout_fun(layout)))
    return path


def with_stream(
    path: Path, data: bytes, entries: dict[str, object], content: bytes | None = None, **page: object
) -> Path:
    """A PDF of one A4 page that shows one image stream with these dictionary entries."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=A4)
    image = pdf.make_stream(data)
    image.update({"/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Image} | entries)
    target = pdf.pages[0]
    target.obj["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image))
    target.obj["/Contents"] = pdf.make_stream(content or b"q %f 0 0 %f 0 0 cm /Im0 Do Q" % A4)
    for key, value in page.items():
        target.obj["/" + key] = value
    pdf.save(path)
    return path


def jpeg_entries(image: Image.Image, space: str) -> dict[str, object]:
    return {
        "/Width": image.width,
        "/Height": image.height,
        "/BitsPerComponent": 8,
        "/ColorSpace": pikepdf.Name("/" + space),
        "/Filter": pikepdf.Name.DCTDecode,
    }


def seen(path: Path, shape: tuple[int, ...]) -> np.ndarray:
    """The first page as pdfium shows it, brought to this shape."""
    document = pypdfium2.PdfDocument(path)
    shown = document[0].render(scale=2).to_pil().convert("L")
    document.close()
    return np.asarray(shown.resize((shape[1], shape[0])), np.float32)


def assert_as_shown(path: Path) -> None:
    (raw,) = read_images(path)
    gray = raw.gray()
    assert gray.dtype == np.uint8
    difference = np.abs(gray.astype(np.float32) - seen(path, gray.shape))
    assert difference.mean() < 4, f"{raw.codec}: {difference.mean():.1f}"


@pytest.mark.parametrize(
    ("mode", "kind", "options", "codec"),
    [
        ("L", "JPEG", {"quality": 80}, "jpeg"),
        ("RGB", "JPEG", {"quality": 80}, "jpeg"),
        ("RGB", "JPEG", {"quality": 80, "progressive": True}, "jpeg"),
        ("CMYK", "JPEG", {"quality": 90}, "rendered"),
        ("1", "TIFF", {"compression": "group4"}, "g4"),
        ("1", "PNG", {}, "flate"),
        ("L", "PNG", {}, "flate"),
        ("RGB", "PNG", {}, "flate"),
        ("L", "JPEG2000", {}, "rendered"),
    ],
)
def test_each_codec_reads_as_a_viewer_shows_it(
    tmp_path: Path, mode: str, kind: str, options: dict[str, object], codec: str
) -> None:
    path = write(tmp_path / "scan.pdf", [encoded(drawing(mode), kind, **options)])

    (raw,) = read_images(path)

    assert raw.codec == codec
    assert raw.colour == (mode in ("RGB", "CMYK"))
    assert raw.image == 1
    assert raw.dpi == pytest.approx(200 if codec == "rendered" else 100, rel=0.01)
    assert_as_shown(path)


def test_the_data_is_the_scanners_own_stream(tmp_path: Path) -> None:
    stream = encoded(drawing(), "JPEG", quality=70)
    (raw,) = read_images(write(tmp_path / "scan.pdf", [stream]))
    assert raw.data == stream


def test_an_indexed_image_reads_as_shown(tmp_path: Path) -> None:
    palette = drawing("RGB").convert("P", palette=Image.Palette.ADAPTIVE, colors=8)
    path = write(tmp_path / "scan.pdf", [encoded(palette, "PNG")])
    (raw,) = read_images(path)
    assert (raw.codec, raw.colour) == ("flate", True)
    assert_as_shown(path)


@pytest.mark.parametrize("black_is_1", [True, False])
@pytest.mark.parametrize("decode", [None, [0, 1], [1, 0]])
def test_g4_in_every_polarity(tmp_path: Path, black_is_1: bool, decode: list[int] | None) -> None:
    image = drawing("1")
    tiff = encoded(image, "TIFF", compression="group4", tiffinfo={278: image.height})
    with Image.open(io.BytesIO(tiff)) as opened:
        offset, size = opened.tag_v2[273][0], opened.tag_v2[279][0]
    strip = tiff[offset : offset + size]
    params = pikepdf.Dictionary(K=-1, Columns=image.width, Rows=image.height, BlackIs1=black_is_1)
    entries = jpeg_entries(image, "DeviceGray") | {
        "/BitsPerComponent": 1,
        "/Filter": pikepdf.Name.CCITTFaxDecode,
        "/DecodeParms": params,
    }
    if decode is not None:
        entries["/Decode"] = pikepdf.Array(decode)
    path = with_stream(tmp_path / "scan.pdf", strip, entries)
    (raw,) = read_images(path)
    assert raw.codec == "g4"
    assert_as_shown(path)


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize(
    ("matrix", "codec"),
    [
        ("{w} 0 0 {h} 0 0", "jpeg"),
        ("-{w} 0 0 -{h} {w} {h}", "jpeg"),
        ("0 {h} -{w} 0 {w} 0", "jpeg"),
        ("0 -{h} {w} 0 0 {h}", "jpeg"),
        ("-{w} 0 0 {h} {w} 0", "rendered"),  # a mirror
        ("{w} 20 -20 {h} 5 5", "rendered"),  # tilted
        ("300 0 0 400 100 100", "rendered"),  # a picture on a page
    ],
)
def test_rotation_and_placement_are_honoured(tmp_path: Path, rotate: int, matrix: str, codec: str) -> None:
    size = (1169, 827) if matrix.startswith("0") else (827, 1169)
    image = drawing(size=size)
    content = f"q {matrix.format(w=A4[0], h=A4[1])} cm /Im0 Do Q".encode()
    path = with_stream(
        tmp_path / "scan.pdf",
        encoded(image, "JPEG"),
        jpeg_entries(image, "DeviceGray"),
        content,
        Rotate=rotate,
    )
    (raw,) = read_images(path)
    assert raw.codec == codec
    assert_as_shown(path)


@pytest.mark.parametrize(
    ("after", "codec"),
    [
        (b"BT 3 Tr /F0 12 Tf 100 100 Td (DUPONT) Tj ET", "jpeg"),  # an OCR layer
        (b"BT 0 Tr /F0 12 Tf 100 100 Td (DUPONT) Tj ET", "rendered"),
        (b"1 0 0 rg 100 100 200 50 re f", "rendered"),
        (b"q 200 0 0 200 50 50 cm /Im0 Do Q", "rendered"),
        (b"q BI /W 1 /H 1 /BPC 8 /CS /G ID \x00 EI Q", "rendered"),
    ],
)
def test_what_is_drawn_over_the_image_is_not_lost(tmp_path: Path, after: bytes, codec: str) -> None:
    image = drawing()
    content = b"q %f 0 0 %f 0 0 cm /Im0 Do Q " % A4 + after
    path = with_stream(
        tmp_path / "scan.pdf", encoded(image, "JPEG"), jpeg_entries(image, "DeviceGray"), content
    )
    (raw,) = read_images(path)
    assert raw.codec == codec
    assert_as_shown(path)


@pytest.mark.parametrize(
    ("before", "codec"),
    [
        (b"BT 0 Tr /F0 12 Tf 100 100 Td (DUPONT) Tj ET", "jpeg"),  # covered by the image
        (b"0 0 9999 9999 re W n", "jpeg"),
        (b"0 0 300 300 re W n", "rendered"),
        (b"0 0 m 300 0 l 300 900 l h W n", "rendered"),
    ],
)
def test_what_lies_under_or_clips_the_image(tmp_path: Path, before: bytes, codec: str) -> None:
    image = drawing()
    content = before + b" q %f 0 0 %f 0 0 cm /Im0 Do Q " % A4
    path = with_stream(
        tmp_path / "scan.pdf", encoded(image, "JPEG"), jpeg_entries(image, "DeviceGray"), content
    )
    (raw,) = read_images(path)
    assert raw.codec == codec
    assert_as_shown(path)


def test_a_soft_mask_and_a_crop_box_are_rendered(tmp_path: Path) -> None:
    rgba = drawing("RGB").convert("RGBA")
    rgba.putalpha(drawing("L").point(lambda v: 255 if v > 128 else 90))
    pdf = pikepdf.open(
        with_stream(tmp_path / "a.pdf", encoded(drawing(), "JPEG"), jpeg_entries(drawing(), "DeviceGray"))
    )
    mask = pdf.make_stream(encoded(drawing(), "JPEG"))
    mask.update(
        {"/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Image}
        | jpeg_entries(drawing(), "DeviceGray")
    )
    pdf.pages[0].obj.Resources.XObject.Im0.SMask = mask
    pdf.save(tmp_path / "mask.pdf")
    cropped = with_stream(
        tmp_path / "crop.pdf",
        encoded(drawing(), "JPEG"),
        jpeg_entries(drawing(), "DeviceGray"),
        CropBox=pikepdf.Array([0, 400, 400, 800]),
    )
    for path in (tmp_path / "mask.pdf", cropped):
        (raw,) = read_images(path)
        assert raw.codec == "rendered"
        assert_as_shown(path)


def test_an_exif_orientation_does_not_turn_the_page(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    image = drawing()
    path = with_stream(
        tmp_path / "scan.pdf", encoded(image, "JPEG", exif=exif), jpeg_entries(image, "DeviceGray")
    )
    assert_as_shown(path)


def test_a_page_without_an_image_is_rendered_at_200_dpi(tmp_path: Path) -> None:
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=A4)
    pdf.save(tmp_path / "blank.pdf")
    (raw,) = read_images(tmp_path / "blank.pdf")
    assert raw.codec == "rendered"
    assert raw.gray().shape == pytest.approx((2339, 1654), abs=2)
    assert raw.gray().min() == 255


def test_points_that_are_pixels_do_not_decide_the_resolution(tmp_path: Path) -> None:
    image = encoded(drawing(size=(1654, 2339)), "JPEG")
    (raw,) = read_images(write(tmp_path / "scan.pdf", [image], (1654, 2339)))
    assert raw.dpi == pytest.approx(200, rel=0.01)


def test_a_range_of_pages_keeps_the_numbers_of_the_file(tmp_path: Path) -> None:
    path = write(tmp_path / "scan.pdf", [encoded(drawing(), "JPEG")] * 5)
    assert [raw.image for raw in read_images(path, 1, 3)] == [2, 3]
    assert [raw.image for raw in read_images(path, 3, 99)] == [4, 5]


# --- A3 -------------------------------------------------------------------------------------------


def test_an_a3_gives_its_left_half_then_its_right(tmp_path: Path) -> None:
    image = Image.new("L", (1654, 1169), 255)
    ImageDraw.Draw(image).rectangle((900, 100, 1200, 300), fill=0)
    (raw,) = read_images(write(tmp_path / "a3.pdf", [encoded(image, "JPEG")], A3))
    (left, left_page), (right, right_page) = a3_halves(raw.gray(), raw.dpi)
    assert (left, right) == (Half.LEFT, Half.RIGHT)
    assert left_page.min() > 200 and right_page.min() < 50
    assert np.array_equal(np.hstack([left_page, right_page]), raw.gray())
    assert left_page.shape[1] % 16 == 0


def test_an_a3_turned_clockwise_has_its_left_half_on_top() -> None:
    upright = np.full((1169, 1654), 255, np.uint8)
    upright[:, 827:] = 90
    (left, top), (right, bottom) = a3_halves(np.rot90(upright, -1), 100)
    assert (left, right) == (Half.LEFT, Half.RIGHT)
    assert top[:800].min() == 255 and bottom.max() == 90


@pytest.mark.parametrize("shape", [(1169, 827), (827, 1169)])
def test_an_a4_is_one_page_either_way_up(shape: tuple[int, int]) -> None:
    page = np.zeros(shape, np.uint8)
    ((half, same),) = a3_halves(page, 100)
    assert half is None and same.shape == shape


# --- bad input ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("whole") / "scan.pdf"
    return write(path, [encoded(drawing(), "JPEG", quality=q) for q in (50, 60, 70)]).read_bytes()


def refusal(path: Path, data: bytes, **limits: int) -> Code:
    path.write_bytes(data)
    with pytest.raises(BadScan) as caught:
        inspect(path, **limits)
    assert caught.value.finding.code is caught.value.code
    assert "{" not in caught.value.finding.message
    return caught.value.code


def test_good_files_and_small_damages_are_accepted(tmp_path: Path, whole: bytes) -> None:
    path = tmp_path / "scan.pdf"
    wrong_offset = whole.replace(b"startxref\n", b"startxref\n9")
    assert wrong_offset != whole
    for data in (whole, b"\r\nHTTP garbage\n" + whole, whole + b"\0" * 300, wrong_offset):
        path.write_bytes(data)
        assert inspect(path) == 3
        assert [raw.gray().shape for raw in read_images(path)] == [(1169, 827)] * 3


@pytest.mark.parametrize("data", [b"PK\x03\x04" + b"a" * 5000, b"<html>", b"%!PS-Adobe-3.0\n"])
def test_what_is_no_pdf(tmp_path: Path, data: bytes) -> None:
    assert refusal(tmp_path / "scan.pdf", data) is Code.NOT_A_PDF


def test_an_empty_file(tmp_path: Path) -> None:
    assert refusal(tmp_path / "scan.pdf", b"") is Code.EMPTY_FILE


@pytest.mark.parametrize("share", [0.01, 0.3, 0.6, 0.9, 0.97, 0.99])
def test_a_truncated_file(tmp_path: Path, whole: bytes, share: float) -> None:
    data = whole[: int(len(whole) * share)]
    assert refusal(tmp_path / "scan.pdf", data) is Code.DAMAGED_FILE


def test_a_file_that_lost_a_page_inside(tmp_path: Path, whole: bytes) -> None:
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(whole)) as pdf:
        pdf.save(buffer, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    data = buffer.getvalue()
    kid = data.index(b" 0 R", data.index(b"/Kids ["))
    data = data[:kid] + b" 9 R" + data[kid + 4 :]  # no such object
    assert refusal(tmp_path / "scan.pdf", data) is Code.DAMAGED_FILE


def test_noise_after_a_header(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).bytes(20000)
    assert refusal(tmp_path / "scan.pdf", b"%PDF-1.7\n" + noise + b"\n%%EOF") is Code.DAMAGED_FILE


def test_an_encrypted_file(tmp_path: Path, whole: bytes) -> None:
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(whole)) as pdf:
        pdf.save(buffer, encryption=pikepdf.Encryption(owner="o", user="secret"))
    assert refusal(tmp_path / "scan.pdf", buffer.getvalue()) is Code.ENCRYPTED_FILE


def test_a_file_that_only_forbids_printing_is_read(tmp_path: Path, whole: bytes) -> None:
    with pikepdf.open(io.BytesIO(whole)) as pdf:
        pdf.save(tmp_path / "scan.pdf", encryption=pikepdf.Encryption(owner="o", user=""))
    assert inspect(tmp_path / "scan.pdf") == 3
    assert [raw.gray().shape for raw in read_images(tmp_path / "scan.pdf")] == [(1169, 827)] * 3


def pages(count: int) -> bytes:
    pdf = pikepdf.new()
    for _ in range(count):
        pdf.add_blank_page(page_size=A4)
    buffer = io.BytesIO()
    pdf.save(buffer)
    return buffer.getvalue()


def test_no_page_and_too_many(tmp_path: Path) -> None:
    assert refusal(tmp_path / "scan.pdf", pages(0)) is Code.NO_PAGES
    assert refusal(tmp_path / "scan.pdf", pages(5000)) is Code.TOO_MANY_PAGES


def test_a_file_too_large(tmp_path: Path, whole: bytes) -> None:
    assert refusal(tmp_path / "scan.pdf", whole, max_bytes=1000) is Code.FILE_TOO_LARGE


@pytest.mark.parametrize("where", ["dictionary", "stream"])
def test_a_pixel_bomb_is_refused_before_it_is_decoded(tmp_path: Path, where: str) -> None:
    image = drawing()
    stream = encoded(image, "JPEG")
    entries = jpeg_entries(image, "DeviceGray")
    if where == "dictionary":
        entries |= {"/Width": 60000, "/Height": 60000}
    else:
        at = stream.index(b"\xff\xc0") + 5
        stream = stream[:at] + b"\xea\x60\xea\x60" + stream[at + 4 :]
    path = with_stream(tmp_path / "bomb.pdf", stream, entries)
    with pytest.raises(BadScan) as caught:
        list(read_images(path))
    assert caught.value.code is Code.DAMAGED_FILE


def test_a_flate_bomb_is_refused(tmp_path: Path) -> None:
    entries = jpeg_entries(drawing(), "DeviceGray") | {"/Filter": pikepdf.Name.FlateDecode}
    path = with_stream(tmp_path / "bomb.pdf", zlib.compress(bytes(50_000_000), 9), entries)
    with pytest.raises(BadScan):
        list(read_images(path))


@pytest.mark.parametrize(("mode", "kind"), [("L", "JPEG"), ("RGB", "JPEG")])
def test_a_cut_image_is_a_bad_image_and_the_next_page_is_read(tmp_path: Path, mode: str, kind: str) -> None:
    path = write(tmp_path / "scan.pdf", [encoded(drawing(mode), kind)] * 2)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        image = next(iter(pdf.pages[0].get_images().values()))
        image.write(image.read_raw_bytes()[:3000], filter=image.Filter)
        pdf.save(path)
    broken, good = read_images(path)
    with pytest.raises(BadImage):
        broken.gray()
    assert good.gray().shape == (1169, 827)
    assert good.rotate is Turn.NONE


@pytest.mark.parametrize(
    "content",
    [b"q 1 0 0 cm /Im0 Do", b"/Im0", b"1 2 (", b"Q Q Q Do", b"BI ID EI", b"/Nope Do", b"q " * 5000],
)
def test_a_page_whose_image_is_never_drawn_is_not_taken_for_blank(tmp_path: Path, content: bytes) -> None:
    image = drawing()
    path = with_stream(
        tmp_path / "scan.pdf", encoded(image, "JPEG"), jpeg_entries(image, "DeviceGray"), content
    )
    (raw,) = read_images(path)
    with pytest.raises(BadImage):
        raw.gray()


@pytest.mark.parametrize("media", [[0, 0, 0, 0], [0, 0, 10**9, 10**9]])
def test_a_page_of_no_or_endless_size(tmp_path: Path, media: list[int]) -> None:
    image = drawing()
    box = {"MediaBox": pikepdf.Array(media)}
    entries = jpeg_entries(image, "DeviceGray")
    path = with_stream(tmp_path / "scan.pdf", encoded(image, "JPEG"), entries, None, **box)
    (raw,) = read_images(path)
    try:
        assert raw.gray().size < 20_000_000
    except BadImage:
        assert raw.width == 0


def test_cut_g4_and_flate_pages(tmp_path: Path) -> None:
    for mode, kind in (("1", "TIFF"), ("L", "PNG")):
        options = {"compression": "group4"} if kind == "TIFF" else {}
        path = write(tmp_path / "scan.pdf", [encoded(drawing(mode), kind, **options)] * 2)
        with pikepdf.open(path, allow_overwriting_input=True) as pdf:
            image = next(iter(pdf.pages[0].get_images().values()))
            params = image.get("/DecodeParms")
            cut = image.read_raw_bytes()[: int(image.Length) // 3]
            image.write(cut, filter=image.Filter, decode_parms=params)
            pdf.save(path)
        broken, good = read_images(path)
        with pytest.raises(BadImage):
            broken.gray()
        assert good.gray().shape == (1169, 827)


def test_an_image_that_a_renderer_cannot_draw_is_no_blank_page(tmp_path: Path) -> None:
    entries = jpeg_entries(drawing(), "DeviceGray")
    path = with_stream(tmp_path / "scan.pdf", b"\xff\xd8\xff\xe0 no picture \xff\xd9", entries)
    (raw,) = read_images(path)
    with pytest.raises(BadImage):
        raw.gray()
