"""A copy that comes back: the same pages and what was noted on them, and nothing that acts."""

import io
import zipfile
from itertools import product

import cv2
import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image

from processors.correcting.returned import Document, Fault, Member, check, is_this, members, strokes


def page(seed, form=True):
    """A page somebody wrote on: a frame that all have, lines of strokes that nobody else has."""
    rng = np.random.default_rng(seed)
    gray = np.full((1100, 780), 245, np.uint8)
    if form:
        cv2.rectangle(gray, (40, 40), (740, 200), 60, 2)
        cv2.putText(gray, "NOM DE FAMILLE", (60, 90), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 60, 2)
    for line in range(260, 1040, 42):
        x = 60
        while x < 680:
            word = (
                np.cumsum(rng.integers(-7, 8, (14, 2)), axis=0)
                + (x, line)
                + np.c_[np.arange(14) * 5, np.zeros(14)]
            )
            cv2.polylines(gray, [word.astype(np.int32)], False, 40, 2)
            x += int(rng.integers(80, 130))
    return Image.fromarray(gray)


def pdf_of(pages, **how):
    pages[0].save(out := io.BytesIO(), "PDF", resolution=94, save_all=True, append_images=pages[1:], **how)
    return out.getvalue()


@pytest.fixture(scope="module")
def copy():
    return pdf_of([page(1), page(2)], quality=85)


@pytest.fixture
def handed_out(copy, tmp_path):
    path = tmp_path / "copy.pdf"
    path.write_bytes(copy)
    return path


def changed(data, change, **how):
    with pikepdf.open(io.BytesIO(data)) as pdf:
        change(pdf)
        pdf.save(out := io.BytesIO(), **how)
    return out.getvalue()


def noted(pdf):
    """As programs that annotate do: strokes, a word, a stamp."""
    drawn = pdf.make_stream(b"1 0 0 RG 2 w 0 0 m 80 40 l S", Type=pikepdf.Name.XObject,
                            Subtype=pikepdf.Name.Form, BBox=[0, 0, 100, 50])  # fmt: skip
    ink = {"Subtype": pikepdf.Name.Ink, "Rect": [100, 100, 200, 150], "InkList": [[100, 100, 180, 140]]}
    note = {
        "Subtype": pikepdf.Name.Text,
        "Rect": [10, 10, 30, 30],
        "Contents": "À revoir",
        "T": "Mme Correctrice",
    }
    pdf.pages[0].Annots = pikepdf.Array(
        [
            pdf.make_indirect(
                pikepdf.Dictionary(Type=pikepdf.Name.Annot, AP=pikepdf.Dictionary(N=drawn), **ink)
            ),
            pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Annot, M="D:20260530101500", **note)),
        ]
    )


def test_an_annotated_copy_is_kept_with_its_notes_and_without_who_made_them(copy, handed_out):
    found = check(changed(copy, noted), handed_out)
    assert isinstance(found, Document) and found.alike == 2
    with pikepdf.open(io.BytesIO(found.pdf)) as kept:
        assert [str(note.Subtype) for note in kept.pages[0].Annots] == ["/Ink", "/Text"]
        assert str(kept.pages[0].Annots[1].Contents) == "À revoir"
        assert not kept.docinfo
    assert b"Correctrice" not in plainly(found.pdf) and b"20260530" not in plainly(found.pdf)
    drawn = pypdfium2.PdfDocument(found.pdf)[0].render(scale=1).to_numpy()
    assert (drawn[:, :, 0].astype(int) - drawn[:, :, 2] < -50).any()  # the red stroke is there (BGR)


def plainly(data):
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pdf.save(out := io.BytesIO(), qdf=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()


def action(kind, **more):
    return pikepdf.Dictionary(S=pikepdf.Name("/" + kind), **more)


def _attached(pdf):
    pdf.attachments["secret.txt"] = pikepdf.AttachedFileSpec(pdf, b"EVIL", filename="secret.txt")


def _annotation(**what):
    def put(pdf):
        note = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Rect=[0, 0, 50, 50], **what)
        pdf.pages[0].Annots = pikepdf.Array([pdf.make_indirect(note)])

    return put


