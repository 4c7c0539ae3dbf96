"""Children that crash, hoard, sleep or fail; and the parent that goes on."""

import operator
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from processes import has_ended

from actions import isolation
from actions.isolation import Interrupted, Limits, isolated, run_pages
from processors.findings import Code
from processors.scans.files.dropped import inspect
from processors.scans.files.raster import BadScan

pytestmark = pytest.mark.slow


def double(value: int) -> int:
    return 2 * value


def kill_myself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def crash() -> None:
    os.abort()


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


def flood() -> bytes:
    return bytes(700_000_000)


def leave_a_file() -> str:
    handle, name = tempfile.mkstemp()
    os.write(handle, b"a page")
    return name


def fill_the_disk() -> None:
    with tempfile.TemporaryFile() as file:
        file.seek(700_000_000)  # a hole, which costs this disk nothing
        file.write(b"x")


def open_everything() -> int:
    return len([os.open("/dev/null", os.O_RDONLY) for _ in range(1000)])


def start_another() -> int:
    return subprocess.Popen(["sleep", "3600"]).pid


class Trap:
    """An answer of a child that was taken over."""

    def __reduce__(self) -> tuple[object, ...]:
        return (os.mkdir, ("/tmp/massicot-was-here",))


def set_a_trap() -> Trap:
    return Trap()


def half_an_answer() -> None:
    sender = sys._getframe(1).f_locals["sender"]
    os.write(sender.fileno(), pickle.dumps(bytes(1000))[:100])
    time.sleep(3600)


def boast() -> None:
    """Of more bytes than any machine has."""
    sender = sys._getframe(1).f_locals["sender"]
    os.write(sender.fileno(), b"\x80\x04" + pickle.BINBYTES8 + (1 << 50).to_bytes(8, "little"))
    time.sleep(3600)


def absent(page: int, why: str) -> list[tuple[int | None, object]]:
    return [(None, f"{page} {why}")]


def poisoned(path: Path, start: int, stop: int) -> list[tuple[int | None, object]]:
    raise KeyError(str(path))


def numbers(path: Path, factor: int, start: int, stop: int) -> list[tuple[int | None, object]]:
    if path.name == "poison" and start <= 30 < stop:
        crash()
    return [(page * factor, os.getpid()) for page in range(start, stop)]


def failure(function: object, **limits: float) -> BadScan:
    with pytest.raises(BadScan) as caught:
        isolated(function, **limits)  # type: ignore[arg-type]
    assert "{" not in caught.value.finding.message
    return caught.value


def test_the_answer_comes_back() -> None:
    assert isolated(double, 21) == 42
    assert len(isolated(large)) == 30_000_000


def test_a_child_that_is_killed_condemns_no_file_and_the_next_runs() -> None:
    with pytest.raises(Interrupted):
        isolated(kill_myself)
    assert isolated(double, 1) == 2


def test_a_child_that_crashes_is_a_bad_scan() -> None:
    assert failure(crash).code is Code.READING_FAILED


def test_a_child_that_takes_too_much_memory() -> None:
    assert failure(hoard).what == "MemoryError"


@pytest.mark.parametrize("function", [sleep_for_ever, spin_for_ever])
def test_a_child_that_never_ends_is_stopped(function: object) -> None:
    assert failure(function, seconds=0.5).code is Code.READING_FAILED
    assert isolated(double, 1) == 2


def test_processor_time_that_is_used_up_is_the_files_fault_and_no_kill_from_outside() -> None:
    spinning = [sys.executable, "-c", "while True: pass"]
    ended = subprocess.run(spinning, preexec_fn=Limits(0, 2 << 30).keep, check=False)
    assert ended.returncode == -signal.SIGXCPU


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


def test_a_file_of_one_copy_is_read_by_one_child() -> None:
    assert len({pid for _, pid in run_pages(numbers, Path("scan"), 1, pages=7, workers=2)}) == 1


def test_a_poison_page_fails_its_file_alone() -> None:
    with pytest.raises(BadScan):
        run_pages(numbers, Path("poison"), 1, pages=60, workers=2)
    assert len(run_pages(numbers, Path("scan"), 1, pages=3, workers=2)) == 3
    assert run_pages(numbers, Path("scan"), 1, pages=0) == []


def test_a_poison_page_fails_alone_where_something_may_stand_for_it() -> None:
    answers = run_pages(numbers, Path("poison"), 1, pages=60, workers=2, instead=absent)
    lost = [k for k, (number, _) in enumerate(answers) if number is None]
    assert len(answers) == 60 and len(lost) == 1
    assert answers[lost[0]] == (None, f"{lost[0] + 1} arrêt brutal de la lecture")


def test_of_a_file_whose_pages_all_fail_the_file_is_what_is_wrong() -> None:
    with pytest.raises(BadScan):
        run_pages(poisoned, Path("scan"), pages=60, workers=2, instead=absent)


def test_children_may_be_started_from_several_threads() -> None:
    answers: list[int] = []
    threads = [threading.Thread(target=lambda k=k: answers.append(isolated(double, k))) for k in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [0, 2, 4, 6, 8, 10]


def test_no_call_fails_for_what_others_do_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine of 16 processors: starting one child looks after all others of the process."""
    monkeypatch.setattr(isolation, "_places", threading.BoundedSemaphore(16))
    with ThreadPoolExecutor(16) as threads:
        calls = [threads.submit(isolated, operator.neg, k) for k in range(1200)]
    troubles = [repr(call.exception()) for call in calls if call.exception()]
    assert troubles == []
    assert [call.result() for call in calls] == [-k for k in range(1200)]


def test_an_answer_beyond_all_measure_is_refused() -> None:
    assert failure(flood).code is Code.READING_FAILED


def test_an_answer_that_says_it_is_huge_is_refused_at_once() -> None:
    assert failure(boast).what == "arrêt brutal de la lecture"


def test_a_child_that_stops_in_the_middle_of_its_answer() -> None:
    assert failure(half_an_answer, seconds=2).what == "plus de 2 secondes"


def test_what_a_child_leaves_on_disk_goes_with_it() -> None:
    assert not Path(isolated(leave_a_file)).exists()


def test_a_child_may_neither_fill_the_disk_nor_open_everything() -> None:
    assert failure(fill_the_disk).code is Code.READING_FAILED
    assert failure(open_everything).what == "OSError"


def test_what_a_child_started_ends_with_it() -> None:
    pid = isolated(start_another)
    for _ in range(100):
        if has_ended(pid):
            return
        time.sleep(0.1)
    raise AssertionError("it goes on")


def test_a_child_that_was_taken_over_does_nothing_to_its_parent(tmp_path: Path) -> None:
    assert failure(set_a_trap).code is Code.READING_FAILED
    assert not Path("/tmp/massicot-was-here").exists()
