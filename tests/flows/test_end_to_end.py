"""The real thing: store, Prefect server and worker, from a dropped file to a corrector's folder."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path
from uuid import UUID

import pypdfium2
import pytest
import zxingcpp
from prefect.client.orchestration import PrefectClient
from processes import descendants

from actions.corrected import lots
from actions.corrected.archive import pull_all
from actions.decided.copies import decide
from actions.site import now
from cli.demo_truth import judge
from flows import lost_runs
from processors.findings import Code
from specimens.batch import Kind
from storage.decided.copies import copy_by_id, current_copies
from storage.decided.counts import exam_counts
from storage.decided.decisions import copies_to_decide
from storage.decided.findings import open_findings
from storage.log.signing import load_or_make_key
from storage.log.verify import verify
from storage.people.candidates import enrolled_in
from storage.refusals import Refused
from storage.states import Decision

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("machine")]

HERE = ("scans/0130051K/", "scans/9999999Z/")
KINDS = (Kind.OK, Kind.UPSIDE_DOWN, Kind.ANONYMOUS, Kind.OK, Kind.MISSING_SIDE, Kind.OK)


@pytest.fixture(scope="module")
def read(stage):
    """A pile that was dropped twice under two names, a file that is no PDF, and one in no centre's folder."""
    batch = stage.draw("0130051K", "U4", KINDS)
    stage.drop(batch, "pile.pdf")
    stage.drop(batch, "la même.pdf")
    inbox = stage.site.store.inbox
    inbox.put("scans/0130051K/U4/vide.pdf", b"")
    inbox.put("scans/9999999Z/U4/perdu.pdf", b"%PDF-1.4")
    stage.wait(lambda: len(stage.scans_in("processed", "duplicate", "quarantined", under=HERE)) == 4)
    stage.wait(lambda: not list(inbox.list("scans/")))
    return batch


def numbers(site):
    with site.register.reading() as connection:
        return {c.id: c.number for c in enrolled_in(connection)}


def test_each_copy_is_what_was_drawn(stage, read):
    with stage.site.register.reading() as connection:
        copies = current_copies(connection, centre="0130051K")
    verdict = judge([read], copies, numbers(stage.site))
    assert (verdict.wrong, verdict.unexpected) == ((), ())


def test_bad_files_are_kept_with_their_reason(stage, read):
    with stage.site.register.reading() as connection:
        aside = {scan.id for scan in stage.scans_in("quarantined", under=HERE)}
        codes = {f.code for f in open_findings(connection) if f.scan in aside}
    assert codes == {Code.EMPTY_FILE, Code.UNKNOWN_CENTRE}
    kept = {info.key.rpartition("/")[2] for info in stage.site.store.vault.list("quarantine/")}
    assert {scan.sha256 for scan in stage.scans_in("quarantined", under=HERE)} <= kept


def test_the_same_file_dropped_twice_has_one_receipt_under_both_names(stage, read):
    inbox = stage.site.store.inbox
    first = json.loads(inbox.get("receipts/0130051K/U4/pile.pdf.json"))
    assert first == json.loads(inbox.get("receipts/0130051K/U4/la même.pdf.json"))
    assert [copy["status"] for copy in first["copies"]].count("complete") == 4
    assert first["reconciliation"]["unattributed"] == 1
    assert first["deadline"] and first["in_time"] is True


def test_a_file_dropped_again_later_is_not_read_again(stage, read):
    stage.drop(read, "pile.pdf")
    stage.wait(lambda: not list(stage.site.store.inbox.list("scans/")))
    assert len(stage.scans_in("processed", under=HERE)) == 1


def test_a_decision_lets_a_copy_go_on(stage, read):
    with stage.site.register.reading() as connection:
        (nobodys,) = [c for c in copies_to_decide(connection, ["U4"], 99) if c.candidate is None]
        ids = {number: id_ for id_, number in numbers(stage.site).items()}
    truth = next(copy for copy in read.copies if copy.kind is Kind.ANONYMOUS)
    why, owner = "reconnue par le centre", ids[truth.candidate]
    decide(stage.site, nobodys.id, Decision.ATTRIBUTE, why, candidate=owner, actor="service", at=now())

    def anonymous():
        with stage.site.register.reading() as connection:
            return copy_by_id(connection, nobodys.id).anonymous_sha256

    assert stage.wait(anonymous)


