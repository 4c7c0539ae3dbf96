"""Who may come in: people's accounts and programs' tokens, given and taken back by the service."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

import httpx

from actions.messages import mail, send
from actions.site import Site
from storage.people import accounts, tokens
from storage.people.accounts import Account
from storage.people.correctors import all_correctors
from storage.refusals import Refusal, Refused
from storage.states import Role

MACHINE = "service"
"""Whoever works at the machine itself, by the command line."""
_RESET = "Un compte qui a servi ({}, {}) a été invité de nouveau : si personne ne l’a demandé, fermez-le."
_RECOVERED = "Un code de secours a ouvert le compte {} : si ce n’est pas son titulaire, fermez-le."
_INVITED = """Un compte vous est ouvert au guichet de « {} ».

Choisissez votre mot de passe à cette adresse, dans la semaine. Elle ne sert qu’une fois :

{}

Si vous n’attendiez pas ce message, n’ouvrez pas l’adresse et dites-le au service de coordination.
"""


def invite(
    site: Site, role: Role, of: str, email: str, name: str, *, desk: str, actor: str, at: datetime
) -> str | None:
    """Invites a person; `of`: a centre's UAI, or a corrector by id or reference; `desk`: its address.

    Where there is a mail server, the link goes to the person alone, and None is given. Else it is given, for
    the inviter to pass it on: the log keeps who saw it. An account of the service that was used, and
    closed since or not, is invited anew by mail alone, or at the machine (actor `service`): whoever sees the
    link can become its owner.
    """
    scope, mailed = _scope(site, role, of), site.settings.smtp_host is not None and actor != MACHINE
    with site.register.reading() as connection:
        known = accounts.account_of_email(connection, email)
        reset = known.id if known is not None and accounts.was_used(connection, known.id) else None
    if reset and role is Role.SERVICE and not mailed and actor != MACHINE:
        raise Refused(Refusal.RESET_BY_MAIL)
    shown_to = None if mailed else actor
    token = accounts.invite(site.register, role, scope, email, name, shown_to=shown_to, actor=actor, at=at)
    link = f"{desk}/invitation/{token}"
    if reset:
        with suppress(OSError, httpx.HTTPError):  # the log has it in any case
            send(site.settings, "[massicot] compte invité de nouveau", [_RESET.format(role, reset)])
    if not mailed:
        return link
    try:
        said = _INVITED.format(site.session.title, link)
        mail(site.settings, email.strip(), "Votre compte massicot", said.splitlines())
    except OSError:
        raise Refused(Refusal.NOT_SENT) from None
    return None


def tell_of_recovery(site: Site, account: Account) -> None:
    """Each use of a recovery code is told to the service, by the way that alerts go."""
    with suppress(OSError, httpx.HTTPError):  # the log has it in any case
        send(site.settings, "[massicot] code de secours employé", [_RECOVERED.format(account.id)])


def make_token(site: Site, role: Role, of: str, label: str, days: int, *, actor: str, at: datetime) -> str:
    """A new token of the API, seen this once."""
    scope = _scope(site, role, of)
    return tokens.make_token(site.register, role, scope, label, days, actor=actor, at=at)


def close(site: Site, account: str, *, actor: str, at: datetime) -> None:
    """Another's account."""
    if account == actor:
        raise Refused(Refusal.OWN_ACCOUNT)
    accounts.close_account(site.register, account, actor=actor, at=at)


def _scope(site: Site, role: Role, of: str) -> str | None:
    """Whose things this role is to reach: a centre's, a corrector's, everybody's."""
    if role is Role.SERVICE:
        if of:
            raise Refused(Refusal.WANTS_NO_SCOPE)
        return None
    if not of:
        raise Refused(Refusal.WANTS_CENTRE if role is Role.CENTRE else Refusal.WANTS_CORRECTOR)
    if role is Role.CENTRE:
        if site.session.centre(of) is None:
            raise Refused(Refusal.NOT_HERE, of)
        return of
    known = site.register.ask(all_correctors)
    corrector = next((one.id for one in known if of in (one.id, one.reference)), None)
    if corrector is None:
        raise Refused(Refusal.UNKNOWN, of)
    return corrector
