"""Where certificates end: nothing printed passes for a signature, and none that somebody left is missed."""

import numpy as np
import pytest

from benchmarks.drawn.endings import Ending, endings
from processors.dossiers.files import unpack
from processors.dossiers.pages import read_pages
from processors.dossiers.pieces import pieces_of
from processors.dossiers.signatures import State, signatures_of, state_of
from specimens.dossiers.sheets import Sheet

pytestmark = pytest.mark.slow

DUE = ("organisme d'accueil", "employeur", "candidat", "centre de formation")
ENDINGS = list(endings())


def state(ending: Ending, mark: str, seed: int) -> State:
    (file,), _ = unpack([("piece", ending.draw(np.random.default_rng(seed), mark))])
    (piece,) = pieces_of(file.name, read_pages(file))
    return state_of(signatures_of(piece), DUE)[0]


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: ending.name)
def test_what_is_printed_is_no_signature(ending: Ending) -> None:
    """Rules of tables, frames, dots, lines to sign on."""
    assert state(ending, "", 1) is State.ABSENT


@pytest.mark.parametrize("mark", ["ink", "annotation"])
@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: ending.name)
def test_what_somebody_left_is_one(ending: Ending, mark: str) -> None:
    assert state(ending, mark, 2) is State.SIGNED


@pytest.mark.parametrize(
    "told",
    [
        "Signé électroniquement par Antoine Tessier le 6 février 2026",
        "Signature numérique de Antoine TESSIER",
        "DocuSigned by:",
        "Certified by Yousign",
        "Original signé",
        "Signé : Antoine Tessier",
    ],
)
def test_print_that_says_it_was_signed_is_no_signature_and_no_lack_of_one(told: str) -> None:
    sheet = Sheet(np.random.default_rng(3))
    for line in ("ATTESTATION DE STAGE", "Mistral Réseaux certifie que Zoé MARTIN a effectué un stage."):
        sheet.line(line)
    sheet.line("Fait à Marseille, le 6 février 2026")
    sheet.line("Signature et cachet de l'entreprise")
    sheet.line(told)
    (file,), _ = unpack([("piece", sheet.file())])
    (piece,) = pieces_of(file.name, read_pages(file))
    assert state_of(signatures_of(piece), DUE)[0] is State.DOUBTFUL


@pytest.mark.parametrize("label", ["Signature et cachet", "Nom, fonction et signature du"])
@pytest.mark.parametrize("mark", ["", "both"])
def test_the_firm_signed_overleaf_though_the_trainee_did_beside_its_label(label: str, mark: str) -> None:
    sheet = Sheet(np.random.default_rng(5))
    sheet.line("ATTESTATION DE STAGE", 15, centred=True, bold=True)
    sheet.line("Mistral Réseaux certifie que Zoé MARTIN a effectué un stage dans ses locaux à Marseille.")
    sheet.y = 240.0
    sheet.text("Signature de l'étudiante", x=sheet.left)
    sheet.text(label, x=115.0)
    sheet.mark("ink", sheet.left + 3, 243.0)
    sheet.turn_page()
    sheet.y = 20.0
    sheet.text("représentant de l'organisme d'accueil" if label.endswith("du") else "Page 2 sur 2", x=115.0)
    sheet.mark(mark, 117.0, 24.0, "Mistral Réseaux SARL")
    (file,), _ = unpack([("piece", sheet.file())])
    (piece,) = pieces_of(file.name, read_pages(file))
    signed = state_of(signatures_of(piece), ("organisme d'accueil",))[0]
    assert signed is (State.SIGNED if mark else State.ABSENT)
