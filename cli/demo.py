"""`massicot demo`: the main job on invented copies, from the scanner to the corrector, in a few minutes."""

from __future__ import annotations

import multiprocessing
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from actions.corrected import lots as of_lots
from actions.corrected.archive import pull_all
from actions.dropped.commission import Commission, write_report
from actions.people.rosters import take_candidates
from actions.site import Site, now, open_site
from cli import demo_dossiers
from cli.console import console, print_counts, print_table
from cli.demo_session import write_demo_session
from cli.demo_truth import Verdict, judge
from cli.up import Machine
from processors.circular.session import Session, SessionError, load_session
from processors.findings import Code
from processors.lists.people import Candidate
from specimens.batch import Batch, roster_csv
from specimens.rehearsal import Rehearsal, attendance_csv, correctors_csv, plan_session, troubles_of
from storage.bucket.keys import RECEIPTS, SCANS, attendance_key, scan_key
from storage.corrected.lots import all_lots
from storage.decided.copies import current_copies
from storage.decided.counts import exam_counts
from storage.decided.findings import open_findings
from storage.dropped.scans import ScanRow, all_scans
from storage.people import accounts
from storage.people.candidates import enrolled_in
from storage.people.correctors import all_correctors, import_correctors, issue_token
from storage.states import Role, ScanState

COPIES = 40
_SEED = 2026
_PATIENCE = 240.0  # seconds for the flows to read everything, a generous several times what it takes
_BAD_FILE = b"Ceci n'est pas un PDF."


class DemoFailed(Exception):  # noqa: N818 - said to a person
    """Something is not as it should be."""


@dataclass(frozen=True)
class Drawing:
    """A rehearsal session whose scans are being drawn, in processes of their own, while the servers start."""

    plan: Rehearsal
    batches: Sequence[Future[Batch]]


def start_drawing(pool: ProcessPoolExecutor, session: Session) -> Drawing:
    forms = {exam.code: session.form_of(exam.code) for exam in session.written}
    plan = plan_session(
        _SEED,
        [centre.uai for centre in session.centres],
        list(forms),
        COPIES,
        numbers=session.numbers,
        options=session.options,
        troubles=troubles_of(next(iter(forms.values()))),
    )
    return Drawing(plan, [pool.submit(planned.draw, forms[planned.exam]) for planned in plan.batches])


def drawing_pool() -> ProcessPoolExecutor:
    """Ctrl-C is for the supervisor alone, which then leaves the pool."""
    ignoring = (signal.SIGINT, signal.SIG_IGN)
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(2, mp_context=context, initializer=signal.signal, initargs=ignoring)


_SESSION = "demo-session.toml"


def session_file(data: Path, of: Path | None = None) -> Path:
    """The demonstration's session, laid around now: of the shape of another, if one is given.

    Raises DemoFailed for one that cannot be shown.
    """
    path = data / _SESSION
    try:
        write_demo_session(path, now(), load_session(of) if of else None)
    except (SessionError, ValueError) as error:
        raise DemoFailed(f"{of}: {error}") from error
    return path


def play(machine: Machine, drawing: Drawing, *, kept: bool) -> None:
    """The whole story on a machine that is up, and stays so if `kept`. Raises DemoFailed."""
    site = open_site()
    folder = machine.data / "demo"
    folder.mkdir(exist_ok=True)
    with_dossiers = bool(site.session.with_dossiers)
    candidates = demo_dossiers.enrolled(drawing.plan.candidates) if with_dossiers else drawing.plan.candidates
    tokens = _enrol(site, drawing.plan, candidates)
    dossiers = demo_dossiers.draw(site, candidates) if with_dossiers else []
    if dossiers:
        demo_dossiers.drop(site, dossiers)
    batches = _drop(site, drawing, machine)
    _wait_until_read(site, machine, batches)
    if dossiers:
        console.print("reading the dossiers in the flows")
    _wait(machine, lambda: demo_dossiers.all_read(site, dossiers), "the dossiers are not read in time")
    for name in ("sweep-deadlines", "form-lots"):
        console.print(f"running {name}")
        _run(machine, name)
    reference, corrector = _busiest(site)
    lots = pull_all(site, of_lots.who_has(site, tokens[reference]).id, folder / "corrector", at=now())
    console.print("running ship-audit")
    _run(machine, "ship-audit")
    receipts = _bring_receipts(site, folder / "receipts")
    reports = [
        path
        for exam in site.session.with_dossiers
        for path in write_report(
            site, exam.code, Commission(demo_dossiers.CENTRE), folder / "commission", at=now()
        )
    ]
    problems = _verify(site)
    verdict = _judge(site, batches)
    _summary(site, audit_ok=not problems)
    console.print("\nWhere to look")
    flows = machine.ui if kept else "the Prefect UI, once `make demo KEEP=1` leaves it up"
    console.print(f"  the flows            {flows}", highlight=False)
    console.print(f"  a centre's receipt   {receipts[0] if receipts else 'none'}", highlight=False)
    if lots:
        console.print(f"  a corrector's copies {lots[0]}", highlight=False)
    if reports:
        console.print(f"  a commission's list  {reports[0]}", highlight=False)
    for who, link in _invitations(site, machine, corrector) if kept else ():
        console.print(f"  the desk, as {who:<9} {link}", highlight=False, soft_wrap=True)
    console.print(f"  everything else      {machine.data}\n", highlight=False)
    if kept:
        _what_to_try(site, tokens[reference], machine)
    problems += [f"not as drawn: {wrong}" for wrong in demo_dossiers.not_as_drawn(site, dossiers)]
    if dossiers:
        console.print(f"{len(dossiers)} dossiers were read for the commissions.")
    _conclude(site, verdict, problems, lots, corrector)


