import copy
import shutil
import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from wrong_session import check_session

from processors.circular.deadlines import PARIS
from processors.circular.session import SessionError, load_session, parse_session

FILE = Path(__file__).parents[2] / "sessions" / "bts-sio-2026-aix-marseille.toml"
SESSION = load_session(FILE)
DATA = tomllib.loads(FILE.read_text(encoding="utf-8"))


def exam(data, code):
    return next(entry for entry in data["exams"] if entry["code"] == code)


def duty(data, code):
    return next(entry for entry in data["duties"] if entry["code"] == code)


def mutated(change):
    data = copy.deepcopy(DATA)
    change(data)
    return data


def problems(change):
    return {problem.place: problem.message for problem in check_session(mutated(change), FILE.parent)}


# ---- the real file --------------------------------------------------------------------------------


def test_the_real_session_is_consistent():
    assert check_session(DATA, FILE.parent) == ()
    assert SESSION.form.is_file()
    assert [e.code for e in SESSION.written] == ["U1", "U2", "U3", "UF2", "U4", "U7"]


@pytest.mark.parametrize(
    ("code", "opens"),
    [
        ("U1", datetime(2026, 5, 27, 0, 0, tzinfo=PARIS)),
        ("U3", datetime(2026, 5, 26, 0, 0, tzinfo=PARIS)),
        ("U4", datetime(2026, 5, 26, 14, 0, tzinfo=PARIS)),
        ("U7", datetime(2026, 5, 26, 9, 30, tzinfo=PARIS)),
    ],
)
def test_lots_open_with_the_window_and_not_before_the_meeting(code, opens):
    found = SESSION.exam(code)
    assert found.opens_at == opens
    assert not found.in_window(opens - timedelta(seconds=1))
    assert found.in_window(opens)
    assert found.in_window(opens.astimezone(UTC))
    assert found.in_window(datetime(2026, 6, 12, 23, 59, 59, 500_000, tzinfo=PARIS))
    assert not found.in_window(datetime(2026, 6, 13, 0, 0, tzinfo=PARIS))


def test_the_hard_stop_of_the_common_exam_is_met_to_its_last_second():
    hard_stop = SESSION.exam("U1").scan_deadline
    assert str(hard_stop) == "jusqu'au mercredi 20 mai 2026 à 23:59"
    assert hard_stop.met(datetime(2026, 5, 20, 23, 59, 59, tzinfo=PARIS))
    assert not hard_stop.met(datetime(2026, 5, 21, 0, 0, tzinfo=PARIS))


@pytest.mark.parametrize(
    ("name", "used_in", "title"),
    [
        ("E3", "réunions de barème", "Culture économique, juridique et managériale pour l'informatique"),
        ("E7", "réunions de barème", "Cybersécurité des services informatiques"),
        ("U2", "épreuves de contrôle", "Mathématiques pour l'informatique"),
        ("U3", "épreuves de contrôle", "Culture économique, juridique et managériale pour l'informatique"),
        ("E4", "contrôle de conformité", "Support et mise à disposition des services informatiques"),
    ],
)
def test_a_name_says_the_exam_that_this_part_of_the_circular_means(name, used_in, title):
    called = {(alias.name, alias.used_in): exam for exam in SESSION.exams for alias in exam.aliases}
    assert called[name, used_in].title == title


def test_the_example_of_the_documentation_is_consistent():
    page = (FILE.parents[1] / "docs" / "session-file.md").read_text(encoding="utf-8")
    example = page.split("```toml\n")[1].split("```")[0]
    assert check_session(tomllib.loads(example), FILE.parent) == ()


def test_unknown_names():
    assert SESSION.exam("E3") is None
    assert SESSION.centre("0139109F") is None
    assert SESSION.centre("0840003X").city == "Avignon"


