"""What a page costs beside the bare decode of its image, stage by stage, and beside the peers' ways.

    python benchmarks/speed.py [SCAN.pdf ...] [--copies 6] [--seed 1]

Without a scan, draws some: gray JPEG and one bit (G4), 300 and 200 dpi. All figures are ratios of CPU time to
the full-size gray decode of the same pages (`cv2.imdecode`; Pillow for G4) in the same run, one process; in
the last row, to the decode of a process that does nothing else. Then two processes against one, and the
memory of one over a file of 500 pages.
"""

from __future__ import annotations

import argparse
import io
import math
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pikepdf
import pypdfium2
import zxingcpp
from PIL import Image
from rich.console import Console
from rich.table import Table

from processors.circular.form import load_form
from processors.scans.files import g4
from processors.scans.files.image import RawImage
from processors.scans.files.raster import read_images
from processors.scans.leaving.anonymity import PagePlace, anonymous_pdf, wipe_polygon
from processors.scans.leaving.leaks import leaks
from processors.scans.pages.upright import Expected
from processors.scans.reader import read_image, read_images_of
from processors.scans.readings import PageKind, PageReading
from specimens.batch import Kind, draw_batch
from specimens.people import invent_candidates, invent_schools
from specimens.scanner import Level, Mode

FORM = load_form(Path(__file__).parents[1] / "sessions" / "forms" / "ccyc.toml")
EXPECTED = Expected(FORM, FORM.label.payload, frozenset())
_TIMES = 3


def draw(folder: Path, copies: int, seed: int) -> Iterator[Path]:
    """Sound copies as an office scanner gives them."""
    for mode, dpi in ((Mode.GRAY, 300), (Mode.BW, 300), (Mode.GRAY, 200), (Mode.COLOR, 200)):
        rng = np.random.default_rng(seed)
        roster = invent_candidates(rng, copies + 3, "0130051K", ["U4"], invent_schools(rng, 2))
        kinds = (Kind.OK,) * copies
        batch = draw_batch(
            seed, "U4", "0130051K", roster, kinds, FORM, level=Level.OFFICE, dpi=dpi, mode=mode, a3=False
        )
        path = folder / f"{mode}-{dpi}.pdf"
        path.write_bytes(batch.pdf)
        yield path


def decode(image: RawImage) -> None:
    """What everything is measured against."""
    if image.codec == "jpeg":
        cv2.imdecode(np.frombuffer(image.data, np.uint8), cv2.IMREAD_GRAYSCALE)
    else:
        tiff = g4._tiff(image.data, image.width, image.height, image.inverted)
        with Image.open(io.BytesIO(tiff)) as opened:
            np.asarray(opened.convert("L"))


def plain_decodes(path: Path) -> list[float]:
    """CPU seconds of each page's decode in a process that does nothing else."""
    cv2.setNumThreads(1)
    images = list(read_images(path))
    runs = [[cpu(partial(decode, image)) for image in images] for _ in range(_TIMES)]
    return [min(times) for times in zip(*runs, strict=True)]


def cpu(function: Callable[[], object]) -> float:
    begun = time.process_time()
    function()
    return time.process_time() - begun


def place(page: PageReading) -> PagePlace:
    labels = tuple(label.area for label in page.labels)
    if page.frame is None:
        return PagePlace(page.image, page.half, page.turn, None, page.exposed, labels, page.area)
    margin = FORM.identity.mask_margin * math.dist(*page.frame[:2]) / FORM.identity.frame.width
    wipe = wipe_polygon(page.frame, margin)
    return PagePlace(page.image, page.half, page.turn, wipe, page.exposed, labels, page.area)


def ours(path: Path, image: RawImage) -> dict[str, float]:
    """CPU seconds of one page: the bare decode, reading, taking the identity out, checking."""
    pages = list(read_image(image, EXPECTED))
    places = [place(page) for page in pages]
    made = anonymous_pdf(path, places)
    return {
        "decode": cpu(lambda: decode(image)),
        "read": cpu(lambda: list(read_image(image, EXPECTED))),
        "anonymise": cpu(lambda: anonymous_pdf(path, places)),
        "check": cpu(lambda: leaks(made, places, FORM, FORM.label.payload, [])),
        "first": float(pages[0].kind is PageKind.FIRST),
    }


