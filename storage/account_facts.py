"""What happens to accounts and tokens, and what their holders see of people, as facts of events."""

from __future__ import annotations

from pydantic import AwareDatetime

from storage.facts import Facts
from storage.states import Role


class AccountInvited(Facts):
    """`person`: the key in the vault of name and e-mail; `invitation`: SHA-256 of what the link holds.

    An account that is there is invited anew: whoever has the link chooses another password.
    """

    action = "account.invited"
    role: Role
    scope: str | None
    person: str
    invitation: str
    until: AwareDatetime


class AccountOpened(Facts):
    """The invitation was taken up; `secret`: the key in the vault of password hash and second factor."""

    action = "account.opened"
    secret: str


class AccountClosed(Facts):
    action = "account.closed"


class SignedIn(Facts):
    """`step`: of the second factor's code, which is not taken again."""

    action = "account.signed_in"
    step: int | None


class SignedOut(Facts):
    """Wherever the account was signed in."""

    action = "account.signed_out"


class SignInFailed(Facts):
    """Subject: the account, or `nobody` for an address without one, and for one that is locked."""

    action = "account.sign_in_failed"


class TokenMade(Facts):
    """A bearer token of the API; `label`: the key in the vault of what people call it. Subject: its id."""

    action = "token.made"
    role: Role
    scope: str | None
    label: str
    hash: str
    until: AwareDatetime


class TokenRevoked(Facts):
    action = "token.revoked"


class IdentityShown(Facts):
    """Somebody was shown whose this is: `what` says on which page. Subject: what was shown."""

    action = "identity.shown"
    what: str
