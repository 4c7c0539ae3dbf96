"""Backups: made, pruned, and known to the register as long as they hold something."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from actions.dropped.inbox import note_scans, take_dossiers
from actions.site import Site
from storage.log.backup import Backup, Outline, Pruned
from storage.log.backups import ALL, BackupMade, BackupPruned, kept_backups
from storage.machine.age import Recipients


def make(
    site: Site, folder: Path, recipients: Recipients, *, actor: str, at: datetime
) -> tuple[Outline, int]:
    """A backup for these recipients, in clear where there is none; how many objects were not there yet."""
    # What was dropped has its time in the register before the copy is made
    note_scans(site)
    take_dossiers(site)
    made = Backup(folder).make(site.store, site.register, recipients, at=at)
    note_backups(site, folder, actor=actor, at=at)
    return made


def note_backups(site: Site, folder: Path, *, actor: str, at: datetime) -> None:
    """Those of this folder that the register does not know: none knows the one that it was restored from."""
    backup = Backup(folder)
    known = {(one.name, one.sha256) for one in site.register.ask(kept_backups)}
    for name in backup.names():
        if (name, backup.sha256(name)) not in known:
            one = backup.outline(name)
            note = BackupMade(name=name, sha256=backup.sha256(name), seq=one.seq, encrypted=one.encrypted)
            site.register.record(note, ALL, actor=actor, at=at)


def prune(site: Site, folder: Path, keep: int, *, actor: str, at: datetime) -> Pruned:
    """Leaves the `keep` newest whole ones of this folder."""
    backup = Backup(folder)
    note_backups(site, folder, actor=actor, at=at)

    def gone(one: Outline) -> None:
        note = BackupPruned(name=one.name, sha256=backup.sha256(one.name), seq=one.seq)
        site.register.record(note, ALL, actor=actor, at=at)

    return backup.prune(keep, gone)
