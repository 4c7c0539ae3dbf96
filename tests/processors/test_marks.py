"""A table of marks: as French spreadsheets keep it, each copy once, a sentence for each line to mend."""

from decimal import Decimal

import pytest

from papers.tables import csv_of
from processors.correcting.marks import COLUMNS, Mark, read_marks

NUMBERS = {"ACDEFHJ", "XYXYXYX", "34E7943"}
HALF = Decimal("0.5")


def read(*lines, step=HALF, encoding="utf-8", numbers=NUMBERS):
    return read_marks("\r\n".join(["numero;note", *lines]).encode(encoding), numbers, step)


def test_marks_are_read_with_comma_or_point_and_words_for_none():
    taken = read("acdefhj;12,5", "XYXYXYX;ABS", "34E7943;nn", encoding="utf-8-sig")
    assert taken.rows == (Mark("ACDEFHJ", "12.5"), Mark("XYXYXYX", "ABS"), Mark("34E7943", "NN"))
    taken = read("ACDEFHJ;20.0", "XYXYXYX;0", "34E7943;7,00")
    assert [mark.value for mark in taken.rows] == ["20", "0", "7"] and not taken.problems


def test_the_table_in_the_archive_has_this_shape_once_it_is_filled():
    empty = csv_of(COLUMNS, ((number, "") for number in sorted(NUMBERS)))
    assert empty.startswith(b"\xef\xbb\xbfnumero;note\r\n")
    told = read_marks(empty, NUMBERS, HALF)
    assert not told.rows and len(told.problems) == 3 and "note absente" in told.problems[0].message
    filled = empty.replace(b";\r\n", b";10\r\n")
    assert len(read_marks(filled, NUMBERS, HALF).rows) == 3


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ACDEFHJ;20,5", "de 0 à 20"),
        ("ACDEFHJ;-1", "un nombre de 0 à 20"),
        ("ACDEFHJ;12,3", "de 0,5 en 0,5"),
        ("ACDEFHJ;12-mai", "une date"),
        ("ACDEFHJ;12.mai", "une date"),
        ("ACDEFHJ;12/05/2026", "une date"),
        ("ACDEFHJ;douze", "un nombre de 0 à 20"),
        ("ACDEFHJ;1e1", "un nombre de 0 à 20"),
        ("ACDEFHJ;NaN", "un nombre de 0 à 20"),
        ("ACDEFHJ;", "note absente"),
        ("ZZZZZZZ;12", "d'une copie de ce lot"),
        ("3,4E+7944;12", "arrondi par le tableur"),
        ("XYXYXYX;9", "figure déjà à la ligne 2"),
    ],
)
def test_one_bad_line_keeps_all_back_and_quotes_no_mark(line, said):
    taken = read("XYXYXYX;13,5", line, "34E7943;8")
    assert taken.rows == () and said in " ".join(one.message for one in taken.problems)
    assert taken.problems[0].line == 3 and "13,5" not in str(taken.problems)


def test_a_copy_that_is_lacking_keeps_all_back():
    taken = read("ACDEFHJ;12")
    assert taken.rows == () and "Il manque 2 copies du lot : 34E7943, XYXYXYX" in taken.problems[0].message