def _enrol(site: Site, plan: Rehearsal, candidates: Sequence[Candidate]) -> dict[str, str]:
    """Candidates and correctors, as `massicot import` does. Each corrector's token by her reference."""
    at = now()
    for imported in (
        take_candidates(site, roster_csv(candidates), actor="service", at=at),
        import_correctors(
            site.register, correctors_csv(plan.correctors), site.session, actor="service", at=at
        ),
    ):
        if imported.problems:
            raise DemoFailed(f"the invented people are refused: {imported.problems[0].message}")
    correctors = site.register.ask(all_correctors)
    return {c.reference: issue_token(site.register, c.id, actor="service", at=at) for c in correctors}


def _drop(site: Site, drawing: Drawing, machine: Machine) -> list[Batch]:
    """As centres do: attendance lists, then each scan once it is drawn, one of them twice, and a bad file."""
    inbox = site.store.inbox
    for planned in drawing.plan.batches:
        inbox.put(attendance_key(planned.centre, planned.exam), attendance_csv(planned.attendance))
    first = drawing.plan.batches[0]
    inbox.put(scan_key(first.centre, first.exam, "mauvais fichier.pdf"), _BAD_FILE)
    batches = []
    with _progress() as progress:
        task = progress.add_task("drawing and dropping scans", total=len(drawing.batches))
        for future in drawing.batches:
            batch = _while_tending(machine, future)
            inbox.put(scan_key(batch.centre, batch.exam, "pile 1.pdf"), batch.pdf)
            batches.append(batch)
            progress.advance(task)
            if len(batches) == 1:
                inbox.put(scan_key(batch.centre, batch.exam, "pile 1 bis.pdf"), batch.pdf)
    return batches


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console)


def _while_tending(machine: Machine, future: Future[Batch]) -> Batch:
    while not future.done():
        machine.tend()
        time.sleep(0.3)
    return future.result()


def _wait_until_read(site: Site, machine: Machine, batches: Sequence[Batch]) -> None:
    expected = len(batches) + 2  # the one dropped twice, and the bad one
    with _progress() as progress:
        task = progress.add_task("reading them in the flows", total=expected)

        def all_read() -> bool:
            scans = site.register.ask(all_scans)
            done = [scan for scan in scans if _is_done(scan)]
            progress.update(task, completed=len(done))
            return len(done) >= expected and not any(True for _ in site.store.inbox.list(SCANS))

        _wait(machine, all_read, "the flows have not read everything in time")


def _is_done(scan: ScanRow) -> bool:
    return scan.state not in (ScanState.ARRIVED, ScanState.PROCESSING)


def _wait(machine: Machine, true: Callable[[], bool], complaint: str) -> None:
    end = time.monotonic() + _PATIENCE
    while not true():
        if time.monotonic() > end:
            raise DemoFailed(f"{complaint}: see {machine.ui} and {machine.data / 'logs'}")
        machine.tend()
        time.sleep(0.5)


def _run(machine: Machine, name: str) -> None:
    kind, state = "CANCELLED", ""
    while kind == "CANCELLED":  # by Prefect, for a run that its schedule had begun
        run = machine.trigger(name)
        _wait(machine, lambda: machine.final_state(run) is not None, f"{name} does not end")  # noqa: B023
        kind, state = machine.final_state(run) or ("", "")
    if kind != "COMPLETED":
        raise DemoFailed(f"{name} ended as {state}: see {machine.ui}")


def _busiest(site: Site) -> tuple[str, str]:
    """Reference and id of the corrector who has most copies."""
    corrector = max(site.register.ask(all_correctors), key=lambda c: (c.assigned, c.reference))
    return corrector.reference, corrector.id