def test_dossier_rules_by_option_and_category():
    def pieces(*triple):
        return [piece.code for piece in SESSION.dossier_rule(*triple).pieces]

    assert "internship_certificate" in pieces("E5", "SLAM", "scolaire")
    assert "work_certificate" in pieces("E5", "SLAM", "formation continue")
    assert SESSION.dossier_rule("E6", "SISR", "individuel").pieces[0].annex == "VII-1-A"
    assert SESSION.dossier_rule("E6", "SLAM", "individuel").pieces[0].annex == "VII-1-B"
    assert SESSION.dossier_rule("E6", "SLAM", "inconnue") is None
    noon = datetime(2026, 4, 22, 12, 0, tzinfo=PARIS)
    assert not SESSION.exam("E5").deposit.met(noon)
    assert SESSION.exam("E5").deposit.met(noon - timedelta(seconds=1))


def test_the_jury_is_on_the_true_weekday():
    assert SESSION.results.jury.date == date(2026, 6, 22)
    assert SESSION.results.jury.weekday == "lundi"


# ---- what is refused, and where -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "place", "told"),
    [
        (
            lambda d: d["results"]["jury"].update(weekday="vendredi"),
            "results.jury.weekday",
            "2026-06-22 is a lundi, not a vendredi",
        ),
        (
            lambda d: exam(d, "U7")["scan_deadline"].update(weekday="samedi"),
            "exams.U7.scan_deadline.weekday",
            "not a samedi",
        ),
        (
            lambda d: exam(d, "U7")["scan_deadline"].update(date="2026-05-20", weekday="mercredi"),
            "exams.U7.scan_deadline",
            "is not after the épreuve's end, 2026-05-21 18:00",
        ),
        (lambda d: exam(d, "U7").pop("scan_deadline"), "exams.U7.scan_deadline", "has no scan_deadline"),
        (lambda d: exam(d, "U3").pop("window"), "exams.U3.window", "has no window"),
        (lambda d: exam(d, "U3").pop("sitting"), "exams.U3.sitting", "has no sitting"),
        (lambda d: exam(d, "E5").pop("deposit"), "exams.E5.deposit", "has no deposit"),
        (
            lambda d: exam(d, "U1")["window"]["first"].update(date="2026-05-21"),
            "exams.U1.window.first",
            "before the entente meeting",
        ),
        (
            lambda d: exam(d, "U7")["window"]["first"].update(time="09:29"),
            "exams.U7.window.first",
            "before the barème meeting",
        ),
        (
            lambda d: exam(d, "U3")["window"]["last"].update(date="2026-05-25"),
            "exams.U3.window.last",
            "closes on 2026-05-25, but opens on 2026-05-26",
        ),
        (
            lambda d: exam(d, "U7")["meetings"][0].update(end="09:00"),
            "exams.U7.meetings.0.end",
            "not after its start",
        ),
        (
            lambda d: exam(d, "UF2").update(aliases=[{"name": "E7", "used_in": "réunions de barème"}]),
            "exams.U7.aliases",
            "E7 names UF2 and U7",
        ),
        (
            lambda d: exam(d, "U7")["aliases"].append({"name": "UF2", "used_in": "réunions de barème"}),
            "exams.U7.aliases",
            "it is also the code of UF2",
        ),
        (
            lambda d: exam(d, "U2").update(title=exam(d, "U3")["title"]),
            "exams",
            "two épreuves bear the title",
        ),
        (lambda d: d["exams"].append(copy.deepcopy(exam(d, "UF2"))), "exams.UF2", "stated twice"),
        (lambda d: d["centres"].append(d["centres"][0]), "centres.0130051K", "stated twice"),
        (
            lambda d: d["centres"][2].update(uai="0840003Y"),
            "centres.0840003Y.uai",
            "check letter of 0840003 is X, not Y",
        ),
        (
            lambda d: exam(d, "E5")["deposit"].update(date="2026-03-29", time="02:30"),
            "exams.E5.deposit.time",
            "does not exist in Paris",
        ),
        (
            lambda d: d["results"]["second_jury"].update(date="2026-10-25", start="02:30"),
            "results.second_jury.start",
            "comes twice in Paris",
        ),
        (lambda d: d.update(label_pattern="(?P<exam>"), "label_pattern", "not a regular expression"),
        (
            lambda d: d.update(label_pattern=r"(?P<exam>U\d)-(\d{11})"),
            "label_pattern",
            "no group (?P<candidate>",
        ),
        (lambda d: d.update(form="forms/none.toml"), "form", "there is no form file"),
        (lambda d: exam(d, "U4").update(annexes=["forms/none.toml"]), "exams.U4", "there is no form file"),
        (lambda d: exam(d, "U4").update(annexes=["forms/ccyc-republique.toml"]), "exams.U4", "is no annex"),
        (lambda d: exam(d, "U4").update(form="forms/document-reponse.toml"), "exams.U4", "is no sheet"),
        (
            lambda d: exam(d, "E5").update(mending={"date": "2026-04-22", "time": "12:00"}),
            "exams.E5.mending",
            "it would mend nothing",
        ),
        (
            lambda d: exam(d, "E5")["conformity_control"].update(date="2026-04-21"),
            "exams.E5.conformity_control",
            "before the deposit is due",
        ),
        (
            lambda d: exam(d, "E5")["orals"][0]["first"].update(date="2026-04-27"),
            "exams.E5.orals.0.first",
            "before the dossiers are ready",
        ),
        (
            lambda d: d["dossier_rules"].pop(1),
            "dossier_rules",
            "no rule for E5 × SLAM × formation continue",
        ),
        (
            lambda d: d["dossier_rules"][0]["categories"].append("formation continue"),
            "dossier_rules",
            "two rules for E5 × SLAM × formation continue",
        ),
        (
            lambda d: d["dossier_rules"][0].update(exam="U1"),
            "dossier_rules.0.exam",
            "U1 is not a dossier épreuve",
        ),
        (
            lambda d: d["results"]["control_exams"].update(exams=["U1A"]),
            "results.control_exams.exams",
            "there is no épreuve U1A",
        ),
        (lambda d: d["results"].update(step=0.3), "results.step", "20 is no multiple of 0.3"),
        (lambda d: d["results"].update(gated=["writen"]), "results.gated.0", "Input should be"),
        (
            lambda d: d["results"]["marks_in"].update(address="notes.exemple.fr"),
            "results.marks_in.address",
            "should match pattern",
        ),
        (lambda d: duty(d, "surveillants").pop("due"), "duties.surveillants.due", "needs a date"),
        (
            lambda d: duty(d, "notes-ccf")["due"].update(date="2026-06-18"),
            "duties.notes-ccf.due",
            "after the harmonisation begins",
        ),
        (
            lambda d: duty(d, "livrets")["due"].update(date="2025-06-08"),
            "duties.livrets.due",
            "2025-06-08 is outside the session",
        ),
        (
            lambda d: exam(d, "E2")["orals"][0]["last"].update(date="2026-12-03"),
            "exams.E2.orals.0.last",
            "2026-12-03 is outside the session",
        ),
        (
            lambda d: exam(d, "U1")["meetings"][0].update(date="2025-05-22"),
            "exams.U1.meetings.0",
            "2025-05-22 is outside the session",
        ),
        (
            lambda d: exam(d, "U3")["window"]["last"].update(date="2026-06-18"),
            "exams.U3.window.last",
            "the harmonisation of 2026-06-18 has begun",
        ),
        (
            lambda d: duty(d, "livrets").update(address="ailleurs"),
            "duties.livrets.address",
            "no place ailleurs",
        ),
        (lambda d: duty(d, "livrets").update(exams=["E9"]), "duties.livrets.exams", "there is no épreuve E9"),
        (lambda d: d["places"].append(d["places"][0]), "places.victor-hugo", "stated twice"),
        # what is not even of the right shape
        (lambda d: d.pop("lot_size"), "lot_size", "this key is missing"),
        (lambda d: exam(d, "U7").update(scan_dedline={}), "exams.U7.scan_dedline", "there is no such key"),
        (
            lambda d: exam(d, "U7")["scan_deadline"].update(time="14:00Z"),
            "exams.U7.scan_deadline.time",
            "clock time such as",
        ),
        (
            lambda d: exam(d, "U7")["scan_deadline"].update(rule="around"),
            "exams.U7.scan_deadline.rule",
            "'before' or 'until'",
        ),
        (lambda d: d["centres"][0].update(uai="013"), "centres.013.uai", "pattern"),
        (lambda d: d.update(timezone="Europe/Marseille"), "timezone", "Europe/Paris"),
    ],
)
def test_an_inconsistent_session_is_refused_at_its_place(change, place, told):
    found = problems(change)
    assert told in found[place]


