"""Alerts, to a mail server and a webhook that are real: each once, until it has cleared."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import SecretStr

from actions.alerts import alerts, tell_new
from actions.measures import note_watched
from actions.site import Site, now
from cli.demo_session import write_demo_session
from specimens.batch import roster_csv
from specimens.rehearsal import plan_session
from storage.database.register import open_register
from storage.dropped.deadlines import DeadlineSwept
from storage.log.segments import ship
from storage.machine.settings import Settings
from storage.people.candidates import enrolled_in, import_candidates
from storage.season.alerts import open_alerts

CENTRE, EXAM = "0130051K", "U4"
PEOPLE = plan_session(3, [CENTRE], [EXAM], 3).candidates
ENROLLED = len(PEOPLE)


@pytest.fixture
def site(tmp_path, store, received):
    """Candidates of one centre are enrolled, and nothing has come."""
    write_demo_session(tmp_path / "session.toml", now())
    settings = Settings(
        data_dir=tmp_path,
        alert_email="service@exemple.fr",
        smtp_host="127.0.0.1",
        smtp_port=received.smtp,
        alert_webhook=SecretStr(f"http://127.0.0.1:{received.hook}/x"),
    )
    made = Site(settings, store, open_register(settings.url, store.vault))
    assert not import_candidates(made.register, roster_csv(PEOPLE), None, actor="t", at=now()).problems
    ship(made.register, Sink(), Ed25519PrivateKey.generate(), at=now())
    note_watched(made)
    yield made
    made.register.engine.dispose()


class Sink:
    """Where the log goes in tests that look at something else."""

    def put(self, key, data, **how):
        return True


@pytest.fixture
def due(site):
    return site.session.exam(EXAM).scan_deadline.at


def test_a_near_deadline_is_told_once_until_it_has_cleared(site, received, due):
    near = due - timedelta(hours=1)
    told = [one.subject for one in alerts(site, 0, due - timedelta(hours=4))]
    assert f"alert/deadline/{EXAM}/{CENTRE}" not in told
    assert tell_new(site, 0, near) > 0
    (mail,), (post,) = received.mails, received.posts
    assert mail["To"] == "service@exemple.fr"
    for said in (mail.get_content(), post["text"]):
        assert f"({CENTRE}) : il manque {ENROLLED} copies sur {ENROLLED}, échéance" in said
    assert tell_new(site, 0, near) == 0
    assert len(received.mails) == len(received.posts) == 1
    tell_new(site, 0, due + timedelta(seconds=1))  # it is over: the sweep says what is missing
    with site.register.reading() as connection:
        assert f"alert/deadline/{EXAM}/{CENTRE}" not in open_alerts(connection)
    tell_new(site, 0, near)
    assert len(received.mails) >= 2 and f"({CENTRE})" in received.mails[-1].get_content()


def test_each_condition_has_its_alert(site, received, monkeypatch):
    at = now()
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 50, "total": 100}))
    assert [one.subject for one in alerts(site, 0, at) if "deadline" not in one.subject] == []
    site.register.record(DeadlineSwept(exam=EXAM, centre=CENTRE), f"{EXAM}/{CENTRE}", actor="t", at=at)
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 5, "total": 100}))
    told = {one.subject: one.text for one in alerts(site, 2, at + timedelta(minutes=60.5))}
    assert told.keys() >= {"alert/runs", "alert/log", "alert/inbox", "alert/disk", "alert/clock"}
    assert told["alert/runs"].startswith("2 traitements en échec")
    assert "il reste 5 % de place" in told["alert/disk"]
    behind = {one.subject: one.text for one in alerts(site, 0, at - timedelta(minutes=10.5))}
    assert "avance de 60 minutes" in told["alert/clock"]
    assert "retarde de 10 minutes" in behind["alert/clock"]


def test_what_could_not_be_sent_is_sent_the_next_time(site, received, due):
    near = due - timedelta(hours=1)
    received.refusing = True
    with pytest.raises((OSError, httpx.HTTPError)):
        tell_new(site, 0, near)
    received.refusing = False
    assert tell_new(site, 0, near) > 0
    assert len(received.mails) == len(received.posts) == 1


def test_an_alert_names_nobody(site, received, due):
    tell_new(site, 1, due - timedelta(hours=1))
    said = received.mails[0].as_string() + received.posts[0]["text"]
    with site.register.reading() as connection:
        people = enrolled_in(connection)
    assert not [c for c in people if c.number in said or c.family_name in said]