def _invitations(site: Site, machine: Machine, corrector: str) -> Iterator[tuple[str, str]]:
    """A link for each of the three who use the desk: choose a password, and be in."""
    people = (
        ("centre", Role.CENTRE, site.session.centres[0].uai),
        ("service", Role.SERVICE, None),
        ("correcteur", Role.CORRECTOR, corrector),
    )
    for who, role, scope in people:
        token = accounts.invite(
            site.register, role, scope, f"{who}@exemple.fr", f"Démonstration ({who})", actor="demo", at=now()
        )
        yield role, f"{machine.desk_url}/invitation/{token}"


def _what_to_try(site: Site, token: str, machine: Machine) -> None:
    centre, exam = site.session.centres[0].uai, site.session.written[0].code
    console.print("What to try now")
    for command in (
        f"findings --data {machine.data}",
        f"pull --token {token} --to lots --data {machine.data}",
        f"rehearse --session {machine.data / _SESSION} --centre {centre} --exam {exam}",
        f"drop rehearsal/{centre}_{exam}.pdf --centre {centre} --exam {exam} --data {machine.data}",
        f"audit verify --data {machine.data}",
    ):
        console.print(f"  {sys.argv[0]} {command}", markup=False, highlight=False, soft_wrap=True)
    console.print()


def _bring_receipts(site: Site, folder: Path) -> list[Path]:
    """The HTML ones, as the centres would find them; the first is that of a scan with copies to act on."""
    folder.mkdir(exist_ok=True)
    paths = []
    for info in site.store.inbox.list(RECEIPTS):
        if info.key.endswith(".html"):
            path = folder / info.key.removeprefix(RECEIPTS).replace("/", "_")
            path.write_bytes(site.store.inbox.get(info.key))
            paths.append(path)
    return sorted(paths, key=lambda path: "mauvais" in path.name)


def _verify(site: Site) -> list[str]:
    from storage.log.signing import load_or_make_key
    from storage.log.verify import verify

    key = load_or_make_key(site.settings.signing_key_path).public_key()
    problems = verify(site.store.audit, key, site.register)
    return [f"{problem.where}: {problem.message}" for problem in problems]


def _judge(site: Site, batches: Sequence[Batch]) -> Verdict:
    with site.register.reading() as connection:
        numbers = {c.id: c.number for c in enrolled_in(connection)}
        return judge(batches, current_copies(connection), numbers)


def _summary(site: Site, *, audit_ok: bool) -> None:
    with site.register.reading() as connection:
        counts = [asdict(exam_counts(connection, exam.code)) for exam in site.session.written]
        found = Counter((f.severity.value, f.code.value) for f in open_findings(connection))
    print_counts("Copies", counts)
    rows = ([severity, code, count] for (severity, code), count in sorted(found.items()))
    print_table("Open findings", ["severity", "code", "count"], rows)
    console.print(f"Audit log: {'[green]verified[/]' if audit_ok else '[red]NOT WHOLE[/]'}")


def _conclude(
    site: Site,
    verdict: Verdict,
    problems: list[str],
    lots: list[Path],
    corrector: str,
) -> None:
    """Raises DemoFailed with everything that is not as drawn."""
    console.print(f"{verdict.as_expected} of {verdict.drawn} copies came out as they were drawn.")
    for line in verdict.unexpected:
        console.print(f"  not as drawn: {line}", highlight=False)
    wrong = list(problems)
    if not verdict.good:
        wrong += [f"wrong: {name}" for name in verdict.wrong] or ["too many copies are not as drawn"]
    passed = site.session.written[1].code  # its deadline has
    with site.register.reading() as connection:
        scans = all_scans(connection)
        late = {f.scan for f in open_findings(connection, code=Code.LATE)}
        mine = all_lots(connection, corrector=corrector)
        locked = all_lots(connection, passed)
    states = Counter(scan.state for scan in scans)
    if states[ScanState.DUPLICATE] != 1 or states[ScanState.QUARANTINED] != 1:
        wrong.append("the file dropped twice, or the bad one, was not told from the rest")
    if late != {scan.id for scan in scans if scan.exam == passed and scan.state is ScanState.PROCESSED}:
        wrong.append("the late drops are not those told to be late")
    pulled = sum(len(list(lot.glob("*.pdf"))) - 1 for lot in lots)
    if not lots or pulled != sum(lot.copies for lot in mine):
        wrong.append("the corrector did not get all the copies")
    if locked:
        wrong.append("lots were formed before their window")
    if wrong:
        raise DemoFailed("\n".join(wrong))