def test_a_model_that_the_session_refuses_is_refused_by_its_form():
    assert SESSION.form_of("U4").refused == frozenset()
    refusing = parse_session(mutated(lambda d: d["paper"].update(refused_models=["CMEN"])), FILE.parent)
    assert refusing.form_of("U4").refused == {"cmen"}


def test_every_problem_is_told_at_once():
    def change(data):
        exam(data, "U7").pop("scan_deadline")
        data["centres"][0]["uai"] = "0130051A"
        data["label_pattern"] = "("

    assert set(problems(change)) == {"exams.U7.scan_deadline", "centres.0130051A.uai", "label_pattern"}


def test_a_window_may_open_on_the_day_of_its_meeting_and_its_lots_after_the_meeting():
    def change(data):
        exam(data, "U7")["meetings"][0]["end"] = "12:15"

    session = parse_session(mutated(change), FILE.parent)
    assert session.exam("U7").opens_at == datetime(2026, 5, 26, 12, 15, tzinfo=PARIS)


# ---- files ----------------------------------------------------------------------------------------

SMALL = """
name = "essai"
title = "Essai"
form = "form.toml"
label_pattern = '(?P<exam>[A-Z0-9]+)-(?P<candidate>[0-9]{{11}})'
lot_size = 10

[[centres]]
uai = "0130051K"
name = "Lycée Marie Curie"

[[exams]]
code = "U1"
title = "Culture générale et expression"
kind = "written"
lot_size = 5
sitting = {{ date = 2026-05-19, start = 14:30:00, end = 17:30:00 }}
scan_deadline = {{ date = 2026-05-20, time = 12:00:00 }}
window = {{ first = {{ date = {opens}, time = 08:00:00 }}, last = {{ date = 2026-06-12, time = 18:00:00 }} }}
"""


