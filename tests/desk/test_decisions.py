"""What is decided of copies at the desk: by two people where the session says so, in their own épreuve."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta

import pytest
from filling import OTHER, Filled
from PIL import Image
from sqlalchemy import select
from visitors import Browser, Desk
from waiting import CENTRE, queued, waiting

from actions.decided import copies
from actions.dropped.scans import Job, anonymise
from actions.site import now
from desk.centre.counter import place_of, region_of
from processors.findings import Code, Evidence, finding
from processors.scans.readings import CopyStatus
from storage.bucket.keys import stored_scan
from storage.database.schema import events, scans
from storage.decided.copies import CopyNotAnonymous, CopyRow, copies_of_lot, copy_by_id
from storage.decided.counts import exam_counts
from storage.decided.decisions import proposal_of
from storage.decided.findings import findings_of_copies
from storage.dropped.scans import ScanProcessed
from storage.people.candidates import enrolled_in
from storage.refusals import Refused
from storage.states import Decision, Role


@pytest.fixture
def cautious(desk: Desk) -> Desk:
    desk.site.__dict__["session"] = desk.site.session.model_copy(update={"second_person": True})
    return desk


@pytest.fixture
def waits(cautious: Desk) -> tuple[str, str]:
    """A copy that nobody could name, and a candidate of its centre."""
    copy = waiting(cautious, ("U4",))
    with cautious.site.register.reading() as connection:
        return copy, enrolled_in(connection, "U4", CENTRE)[0].id


def decide(browser: Browser, copy: str, candidate: str):
    form = {"decision": "attribute", "candidate": candidate, "reason": "lu sur l’en-tête"}
    browser.get("/connexion")
    return browser.post(f"/coordination/decisions/{copy}", form)


def test_another_account_confirms(cautious: Desk, waits):
    copy, free = waits
    first, second = (cautious.signed_in(Role.SERVICE, email=f"{who}@exemple.fr") for who in "ab")
    asked = first.get(f"/coordination/decisions/{copy}").text
    assert "qu’une autre personne confirme" in asked and "valent aussitôt, sans elle" in asked
    assert decide(first, copy, free).status_code == 303
    assert "attend une autre personne" in first.get("/coordination/decisions").text
    assert "Une autre personne doit le confirmer" in first.get(f"/coordination/decisions/{copy}").text
    shown = second.get(f"/coordination/decisions/{copy}").text
    assert re.search(r"Jeanne Exemple propose de l’attribuer à \w+", shown) and "Confirmer</button>" in shown
    assert "« lu sur l’en-tête »" in shown and "prend la place de cette proposition" in shown
    with cautious.site.register.reading() as connection:
        assert copy_by_id(connection, copy).status is CopyStatus.TO_DECIDE
    assert decide(second, copy, free).status_code == 303
    with cautious.site.register.reading() as connection:
        assert copy_by_id(connection, copy).candidate == free
        assert proposal_of(connection, copy) is None


def test_who_saw_the_link_of_an_account_is_no_second_person(cautious: Desk, waits):
    """Whoever invites somebody may have taken up the link: the two accounts may be one person's."""
    copy, free = waits
    first = cautious.signed_in(Role.SERVICE, email="a@exemple.fr")
    first.get("/coordination/comptes")
    form = {"role": "service", "email": "b@exemple.fr", "name": "Jeanne Exemple"}
    link = re.search(r"/invitation/[\w-]+", first.post("/coordination/comptes", form).text)
    assert link is not None
    second = cautious.taken_up(link[0], "b@exemple.fr", Role.SERVICE)
    third = cautious.signed_in(Role.SERVICE, email="c@exemple.fr")
    assert decide(first, copy, free).status_code == 303
    assert "une troisième personne" in decide(second, copy, free).text
    with cautious.site.register.reading() as connection:
        assert copy_by_id(connection, copy).candidate is None
    assert decide(third, copy, free).status_code == 303
    with cautious.site.register.reading() as connection:
        assert copy_by_id(connection, copy).candidate == free