def _in_a_form(pdf):
    """Deep in what is drawn: a form within a form, with a reference to another file."""
    inner = pdf.make_stream(b"", Subtype=pikepdf.Name.Form, BBox=[0, 0, 9, 9])
    inner.Ref = pikepdf.Dictionary(F="evil.pdf", Page=0)
    inner.AA = pikepdf.Dictionary(O=action("JavaScript", JS="EVIL"))
    outer = pdf.make_stream(b"", Subtype=pikepdf.Name.Form, BBox=[0, 0, 9, 9])
    outer.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(In=inner))
    pdf.pages[0].Resources.XObject["/Out"] = outer


def _outside(pdf):
    stream = pdf.make_stream(b"", Subtype=pikepdf.Name.Image, Width=1, Height=1)
    stream.F = "evil.bin"
    pdf.pages[1].Resources.XObject["/Far"] = stream


FIELD = pikepdf.Dictionary
ACTS = {
    "opening": lambda pdf: pdf.Root.update({"/OpenAction": action("JavaScript", JS="EVIL")}),
    "names": lambda pdf: pdf.Root.update(
        {"/Names": FIELD(JavaScript=FIELD(Names=["x", action("JavaScript", JS="EVIL")]))}
    ),
    "launching": lambda pdf: pdf.Root.update({"/AA": FIELD(WC=action("Launch", F="evil.exe"))}),
    "page": lambda pdf: pdf.pages[0].obj.update({"/AA": FIELD(O=action("URI", URI="http://evil"))}),
    "attached": _attached,
    "link": _annotation(Subtype=pikepdf.Name.Link, A=action("URI", URI="http://evil")),
    "stamp that acts": _annotation(Subtype=pikepdf.Name.Stamp, A=action("Launch", F="evil.exe")),
    "file note": _annotation(Subtype=pikepdf.Name.FileAttachment, FS=FIELD(F="evil.exe")),
    "screen": _annotation(Subtype=pikepdf.Name.Screen, AA=FIELD(PV=action("Rendition", JS="EVIL"))),
    "field": _annotation(Subtype=pikepdf.Name.Widget, AA=FIELD(K=action("JavaScript", JS="EVIL"))),
    "rich text": _annotation(Subtype=pikepdf.Name.FreeText, RC="<body><a href='http://evil'>EVIL</a></body>"),
    "form": lambda pdf: pdf.Root.update({"/AcroForm": FIELD(XFA="EVIL", Fields=[])}),
    "in a form": _in_a_form,
    "bytes elsewhere": _outside,
}  # fmt: skip
WORDS = (
    *(
        b"/JS",
        b"/JavaScript",
        b"/Launch",
        b"/URI",
        b"/OpenAction",
        b"/AA",
        b"/EmbeddedFile",
        b"/EF",
        b"/AcroForm",
    ),
    *(b"/XFA", b"/FileAttachment", b"/Widget", b"/Link", b"/Screen", b"/Ref", b"EVIL", b"evil"),
)


@pytest.mark.parametrize("act", ACTS)
def test_nothing_that_acts_is_left(copy, handed_out, act):
    hostile = changed(copy, ACTS[act])
    assert any(word in plainly(hostile) for word in WORDS)
    found = check(hostile, handed_out)
    assert isinstance(found, Document)
    assert not [word for word in WORDS if word in plainly(found.pdf)]


def _added(pdf):
    pdf.pages.append(pdf.pages[0])


def _removed(pdf):
    del pdf.pages[1]


