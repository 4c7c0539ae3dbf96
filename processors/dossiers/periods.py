"""How long was the internship? Periods as French certificates write them, and the weeks they make."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations

from processors.dossiers.english import in_french
from processors.dossiers.holidays import public_holidays
from processors.dossiers.models import without_print
from processors.dossiers.numerals import in_figures
from processors.plain import plain

MONTHS = (
    *("janvier", "fevrier", "mars", "avril", "mai", "juin"),
    *("juillet", "aout", "septembre", "octobre", "novembre", "decembre"),
)
_SHORT = {"janv": 1, "jan": 1, "fevr": 2, "fev": 2, "avr": 4, "juil": 7}
_SHORT |= {"sept": 9, "oct": 10, "nov": 11, "dec": 12}
_MONTH = "|".join([*MONTHS, *(f"{short}\\.?" for short in _SHORT)])
_DAY = r"(?:(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)\s+)?"
_WORDS = (
    rf"(?P<d{{0}}>\d{{{{1,2}}}}|1\s?er|premier)"
    rf"(?:\s*(?P<m{{0}}>{_MONTH})(?:\s*(?P<y{{0}}>20\d\d|\d\d))?\b"  # optical reading loses blanks
    # a day without its month is no number of a row, nor « stage 1 »
    r"|(?=\s*(?:inclus\s*)?(?:au|a|et|jusqu'?\s?au)\b)|(?:(?<=\bdu \d)|(?<=\bdu \d\d))(?=\s*-))"
)
_FIGURES = (
    r"(?P<fd{0}>\d{{1,2}})\s?[/.\-]\s?(?P<fm{0}>\d{{1,2}})(?:\s?[/.\-]\s?(?P<fy{0}>20\d\d|\d\d))?(?!\d)"
)
_ISO = r"(?P<iy{0}>20\d\d)-(?P<im{0}>\d\d)-(?P<id{0}>\d\d)"
_DATE = rf"(?:{_ISO}|{_DAY}(?:{_FIGURES}|{_WORDS}))"
_ENDING = (
    r"(?:(?:et|qui|il|elle|pour|a|s'est|se|s'(?=achev)|doit|devra|devrait|prend|prendra|prendre|pris|termin\w*|"
    r"achev\w*|finit|finira|finir|fin|date|de|du|son|ce|contrat|stage|prevue?|previsionnelle|sortie|"
    r"nous|quitt\w*|depart)\b\s*){0,8}"
)
_HALF_DAY = r"(?:\(?(?:(?:au )?(?:matin|soir|midi|inclus)|(?:a )?\d{1,2} ?h(?: ?\d\d)?)\)?\s*)?"
_BETWEEN = (
    rf"[\s)\]\"']*{_HALF_DAY}[,;|-]?\s*(?:{_ENDING})?(?:ce )?(?:jusqu'?\s?au|jusqu'a|au|a|et|>|->|-|/)?\s*"
    r"(?:la date du\s+|celle du\s+)?(?:le\s+)?(?:end date\s*/?\s*)?(?:date\s+(?:de\s+)?)?(?:fin\b)?"
    r"[\s:|(\[\"']*"
)
_RANGE = re.compile(_DATE.format(1) + _BETWEEN + _DATE.format(2))
_TO_ITS_TERM = (
    rf"{_DATE.format(1)}"
    r"[^|\d]{0,80}\b(?:terme|echeance|fin\w*|expir\w*|acheve\w*|termine\w*|jusqu'?\s?au)\b"
    rf"(?:[^|\d]{{0,40}}\b(?:le|au))? {_DATE.format(2)}"
)
# in two sentences: « Son contrat a débuté le … Son terme est fixé au … »
_CONTRACT = re.compile(
    r"\b(?:debut\w*|commenc\w*|effet|conclu\w*|signe|embauche\w*|depuis) (?:le |du |au |a compter du )*"
    + _TO_ITS_TERM
)
_JOINED = re.compile(
    r"\b(?:debute|commence|integre|rejoint|arrivee?|accueillie?)\b[^.|\d]{0,60}\ble " + _TO_ITS_TERM
)
_AMENDED = re.compile(rf"(?<=\bavenant) (?:n ?°? ?\d )?(?:signe |conclu |date )?du {_DATE.format(1)}")
_PROLONGED = re.compile(rf"\bprolong\w*\b[^|]{{0,60}}?(?:jusqu'?\s?au|\bau)\s+{_DATE.format(1)}")
_HALF_READ = re.compile(
    # the beginning or the end of a stay whose other date makes no period with it
    r"\b(?:du|au|depuis le|a compter du|a partir du|entre le|debut\w*(?: du stage)? ?:?|jusqu'?\s?au|"
    r"(?:debut|commenc|termin|acheve)\w* le|"
    rf"fin(?: du stage)? ?:|periode\w* ?:)\s*\(?{_DATE.format(1)}"
)
_LENGTH = re.compile(
    r"(?P<n>\d{1,4}(?:[.,]\d+)?|une)"
    r"\s*(?:\([^)]{1,12}\)\s*)?(?P<unit>semaines?|sem|jours?(?:\s+ouvr\w+)?|heures?|h)\b"
    r"(?!\.?\s*(?:par|/|de travail par))"
)
_TIME = re.compile(
    rf"{_LENGTH.pattern}|\b\d{{1,2}}(?:er)?\s*(?:{_MONTH})\b|\b\d{{1,2}}[/.\-]\d{{1,2}}[/.\-]\d{{2,4}}\b"
)
_OPEN = re.compile(
    r"\b(?:depuis|(?:a compter|a partir) du|(?:embauch|recrut|engag)ee?"
    r"|(?:d'|date de )(?:embauche|recrutement)"
    r"|entree?e?(?: (?:en fonctions?|dans (?:l'entreprise|la societe)))?)"
    rf"\s*:?\s*(?:depuis )?(?:le\s+)?{_DATE.format(1)}"
)
_UNTIL_NOW = re.compile(rf"\bdu\s+{_DATE.format(1)},?\s+(?:a|jusqu'a)\s+(?:ce jour|aujourd'hui|maintenant)\b")
_OTHER_THAN_STAY = re.compile(
    rf"\b(?:convention|avenant|decret|arrete)\b[^.|\d]{{0,20}}\b(?:du|le)\s+{_DATE.format(1)}"
)
_MADE_ON = re.compile(rf"\b(?:fait(?! partie)|remis|delivre|etabli)e?\b[^|]{{0,40}}?\ble\s+{_DATE.format(1)}")
_BORN = re.compile(rf"\b(?:ne(?:\(e\)|e)? le|naissance)\s*[:|]?\s*{_DATE.format(1)}")
_COUNTED = re.compile(
    r"duree totale de\s+(\d{1,2})\s+\(?nombre de semaines"
    r"|nombre (?:total )?de semaines ?[:|]? ?(\d{1,2}(?:,\d)?)\b(?! ?[/.-])"
)
_ITS_NUMBER = re.compile(
    r"nombre (?:total )?d(?:e |')(jours|heures)(?! d'absence)(?: (?!par\b|hebdo)[a-z]+){0,3}"
    r" ?[:|]? ?(\d{1,3})\b(?! ?[/.-])"
)
_OF_STAY = re.compile(
    r"duree|soit|total|represent|equival|effectu|realis|stage (?:\w+ )?(?:de|d'une)|semaines? ?:|heures ?:"
)
_MEANWHILE = re.compile(r"pendant|durant")  # what was done in a part of the stay, where dates state the whole
_NOT_OF_STAY = re.compile(
    r"absen|conge|\bmois (?:et )?$|preavis|essai|cours|hebdo|rythme|\bdont\s*$|ecourte|suspen|interr"
    r"|formation (?!en (?:milieu|entreprise))|autorisation"
)
_NO_STAY = re.compile(r"\b(?:interr\w+|absen\w+|hors|sauf|hormis|excep\w+|conges?|fermeture)\b[^.|]{0,30}$")
_RESUMED = re.compile(r"\b(?:apres|suite a) (?:\w+ |l')?(?:interr|suspen|arret)\w*[^.|,]{0,40}, (?:\w+ )?$")
_UNBROKEN = re.compile(
    r"\b(?:sans|aucune?|ni) (?:aucune? )?(?:interruption|suspension|arret)|\bpas ete (?:interrompu|suspendu)"
    r"|\bteletravail\b[^.|]{0,30}par semaine|\bjours? par semaine\b[^.|]{0,30}\bteletravail"
    r"|\b(?:hors|hormis|sauf|excepte|exception)\b(?:(?!vacances|conge|fermeture)[^.|]){0,40}"
    r"\b(?:ferie|pentecote|ascension|paques)"
)
_BROKEN = re.compile(
    r"\binterr(?:uption|omp)|\bsuspen(?:du|sion)|\becourte|\barret (?:de travail|maladie)"
    r"|\bmi-temps\b|\btemps partiel|\bpart[ -]time\b"
    r"|\bstage en alternance\b|\bles (?:lundi|mardi|mercredi|jeudi|vendredi)s? et\b"
    r"|\b[1-4](?:[.,]5)? jours? (?:par|/) ?semaine|\b[12]?\d(?:[.,]\d+)? ?h(?:eures?)? (?:par|/) ?semaine"
    r"|absen\w+[^.|]{0,20}\b[1-9]\d? ?(?:jours?|demi|semaines?)"
    r"|\b[1-9]\d? (?:jours?|demi-journees?) d'absence"
    r"|\b(?:hors|hormis|sauf|excepte|a l'exception d\w+)\b[^.|]{0,30}(?:vacances|conges|fermeture|\d)"
)
_PERHAPS_MONTHS = 2  # of « nombre de semaines / de mois », where nothing is struck
_ONE_LIST = 12  # characters between two periods of one sentence
_NEAR = 60  # characters before a length, in which its own words stand
_HOURS_A_DAY = 7.0  # 35 hours a week
_DAYS_A_WEEK = 5
_BROKEN_AT = "\x02"  # what pdfium writes for a hyphen at which a line ends
_ROUNDED = 0.01  # weeks
_LONGEST_STAY = 200  # days: of six months at most (code de l'éducation, L. 124-5): more is a misreading
_LONGEST = 366 * 3  # days, an apprentice's contract: more is a misreading


@dataclass(frozen=True)
class Period:
    """From the first day to the last, both worked."""

    first: date
    last: date


@dataclass(frozen=True)
class Stay:
    """What one certificate states: its periods, and the weeks that it counts itself, if it does.

    `in_part`: it bears a date of a stay that makes no period: there may be more of it. `broken`: it speaks of
    an interruption, of absences or of part time, or two periods hold the same days: there may be less.
    `by_hand`: its dates were written, or its length may be; they are no ground.
    """

    periods: tuple[Period, ...]
    weeks_said: float | None = None
    in_part: bool = False
    broken: bool = False
    by_hand: bool = False


@dataclass(frozen=True)
class Internship:
    """Of all certificates: days worked, by their dates; the least and the most weeks that they state."""

    days: int
    least_weeks: float
    most_weeks: float
    periods: tuple[Period, ...]


def read_stay(text: str, *, open_ended: bool = False) -> Stay:
    """The periods and the length that a certificate's text states, in its order.

    `open_ended`: one that is told to have begun, and no end of it, lasts until the certificate was made.
    """
    said = _AMENDED.sub(" ", _BORN.sub(" ", _plain(text)))
    periods: list[Period] = []
    away: list[Period] = []
    longest = _LONGEST if open_ended else _LONGEST_STAY
    rest, begin = "", 0
    yearless = False
    while match := _RANGE.search(said, begin):
        found = _with_year(match)
        if said[: match.start()].endswith("du ") and not any(found[f"{part}2"] for part in ("iy", "fy", "y")):
            yearless = True
        period = _period(found, longest)
        before = said[max(0, match.start() - _NEAR) : match.start()]
        of_stay = not _NO_STAY.search(before) or _RESUMED.search(before)
        if period is not None and period not in periods:
            (periods if of_stay else away).append(period)
        end = match.end() if period is not None else _end_of_first(match)
        rest += said[begin : match.start()] + ("|" if period is not None else said[match.start() : end])
        begin = end
    rest += said[begin:]
    term = (_CONTRACT if open_ended else _JOINED).search(said) if not periods else None
    if term is not None and (period := _period(term.groupdict(), longest)) is not None:
        periods.append(period)
        rest = said[: term.start()] + "|" + said[term.end() :]
    if len(periods) == 1 and (later := _PROLONGED.search(rest)):
        (one,), until = periods, _date(later.groupdict(), "1", None, None)
        if until is not None and one.last < until <= one.first + timedelta(longest):
            periods = [Period(one.first, until)]
            rest = rest[: later.start()] + rest[later.end() :]
    in_part = yearless or any(_dates_of(_HALF_READ, _OTHER_THAN_STAY.sub(" ", rest)))
    in_part = in_part or not all(any(_within(one, stay) for stay in periods) for one in away)
    dated = [len(list(_worked(period, ()))) / _DAYS_A_WEEK for period in periods]
    if open_ended and not periods:
        begun = next((day for how in (_OPEN, _UNTIL_NOW) for day in _dates_of(how, said)), None)
        made = max([*_dates_of(_MADE_ON, said)] or find_dates(said), default=None)
        if begun and made and begun < made:
            periods.append(Period(begun, made))
            in_part = False
    broken = not open_ended and (_BROKEN.search(_UNBROKEN.sub(" ", said)) is not None or _overlap(periods))
    return Stay(tuple(periods), _weeks_said(rest, dated), in_part, broken)


def _within(one: Period, other: Period) -> bool:
    return other.first <= one.first and one.last <= other.last


def _overlap(periods: Sequence[Period]) -> bool:
    """Whether two of them hold the same days: those of one person's stays do not."""
    return any(one.first <= other.last and other.first <= one.last for one, other in combinations(periods, 2))


