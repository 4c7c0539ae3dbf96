"""Notices by e-mail: what each account wants to be told, and the telling."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from itertools import groupby

from actions.messages import mail
from actions.site import Site
from storage.people.accounts import Account, all_accounts
from storage.season.notices import News, Notice, NoticesChosen, NoticeSent, news, sent
from storage.states import Role

ACTOR = "raise_alerts"
_SAID = {
    Notice.SCAN_AGAIN: "À numériser de nouveau :",
    Notice.LOT_READY: "Prêt à corriger :",
    Notice.LOT_RECALLED: "Rappelé par le service :",
    Notice.COPY_BACK: "Revenue, à sa place :",
}
_WHERE = "Le détail est au guichet"
_CHOICE = "Vous choisissez ces avis au guichet, sous « Avis »."


def wanted_by(account: Account) -> list[Notice]:
    """Those of its role, but for what it does not want."""
    return [
        one for one in Notice if one.role is account.role and one.value not in (account.notices_off or ())
    ]


def choose(site: Site, account: Account, wanted: Collection[Notice], *, at: datetime) -> None:
    off = tuple(one for one in Notice if one.role is account.role and one not in wanted)
    site.register.record(NoticesChosen(off=off), account.id, actor=account.actor, at=at)


def tell(site: Site, at: datetime) -> int:
    """How many e-mails went out. One that did not go is not noted, and so goes the next time.

    Without a mail server nobody is told anything. What a centre or a corrector is told names nobody.
    """
    if site.settings.smtp_host is None:
        return 0
    open_exams = [exam.code for exam in site.session.written if exam.in_window(at)]
    with site.register.reading() as connection:
        known, found = sent(connection), list(news(connection, open_exams))
        people = [one for one in all_accounts(connection) if one.password and not one.closed]
    return sum(_tell(site, account, _new(account, found, known), at) for account in people)


def _new(account: Account, found: Collection[News], known: Collection[str]) -> list[News]:
    wanted = wanted_by(account)
    theirs = [one for one in found if one.notice in wanted and one.scope == account.scope]
    return [one for one in theirs if one.subject(account.id) not in known]


def _tell(site: Site, account: Account, new: list[News], at: datetime) -> bool:
    if not new:
        return False
    lines = []
    for notice, some in groupby(new, lambda one: one.notice):
        lines += [_SAID[notice], *(f"- {one.where}" for one in some), ""]
    desk = site.settings.desk_url
    lines += [f"{_WHERE} : {desk}" if desk else f"{_WHERE}.", _CHOICE]
    subject = "[massicot] à numériser de nouveau" if account.role is Role.CENTRE else "[massicot] vos lots"
    try:
        mail(site.settings, account.email, subject, lines)
    except OSError:
        return False
    for one in new:
        site.register.record(NoticeSent(), one.subject(account.id), actor=ACTOR, at=at)
    return True
