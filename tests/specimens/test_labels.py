"""Label sheets, printed and scanned."""

from pathlib import Path

import numpy as np
import pypdfium2
import pytest
import zxingcpp

from papers.labels import label_sheet
from processors.circular.form import load_form
from specimens.people import invent_candidates, invent_schools

FORM = load_form(Path(__file__).parents[2] / "sessions" / "forms" / "ccyc.toml")
TITLE = "Culture économique, juridique et managériale pour l'informatique"


def people(count):
    rng = np.random.default_rng(3)
    return invent_candidates(rng, count, "0130051K", ("U4",), invent_schools(rng, 2))


def test_every_candidate_has_a_label_that_decodes_in_its_place():
    candidates = people(26)
    sheets = pypdfium2.PdfDocument(label_sheet(candidates, "U4", TITLE, "0130051K", FORM))
    assert len(sheets) == 2
    read = []
    for sheet in sheets:
        assert [round(side) for side in sheet.get_size()] == [595, 842]
        picture = sheet.render(scale=300 / 72, grayscale=True).to_numpy()
        found = zxingcpp.read_barcodes(picture)
        found.sort(key=lambda code: (code.position.top_left.y // 100, code.position.top_left.x))
        read += [code.text for code in found]
    assert read == [f"U4-{candidate.number}" for candidate in candidates]


def test_name_number_and_exam_are_in_clear_and_in_the_upper_part():
    (candidate,) = people(1)
    page = pypdfium2.PdfDocument(label_sheet([candidate], "U4", TITLE, "0130051K", FORM))[0]
    text = page.get_textpage().get_text_range()
    for said in (candidate.family_name, candidate.first_names, candidate.number, "U4", "0130051K"):
        assert said in text
    picture = page.render(scale=254 / 72, grayscale=True).to_numpy()
    lowest = np.flatnonzero((picture < 128).any(axis=1)).max() / 10
    assert lowest < 12.9 + 25  # mm: what hangs over the identity frame is empty


def test_bars_too_wide_for_a_label_are_refused():
    wide = FORM.model_copy(update={"label": FORM.label.model_copy(update={"module_width": 0.5})})
    with pytest.raises(ValueError, match="do not fit"):
        label_sheet(people(1), "U4", TITLE, "0130051K", wide)
