"""Pages that look different however they are turned, in PDFs of every kind; what pdfium shows of them."""

import io
from pathlib import Path

import img2pdf
import numpy as np
import pikepdf
import pypdfium2
from PIL import Image, ImageDraw

from processors.scans.files.raster import read_images

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
