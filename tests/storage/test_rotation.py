"""The signing key is replaced: the log goes on, and all of it verifies with the new key alone."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from storage.bucket.keys import seal_key
from storage.dropped.deadlines import DeadlineSwept
from storage.log import rotation
from storage.log.replay import fingerprints
from storage.log.rotation import replace_key
from storage.log.seals import Seal
from storage.log.segments import KeyReplacedError, make_checkpoint, rebuild_register, ship
from storage.log.signing import load_or_make_key, load_public_key
from storage.log.story import Proof, story
from storage.log.verify import verify

AT = datetime(2026, 5, 21, 6, 0, tzinfo=UTC)
KEY = Ed25519PrivateKey.generate()
PUBLIC = KEY.public_key()


@pytest.fixture
def shipped(world, audit):
    """A day, sealed in two segments."""
    world.session_day()
    ship(world.register, audit, KEY, at=AT)
    world.record(DeadlineSwept(exam="X0", centre="0050006E"), "X0/0050006E")
    ship(world.register, audit, KEY, at=AT)
    return world


@pytest.fixture
def key_file(tmp_path):
    """The key that it is signed with."""
    path = tmp_path / "audit.key"
    path.write_bytes(KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


def replaced(shipped, audit, path):
    """Events of before, the replacement, and events after; the new key."""
    shipped.record(DeadlineSwept(exam="X1", centre="0050006E"), "X1/0050006E")
    replace_key(shipped.register, audit, path, actor="service", at=AT)
    shipped.record(DeadlineSwept(exam="X2", centre="0050006E"), "X2/0050006E")
    key = load_or_make_key(path)
    ship(shipped.register, audit, key, at=AT)
    return key


def test_a_new_key_vouches_for_what_the_old_one_signed(shipped, audit, key_file, new_register):
    before = make_checkpoint(shipped.register, audit, KEY, at=AT)
    key = replaced(shipped, audit, key_file)
    assert key.public_key() == load_public_key(key_file.with_suffix(".pub")) != PUBLIC
    assert {path.name for path in key_file.parent.iterdir()} == {"audit.key", "audit.pub"}
    now = key.public_key()
    assert verify(audit, now, shipped.register, checkpoint=before) == []
    assert verify(audit, PUBLIC, shipped.register) != []
    told = [one for k in range(3) for one in story(shipped.register, audit, now, f"X{k}/0050006E")]
    assert [one.proof for one in told] == [Proof.SEALED] * 3
    again = new_register()
    rebuild_register(audit, now, again)
    with again.reading() as rebuilt, shipped.register.reading() as live:
        assert fingerprints(rebuilt) == fingerprints(live)


def test_the_old_key_signs_nothing_any_more(shipped, audit, key_file):
    key = replaced(shipped, audit, key_file)
    shipped.record(DeadlineSwept(exam="X3", centre="0050006E"), "X3/0050006E")
    with pytest.raises(KeyReplacedError):
        ship(shipped.register, audit, KEY, at=AT)
    n = len(list(audit.list("seals/")))
    for forged in (n - 1, n):  # of the replacement, and the one after
        seal = Seal.model_validate_json(audit.get(seal_key(forged)))
        whole = seal.to_bytes()
        signed = seal.model_copy(update={"signature": KEY.sign(seal._signed()).hex()})
        audit.put(seal_key(forged), signed.to_bytes())
        assert any("forged" in p.message for p in verify(audit, key.public_key(), shipped.register))
        audit.put(seal_key(forged), whole)
    assert verify(audit, key.public_key(), shipped.register) == []


@pytest.mark.parametrize("dies_at", range(4))
def test_a_replacement_cut_short_is_done_again(shipped, audit, key_file, monkeypatch, dies_at):
    left = iter(range(dies_at, -1, -1))

    def mortal(real):
        def done(*args, **kwargs):
            if next(left, 1) == 0:
                raise KeyboardInterrupt
            return real(*args, **kwargs)

        return done

    with monkeypatch.context() as patch:
        for where, name in ((rotation, "ship"), (Path, "replace")):
            patch.setattr(where, name, mortal(getattr(where, name)))
        with pytest.raises(KeyboardInterrupt):
            replace_key(shipped.register, audit, key_file, actor="service", at=AT)
    key = replaced(shipped, audit, key_file)
    assert verify(audit, key.public_key(), shipped.register) == []


def test_the_key_is_made_once_for_its_owner_alone(tmp_path):
    path = tmp_path / "keys" / "audit.key"
    first = load_or_make_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = load_or_make_key(path)
    assert again.private_bytes_raw() == first.private_bytes_raw()
    assert load_public_key(tmp_path / "keys" / "audit.pub") == first.public_key()
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["audit.key", "audit.pub"]
