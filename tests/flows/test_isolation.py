"""Children that crash, hoard, sleep or fail; and the parent that goes on."""

import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from flows.isolation import isolated, run_pages
from processors.findings import Code
from processors.scans.raster import BadScan, inspect


def double(value: int) -> int:
    return 2 * value


def kill_myself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def hoard() -> int:
    return len(bytearray(3 << 30))


def sleep_for_ever() -> None:
    time.sleep(3600)


def spin_for_ever() -> None:
    while True:
        pass


def stumble() -> None:
    raise KeyError("DUPONT")


def modules() -> set[str]:
    return {name.partition(".")[0] for name in sys.modules} | {str(sys.modules["__main__"].__spec__)}


def large() -> bytes:
    return bytes(30_000_000)


def numbers(path: Path, factor: int, start: int, stop: int) -> list[tuple[int, int]]:
    if path.name == "poison" and start <= 30 < stop:
        kill_myself()
    return [(page * factor, os.getpid()) for page in range(start, stop)]


def failure(function: object, **limits: float) -> BadScan:
    with pytest.raises(BadScan) as caught:
        isolated(function, **limits)  # type: ignore[arg-type]
    assert "{" not in caught.value.finding.message
    return caught.value


def test_the_answer_comes_back() -> None:
    assert isolated(double, 21) == 42
    assert len(isolated(large)) == 30_000_000


def test_a_child_that_is_killed_is_a_bad_scan_and_the_next_runs() -> None:
    assert failure(kill_myself).code is Code.READING_FAILED
    assert isolated(double, 1) == 2


def test_a_child_that_takes_too_much_memory() -> None:
    assert failure(hoard).what == "MemoryError"


@pytest.mark.parametrize("function", [sleep_for_ever, spin_for_ever])
def test_a_child_that_never_ends_is_stopped(function: object) -> None:
    assert failure(function, seconds=0.5).code is Code.READING_FAILED
    assert isolated(double, 1) == 2


def test_a_failure_names_its_kind_and_quotes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    bad = failure(stumble)
    assert bad.what == "KeyError"
    assert "stumble" in caplog.text
    assert "DUPONT" not in caplog.text + bad.finding.message


def test_a_bad_file_keeps_its_own_code(tmp_path: Path) -> None:
    empty = tmp_path / "scan.pdf"
    empty.touch()
    with pytest.raises(BadScan) as caught:
        isolated(inspect, empty)
    assert caught.value.code is Code.EMPTY_FILE


def test_a_child_knows_no_prefect_even_if_its_parent_does() -> None:
    import prefect  # noqa: F401

    assert not {"prefect", "sqlalchemy", "boto3"} & isolated(modules)


def test_pages_come_in_the_order_of_the_file_from_several_children() -> None:
    answers = run_pages(numbers, Path("scan"), 10, pages=100, workers=2)
    assert [number for number, _ in answers] == [page * 10 for page in range(100)]
    assert len({pid for _, pid in answers} - {os.getpid()}) >= 2


def test_a_poison_page_fails_its_file_alone() -> None:
    with pytest.raises(BadScan):
        run_pages(numbers, Path("poison"), 1, pages=60, workers=2)
    assert len(run_pages(numbers, Path("scan"), 1, pages=3, workers=2)) == 3
    assert run_pages(numbers, Path("scan"), 1, pages=0) == []


def test_children_may_be_started_from_several_threads() -> None:
    answers: list[int] = []
    threads = [threading.Thread(target=lambda k=k: answers.append(isolated(double, k))) for k in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [0, 2, 4, 6, 8, 10]
