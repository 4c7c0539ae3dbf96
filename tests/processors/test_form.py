"""A form file that cannot be read by is refused before anything is read by it."""

from pathlib import Path

import pytest

from processors.circular.form import FormError, load_form, paper_troubles

CCYC = Path(__file__).parents[2] / "sessions" / "forms" / "ccyc.toml"


@pytest.mark.parametrize("cells", ["188.0, 274.0, 5.5, 7.0, 6.0", "188.0, 284.0, 6.5, 7.0, 6.0"])
def test_page_boxes_apart_or_of_two_sizes_are_refused(tmp_path: Path, cells: str) -> None:
    file = tmp_path / "form.toml"
    file.write_text(CCYC.read_text(encoding="utf-8").replace("188.0, 284.0, 5.5, 7.0, 6.0", cells))
    with pytest.raises(FormError, match="on one line"):
        load_form(file)


FORMS = CCYC.parent


def changed(tmp_path: Path, name: str, *changes: tuple[str, str]) -> Path:
    text = (FORMS / f"{name}.toml").read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    file = tmp_path / "form.toml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("name", sorted({path.stem for path in FORMS.glob("*.toml")} - {"emargement"}))
def test_every_form_file_here_can_be_read_by(name: str) -> None:
    assert load_form(FORMS / f"{name}.toml").form.name == name


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("count = 11", "count = 10"), "candidate_number has 10 cells: the roster's have 11 digits"),
        (("count = 3", "count = 4"), "registration_number has 4 cells: the roster's have 3 digits"),
        (("count = 4", "count = 2"), "birth_year has 2 cells"),
        (('count = 11, alphabet = "digits"', 'count = 11, alphabet = "letters"'), "is made of digits"),
        (("[142.0, 31.0,", "[100.0, 31.0,"), "candidate_number and registration_number overlap"),
        (("[70.0, 42.0,", "[70.0, 66.0,"), "birth_year leaves the identity frame"),
        (("[58.0, 13.0, 5.0, 6.5, 5.5]", "[58.0, 13.0, 5.0, 6.5, 4.5]"), "the cells of family_name overlap"),
        (("[116.0, 40.0, 84.0, 25.0]", "[116.0, 40.0, 84.0, 35.0]"), "the label's zone leaves"),
        (("[8.0, 70.0, 194.0, 26.0]", "[8.0, 60.0, 194.0, 26.0]"), "exam_block lies in the identity frame"),
        (("[188.0, 284.0,", "[201.0, 284.0,"), "pagination.total leaves the page"),
        (("frame = [8.0, 10.0, 194.0, 58.0]", "frame = [-3.0, 10.0, 205.0, 58.0]"), "leaves the page"),
        (('a3_recto = ["4", "1"]', 'a3_recto = ["1", "4"]'), "form.a3_recto.0: Input should be '4'"),
        (("[pagination]", "[other]"), "other: Extra inputs are not permitted"),
    ],
)
def test_a_form_that_does_not_fit_the_roster_or_itself_is_refused(
    tmp_path: Path, change: tuple[str, str], told: str
) -> None:
    with pytest.raises(FormError, match=r"form\.toml: ") as refused:
        load_form(changed(tmp_path, "ccyc", change))
    assert told in str(refused.value)


def test_a_sheet_needs_its_page_boxes_and_an_annex_does_not(tmp_path: Path) -> None:
    annex = FORMS / "document-reponse-recto-verso.toml"
    assert load_form(annex).page_boxes is None
    with pytest.raises(FormError, match=r"a sheet of four pages needs \[exam_block\]; .*\[pagination\]"):
        load_form(changed(tmp_path, annex.stem, ("pages_per_sheet = 2", "pages_per_sheet = 4")))


@pytest.mark.parametrize("wrong", ["", "not TOML", "[form]\nname = 3"])
def test_a_file_that_is_no_form_is_refused_by_name(tmp_path: Path, wrong: str) -> None:
    (tmp_path / "form.toml").write_text(wrong, encoding="utf-8")
    with pytest.raises(FormError, match=r"form\.toml"):
        load_form(tmp_path / "form.toml")


def test_papers_that_would_be_taken_for_each_other_are_refused(tmp_path: Path) -> None:
    sheet, annex = load_form(CCYC), load_form(FORMS / "document-reponse.toml")
    assert list(paper_troubles(sheet.with_annexes([annex]))) == []
    nearby = changed(
        tmp_path,
        "document-reponse",
        ('"document-reponse"', '"other"'),
        ("[15.0, 26.0, 180.0, 36.0]", "[15.0, 25.5, 180.0, 36.5]"),
    )
    (told,) = paper_troubles(sheet.with_annexes([annex, load_form(nearby)]))
    assert told.startswith("document-reponse and other cannot be told apart")
    assert any("two papers are called" in said for said in paper_troubles(sheet.with_annexes([annex, annex])))
    assert any("is no annex" in said for said in paper_troubles(sheet.with_annexes([sheet])))
