"""Which readings speak for a candidate, as a person who decides is shown them."""

from dataclasses import dataclass
from datetime import date

from processors.scans.copies.why import voices

PATTERN = r"(?P<exam>[A-Z]\d)-(?P<candidate>\d{11})"


@dataclass(frozen=True)
class Person:
    number: str = "02131867383"
    registration: str = "001"
    family_name: str = "Da-Silvà"
    first_names: str = "LÉONIE"
    birth_date: date = date(2005, 4, 15)


def page(label=None, **boxes):
    return {"label": label, "boxes": {name: {"text": text} for name, text in boxes.items()}}


def told(*pages):
    return {voice.name: voice for voice in voices(pages, Person(), PATTERN, "U4")}


def test_each_reading_is_held_against_what_the_candidate_would_have_written():
    voice = told(
        page("U4-02131867383", candidate_number="02131867388", family_name="DA SILVA", registration_number="")
    )
    assert list(voice) == ["Étiquette", "N° de candidat", "Nom"]
    assert (voice["Étiquette"].agree, voice["N° de candidat"].agree) == (11, 10)
    assert voice["N° de candidat"].signs[-1] == ("8", False)
    assert voice["N° de candidat"].speaks_for and voice["Nom"].agree == 8


def test_a_birth_date_is_one_reading_and_another_sheet_speaks_when_the_first_is_silent():
    voice = told(page(), page(birth_day="15", birth_month="04", birth_year="2004"))
    assert voice["Date de naissance"].agree == 7


def test_what_is_too_short_lacks_and_a_strange_label_says_nothing():
    voice = told(page("U4-XYZ", first_names="LEO"))
    assert list(voice) == ["Prénoms"]
    assert voice["Prénoms"].signs == (*((sign, True) for sign in "LEO"), *[("·", False)] * 3)
    assert not voice["Prénoms"].speaks_for
    assert told() == {}


def test_a_label_of_another_exam_agrees_with_nobody():
    (label,) = told(page("U7-02131867383")).values()
    assert (label.name, label.verdict, label.speaks_for) == ("Étiquette de U7", "autre épreuve", False)
