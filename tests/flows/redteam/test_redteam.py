"""Whose copies are these, and where were they written? All that correctors can reach, attacked.

What each attack finds when something is planted for it stands beside: it could have found something.
"""

from __future__ import annotations

import hashlib
import io
import itertools
import re
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import img2pdf
import numpy as np
import pikepdf
import pytest
import zxingcpp
from PIL import Image
from planted import NAME, first, name_of, number_of, only, reopened, without_identifier

from actions.site import Site
from benchmarks.redteam import ATTACKS
from benchmarks.redteam.files import jpeg_traces
from benchmarks.redteam.loot import Loot
from benchmarks.redteam.orders import CHANCE, chance
from processors.plain import plain
from processors.scans.files.raster import read_images
from processors.scans.leaving.anonymity import PagePlace, anonymous_pdf
from processors.scans.readings import Gray
from storage.decided.copies import copy_by_id
from storage.dropped.scans import scan_by_id

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("redteam")]


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_is_learnt(loot: Loot, attack: str) -> None:
    assert list(ATTACKS[attack](loot)) == []


# --- what they find where there is something to be found ------------------------------------------


def archive(entry: str, comment: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr(entry, b"a copy")
        made.comment = comment.encode()
    return out.getvalue()


TEXTS: dict[str, Callable[[Loot], Loot]] = {
    "behind the end": lambda loot: only(loot, pdf=first(loot).pdf + name_of(loot).encode("utf-16-be")),
    "a header": lambda loot: only(loot, headers=f"x-amz-meta-name: {number_of(loot)}"),
    "an address": lambda loot: only(loot, path=f"/lots/{number_of(loot)}.pdf"),
    "a list": lambda loot: replace(loot, others={"lot.json": loot.roster[0].id.encode()}),
    "a place": lambda loot: replace(loot, others={"page": "Lycée Marie Curie".encode()}),
    "a file's name": lambda loot: replace(loot, others={"zip": archive(f"{NAME[:-4]}.pdf", "")}),
    "a comment": lambda loot: replace(loot, others={"zip": archive("1.pdf", name_of(loot))}),
    "metadata": lambda loot: reopened(
        loot,
        lambda pdf: pdf.docinfo.update({"/Title": name_of(loot)}),
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        compress_streams=True,
    ),
}


@pytest.mark.parametrize("where", TEXTS)
def test_a_planted_text_is_found(loot: Loot, where: str) -> None:
    assert list(ATTACKS["texts"](TEXTS[where](loot)))


TRACES: dict[str, Callable[[Loot], Loot]] = {
    "a date": lambda loot: reopened(loot, lambda pdf: pdf.docinfo.update({"/CreationDate": "D:20260520"})),
    "xmp": lambda loot: reopened(loot, lambda pdf: pdf.Root.update({"/Metadata": pdf.make_stream(b"<x/>")})),
    "a revision": lambda loot: only(loot, pdf=first(loot).pdf * 2),
    "an identifier": lambda loot: only(loot, pdf=first(loot).pdf.replace(b"/Size", b"/ID [<61><62>] /Size")),
    "an image behind": lambda loot: reopened(
        loot, lambda pdf: pdf.pages[0].Resources.XObject.update({"/Im1": pdf.pages[0].Resources.XObject.Im0})
    ),
    "a thumbnail": lambda loot: reopened(
        loot, lambda pdf: pdf.pages[0].obj.update({"/Thumb": pikepdf.Array()})
    ),
    "a loose object": lambda loot: only(loot, pdf=with_loose_object(first(loot).pdf)),
}


def with_loose_object(data: bytes) -> bytes:
    """An object that stands in the file and to which no page leads any more."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pdf.pages[0].obj["/Rotate"] = pdf.make_indirect(pikepdf.Dictionary(Left=1))
        pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    led_astray = re.sub(rb"/Rotate \d+ 0 R", lambda led: b"/Rotate 0".ljust(len(led[0])), out.getvalue())
    return without_identifier(led_astray)


@pytest.mark.parametrize("what", TRACES)
def test_a_planted_trace_is_found(loot: Loot, what: str) -> None:
    assert list(ATTACKS["traces"](TRACES[what](loot)))


def test_nothing_is_found_where_nothing_was_planted(loot: Loot) -> None:
    assert not list(ATTACKS["traces"](reopened(loot, lambda pdf: None)))


def test_a_marker_that_does_not_draw_and_what_follows_an_end_are_found() -> None:
    out = io.BytesIO()
    Image.fromarray(np.full((64, 64), 200, np.uint8)).save(out, "JPEG")
    clean = out.getvalue()
    assert list(jpeg_traces(clean)) == []
    assert list(jpeg_traces(clean[:2] + b"\xff\xfe\x00\x06made" + clean[2:]))
    assert list(jpeg_traces(clean[:2] + b"\xff\x02\x00\x06made" + clean[2:]))
    assert list(jpeg_traces(clean + b"made"))


def unwiped(site: Site, loot: Loot) -> Loot:
    """The same copy as it would be without its mask."""
    copy = first(loot)
    writer = loot.writers[copy.number]
    with site.register.reading() as connection:
        known, scan = copy_by_id(connection, writer.copy), scan_by_id(connection, writer.scan)
    places = [PagePlace(page.image, page.half, page.turn) for page in known.pages]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scan.pdf"
        site.store.vault.download(f"scans/{scan.sha256}.pdf", path)
        return only(loot, pdf=anonymous_pdf(path, places))


@pytest.mark.parametrize("attack", ["bars", "reader", "ghosts"])
def test_a_copy_without_its_mask_is_recognised(site: Site, loot: Loot, attack: str) -> None:
    assert list(ATTACKS[attack](unwiped(site, loot)))


def painted(loot: Loot, paint: Callable[[Gray], None], page: int) -> Loot:
    """One page of the copy, from 1, with something painted on it."""
    raws = list(read_images(io.BytesIO(first(loot).pdf)))
    files = []
    for number, raw in enumerate(raws, 1):
        gray = raw.gray().copy()
        if number == page:
            paint(gray)
        out = io.BytesIO()
        Image.fromarray(gray).save(out, "PNG", dpi=(raw.dpi, raw.dpi))
        files.append(out.getvalue())
    return only(loot, pdf=bytes(img2pdf.convert(files)))


def faint_name(loot: Loot) -> Callable[[Gray], None]:
    writer = loot.writers[first(loot).number]
    left, top = (int(side) for side in np.min(writer.frames[1], axis=0))

    def paint(gray: Gray) -> None:
        name = plain(writer.sheet.family_name).upper()
        cv2.putText(gray, name, (left + 60, top + 120), cv2.FONT_HERSHEY_SIMPLEX, 2.0, 251, 5, cv2.LINE_AA)

    return paint


def test_a_name_too_pale_to_be_seen_is_read(loot: Loot) -> None:
    found = painted(loot, faint_name(loot), 1)
    assert list(ATTACKS["letters"](found)) and list(ATTACKS["ghosts"](found))


def test_bars_that_show_through_the_paper_are_read(loot: Loot) -> None:
    """On the second page, mirrored, four levels darker than the paper."""

    def paint(gray: Gray) -> None:
        gray[: gray.shape[0] // 2] = 250
        bars = np.asarray(
            zxingcpp.create_barcode(f"U4-{number_of(loot)}", zxingcpp.BarcodeFormat.Code128).to_image(scale=1)
        )
        image = np.repeat(np.repeat(bars[:1, ::-1], 80, axis=0), 3, axis=1)
        gray[200:280, 200 : 200 + image.shape[1]] = np.where(image < 128, np.uint8(246), np.uint8(250))

    assert list(ATTACKS["bars"](painted(loot, paint, 2)))


# --- order, company, hashes -----------------------------------------------------------------------


def test_an_order_that_goes_with_another_is_told_from_chance() -> None:
    rng = np.random.default_rng(5)
    lots = [lot for lot in "AB" for _ in range(8)]
    pile = [float(place) for place in rng.permutation(16)]
    assert chance(pile, pile, lots) < CHANCE
    assert chance([-place for place in pile], pile, lots) < CHANCE
    assert chance([1.0] * 16, pile, lots) == 1
    assert sum(chance(rng.permutation(16).tolist(), pile, lots) < 0.1 for _ in range(60)) < 18


def test_lots_in_the_order_of_the_pile_or_of_one_centre_are_found(loot: Loot) -> None:
    number = itertools.count(1)
    writers, copies = {}, []
    for lot, centre in (("U4-901", "0840003X"), ("U4-902", "0050006E")):
        for rank in range(1, 9):
            like = loot.writers[first(loot).number]
            name = f"copy {next(number)}"
            writers[name] = replace(like, position=rank, sheet=replace(like.sheet, centre=centre))
            copies.append(replace(first(loot), lot=lot, number=name, rank=rank))
    formed = {lot: next(iter(loot.formed.values())) for lot in ("U4-901", "U4-902")}
    sorted_lots = replace(loot, copies=tuple(copies), writers=writers, formed=formed)
    assert any("the place in the pile" in found for found in ATTACKS["orders"](sorted_lots))
    assert len(list(ATTACKS["composition"](sorted_lots))) == 2


def test_a_file_that_is_an_object_of_the_vault_is_found(loot: Loot) -> None:
    own = hashlib.sha256(first(loot).pdf).hexdigest()
    assert list(ATTACKS["hashes"](replace(only(loot), kept=frozenset({own}))))