@pytest.fixture(scope="module")
def pulled(stage, read, tmp_path_factory):
    """Every corrector's lots, as each of them pulls them."""
    stage.run("form-lots")
    folder = tmp_path_factory.mktemp("correctors")
    return [
        lot
        for corrector, token in stage.tokens.items()
        for lot in pull_all(stage.site, lots.who_has(stage.site, token).id, folder / corrector, at=now())
    ]


def test_complete_copies_and_no_others_reach_correctors(stage, pulled):
    with stage.site.register.reading() as connection:
        counts = exam_counts(connection, "U4")
    copies = [path for lot in pulled for path in lot.glob("*.pdf") if path.name != "bordereau.pdf"]
    assert len(copies) == counts.complete == counts.pulled > 0
    assert all((lot / "bordereau.pdf").exists() for lot in pulled)


def test_nothing_in_a_corrector_s_file_names_a_candidate(stage, pulled):
    with stage.site.register.reading() as connection:
        people = enrolled_in(connection)
    for path in (path for lot in pulled for path in lot.glob("*.pdf")):
        pdf = pypdfium2.PdfDocument(path)
        text = " ".join(page.get_textpage().get_text_bounded() for page in pdf)
        assert not any(c.number in text or c.family_name in text for c in people), path
        assert not any(c.number.encode() in path.read_bytes() for c in people)
        for page in pdf:
            image = page.render(scale=200 / 72).to_numpy()
            assert not zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.Code128), path


def test_a_token_that_was_guessed_is_nobody_s(stage, pulled):
    with pytest.raises(Refused, match="not_yours"):
        lots.who_has(stage.site, "guessed")


def test_the_audit_log_is_whole(stage, pulled):
    stage.run("ship-audit")
    key = load_or_make_key(stage.site.settings.signing_key_path).public_key()
    assert verify(stage.site.store.audit, key, stage.site.register) == []


def test_a_worker_killed_in_the_middle_costs_time_and_nothing_else(stage, read):
    batch = stage.draw("0840003X", "U4", KINDS)
    done = len(stage.scans_in("processed"))
    stage.drop(batch, "pile.pdf")
    stage.wait(lambda: stage.scans_in("processing"))
    for pid in descendants(stage.machine.worker.pid):
        with suppress(ProcessLookupError):  # it went with its parent
            os.kill(pid, signal.SIGKILL)
    time.sleep(1)
    assert stage.scans_in("processing"), "it was over before it was killed: nothing was tested"

    stage.wait(lambda: len(stage.scans_in("processed")) == done + 1)
    with stage.site.register.reading() as connection:
        copies = current_copies(connection, centre="0840003X")
    verdict = judge([batch], copies, numbers(stage.site))
    assert (verdict.wrong, verdict.unexpected) == ((), ())
    assert len(copies) == len(batch.copies)
    assert stage.site.store.inbox.head("receipts/0840003X/U4/pile.pdf.json")


def test_what_is_dropped_while_prefect_is_away_is_timed_then_and_read_after(stage, read):
    stage.machine.server.stop()
    dropped = now().replace(microsecond=0)
    stage.drop(stage.draw("0840003X", "U7", (Kind.OK,)), "le soir.pdf")
    time.sleep(10)
    back = now()
    (scan,) = stage.wait(lambda: stage.scans_in("processed", under="scans/0840003X/U7/"))
    assert dropped <= scan.deposited_at < back


_DIES_BEFORE_ITS_RUN_BEGINS = """
import asyncio, os, signal
from flows import worker

async def die(*_, **__):
    await asyncio.sleep(3)  # until all that was found is as far
    os.kill(os.getpid(), signal.SIGKILL)

worker.run_flow_async = die
asyncio.run(worker.main(4, alone=True))
"""


def test_a_worker_killed_before_its_runs_began_does_not_stop_the_evening(stage, read):
    """Prefect has handed them out, with the only place of a schedule, and hears no more of them."""
    machine = stage.machine
    machine.worker.stop()
    stage.drop(stage.draw("0840003X", "U4", (Kind.OK,)), "le soir.pdf")
    machine.trigger("ship-audit")
    command = [sys.executable, "-c", _DIES_BEFORE_ITS_RUN_BEGINS]
    assert subprocess.run(command, env=machine.environment, check=False).returncode == -signal.SIGKILL
    handed_out = {
        "deployments": {"name": {"any_": ["ship-audit"]}},
        "flow_runs": {"state": {"type": {"any_": ["PENDING"]}}},
    }
    (lost,) = machine.ask("POST", "/flow_runs/filter", handed_out)  # the schedule's own may have been first
    assert stage.scans_in("arrived", under="scans/0840003X/U4/le soir.pdf")
    assert stage.run("ship-audit") in ("Journal scellé", "Rien de neuf")
    assert machine.final_state(lost["id"]) == ("CRASHED", "Crashed")
    assert stage.wait(lambda: stage.scans_in("processed", under="scans/0840003X/U4/le soir.pdf"))