def _with_year(match: re.Match[str]) -> dict[str, str | None]:
    """What a period says, its year that of the next where they share it: « du 5 au 30 janvier et du 2 au
    13 février 2026 ».
    """
    found = match.groupdict()
    if any(found[f"{part}2"] for part in ("iy", "fy", "y")):
        return found
    following = _RANGE.search(match.string, match.end())
    if following is None or following.start() - match.end() > _ONE_LIST:
        return found
    later = _period(_with_year(following))
    if later is None:
        return found
    own = _period(found | {"y2": str(later.first.year)})
    before = own is not None and own.first > later.first  # du 15 au 19 décembre et du 5 au 30 janvier 2026
    return found | {"y2": str(later.first.year - before)}


def _end_of_first(match: re.Match[str]) -> int:
    return max(match.end(f"{part}1") for part in ("id", "fy", "fm", "d", "m", "y"))


def _dates_of(pattern: re.Pattern[str], said: str) -> Iterator[date]:
    found = (_date(match.groupdict(), "1", None, None) for match in pattern.finditer(said))
    return (day for day in found if day)


def is_prolonged(text: str) -> bool:
    """Whether it says until when a stay was prolonged."""
    return _PROLONGED.search(_plain(text)) is not None


def states_time(line: str) -> bool:
    """Whether a line of text states a date, a part of one, or a length of time; not that of its writing."""
    said = _plain(line)
    return bool(_TIME.search(said)) and not said.startswith("fait ")


