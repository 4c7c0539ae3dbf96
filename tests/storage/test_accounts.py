"""Accounts and tokens of the desk: what counts, what the log keeps, what a replay gives."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from storage.database.register import open_register
from storage.database.schema import events
from storage.database.tables import metadata
from storage.log.replay import fingerprints
from storage.log.segments import rebuild_register, ship
from storage.people import accounts, tokens
from storage.refusals import Refused
from storage.states import Role

CENTRE = "0130051K"


def test_a_token_is_good_until_its_day_or_until_it_is_revoked(world):
    make = lambda label, days: tokens.make_token(  # noqa: E731
        world.register, Role.CENTRE, CENTRE, label, days, actor="test", at=world.tick()
    )
    text, other = make("Scanner du lycée", 30), make("Autre", 30)
    with world.register.reading() as connection:
        token = tokens.token_of(connection, text, world.now)
        assert (token.role, token.scope, token.label) == (Role.CENTRE, CENTRE, "Scanner du lycée")
        assert tokens.token_of(connection, text, world.now + timedelta(days=31)) is None
        assert tokens.token_of(connection, text + "x", world.now) is None
    tokens.revoke_token(world.register, token.id, actor="test", at=world.tick())
    with world.register.reading() as connection:
        assert tokens.token_of(connection, text, world.now) is None
        assert tokens.token_of(connection, other, world.now) is not None
        log = "".join(connection.scalars(select(events.c.line)))
    assert text not in log and "Scanner" not in log
    with pytest.raises(Refused):
        tokens.revoke_token(world.register, "tokn_0123456789abcdef", actor="test", at=world.tick())


def test_accounts_and_tokens_are_the_same_after_a_replay(world, audit, tmp_path, store):
    register = world.register
    key = Ed25519PrivateKey.generate()
    invite = lambda email: accounts.invite(  # noqa: E731
        register, Role.SERVICE, None, email, "Jeanne Exemple", actor="test", at=world.tick()
    )
    with register.reading() as connection:
        account = accounts.account_invited(connection, invite("a@exemple.fr"), world.now)
    accounts.open_account(register, account, "un haché", "SECRET", at=world.tick())
    accounts.note_sign_in(register, account, 3, at=world.tick())
    with register.reading() as connection:
        account = accounts.account(connection, account.id)
    for who in (account, None):
        accounts.note_failure(register, who, at=world.tick())
    invite("b@exemple.fr")
    tokens.make_token(register, Role.SERVICE, None, "Tableau de bord", 30, actor=account.id, at=world.tick())
    with register.reading() as connection:
        (token,) = tokens.all_tokens(connection)
    tokens.revoke_token(register, token.id, actor=account.id, at=world.tick())
    accounts.note_sign_out(register, account, at=world.tick())
    ship(register, audit, key, at=world.tick())
    again = open_register(f"sqlite:///{tmp_path / 'again.sqlite'}", store.vault)
    assert rebuild_register(audit, key.public_key(), again) > 8
    with register.reading() as was, again.reading() as is_:
        assert fingerprints(is_) == fingerprints(was)
        assert len(list(was.execute(select(metadata.tables["accounts"])))) == 2
    again.engine.dispose()