def test_of_the_runs_that_are_said_to_be_under_way_those_that_are_not_here_are_given_up(stage, read):
    machine = stage.machine
    deployment = machine.ask("GET", "/deployments/name/process-scan/process-scan")["id"]
    pending = {"state": {"type": "PENDING"}, "parameters": {"scan_id": "none"}}

    async def bury(here):
        async with PrefectClient(machine.api) as client:
            return await lost_runs.bury(client, here)

    os.kill(machine.worker.pid, signal.SIGSTOP)  # it begins runs, and gives up those it does not carry out
    try:
        lost, mine = (
            machine.ask("POST", f"/deployments/{deployment}/create_flow_run", pending)["id"] for _ in range(2)
        )
        others = machine.ask("POST", "/flow_runs/filter", {})
        assert asyncio.run(bury({UUID(run["id"]) for run in others if run["id"] != lost})) == 1
        assert machine.final_state(lost) == ("CRASHED", "Crashed")
        assert machine.final_state(mine) is None
    finally:
        os.kill(machine.worker.pid, signal.SIGCONT)


def personal(people) -> set[str]:
    """All by which somebody is known: number, names, birth date however it is written."""
    return {
        word
        for c in people
        for word in (
            *(c.number, c.family_name, f"{c.family_name} {c.first_names}"),
            *(f"{c.birth_date:{form}}" for form in ("%Y-%m-%d", "%d/%m/%Y", "%d%m%Y")),
        )
    }


def tables_as_text(path: Path) -> str:
    """Every row of every table."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        names = [row[0] for row in database.execute("select name from sqlite_master where type = 'table'")]
        return "\n".join(repr(row) for name in names for row in database.execute(f'select * from "{name}"'))


@pytest.mark.usefixtures("read")
def test_nobody_is_named_in_prefect_logs_and_traces(stage, pulled):
    """Runs, parameters, states, artifacts, logs, events: all that Prefect's database holds, and all logs.

    But the store's own: it names objects, and lies beside them.
    """
    data = stage.machine.data
    with stage.site.register.reading() as connection:
        words = personal(enrolled_in(connection))
    known = tables_as_text(data / "register.sqlite")
    numbers = {word for word in words if word.isdigit() and len(word) == 11}
    assert numbers and all(number in known for number in numbers)
    logs = {path.name: path.read_text(errors="replace") for path in (data / "logs").glob("*.log")}
    told = {
        "Prefect's database": tables_as_text(data / "prefect" / "prefect.db"),
        "traces": " ".join(map(str, stage.spans)),
        **logs,
    }
    assert "Avec constats" in told["Prefect's database"] and "avancement" in told["Prefect's database"]
    assert logs.keys() >= {"server.log", "worker.log", "desk.log"} and logs["worker.log"]
    for where, text in told.items():
        assert not sorted(word for word in words if word in text), where
        assert "pile.pdf" not in text and "perdu.pdf" not in text, where


def test_logs_are_lines_of_json_when_asked(stage, read):
    lines = (stage.machine.data / "logs" / "worker.log").read_text().splitlines()
    told = [json.loads(line) for line in lines if line.startswith("{")]
    assert len(told) > 10
    assert all(one.keys() >= {"at", "level", "logger", "message"} for one in told)


def test_runs_and_their_stages_are_traced(stage, read):
    def runs_that_read():
        """Runs under which a scan was read: `lire` and Prefect's suffix, not `lire le dossier`."""
        spans = {span.span_id: span for span in list(stage.spans)}
        stages = [span for span in spans.values() if re.fullmatch(r"lire(-\w+)?", span.name)]
        return {spans[span.parent_span_id].name for span in stages if span.parent_span_id in spans}

    assert all(name.startswith("scan ") for name in stage.wait(runs_that_read))