def test_a_small_session_with_hours(tmp_path):
    shutil.copy(SESSION.form, tmp_path / "form.toml")
    path = tmp_path / "session.toml"
    path.write_text(SMALL.format(opens="2026-05-27"), encoding="utf-8-sig")
    session = load_session(path)
    found = session.exam("U1")
    assert session.form == tmp_path / "form.toml"
    assert session.lot_size_of(found) == 5
    assert found.opens_at == datetime(2026, 5, 27, 8, 0, tzinfo=PARIS)
    assert not found.in_window(datetime(2026, 6, 12, 18, 0, 1, tzinfo=PARIS))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"name = ", "the file is not TOML"),
        (SMALL.format(opens="2026-05-32").encode(), "the file is not TOML"),
        ("name = 'é'".encode("cp1252"), "not in UTF-8"),
        (None, "cannot be read"),
    ],
)
def test_what_is_no_session_file(tmp_path, data, told):
    path = tmp_path / "session.toml"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(SessionError, match=told) as caught:
        load_session(path)
    assert len(caught.value.problems) == 1


def test_an_exam_has_a_sheet_and_annexes_of_its_own():
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    exam(data, "U4").update(form="forms/ccyc-republique.toml", annexes=["forms/document-reponse.toml"])
    session = parse_session(data, FILE.parent)
    form = session.form_of("U4")
    assert form.form.name == "ccyc-republique"
    assert [annex.form.name for annex in form.annexes] == ["document-reponse"]
    assert (session.form_of("U1").form.name, session.form_of("U1").annexes) == ("ccyc", ())
