"""Files that are no scans, or broken ones: refused with a reason, or read as far as they can be."""

import io
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from drawn_pages import A4, drawing, encoded, jpeg_entries, with_stream, write

from processors.findings import Code
from processors.scans.files.dropped import inspect
from processors.scans.files.image import BadImage
from processors.scans.files.raster import BadScan, read_images
from processors.scans.readings import Turn


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
    filled_blocks = [whole + b"\0" * count for count in (300, 5_000, 200_000)]
    for data in (whole, b"\r\nHTTP garbage\n" + whole, *filled_blocks, wrong_offset):
        path.write_bytes(data)
        assert inspect(path) == 3
        assert [raw.gray().shape for raw in read_images(path)] == [(1169, 827)] * 3


@pytest.mark.parametrize("data", [b"PK\x03\x04" + b"a" * 5000, b"<html>", b"%!PS-Adobe-3.0\n"])
def test_what_is_no_pdf(tmp_path: Path, data: bytes) -> None:
    assert refusal(tmp_path / "scan.pdf", data) is Code.NOT_A_PDF


def test_several_pdfs_in_one_file_of_which_a_reader_sees_the_last(tmp_path: Path, whole: bytes) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as stored:
        stored.writestr("a.pdf", whole)
        stored.writestr("b.pdf", whole, zipfile.ZIP_DEFLATED)
    for data in (whole + whole, whole + b"\0" * 70_000 + whole, archive.getvalue()):
        assert refusal(tmp_path / "scan.pdf", data) is Code.SEVERAL_FILES


def test_an_empty_file(tmp_path: Path) -> None:
    assert refusal(tmp_path / "scan.pdf", b"") is Code.EMPTY_FILE


@pytest.mark.parametrize("share", [0.01, 0.3, 0.6, 0.9, 0.97, 0.99])
def test_a_truncated_file(tmp_path: Path, whole: bytes, share: float) -> None:
    data = whole[: int(len(whole) * share)]
    for there in (data, data + b"\0" * 5_000):  # as its transfer left it, or the room it was to take
        assert refusal(tmp_path / "scan.pdf", there) is Code.DAMAGED_FILE


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
