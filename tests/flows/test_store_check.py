"""`massicot store check`, of the embedded store and of a server that ignores a condition."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from faulty import FaultyWay, Headers
from typer.testing import CliRunner
from worlds import own_world

from actions.prepare import prepare
from actions.site import now
from cli.app import app
from cli.demo_session import write_demo_session
from storage.bucket.objects import StoreError
from storage.machine.weed import Weed


class Signed(S3SigV4Auth):
    """Over bytes of this hash."""

    def __init__(self, keys: tuple[str, str], sha256: str) -> None:
        super().__init__(Credentials(*keys), "s3", "us-east-1")
        self._sha256 = sha256

    def payload(self, request: AWSRequest) -> str:
        return self._sha256


def deaf_to(header: str, keys: tuple[str, str]) -> Callable[[str, str, Headers], Headers]:
    """What the store hears: all but this, signed anew."""

    def heard(method: str, url: str, headers: Headers) -> Headers:
        kept = {name: value for name, value in headers.items() if name.lower() != header.lower()}
        if len(kept) == len(headers):
            return headers
        del kept["Authorization"]
        request = AWSRequest(method, url, headers=kept)
        Signed(keys, kept["X-Amz-Content-SHA256"]).add_auth(request)
        return dict(request.headers.items())

    return heard


@contextmanager
def store_deaf_to(weed: Weed, header: str, data: Path) -> Iterator[None]:
    way = FaultyWay(weed.endpoint, deaf_to(header, weed.keys["workflow"]))
    with way.open(), own_world(weed, data, way.endpoint):
        yield


def check() -> tuple[int, dict[tuple[str, str], str]]:
    """Its exit code; by bucket and condition, what was seen."""
    done = CliRunner().invoke(app, ["store", "check"])
    lines = [line.split("  ") for line in done.output.splitlines()]
    rows = [[cell.strip() for cell in line if cell.strip()] for line in lines]
    assert "Uploads in parts are dated by their end." in done.output
    return done.exit_code, {(row[0], row[1]): row[3] for row in rows if len(row) == 4 and row[0] != "bucket"}


def test_the_embedded_store_holds_to_each_before_anything_else_is_there(weed: Weed, tmp_path: Path):
    with own_world(weed, tmp_path):
        code, seen = check()
    assert (code, set(seen.values())) == (0, {"held"})
    assert {bucket for bucket, _ in seen} == {"inbox", "vault", "audit"} and len(seen) == 13


@pytest.mark.parametrize(
    ("header", "seen"),
    [
        ("If-None-Match", "a second write was taken"),
        ("If-Match", "another object is given than was listed"),
    ],
)
def test_a_server_that_ignores_a_condition_is_named_and_not_started_on(
    weed: Weed, tmp_path: Path, header: str, seen: str
):
    write_demo_session(tmp_path / "session.toml", now())
    with store_deaf_to(weed, header, tmp_path):
        code, told = check()
        assert code == 1
        assert {bucket for (bucket, _), what in told.items() if what == seen} >= {"inbox", "vault", "audit"}
        with pytest.raises(StoreError, match=f"(?s)massicot store check.*{seen}"):
            prepare()
