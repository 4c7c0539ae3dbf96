"""Many invitations at once: to those of a list, each as one invites a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from actions.people.accounts import invite
from actions.site import Site
from processors.lists.centre_people import CentrePerson
from storage.people.accounts import all_accounts
from storage.people.correctors import all_correctors
from storage.refusals import Refused
from storage.states import Role


@dataclass(frozen=True)
class Person:
    """Whom to invite; `scope`: a centre's UAI, a corrector's id."""

    role: Role
    scope: str
    name: str
    email: str


@dataclass(frozen=True)
class Invited:
    """`link`: to be passed on, seen this once; None where it went by mail. `refused`: why there is none."""

    person: Person
    link: str | None = None
    refused: str = ""


def of_centres(people: Iterable[CentrePerson]) -> Iterator[Person]:
    return (Person(Role.CENTRE, one.centre, one.name, one.email) for one in people)


def correctors_without_account(site: Site) -> list[Person]:
    """Whoever is on the list of correctors, has an address, and no account that is not closed."""
    with site.register.reading() as connection:
        known = {
            one.scope for one in all_accounts(connection) if one.role is Role.CORRECTOR and not one.closed
        }
        listed = all_correctors(connection)
    return [
        Person(Role.CORRECTOR, one.id, one.name, one.email)
        for one in listed
        if one.id not in known and "@" in one.email
    ]


def invite_all(site: Site, people: Iterable[Person], *, desk: str, actor: str, at: datetime) -> list[Invited]:
    """Each of them; one that is refused keeps nobody else back."""
    invited = []
    for person in people:
        try:
            link = invite(
                site, person.role, person.scope, person.email, person.name, desk=desk, actor=actor, at=at
            )
            invited.append(Invited(person, link))
        except Refused as refused:
            invited.append(Invited(person, refused=refused.sentence))
    return invited