def test_accounts_whose_links_one_person_saw_are_no_two_persons(cautious: Desk, waits):
    """One may have opened them all: two beside each other, and one that another of them invited."""
    copy, free = waits

    def invited_by(browser, email: str):
        browser.get("/coordination/comptes")
        form = {"role": "service", "email": email, "name": "Jeanne Exemple"}
        link = re.search(r"/invitation/[\w-]+", browser.post("/coordination/comptes", form).text)
        assert link is not None
        return cautious.taken_up(link[0], email, Role.SERVICE)

    first = cautious.signed_in(Role.SERVICE, email="a@exemple.fr")
    second, third = (invited_by(first, f"{who}@exemple.fr") for who in "bc")
    fourth = invited_by(third, "d@exemple.fr")
    assert decide(second, copy, free).status_code == 303
    for one in (first, third, fourth):
        assert "une troisième personne" in decide(one, copy, free).text
    assert decide(cautious.signed_in(Role.SERVICE, email="e@exemple.fr"), copy, free).status_code == 303


def test_a_copy_of_another_exam_goes_there_and_to_nobody_here(desk: Desk):
    copy = waiting(desk, ("U4", "U7"), label="U7", at=due_of(desk, "U7") - timedelta(days=1))
    service = desk.signed_in(Role.SERVICE)
    here = f"/coordination/decisions/{copy}"
    shown = service.get(here).text
    assert "Est-ce une copie de U7 ?" in shown and "concorde" not in shown and "autre épreuve" in shown
    assert shown.index("Est-ce une copie de U7 ?") < shown.index("De quelle épreuve")  # offered first
    moved = service.post(f"{here}/epreuve", {"exam": "U7"})
    assert open_codes(desk, copy) == []
    assert "à attribuer" in service.get("/coordination/decisions").text
    shown = service.get(moved.headers["location"]).text
    assert "Copie passée en U7" in shown
    assert "Est-ce une copie" not in shown and "concorde" in shown and "<h1>U7," in shown
    with desk.site.register.reading() as connection:
        owner = enrolled_in(connection, "U7", CENTRE)[0].id
    assert f'value="{owner}" data-key="1"' in shown
    assert decide(service, copy, owner).status_code == 303
    with desk.site.register.reading() as connection:
        moved = copy_by_id(connection, copy)
        assert (moved.exam, moved.candidate, moved.status) == ("U7", owner, CopyStatus.COMPLETE)
        assert exam_counts(connection, "U4", CENTRE).copies == 0
        assert exam_counts(connection, "U7", CENTRE).copies == 1


def test_a_copy_that_comes_to_its_exam_late_says_so(desk: Desk):
    copy = waiting(desk, ("U4", "U7"), at=due_of(desk, "U7") + timedelta(days=1))
    service = desk.signed_in(Role.SERVICE)
    service.get(f"/coordination/decisions/{copy}")
    assert service.post(f"/coordination/decisions/{copy}/epreuve", {"exam": "U7"}).status_code == 303
    assert open_codes(desk, copy) == [Code.LATE]
    assert service.post(f"/coordination/decisions/{copy}/epreuve", {"exam": "U4"}).status_code == 303
    assert "E5" in service.post(f"/coordination/decisions/{copy}/epreuve", {"exam": "E5"}).text


def due_of(desk: Desk, exam: str) -> datetime:
    return desk.site.session.exam(exam).scan_deadline.deadline.at


def open_codes(desk: Desk, copy: str) -> list[Code]:
    with desk.site.register.reading() as connection:
        return [found.code for found in findings_of_copies(connection, [copy])]


KINDS = {
    Code.UNIDENTIFIED: ("À qui est cette copie ?", None),
    Code.LABEL_CONFLICT: ("L’étiquette et les cases nomment deux candidats", None),
    Code.DUPLICATE_COPY: ("Ce candidat a deux copies", "Garder celle-ci"),
    Code.WRONG_CENTRE: ("a-t-il composé ici ?", "Oui, garder la copie"),
    Code.NOT_ANONYMOUS: ("Un nom, un numéro ou une étiquette se lit-il encore ?", "la laisser partir"),
    Code.REPORTED: ("Un correcteur a signalé cette copie", "La rendre au correcteur"),
    Code.UNSURE_ORDER: ("toutes de cette copie, et dans cet ordre ?", "Oui, elle est entière et en ordre"),
    Code.TWO_HANDS: ("Toutes les pages sont-elles du même candidat ?", "Oui, elles sont du même candidat"),
    Code.SAME_PAGE: ("De qui est la page qui se trouve dans", "La page est bien de cette copie"),
    Code.REFUSED_MODEL: ("sur un papier que la session refuse ?", "Elle compte : l’accepter"),
    Code.MISSING_PAGES: ("Manque-t-il vraiment des pages", "l’accepter incomplète"),
    Code.UNDECLARED_PAGE: ("La page mise de côté fait-elle partie", "La copie est bien ainsi"),
    Code.READING_FAILED: ("Que faut-il faire de cette copie ?", "L’accepter telle quelle"),
}


