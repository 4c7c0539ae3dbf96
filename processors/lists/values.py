"""What a cell of a list that people keep may hold. Each raises BadValueError with a French sentence."""

from __future__ import annotations

import re

from processors.circular.session import Session
from processors.circular.uai import valid_uai
from processors.lists.tables import BadValueError


def some_text(text: str) -> str:
    if not text:
        raise BadValueError("valeur absente")
    if "\N{REPLACEMENT CHARACTER}" in text or not text.isprintable():
        raise BadValueError("caractères illisibles, enregistrez le fichier en UTF-8")
    return text


def an_address(text: str) -> str:
    """Of e-mail."""
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text):
        raise BadValueError("adresse électronique attendue")
    return text


def a_uai(text: str) -> str:
    if not valid_uai(text):
        raise BadValueError(f"« {text[:20]} » n'est pas un UAI (7 chiffres et leur lettre de contrôle)")
    return text


def a_centre(text: str, session: Session | None) -> str:
    uai = a_uai(text)
    if session is not None and session.centre(uai) is None:
        raise BadValueError(f"{uai} n'est pas un centre de cette session")
    return uai


def several_exams(text: str, session: Session | None) -> tuple[str, ...]:
    codes = several(text)
    if not codes:
        raise BadValueError("aucune épreuve")
    if session is not None:
        unknown = [code for code in codes if session.exam(code) is None]
        if unknown:
            raise BadValueError(f"épreuve inconnue de cette session : {', '.join(c[:20] for c in unknown)}")
    return codes


def several(text: str, separator: str = r"[\s|/]+") -> tuple[str, ...]:
    """The values of a cell, each once, in their order."""
    return tuple(dict.fromkeys(value for value in re.split(separator, text.strip()) if value))


def an_exam(text: str, session: Session | None) -> str:
    codes = several_exams(text, session)
    if len(codes) > 1:
        raise BadValueError("une seule épreuve par ligne")
    return codes[0]
