"""Page images out of real PDFs; pdfium, which is what a viewer shows, is the judge."""

import io
import zlib
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from drawn_pages import A3, A4, assert_as_shown, drawing, encoded, jpeg_entries, with_stream, write
from PIL import Image, ImageDraw
from PIL.TiffImagePlugin import TiffImageFile

from processors.scans.files.raster import read_images
from processors.scans.pages.a3 import a3_halves
from processors.scans.readings import Half


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


def test_an_indexed_image_whose_indices_run_backwards_reads_as_shown(tmp_path: Path) -> None:
    image = drawing("1")
    bits = np.packbits(np.asarray(image), axis=1).tobytes()
    entries = jpeg_entries(image, "DeviceGray") | {
        "/ColorSpace": pikepdf.Array(
            [pikepdf.Name.Indexed, pikepdf.Name.DeviceGray, 1, pikepdf.String(b"\xff\x00")]
        ),
        "/BitsPerComponent": 1,
        "/Decode": pikepdf.Array([1, 0]),
        "/Filter": pikepdf.Name.FlateDecode,
    }
    path = with_stream(tmp_path / "scan.pdf", zlib.compress(bits), entries)
    assert_as_shown(path)


@pytest.mark.parametrize("black_is_1", [True, False])
@pytest.mark.parametrize("decode", [None, [0, 1], [1, 0]])
def test_g4_in_every_polarity(tmp_path: Path, black_is_1: bool, decode: list[int] | None) -> None:
    image = drawing("1")
    tiff = encoded(image, "TIFF", compression="group4", tiffinfo={278: image.height})
    with Image.open(io.BytesIO(tiff)) as opened:
        assert isinstance(opened, TiffImageFile)
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


def test_what_a_crop_box_hides_is_not_passed_on(tmp_path: Path) -> None:
    """Below the page a feeder prints a line on the sheet's edge: its box hides it, and so it stays hidden."""
    width, height = A4
    image = drawing()
    entries = jpeg_entries(image, "DeviceGray")
    for hidden, codec in ((12.0, "rendered"), (3.0, "jpeg")):
        path = with_stream(
            tmp_path / f"{codec}.pdf", encoded(image, "JPEG"), entries, CropBox=[0, hidden, width, height]
        )
        (raw,) = read_images(path)
        assert raw.codec == codec


def test_a_layer_is_shown_as_a_viewer_shows_it(tmp_path: Path) -> None:
    """What stands in a layer may be off: then its image is not what is seen."""
    content = b"/OC /L0 BDC q %f 0 0 %f 0 0 cm /Im0 Do Q EMC" % A4
    image = drawing()
    entries = jpeg_entries(image, "DeviceGray")
    for off in (False, True):
        path = with_stream(tmp_path / f"{off}.pdf", encoded(image, "JPEG"), entries, content)
        with pikepdf.open(path, allow_overwriting_input=True) as pdf:
            layer = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name="scan"))
            pdf.pages[0].obj.Resources.Properties = pikepdf.Dictionary(L0=layer)
            default = pikepdf.Dictionary(OFF=[layer] if off else [])
            pdf.Root.OCProperties = pikepdf.Dictionary(OCGs=[layer], D=default)
            pdf.save(path)
        (raw,) = read_images(path)
        assert raw.codec == "rendered"
        assert bool(np.ptp(raw.gray())) is not off