@pytest.mark.parametrize("code", KINDS, ids=str)
def test_each_kind_of_case_asks_its_question_and_shows_its_evidence(desk: Desk, code: Code):
    asks, accept = KINDS[code]
    stated = finding(code, [1], evidence=[Evidence(1, (10.0, 20.0, 30.0, 40.0))])
    copy = waiting(desk, ("U4",), stated=(stated,), of_rank=None if accept is None else 0)
    shown = desk.signed_in(Role.SERVICE).get(f"/coordination/decisions/{copy}").text
    told = stated.message.replace("'", "’")  # asks the centre for a scan, and the service for none
    assert asks in shown and f"Le centre lit : « {told} »" in shown
    assert f'src="/coordination/decisions/{copy}/1_10.0_20.0_30.0_40.0.jpg"' in shown
    assert [one for one, _ in KINDS.values() if one in shown] == [asks]
    assert "est complète" not in shown
    assert (accept or "est") in shown and ('value="accept"' in shown) is (accept is not None)


def test_a_place_at_the_edge_of_its_page_has_an_address_too():
    at_the_edge = Evidence(21, (0, 3.3, 199.9, 72))
    assert region_of(place_of(at_the_edge)) == at_the_edge


def test_what_a_corrector_writes_reaches_the_service_and_then_the_centre(desk: Desk, filled: Filled):
    said = "Le nom <Durand> se lit en marge, page 3."
    told = "Le nom &lt;Durand&gt; se lit en marge, page 3."
    centre, service = desk.signed_in(Role.CENTRE, CENTRE), desk.signed_in(Role.SERVICE)
    elsewhere = desk.signed_in(Role.CENTRE, OTHER)
    corrector = desk.program(Role.CORRECTOR, filled.corrector)
    lot, number, copy = (filled.values[name] for name in ("lot", "number", "subject"))
    desk.site.register.record(ScanProcessed(), filled.values["scan"], actor="t", at=now())
    corrector.get(f"/api/my/lots/{lot}/copies/{number}")
    asked = {"trouble": "not_anonymous", "said": said}
    assert corrector.post(f"/api/my/lots/{lot}/copies/{number}/report", json=asked).status_code == 200
    here, story = f"/coordination/decisions/{copy}", f"/coordination/historique/{copy}"
    assert told in service.get(here).text and told in service.get(story).text
    shown = centre.get(f"/centre/{CENTRE}/U4").text
    assert told not in shown and "Le service de coordination doit décider" in shown
    service.get(here)
    assert service.post(f"{here}/renvoi", {"reason": "page 3, cachez la marge"}).status_code == 303
    assert copy not in queued(service)
    shown = centre.get(f"/centre/{CENTRE}/U4").text
    assert told in shown and "page 3, cachez la marge" in shown and "Numériser de nouveau" in shown
    assert told not in elsewhere.get(f"/centre/{OTHER}/U4").text
    assert told in service.get(here).text and "faut-il encore attendre" in service.get(here).text
    assert told not in corrector.get(f"/api/my/lots/{lot}").text
    with desk.site.register.reading() as connection:
        lines = list(connection.scalars(select(events.c.line)))
        assert [c.id for c in copies_of_lot(connection, lot)] == [copy]
    assert not [line for line in lines if "Durand" in line or "marge" in line]
    shows = [line for line in lines if re.search('"what": ?"(report|history)"', line)]
    assert len(shows) == 2  # the history to the service, the file's page to the centre