def total(stays: Sequence[Stay], closed: Collection[date] = ()) -> Internship:
    """All stays together; days that several periods hold count once.

    A week is five days from Monday to Friday, public holidays among them; `closed`: days on which the company
    was shut, which do not count. A stay that counts its own weeks otherwise than its dates do states both.
    """
    days: set[date] = set()
    least = most = 0.0
    for stay in stays:
        fresh = {day for period in stay.periods for day in _worked(period, closed)} - days
        days |= fresh
        dated = len(fresh) / _DAYS_A_WEEK
        said = stay.weeks_said if stay.weeks_said is not None else dated
        if not stay.periods:  # nothing tells whether its days are those of another
            least, most = least + said, most + said
        else:
            overlap = sum(len(list(_worked(p, closed))) for p in stay.periods) > len(fresh)
            off = sum(day in public_holidays(day.year) for day in fresh) / _DAYS_A_WEEK
            # one that counts days of presence leaves holidays out, which are as good as worked
            said = dated if overlap or dated - off - _ROUNDED <= said <= dated else said
            least, most = least + min(dated, said), most + max(dated, said)
    periods = sorted({p for stay in stays for p in stay.periods}, key=lambda p: (p.first, p.last))
    return Internship(len(days), round(least, 2), round(most, 2), tuple(periods))


