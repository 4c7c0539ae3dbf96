"""What a receipt says that the one before it did not: its versions, told in the receipt itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from papers.receipts import Changed, Receipt, render_json
from processors.findings import french_pages
from processors.wording import plural

_TOLD = ("copies", "findings", "reconciliation", "deadline", "in_time", "taken", "mistaken")
_STATUSES = {
    "complete": "complète",
    "incomplete": "incomplète",
    "to_decide": "à décider",
    "superseded": "remplacée par une autre numérisation",
    "set_aside": "écartée",
    "withdrawn": "retirée",
}


def following(receipt: Receipt, before: bytes | None) -> Receipt:
    """The receipt as the next version of `before`, its JSON; the same version where it says the same."""
    if before is None:
        return receipt
    last, this = json.loads(before), json.loads(render_json(receipt))
    if last.get("scan") != receipt.scan:
        return receipt
    version = last.get("version", 1)
    earlier = tuple(Changed(one["version"], one["at"], tuple(one["what"])) for one in last.get("changes", ()))
    if all(last.get(part) == this[part] for part in _TOLD):
        return replace(receipt, version=version, changes=earlier)
    what = tuple(dict.fromkeys(_differences(last, this))) or ("Une précision a changé.",)
    changed = Changed(version + 1, receipt.issued.isoformat(), what)
    return replace(receipt, version=version + 1, changes=(*earlier, changed))


def _differences(last: dict[str, Any], this: dict[str, Any]) -> Iterator[str]:
    before = {copy["position"]: copy for copy in last["copies"]}
    if not before and this["copies"]:  # dropped twice, and answered before it was read
        yield f"Le fichier est lu : {plural(len(this['copies']), 'copie', 'copies')}."
        return
    for copy in this["copies"]:
        rank = f"{copy['position']}{'re' if copy['position'] == 1 else 'e'} copie"
        if (old := before.get(copy["position"])) is None:
            yield f"{rank} : nouvelle."
            continue
        if old["candidate"] != copy["candidate"]:
            yield f"{rank} : {copy['candidate'] or 'sans nom'} (avant : {old['candidate'] or 'sans nom'})."
        if old["status"] != copy["status"]:
            yield f"{rank} : {_STATUSES[copy['status']]} (avant : {_STATUSES[old['status']]})."
        if old["pages"] != copy["pages"]:
            yield f"{rank} : {french_pages(copy['pages'])} du fichier (avant : {french_pages(old['pages'])})."
        yield from _findings(f"{rank} : ", old["findings"], copy["findings"])
    if len(this["copies"]) < len(before):
        yield f"{plural(len(this['copies']), 'copie', 'copies')} (avant : {len(before)})."
    yield from _findings("", last["findings"], this["findings"])
    known, knew = this["reconciliation"], last["reconciliation"]
    if known and knew and known != knew:
        for part, said in (
            ("received", "Copies attribuées"),
            ("absent", "Absents"),
            ("present_without_copy", "Présents dont la copie manque"),
        ):
            if known[part] != knew[part]:
                yield f"{said} : {len(known[part])} (avant : {len(knew[part])})."


def _findings(of: str, old: list[dict[str, Any]], new: list[dict[str, Any]]) -> Iterator[str]:
    said, stood = [one["message"] for one in new], [one["message"] for one in old]
    yield from (f"{of}{message}" for message in said if message not in stood)
    yield from (f"{of}réglé : {message}" for message in stood if message not in said)
