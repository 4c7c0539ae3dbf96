"""The embedded server as a process: what it opens, what it keeps."""

import json
import socket
import stat
from contextlib import closing
from pathlib import Path

import pytest

from storage.bucket.objects import StoreError
from storage.machine.settings import Settings, open_store
from storage.machine.weed import Weed, known_server, running


def listening(port: int) -> set[str]:
    """Local addresses (hexadecimal, as the kernel says them) on which something listens on this port."""
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            local, state = line.split()[1], line.split()[3]
            address, told = local.split(":")
            if state == "0A" and int(told, 16) == port:
                found.add(address)
    return found


def test_all_its_ports_are_on_the_loopback_interface(weed):
    assert len(set(weed.ports.values())) == len(weed.ports)
    assert {port: listening(port) for port in weed.ports.values()} == {
        port: {"0100007F"} for port in weed.ports.values()
    }


def test_telemetry_is_off(weed):
    assert "-master.telemetry=false" in weed.argv()


def test_keys_are_random_and_for_their_owner_alone(tmp_path):
    one, other = Weed.at(tmp_path / "one", port=0), Weed.at(tmp_path / "other", port=0)
    secrets = [secret for weed in (one, other) for _, secret in weed.keys.values()]
    assert len(set(secrets)) == 4
    for name in ("s3.json", "server.json"):
        mode = (tmp_path / "one" / "store" / name).stat().st_mode
        assert stat.S_IMODE(mode) == 0o600
    assert all(secret not in " ".join(weed.argv()) for weed in (one, other) for secret in secrets)


def test_it_keeps_keys_and_ports_and_moves_when_a_port_is_taken(tmp_path):
    first = Weed.at(tmp_path, port=0)
    assert Weed.at(tmp_path, port=0) == first == known_server(tmp_path)
    with closing(socket.create_server(("127.0.0.1", first.ports["filer"]))):
        moved = Weed.at(tmp_path, port=0)
    assert moved.keys == first.keys
    assert moved.ports["filer"] != first.ports["filer"]


def test_settings_find_the_server_of_the_data_directory(weed, store, monkeypatch):
    monkeypatch.setenv("MASSICOT_DATA_DIR", str(weed.directory.parent))
    found = open_store(Settings())
    assert store.vault.put("test-settings", b"1")
    assert found.vault.get("test-settings") == b"1"


def test_without_a_server_settings_say_what_to_do(tmp_path):
    with pytest.raises(StoreError, match="MASSICOT_S3_ENDPOINT"):
        open_store(Settings(data_dir=tmp_path))


def test_an_endpoint_needs_its_keys_and_no_secret_is_printed(tmp_path):
    with pytest.raises(StoreError, match="MASSICOT_S3_SECRET_KEY"):
        open_store(Settings(data_dir=tmp_path, s3_endpoint="http://127.0.0.1:9", s3_access_key="k"))
    settings = Settings(data_dir=tmp_path, s3_access_key="k", s3_secret_key="hush")
    assert "hush" not in repr(settings)


@pytest.mark.slow
def test_it_picks_up_where_it_was_when_killed_and_when_its_ports_move(tmp_path):
    with running(tmp_path, port=0) as weed:
        store = open_store(Settings(data_dir=tmp_path))
        store.ensure_buckets()
        for k in range(20):
            store.vault.put(f"scans/{k}", b"%d" % k)
    server = tmp_path / "store" / "server.json"
    with closing(socket.create_server(("127.0.0.1", weed.ports["s3"]))), running(tmp_path, port=0) as moved:
        assert moved.endpoint != weed.endpoint
        assert json.loads(server.read_text())["ports"] == moved.ports
        store = open_store(Settings(data_dir=tmp_path))
        store.ensure_buckets()
        assert [store.vault.get(f"scans/{k}") for k in range(20)] == [b"%d" % k for k in range(20)]
        assert store.vault.put("scans/20", b"20", only_if_absent=True)
        assert not store.vault.put("scans/0", b"other", only_if_absent=True)
    assert not listening(moved.ports["s3"])
