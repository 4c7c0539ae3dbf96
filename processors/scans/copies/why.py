"""Why a copy may be this candidate's: what was read, character by character, beside what that would be.

For a person who decides; what the machine itself concludes is in `identity`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from processors.lists.people import Person
from processors.plain import plain

_BIRTH = ("birth_day", "birth_month", "birth_year")


@dataclass(frozen=True)
class Voice:
    """A reading held against a candidate. `signs`: each character read, and whether it is the candidate's.

    `elsewhere`: it is of another épreuve, and speaks for nobody in this one.
    """

    name: str
    signs: tuple[tuple[str, bool], ...]
    elsewhere: bool = False

    @property
    def agree(self) -> int:
        return sum(same for _, same in self.signs)

    @property
    def speaks_for(self) -> bool:
        """Most of it is as it would be."""
        return not self.elsewhere and self.agree >= 0.8 * len(self.signs)

    @property
    def verdict(self) -> str:
        if self.elsewhere:
            return "autre épreuve"
        return "concorde" if self.agree == len(self.signs) else f"{self.agree} sur {len(self.signs)}"


def voices(
    pages: Iterable[Mapping[str, Any]], person: Person, label_pattern: str, exam: str
) -> tuple[Voice, ...]:
    """`pages`: the copy's, as `contract.scan_json` has them. What is empty on the paper says nothing."""
    firsts = [page for page in pages if page["label"] or page["boxes"]]
    told = []
    label = next((page["label"] for page in firsts if page["label"]), None)
    if label and (found := re.fullmatch(label_pattern, label)):
        of_number = _voice("Étiquette", found["candidate"], person.number)
        elsewhere = found["exam"] != exam
        name = f"Étiquette de {found['exam']}" if elsewhere else of_number.name
        told.append(replace(of_number, name=name, elsewhere=elsewhere))
    meant = {
        "N° de candidat": (("candidate_number",), person.number),
        "N° d’inscription": (("registration_number",), person.registration),
        "Date de naissance": (_BIRTH, f"{person.birth_date:%d%m%Y}"),
        "Nom": (("family_name",), plain(person.family_name).upper()),
        "Prénoms": (("first_names",), plain(person.first_names).upper()),
    }
    for name, (fields, expected) in meant.items():
        read = next((text for page in firsts if (text := _read(page["boxes"], fields)).strip()), "")
        if read:
            told.append(_voice(name, read, expected))
    return tuple(told)


def _read(boxes: Mapping[str, Any], fields: tuple[str, ...]) -> str:
    return "".join(boxes[name]["text"] if name in boxes else "" for name in fields).rstrip()


def _voice(name: str, read: str, expected: str) -> Voice:
    expected = re.sub("[^A-Z0-9]", " ", expected)
    padded = expected.ljust(len(read))
    signs = [(sign, sign == meant) for sign, meant in zip(read, padded, strict=False)]
    signs += [("·", False)] * (len(expected) - len(read))  # written by nobody, though it would be
    return Voice(name, tuple(signs))