def peers(path: Path, at: int) -> dict[str, float]:
    """CPU seconds of the same page rendered, then searched for bars: at 200 dpi, and at 300 dpi as gray."""

    def rendered(dpi: int) -> Image.Image:
        with pypdfium2.PdfDocument(path) as document:
            return document[at].render(scale=dpi / 72).to_pil()

    def plom() -> object:
        return zxingcpp.read_barcodes(rendered(200))

    def paperless() -> object:
        return zxingcpp.read_barcodes(rendered(300).convert("L"))

    return {"rendered at 200 dpi + zxing": cpu(plom), "rendered at 300 dpi + zxing": cpu(paperless)}


def measure(path: Path) -> list[dict[str, float]]:
    """For each page, the least of some runs of each stage."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("forkserver")) as alone:
        plain = alone.submit(plain_decodes, path).result()
    pages = []
    for image in read_images(path):
        runs = [ours(path, image) | peers(path, image.image - 1) for _ in range(_TIMES)]
        pages.append({name: min(run[name] for run in runs) for name in runs[0]})
        pages[-1]["plain decode"] = plain[image.image - 1]
    return pages


def table(name: str, pages: Sequence[dict[str, float]]) -> Table:
    columns = ("inside page", "first page", "median page", "mean page")
    shown = Table(f"{name}, times the decode ({len(pages)} pages)", *columns)
    stages = [stage for stage in pages[0] if stage not in ("decode", "plain decode", "first")]
    rows = {stage: np.array([page[stage] / page["decode"] for page in pages]) for stage in stages}
    rows["massicot in all"] = rows["read"] + rows["anonymise"] + rows["check"]
    relative = np.array([page["decode"] / page["plain decode"] for page in pages])
    rows["massicot in all, times a plain process's decode"] = rows["massicot in all"] * relative
    firsts = np.array([bool(page["first"]) for page in pages])
    for stage, values in rows.items():
        shown.add_row(
            stage,
            *(
                f"{value:.2f}"
                for value in (
                    np.median(values[~firsts]), np.median(values[firsts]), np.median(values), values.mean(),
                )
            ),
        )  # fmt: skip
    return shown


def _read_part(work: tuple[Path, int, int]) -> int:
    cv2.setNumThreads(1)
    return len(read_images_of(work[0], EXPECTED, work[1], work[2]))


def two_processes(path: Path, pages: int) -> float:
    """How many times faster two processes read the file than one: wall time, after a first turn."""
    context = multiprocessing.get_context("forkserver")
    step = 12
    parts = [(path, k, min(k + step, pages)) for k in range(0, pages, step)]
    took = []
    for workers in (1, 2):
        with ProcessPoolExecutor(workers, context) as pool:
            list(pool.map(_read_part, [(path, 0, 2)] * 4))
            begun = time.perf_counter()
            list(pool.map(_read_part, parts))
            took.append(time.perf_counter() - begun)
    return took[0] / took[1]


def _grows(path: Path) -> list[float]:
    """Greatest resident megabytes of this process after each hundred pages."""
    cv2.setNumThreads(1)
    peaks = []
    for start in range(0, 500, 100):
        read_images_of(path, EXPECTED, start, start + 100)
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return peaks


def long_scan(path: Path, pages: int, to: Path) -> Path:
    """The scan over and over, up to so many pages."""
    with pikepdf.open(path) as one, pikepdf.new() as many:
        while len(many.pages) < pages:
            many.pages.extend(one.pages)
        del many.pages[pages:]
        many.save(to)
    return to


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("scans", nargs="*", type=Path)
    parser.add_argument("--copies", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    cv2.setNumThreads(1)
    console = Console()
    with tempfile.TemporaryDirectory() as folder:
        scans = wanted.scans or list(draw(Path(folder), wanted.copies, wanted.seed))
        for path in scans:
            console.print(table(path.stem, measure(path)))
        whole = long_scan(scans[0], 500, Path(folder) / "long.pdf")
        console.print(f"two processes read {two_processes(whole, 200):.2f} times as fast as one")
        with ProcessPoolExecutor(1, multiprocessing.get_context("forkserver")) as alone:
            peaks = alone.submit(_grows, whole).result()
        console.print("MB of one process after each 100 pages: " + ", ".join(f"{mb:.0f}" for mb in peaks))


if __name__ == "__main__":
    main()
