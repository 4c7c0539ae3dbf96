"""What the printed models say themselves, whoever fills them in: struck before anything is read.

The wording is that of the national model of certificate (arrêté du 29 décembre 2014), of the sheets
annexed to the circulars of the BTS SIO, and of the law that both quote (code de l'éducation, L. 124-13 and
L. 124-18).
"""

from __future__ import annotations

import re

_PRINTED = re.compile(
    "|".join(
        (
            # each pattern spans line breaks and what optical reading makes of accents
            r"la duree totale du stage est appreciee.{0,600}?(?:equivalente? a un mois|$)\.?",
            r"periode\s+au moins eg.le a \d+ (?:heures|jours).{0,140}?(?:un jour de stage|un mois)",
            r"(?:plus|superieure?|dela|exceder?|au moins egale) (?:de |a )?"
            r"(?:deux mois|44 jours|30[89] heures|22 jours|924 heures)[^.]{0,120}",
            r"\b\d+ jours de presence,? consecutifs ou non[^.]{0,60}|"
            r"\b\d+ heures de presence,? consecutives ou non[^.]{0,60}",
            r"soit 7 heures par jour|un mois correspond[^.]{0,80}|une journee correspond[^.]{0,60}",
            r"\(rayer la mention inutile\)|rayer la mention inutile",
            r"(?:loi |n. ?)2014-\s?(?:40|788)[^.]{0,40}20\d\d\)?",
            r"(?:40 )?du (?:20 janvier|10 juillet) 2014\)?",
            r"\b(?:decret|arrete|circulaire|loi)\b[^.]{0,30}\bdu \d{1,2} \w+ (?:19|20)\d\d"
            r"(?!,? (?:au|a|jusqu))",
            r"jj\s?/\s?mm\s?/\s?aa(?:aa)?",
        )
    ),
    re.S,
)


def without_print(said: str) -> str:
    """Plain text without the sentences that stand printed on the models and quote the law."""
    return _PRINTED.sub(" ", said)
