"""Each command as a person types it, against a `massicot up` of its own: exit codes, JSON, refusals."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import httpx
import pyotp
import pypdfium2
import pytest
import zxingcpp
from terminal import Shell

from actions.site import now
from cli.demo_session import write_demo_session
from storage.machine.settings import Settings, open_store

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("commands")]

CENTRE, EXAM = "0130051K", "U4"
PLACE = ("--centre", CENTRE, "--exam", EXAM)
FIRST_ENGINE = "a3b9c7d2e5f1"  # the revision of the engine's database under massicot 0.1


@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    shell = Shell(tmp_path_factory.mktemp("commands"))
    write_demo_session(shell.folder / "session.toml", now())
    shell("rehearse", "--session", "session.toml", *PLACE, "--copies", "6")
    shell.start("--session", "session.toml")
    try:
        shell.pause("form-lots", "sweep-deadlines", "ship-audit", "raise-alerts")
        shell("import", "candidates", "rehearsal/candidates.csv")
        shell("import", "correctors", "rehearsal/correctors.csv", "--tokens", "tokens.csv")
        shell("import", "attendance", f"rehearsal/{CENTRE}_{EXAM}.attendance.csv", *PLACE)
        shell("drop", f"rehearsal/{CENTRE}_{EXAM}.pdf", *PLACE)
        shell.wait(lambda: shell.counts(EXAM)["copies"] and not shell.counts(EXAM)["waiting_scans"])
        yield shell
    finally:
        if shell.up.poll() is None:
            shell.end(signal.SIGTERM)


@pytest.fixture(scope="module")
def truth(shell):
    return json.loads((shell.folder / "rehearsal" / f"{CENTRE}_{EXAM}.truth.json").read_text())["copies"]


@pytest.fixture(scope="module")
def decided(shell, truth):
    """The copies that waited, once the service has said whose each is."""
    waiting = [found for found in shell.json("findings") if found["severity"] == "blocking" and found["copy"]]
    for found in waiting:
        owner = truth[found["position"] - 1]["candidate"]
        shell("decide", found["copy"], "attribute", "--candidate", owner, "--reason", "reconnue")
    return waiting


@pytest.fixture(scope="module")
def lots(shell, decided):
    def ready():
        planned = shell.json("lots", "form", "--exam", EXAM, "--dry-run")["lots"]
        return sum(len(lot["copies"]) for lot in planned) == shell.counts(EXAM)["complete"]

    shell.wait(ready)
    assert shell.json("lots", "show") == []
    shell("lots", "form", "--exam", EXAM)
    return shell.json("lots", "show", "--exam", EXAM)


def test_a_token_opens_the_api_until_it_is_revoked(shell):
    token = shell("desk", "token", "centre", "--of", CENTRE, "--for", "le scanner").strip()
    (listed,) = shell("desk", "tokens").splitlines()
    assert CENTRE in listed and "le scanner" in listed and token not in listed
    url, bearer = f"{shell.desk}/api/centres/{CENTRE}/{EXAM}", {"authorization": f"Bearer {token}"}
    answer = httpx.get(url, headers=bearer, timeout=60)
    assert answer.status_code == 200, answer.text
    assert answer.json()["counts"]["copies"] > 0
    shell("desk", "revoke", listed.split()[0])
    assert httpx.get(url, headers=bearer, timeout=60).status_code == 401
    assert shell("desk", "tokens") == ""
    assert "centre" in shell("desk", "token", "centre", "--of", "0000000X", "--for", "x", fails=True)


def test_the_desk_leads_to_the_run_of_a_file(shell):
    person = ("--email", "ursule@exemple.fr", "--name", "Ursule")
    link = shell("desk", "invite", "service", *person, "--url", shell.desk).strip()
    with httpx.Client(timeout=60) as browser:
        page = browser.get(link).text
        secret = re.search(r'name="secret" value="(\w+)"', page)[1]
        form = {"password": "une phrase assez longue", "again": "une phrase assez longue", "secret": secret}
        form |= {
            "code": pyotp.TOTP(secret).now(),
            "form_token": re.search(r'data-form-token="(\w+)"', page)[1],
        }
        assert browser.post(link, data=form).status_code == 303
        (scan,) = {found["scan"] for found in shell.json("findings") if found["scan"]}
        story = browser.get(f"{shell.desk}/coordination/historique/{scan}").text
        (run,) = re.findall(rf"/coordination/historique/{scan}/execution", story)
        to = browser.get(f"{shell.desk}{run}").headers["location"]
    assert to.startswith(f"{shell.ui}/runs/flow-run/")
    with shell.prefect() as client:
        assert scan in client.read_flow_run(to.rpartition("/")[2]).tags


@pytest.fixture(scope="module")
def tokens(shell):
    return dict(line.split(";") for line in (shell.folder / "tokens.csv").read_text().splitlines())


def test_labels_can_be_read_by_their_bars(shell, truth):
    shell("labels", "--roster", "rehearsal/candidates.csv", "--session", "session.toml", *PLACE)
    image = pypdfium2.PdfDocument(shell.folder / "labels.pdf")[0].render(scale=300 / 72).to_numpy()
    bars = {found.text for found in zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.Code128)}
    assert {f"{EXAM}-{copy['candidate']}" for copy in truth} < bars


def test_labels_are_those_of_the_imported_roster(shell, truth):
    shell("labels", *PLACE, "--to", "imported.pdf")
    text = pypdfium2.PdfDocument(shell.folder / "imported.pdf")[0].get_textpage().get_text_range()
    assert all(copy["candidate"] in text for copy in truth)


@pytest.mark.parametrize(
    "asked",
    [
        ("findings", "--exam", "U99"),
        ("findings", "--centre", "0000000A"),
        ("lots", "show", "--exam", "U99"),
        ("dossier", "report", "--exam", "U99", "--centre", CENTRE),
    ],
)
def test_what_the_session_has_not_is_an_error(shell, asked):
    assert "of this session" in shell(*asked, fails=True)


def test_an_invitation_leads_to_the_desk_that_runs(shell):
    person = ("--email", "invitee@exemple.fr", "--name", "Jeanne Exemple")
    assert shell("desk", "invite", "service", *person).startswith(f"{shell.desk}/invitation/")


def test_a_folder_that_is_not_there_is_said_in_a_line(shell):
    where = ("--roster", "rehearsal/candidates.csv", "--session", "session.toml", *PLACE)
    assert "nowhere/labels.pdf" in shell("labels", *where, "--to", "nowhere/labels.pdf", fails=True)


def test_read_gives_its_contract(shell, truth):
    scan, roster = (f"rehearsal/{CENTRE}_{EXAM}.{end}" for end in ("pdf", "roster.csv"))
    said = shell.json("read", scan, "--session", "session.toml", "--roster", roster, *PLACE)
    assert set(said) == {"scan", "pages", "copies", "findings"}
    assert {"sha256", "images", "pages", "seconds"} <= set(said["scan"])
    assert {
        *("page", "image", "half", "turn", "kind", "model", "label", "boxes", "number", "total"),
        *("blank", "sharpness", "resolution_dpi"),
    } <= set(said["pages"][0])
    for copy in said["copies"]:
        assert {
            *("candidate", "attributed_by", "status", "pages", "missing", "seen", "guesses", "findings"),
        } <= set(copy)
        assert copy["candidate"] in (None, *(drawn["candidate"] for drawn in truth))
        known = {"code", "severity", "message", "pages", "evidence"}
        assert all(set(one) == known for one in copy["findings"])
    assert len(said["copies"]) == len(truth)


def test_a_session_that_contradicts_itself_does_not_start(shell):
    bad = (shell.folder / "session.toml").read_text().replace(CENTRE, "0130051J")
    (shell.folder / "bad.toml").write_text(bad)
    assert "0130051J" in shell("session", "check", "bad.toml", fails=True)
    assert_refused(shell.process("up", "--session", "bad.toml"), "0130051J")


def test_a_second_up_is_refused(shell):
    assert_refused(shell.process("up"), "already up")


def assert_refused(done: subprocess.CompletedProcess[str], why: str) -> None:
    assert done.returncode == 1 and why in done.stderr
    assert "Traceback" not in done.stderr


def test_decisions_that_cannot_be_are_refused(shell, decided, truth):
    copy = decided[0]["copy"]
    for wrong in (
        ("copy_nowhere", "accept"),
        (copy, "attribute"),
        (copy, "attribute", "--candidate", "00000000000"),
        (copy, "accept", "--candidate", truth[0]["candidate"]),
    ):
        assert shell("decide", *wrong, "--reason", "essai", fails=True).startswith("Error: ")


def test_findings_show_whole_ids(shell, decided):
    settled = {found["copy"] for found in decided}
    assert not settled & {found["copy"] for found in shell.json("findings")}
    told = shell("findings")
    assert all((found["copy"] or found["scan"] or found["code"]) in told for found in shell.json("findings"))


def schools_of(shell, lot) -> set[str]:
    query = "select school from copies join candidates on candidates.id = candidate where lot = ?"
    with sqlite3.connect(shell.data / "register.sqlite") as register:
        return {row[0] for row in register.execute(query, (lot["id"],))}


def test_a_lot_goes_to_no_one_of_its_candidates_school(shell, lots):
    with (shell.folder / "rehearsal" / "correctors.csv").open() as lines:
        school = {row["identifiant"]: row["etablissements"] for row in csv.DictReader(lines)}
    assert not [lot for lot in lots if school[lot["reference"]] in schools_of(shell, lot)]
    unfit = next(reference for reference in school if school[reference] in schools_of(shell, lots[0]))
    assert "établissement" in shell("lots", "reassign", lots[0]["name"], unfit, fails=True)
    assert shell.json("lots", "show") == lots
    assert "no lot" in shell("lots", "reassign", "U4-999", "C01", fails=True)
    assert "no corrector" in shell("lots", "reassign", lots[0]["id"], "C99", fails=True)


@pytest.fixture(scope="module")
def returned(shell, lots, tokens):
    lot = lots[0]
    mine = tokens[lot["reference"]]
    assert "never_pulled" in shell("lots", "return", lot["name"], "--token", mine, fails=True)
    shell("pull", "--token", mine, "--to", "mine")
    shell("pull", "--token", mine, "--to", "mine")
    other = next(token for reference, token in tokens.items() if reference != lot["reference"])
    assert "not_yours" in shell("lots", "return", lot["name"], "--token", other, fails=True)
    shell("lots", "return", lot["name"], "--token", mine)
    return lot


def test_a_lot_is_pulled_and_returned_by_its_corrector_alone(shell, returned):
    files = list((shell.folder / "mine" / returned["name"]).glob("*.pdf"))
    assert len(files) == returned["copies"] + 1
    assert shell.counts(EXAM)["returned"] == returned["copies"]
    told = [event["action"] for event in shell.json("audit", "history", returned["id"])]
    assert told == ["lot.formed", "lot.pulled", "lot.returned"]
    assert "not_yours" in shell("pull", "--token", "guessed", fails=True)


@pytest.fixture(scope="module")
def sealed(shell, returned):
    """Everything is in the audit bucket, and nothing happens any more but what the test does."""
    from storage.database.register import open_register
    from storage.log.segments import ship
    from storage.log.signing import load_or_make_key

    settings = Settings(data_dir=shell.data)
    store = open_store(settings)
    register = open_register(settings.url, store.vault)
    ship(register, store.audit, load_or_make_key(settings.signing_key_path), at=now())
    return store.audit


def tables(path: Path) -> dict[str, list[str]]:
    with sqlite3.connect(path) as register:
        names = [row[0] for row in register.execute("select name from sqlite_master where type = 'table'")]
        return {name: sorted(map(repr, register.execute(f"select * from {name}"))) for name in names}


def test_the_rebuilt_register_is_the_live_one(shell, sealed):
    new = shell.folder / "new.sqlite"
    shell("rebuild", f"sqlite:///{new}")
    live = tables(shell.data / "register.sqlite")
    assert len(live["events"]) > 10
    assert tables(new) == live
    assert "not empty" in shell("rebuild", f"sqlite:///{new}", fails=True)
    assert "no SQLAlchemy URL" in shell("rebuild", "nonsense", fails=True)


def test_a_log_that_was_touched_is_told_where(shell, sealed):
    shell("audit", "verify")
    key = next(item.key for item in sealed.list("log/"))
    whole = sealed.get(key)
    altered = bytearray(whole)
    altered[len(altered) // 2] ^= 1
    for harm in (lambda: sealed.put(key, bytes(altered)), lambda: sealed.delete(key)):
        harm()
        assert key in shell("audit", "verify", fails=True)
        assert "does not verify" in shell("rebuild", f"sqlite:///{shell.folder / 'never.sqlite'}", fails=True)
        sealed.put(key, whole)
        shell("audit", "verify")


def test_a_checkpoint_is_made_countersigned_and_checked(shell, sealed):
    kept, witnessed = shell.folder / "checkpoint.json", shell.folder / "witnessed.json"
    kept.write_text(shell("audit", "checkpoint"))
    witnessed.write_text(shell("audit", "countersign", str(kept), "--key", "witness.pem"))
    witness = str(shell.folder / "witness.pub")
    shell("audit", "verify", "--checkpoint", str(witnessed), "--witness", witness)
    told = shell("audit", "verify", "--checkpoint", str(kept), "--witness", witness, fails=True)
    assert "did not sign" in told
    assert "not a checkpoint" in shell("audit", "verify", "--checkpoint", witness, fails=True)
    stated = json.loads(kept.read_text())
    kept.write_text(json.dumps(stated | {"n": stated["n"] + 1}))
    assert "forged" in shell("audit", "verify", "--checkpoint", str(kept), fails=True)


def test_a_row_that_no_event_touched_is_told(shell, sealed):
    register = shell.data / "register.sqlite"
    with sqlite3.connect(register) as connection:
        first = "number = (SELECT min(number) FROM candidates)"
        connection.execute(f"UPDATE candidates SET school = school || 'X' WHERE {first}")
    told = " ".join(shell("audit", "verify", fails=True).split())
    assert "In candidates, 1 rows were altered: cand_" in told
    with sqlite3.connect(register) as connection:
        connection.execute("UPDATE candidates SET school = rtrim(school, 'X')")
    shell("audit", "verify")


def test_health_is_told_to_a_shell(shell, sealed):
    done = shell.process("status", "--health")
    told = json.loads(done.stdout)
    assert told["ready"] and told["register"] and told["inbox_watched_seconds"] is not None
    assert done.returncode == (0 if told["well"] else 1)


def test_up_goes_on_after_ctrl_c_an_upgrade_of_the_engine_and_a_kill(shell, sealed):
    before = shell.counts(EXAM)
    assert shell.end(signal.SIGINT) == 0
    assert "massicot up" in shell("audit", "verify", fails=True)
    database = sqlite3.connect(engine := shell.data / "prefect" / "prefect.db")
    (run,) = database.execute("SELECT id FROM flow_run WHERE state_type = 'COMPLETED' LIMIT 1").fetchone()
    back = [sys.executable, "-m", "prefect", "server", "database", "downgrade", "-y", "-r", FIRST_ENGINE]
    subprocess.run(back, env=os.environ | {"PREFECT_HOME": str(engine.parent)}, check=True)
    shell.start()
    assert database.execute("SELECT version_num FROM alembic_version").fetchone() != (FIRST_ENGINE,)
    with shell.prefect() as client:
        assert client.read_flow_run(UUID(run)).state.is_completed()
    shell.end(signal.SIGKILL)
    shell.start()  # at once: the servers of the killed one are still ending
    assert shell.counts(EXAM) == before
    shell("audit", "verify")