def named(desk: Desk) -> str:
    """Somebody's copy, with something on its only page that may name its candidate."""
    stated = finding(Code.NOT_ANONYMOUS, [1], evidence=[Evidence(1), Evidence(1, (10.0, 20.0, 30.0, 40.0))])
    return waiting(desk, ("U4",), stated=(stated,), of_rank=0, exposed=True)


def test_a_copy_that_is_not_anonymous_is_let_go_by_who_looked_and_is_not_held_again(desk: Desk, tmp_path):
    copy = named(desk)
    path = tmp_path / "pile.pdf"
    Image.new("L", (827, 1169), 255).save(path, "PDF", resolution=100)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    with desk.site.register.engine.begin() as connection:
        connection.execute(scans.update().values(sha256=sha256))
    desk.site.store.vault.put(stored_scan(sha256), path)
    service, here = desk.signed_in(Role.SERVICE), f"/coordination/decisions/{copy}"
    shown = service.get(here).text
    assert "L’accepter ne la rend pas anonyme" in shown and '<rect x="10.0" y="20.0"' in shown
    assert service.get(f"{here}/correcteur.pdf").content.startswith(b"%PDF")
    accepts = {"decision": "accept", "reason": "c’est un mot de la réponse"}
    refused = service.post(here, accepts)
    assert refused.status_code == 409 and "n’est pas anonyme" in refused.text
    assert open_codes(desk, copy) == [Code.NOT_ANONYMOUS]
    service.get(here)
    assert service.post(here, accepts | {"let_go": "1"}).status_code == 303
    anonymise(desk.site, Job(the_copy(desk, copy).scan, 1, path, sha256))
    assert the_copy(desk, copy).ready and open_codes(desk, copy) == []
    with desk.site.register.reading() as connection:
        (line,) = [line for line in connection.scalars(select(events.c.line)) if "copy.decided" in line]
    assert '"let_go":[1]' in line and "réponse" not in line


def test_what_would_be_refused_cannot_be_proposed_either(cautious: Desk):
    """Or one person alone would have looked at the page, and the other learnt of it too late."""
    copy = named(cautious)
    first, second = (cautious.signed_in(Role.SERVICE, email=f"{who}@exemple.fr") for who in "ab")
    here, accepts = f"/coordination/decisions/{copy}", {"decision": "accept", "reason": "vu"}
    first.get(here)
    refused = first.post(here, accepts)
    assert refused.status_code == 409 and "n’est pas anonyme" in refused.text
    with cautious.site.register.reading() as connection:
        assert proposal_of(connection, copy) is None
    assert first.post(here, accepts | {"let_go": "1"}).status_code == 303
    assert open_codes(cautious, copy) == [Code.NOT_ANONYMOUS]
    second.get(here)
    assert second.post(here, accepts).status_code == 409
    assert second.post(here, accepts | {"let_go": "1"}).status_code == 303
    assert open_codes(cautious, copy) == []


def test_what_is_held_as_it_leaves_is_asked_of_its_own_and_settled_once(desk: Desk):
    """Who accepts what was read on a page has not accepted a mask that fails on it."""
    copy = named(desk)
    accept = {"decision": Decision.ACCEPT, "reason": "vu", "let_go": [1], "actor": "acct_a"}
    copies.decide(desk.site, copy, **accept, at=now())
    (page,) = the_copy(desk, copy).pages
    assert (page.exposed, page.accepted) == (False, False)
    held = CopyNotAnonymous(findings=(finding(Code.NOT_ANONYMOUS, [1], evidence=[Evidence(1)]),))
    desk.site.register.record(held, copy, actor="t", at=now())
    assert "une seconde fois" in desk.signed_in(Role.SERVICE).get(f"/coordination/decisions/{copy}").text
    with pytest.raises(Refused, match="not_looked_at"):
        copies.decide(desk.site, copy, **accept | {"let_go": []}, at=now())
    copies.decide(desk.site, copy, **accept, at=now())
    (page,) = the_copy(desk, copy).pages
    assert page.accepted and open_codes(desk, copy) == []