def find_dates(text: str) -> list[date]:
    """Every single date written in the text."""
    found = []
    for match in re.finditer(_DATE.format(1), _plain(text)):
        day = _date(match.groupdict(), "1", None, None)
        if day is not None:
            found.append(day)
    return found


def _worked(period: Period, closed: Collection[date]) -> Iterable[date]:
    for k in range((period.last - period.first).days + 1):
        day = period.first + timedelta(k)
        if day.weekday() < _DAYS_A_WEEK and day not in closed:
            yield day


def _plain(text: str) -> str:
    """`plain`, without ordinal signs, the model's own sentences and dotted lines; dates drawn together."""
    said = in_french(" ".join(plain(text.replace("º", "").replace(_BROKEN_AT, "-")).split()))
    said = in_figures(re.sub(r"[._]{2,}|_|(?<=\s)\.(?=\s)", " ", without_print(said)))
    said = re.sub(r"(?<=20\d\d)(?=au\b)", " ", said)
    # optical reading takes a 2 for a 9, and a slash on dots for a 7
    said = re.sub(r"(?<!\d)209(?=\d(?!\d))", "202", said)
    said = re.sub(r"\b(\d\d) (?:[17]?/|[17]) ?([01]\d) (?:[17]?/|[17]) ?(20\d\d)\b", r"\1/\2/\3", said)
    said = re.sub(r"\b(20\d\d)- ?(\d\d)- ?(\d\d)\b", r"\1-\2-\3", said)  # a line may break at a hyphen
    said = re.sub(
        r"(?<![\d/-])\.?\s?(\d{1,2})\s?\.?\s?([/.-])\s?\.?(\d{1,2})\s?\.?\s?\2\s?\.?(20\d\d|\d\d)(?!\d)",
        r" \1/\3/\4 ",
        " ".join(said.split()),
    )
    # optical reading takes points for commas, or loses them
    said = re.sub(
        r"(?<![\d/-])(0[1-9]|[12]\d|3[01])[ .,]{0,2}(0[1-9]|1[0-2])[ .,]{0,2}(20[23]\d)(?!\d)",
        r"\1/\2/\3",
        said,
    )
    return " ".join(said.split())