FAULTS = {
    Fault.NOT_A_PDF: lambda copy: b"12/20",
    Fault.UNCHANGED: lambda copy: copy,
    Fault.DAMAGED: lambda copy: b"%PDF-1.7\n" + b"\x00rien" * 50,
    Fault.TOO_LARGE: lambda copy: copy + b"\0" * (50 << 20),
    Fault.ENCRYPTED: lambda copy: changed(
        copy, lambda pdf: None, encryption=pikepdf.Encryption(owner="o", user="u")
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_cannot_be_taken_has_a_code(copy, handed_out, fault):
    found = check(FAULTS[fault](copy), handed_out)
    assert isinstance(found, Fault) and found is fault
    assert found.said.endswith(".")


def test_a_protected_file_without_a_password_is_refused_too(copy, handed_out):
    kept = changed(copy, lambda pdf: None, encryption=pikepdf.Encryption(owner="o", user=""))
    assert check(kept, handed_out) is Fault.ENCRYPTED


@pytest.mark.parametrize("change", [_added, _removed])
def test_another_number_of_pages_is_refused(copy, handed_out, change):
    assert check(changed(copy, change), handed_out) is Fault.WRONG_PAGES


@pytest.mark.slow
def test_a_copy_encoded_anew_is_known_among_its_lot_by_what_is_written():
    lot = [[page(10 * k + n) for n in range(2)] for k in range(4)]
    known = [strokes(pdf_of(pages, quality=85)) for pages in lot]
    for mine, theirs in product(range(4), repeat=2):
        red = [Image.fromarray(_struck(np.asarray(one))) for one in lot[theirs]]
        given = strokes(pdf_of([one.resize((520, 733)) for one in red], quality=40))
        others = [known[k] for k in range(4) if k != mine]
        assert is_this(given, known[mine], others) is (mine == theirs)


def _struck(gray):
    marked = gray.copy()
    cv2.putText(marked, "Tres bien", (90, 500), cv2.FONT_HERSHEY_SIMPLEX, 1.5, 120, 3)
    return marked


def test_blank_copies_cannot_be_told_from_each_other():
    blank = strokes(pdf_of([Image.new("L", (780, 1100), 250)] * 2))
    assert is_this(blank, blank, [blank]) is None


def archive(tmp_path, **files):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as made:
        for name, data in files.items():
            made.writestr(name, data)
    return path


def test_an_archive_gives_its_files_and_says_what_is_not_looked_at(tmp_path):
    names = {
        "ACDEFHJ.pdf": None,
        "U4-001/XYXYXYX.pdf": None,
        "U4-001/notes.csv": Fault.ASIDE,
        "U4-001/bordereau.pdf": Fault.ASIDE,
        "../ACDEFHJ.pdf": Fault.BAD_PATH,
        "/etc/ACDEFHJ.pdf": Fault.BAD_PATH,
        "U4-002/ACDEFHJ.pdf": Fault.BAD_PATH,
        "C:\\ACDEFHJ.pdf": Fault.BAD_PATH,
        "__MACOSX/._ACDEFHJ.pdf": "",
    }
    found = members(archive(tmp_path, **dict.fromkeys(names, b"x")), "U4-001")
    assert not isinstance(found, Fault)
    assert [one.fault for one in found] == [fault for fault in names.values() if fault != ""]


def test_a_bomb_is_not_opened_and_a_broken_archive_is_said(tmp_path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("ACDEFHJ.pdf", b"\0" * (51 << 20))
    (bomb,) = members(path, "U4-001")
    assert isinstance(bomb, Member) and bomb.fault is Fault.TOO_LARGE
    path.write_bytes(path.read_bytes()[:200])
    assert members(path, "U4-001") is Fault.BAD_ARCHIVE
    assert members(archive(tmp_path, **{f"{k}.pdf": b"" for k in range(201)}), "x") is Fault.TOO_MANY


def test_a_layer_that_was_off_stays_hidden(copy, handed_out):
    """Some programs keep drafts, or a grid, in a layer that nobody sees."""

    def with_layers(pdf):
        layers = [
            pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name=name)) for name in ("vu", "off")
        ]
        pdf.Root.OCProperties = pikepdf.Dictionary(
            OCGs=pikepdf.Array(layers), D=pikepdf.Dictionary(OFF=pikepdf.Array(layers[1:]))
        )
        first = pdf.pages[0]
        first.Resources.Properties = pikepdf.Dictionary(L0=layers[0], L1=layers[1])
        boxes = b"1 0 0 rg /OC /L0 BDC 10 10 50 50 re f EMC /OC /L1 BDC 100 10 50 50 re f EMC"
        first.contents_add(pdf.make_stream(boxes))
        note = pikepdf.Dictionary(Subtype=pikepdf.Name.FreeText, Rect=[0, 0, 9, 9], OC=layers[1])
        first.Annots = pikepdf.Array([note])

    kept = check(changed(copy, with_layers), handed_out)
    assert isinstance(kept, Document)
    with pypdfium2.PdfDocument(kept.pdf) as pdf:
        shown = np.asarray(pdf[0].render().to_pil())[::-1]
    assert shown[30, 30].tolist() == [255, 0, 0]
    assert shown[30, 120].tolist() != [255, 0, 0]
    with pikepdf.open(io.BytesIO(kept.pdf)) as pdf:
        assert "/Annots" not in pdf.pages[0]