def test_another_page_that_may_name_somebody_still_holds_the_copy(desk: Desk):
    copy = named(desk)
    with pytest.raises(Refused, match="not_looked_at"):
        copies.decide(desk.site, copy, Decision.ACCEPT, "vu", let_go=[2], actor="acct_a", at=now())
    owner = the_copy(desk, copy).candidate
    with desk.site.register.reading() as connection:
        other = next(c.id for c in enrolled_in(connection, "U4", CENTRE) if c.id != owner)
    copies.decide(desk.site, copy, Decision.ATTRIBUTE, "lu", candidate=other, actor="acct_a", at=now())
    held = the_copy(desk, copy)
    assert (held.candidate, held.status) == (other, CopyStatus.TO_DECIDE)
    assert open_codes(desk, copy) == [Code.NOT_ANONYMOUS]


def the_copy(desk: Desk, id_: str) -> CopyRow:
    with desk.site.register.reading() as connection:
        return copy_by_id(connection, id_)


def test_what_was_done_is_said_in_words_and_nothing_is_said_in_a_persons_name(desk: Desk):
    """The page stays on the copy; no reason is written beforehand, and a guess that was chosen wants none."""
    copy = waiting(desk, ("U4",))
    service = desk.signed_in(Role.SERVICE)
    here = f"/coordination/decisions/{copy}"
    page = service.get(here).text
    assert not re.findall(r"<textarea[^>]*>[^<]+</textarea>", page) and 'name="reason" value' not in page
    with desk.site.register.reading() as connection:
        who = enrolled_in(connection, "U4", CENTRE)[0]
    answer = service.post(here, {"decision": "attribute", "candidate": who.id})
    assert answer.headers["location"] == f"{here}?fait=1"
    said = service.get(answer.headers["location"]).text
    assert "Copie attribuée à" in said and "Revenir dessus" in said
    assert "Copie attribuée à" not in service.get(here).text  # said once, not for ever
    for other in ({"decision": "set_aside"}, {"decision": "attribute", "number": who.number}):
        assert service.post(here, other).status_code == 409  # these want one
    answer = service.post(here, {"decision": "set_aside", "reason": "Brouillon."})
    assert "Copie écartée." in service.get(answer.headers["location"]).text


def test_no_form_brings_a_reason_that_nobody_wrote(cautious: Desk, filled: Filled):
    """Neither prefilled nor hidden, on any page; what was decided last is on the queue, by whom."""
    service, other = cautious.signed_in(Role.SERVICE), cautious.signed_in(Role.SERVICE, email="b@exemple.fr")
    copy, number = filled.values["copy"], filled.people[1].number
    here = f"/coordination/decisions/{copy}"
    service.get(here)
    proposed = service.post(here, {"decision": "attribute", "number": number, "reason": "lu deux fois"})
    assert proposed.status_code == 303
    pages = [here, "/coordination/decisions", "/coordination/echeances", f"/coordination/historique/{copy}"]
    for path in pages:
        page = other.get(path).text
        assert not re.findall(r'name="(?:reason|words)"[^>]*value="[^"]', page), path
        assert not re.findall(r"<textarea[^>]*>[^<]+</textarea>", page), path
    with cautious.site.register.reading() as connection:
        who = enrolled_in(connection, "U4", CENTRE)[1].id
    confirmed = other.post(here, {"decision": "attribute", "candidate": who})  # the other said why
    assert confirmed.status_code == 303
    lately = service.get("/coordination/decisions").text
    assert "Décidé dernièrement" in lately and f'href="{here}#otherwise"' in lately
    assert "Jeanne Exemple" in lately.partition("Décidé dernièrement")[2]


def test_a_finding_is_settled_and_a_deadline_taken_back_without_a_reason(desk: Desk, filled: Filled):
    service, values = desk.signed_in(Role.SERVICE), filled.values
    service.get("/coordination/decisions")
    constat = f"/coordination/decisions/{values['copy']}/constats/{values['seq']}/{values['k']}"
    for settled in ("true", "false"):
        assert service.post(constat, {"settled": settled}).status_code == 303
    place = f"U4/{CENTRE}"
    day = (now() + timedelta(days=20)).date()
    given = {"place": place, "day": f"{day:%Y-%m-%d}", "clock": "12:00"}
    assert service.post("/coordination/echeances", given).status_code == 409  # this one wants one
    assert service.post("/coordination/echeances", given | {"reason": "panne"}).status_code == 303
    assert service.post("/coordination/echeances", {"place": place}).status_code == 303