def _period(found: dict[str, str | None], longest: int = _LONGEST) -> Period | None:
    last = _date(found, "2", None, None)
    if last is None:
        return None
    first = _date(found, "1", last.month, last.year)
    if first is None:
        return None
    if first > last and not (found["y1"] or found["fy1"] or found["iy1"]):
        first = first.replace(year=first.year - 1)  # du 15 décembre au 9 janvier 2026
    return Period(first, last) if first <= last and (last - first).days <= longest else None


def _date(found: dict[str, str | None], k: str, month: int | None, year: int | None) -> date | None:
    try:
        if found[f"iy{k}"]:
            return date(*(int(found[f"{part}{k}"] or 0) for part in ("iy", "im", "id")))
        if found[f"fd{k}"]:
            said = found[f"fy{k}"]
            said = said or found[f"y{k}"]
            return date(
                _year(said) if said else year or 0, int(found[f"fm{k}"] or 0), int(found[f"fd{k}"] or 0)
            )
        name, said = found[f"m{k}"], found[f"y{k}"]
        number = _month(name) if name else month
        digits = re.match(r"\d+", found[f"d{k}"] or "")
        return date(_year(said) if said else year or 0, number or 0, int(digits[0]) if digits else 1)
    except (ValueError, TypeError):
        return None


def _year(said: str) -> int:
    return int(said) if len(said) == 4 else 2000 + int(said)


def _month(name: str) -> int:
    name = name.rstrip(".")
    return MONTHS.index(name) + 1 if name in MONTHS else _SHORT[name]


def _weeks_said(dated: str, periods: Sequence[float]) -> float | None:
    """The length that a text states of its stay, in weeks; its `periods`, so many weeks each, are `|` in it.

    The greatest one: parts stand beside their sum; but the sum, where each of several periods has its own,
    and none, where but some of them have.
    """
    weeks: list[tuple[int, float]] = []
    for match in _LENGTH.finditer(dated):
        before, after = dated[max(0, match.start() - _NEAR) : match.start()], dated[match.end() :][:_NEAR]
        if _NOT_OF_STAY.search(before[-25:]) or _NOT_OF_STAY.match(after.lstrip(" d'e")):
            continue
        sentence = before.rpartition(". ")[2]
        beside = re.search(r"\|[^.]{0,30}$", before) or re.match(r"[^.]{0,30}\||\s*d(?:e|'un) stage\b", after)
        told = _OF_STAY.search(sentence) or (not periods and _MEANWHILE.search(sentence))
        unit, n = match["unit"], 1.0 if match["n"] == "une" else float(match["n"].replace(",", "."))
        if unit.startswith("sem"):
            rank = 0
        elif unit.startswith("j"):
            rank, n = 1, n / (7 if after.lstrip().startswith("calendaires") else _DAYS_A_WEEK)
        elif n > 40:  # fewer hours are those of a week
            rank, n = 2, n / _HOURS_A_DAY / _DAYS_A_WEEK
        else:
            continue
        as_dated = any(abs(n - made) < _ROUNDED for made in (*periods, sum(periods)))
        if not before or beside or told or as_dated:
            weeks.append((rank, n))
    counted = _COUNTED.search(dated)
    if counted and (n := float((counted[1] or counted[2]).replace(",", "."))) > _PERHAPS_MONTHS:
        weeks.append((0, n))
    if number := _ITS_NUMBER.search(dated):
        a_day = _HOURS_A_DAY if number[1] == "heures" else 1.0
        weeks.append((1, int(number[2]) / a_day / _DAYS_A_WEEK))
    weeks = [(rank, n) for rank, n in weeks if 0 < n <= 60]
    if not weeks:
        return None
    best = [n for rank, n in weeks if rank == min(weeks)[0]]
    if len(periods) > 1 and len(best) < len(periods) and all(n in periods for n in best):
        return None
    return round(sum(best) if 1 < len(periods) == len(best) else max(best), 2)
