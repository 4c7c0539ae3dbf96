"""What a session came to, by what is the same in every run: whose copies, which bytes, where."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from actions.dropped.receipts import issue
from actions.site import Site, now
from benchmarks.dropped import Pile
from cli.demo_session import OPEN
from storage.bucket.keys import RECEIPTS, SCANS
from storage.corrected.lots import all_lots
from storage.database.register import Register, open_register
from storage.database.tables import metadata
from storage.decided.copies import current_copies
from storage.decided.findings import open_findings
from storage.dropped.scans import all_scans
from storage.log.segments import rebuild_register
from storage.log.signing import load_or_make_key
from storage.log.verify import verify
from storage.people.candidates import enrolled_in

Portrait = dict[str, dict[str, str]]
"""By kind, then by name: what it is. Two runs came to the same when their portraits are equal."""
_WHEN = re.compile(r" déposé le \w+ \w+ \w+ \d{4} à [\d:]+")  # a finding's words of another file
_OF_A_RUN = {"scan", "deposited", "counted", "deadline", "issued"}
_OF_A_RUN |= {"version", "changes"}  # which file was read first, and what was decided between two answers


@dataclass(frozen=True)
class Comparison:
    """Names of what lacks, is there twice or differs, and of what nothing points at any more."""

    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    different: tuple[str, ...]


def portrait(site: Site, piles: tuple[Pile, ...], pulled: Path) -> Portrait:
    """`pulled`: a folder for each corrector, with the lots that she fetched.

    A receipt is what was known as it was written, which hangs on the order of the files: each is looked at
    first, as the desk shows it, and is then the register's answer of this hour.
    """
    with site.register.reading() as connection:
        people = {person.id: person.number for person in enrolled_in(connection)}
        scans = {scan.id: scan for scan in all_scans(connection)}
        copies = current_copies(connection)
        findings = open_findings(connection)
        lots = {lot.id: lot for lot in all_lots(connection)}
    found: Portrait = {"copy": {}, "scan": {}, "finding": {}, "receipt": {}, "waiting": {}}
    fetched = {path.stem: path for path in pulled.rglob("*.pdf") if path.stem != "bordereau"}
    for copy in copies:
        scan = scans[copy.scan]
        owner = people.get(copy.candidate or "", f"{scan.inbox_key}, number {copy.position}")
        anonymous = hers = None
        if copy.anonymous_sha256:
            name = f"{copy.anonymous_number}.pdf"
            anonymous = _digest(site.store.vault.get(f"anonymous/{OPEN}/{name}"))
            assert anonymous == copy.anonymous_sha256, "the register names other bytes than the vault holds"
            hers = _digest(fetched[name[:-4]].read_bytes()) if name[:-4] in fetched else None
        state = lots[copy.lot].state if copy.lot else None
        told = (copy.status, anonymous, hers, state, copy.position, [p.page for p in copy.pages])
        _note(found["copy"], owner, json.dumps([scan.inbox_key, *map(str, told)]))
    for scan in scans.values():
        kept = _digest(site.store.vault.get(f"scans/{scan.sha256}.pdf")) if scan.sha256 else ""
        _note(found["scan"], scan.inbox_key, f"{scan.state} {kept}")
    for one in sorted(findings, key=lambda one: _timeless(one.message)):
        about = scans[one.scan].inbox_key if one.scan else f"{one.exam} {one.centre}"
        who = people.get(one.candidate or "", "")
        _note(found["finding"], f"{about} {who} {one.code} {list(one.pages)}", _timeless(one.message))
    for pile in piles:
        key = f"{pile.key.replace(SCANS, RECEIPTS, 1)}.json"
        answered = json.loads(site.store.inbox.get(key))["scan"]
        issue(site, scans[answered], at=now())
        receipt = json.loads(site.store.inbox.get(key))
        told_by = {name: value for name, value in receipt.items() if name not in _OF_A_RUN}
        for part in (told_by, *told_by["copies"]):
            stated = (json.dumps(each, ensure_ascii=False, sort_keys=True) for each in part["findings"])
            part["findings"] = sorted(map(_timeless, stated))
        _note(found["receipt"], pile.key, json.dumps(told_by, ensure_ascii=False, sort_keys=True))
    for info in site.store.inbox.list("scans/"):
        _note(found["waiting"], info.key, info.etag)
    return found


def compare(calm: Portrait, rough: Portrait) -> Comparison:
    lost = [f"{kind} {name}" for kind in calm for name in calm[kind].keys() - rough[kind].keys()]
    doubled = [f"{kind} {name}" for kind in calm for name in rough[kind].keys() - calm[kind].keys()]
    different = [
        f"{kind} {name}"
        for kind in calm
        for name in calm[kind].keys() & rough[kind].keys()
        if calm[kind][name] != rough[kind][name]
    ]
    return Comparison(tuple(sorted(lost)), tuple(sorted(doubled)), tuple(sorted(different)))


def leftovers(site: Site) -> Counter[str]:
    """Objects that nothing in the register points at: traces of what was begun and begun again."""
    with site.register.reading() as connection:
        copies = current_copies(connection)
        readings = {scan.reading for scan in all_scans(connection)}
        ids = {scan.id for scan in all_scans(connection)}
    numbers = {copy.anonymous_number for copy in copies}
    of_vault = {
        "anonymous/": lambda key: key.rpartition("/")[2][:-4] in numbers,
        "readings/": lambda key: key in readings,
        "arrivals/": lambda key: key.removeprefix("arrivals/")[:-5] in ids,
    }
    left: Counter[str] = Counter()
    for prefix, known in of_vault.items():
        left[f"vault {prefix}"] = sum(not known(info.key) for info in site.store.vault.list(prefix))
    return left


def log_troubles(site: Site, folder: Path) -> Iterator[str]:
    """What is wrong with the log, and where a register made of it alone differs from the one at work."""
    public = load_or_make_key(site.settings.signing_key_path).public_key()
    for problem in verify(site.store.audit, public, site.register):
        yield f"{problem.where}: {problem.message}"
    again = open_register(f"sqlite:///{folder / 'rebuilt.sqlite'}", site.store.vault)
    rebuild_register(site.store.audit, public, again)
    was, made = _tables(site.register), _tables(again)
    yield from (f"rebuilt otherwise: {name}" for name in was if was[name] != made[name])
    again.engine.dispose()


def _tables(register: Register) -> dict[str, list[str]]:
    with register.reading() as connection:
        return {
            table.name: sorted(str(tuple(row)) for row in connection.execute(select(table)))
            for table in metadata.sorted_tables
        }


def _timeless(said: str) -> str:
    return _WHEN.sub("", said)


def _note(kind: dict[str, str], name: str, what: str) -> None:
    """A second one of a name is a name of its own: nothing hides behind another."""
    rank = 1
    while (own := name if rank == 1 else f"{name} ({rank})") in kind:
        rank += 1
    kind[own] = what


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
