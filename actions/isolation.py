"""Files are hostile: what opens one runs in a child that is bounded in memory, processor time and wall time,
in open files, in the bytes it may write and in the answer it may give. What it leaves on disk goes with it.

Children are forked from a server that has loaded `processors` and nothing else: they start in some
milliseconds and never import Prefect. One child a task: what crashes takes nobody with it. A child that
dies, or is too slow or too greedy, becomes a `BadScan` like any other bad file.

A child may have been taken over: of its answer, values alone are built, and nothing in it is called. What
such a child may still do is what the worker's user may do: run the worker as a user of its own.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import logging
import multiprocessing
import os
import pickle
import resource
import signal
import sys
import tempfile
import threading
import traceback
import types
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, TypeVar

import cv2

from processors.findings import Code
from processors.scans.files.raster import BadScan
from storage.machine.scratch import scratch

T = TypeVar("T")

_KILLED = (-signal.SIGKILL, 255)  # 255: their server was
_MEMORY = 2 << 30  # bytes of address space
_SECONDS = 120.0
_ANSWER = 1 << 29  # bytes: an archive's files, 200 MB, and then some
_WRITTEN = 1 << 29  # bytes of one file
_FILES = 256
_RANGE = 32  # pages a child reads: a second's work, or some seconds'
_MADE = 60  # pages of copies that it makes or looks at, which is a fifth of that work
_LEAST = 8  # pages for which another child is worth its start, which costs as much as two or three pages
_FAILING = 3  # pages of a file: of more, the file is what is wrong

_HEAP = {-1: 1 << 29, -2: 16 << 20, -3: 32 << 20}
"""glibc's mallopt: what is given back, taken at once, and taken from outside the heap, from so many bytes on.

What a page took is kept for the next one: given back to the system, it would be zeroed again, bit by bit."""

_log = logging.getLogger(__name__)
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the children's server heeds it when it loads numpy
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(
    [
        __name__,
        "processors.scans.reader",
        "processors.scans.leaving.leaks",
        "processors.dossiers.contract",
        "processors.correcting.returned",
        # What those load when they first need it, which would be in every child: 14 ms
        *("numpy.ma", "numpy.ctypeslib"),
        *(f"PIL.{kind}ImagePlugin" for kind in ("Bmp", "Gif", "Jpeg", "Ppm", "Png")),
    ]
)
_starting = threading.Lock()
"""Of whoever starts, asks or closes a child: starting one asks after all others of this process."""
_AT_ONCE = len(os.sched_getaffinity(0))  # children, of all that this process does
_places = threading.BoundedSemaphore(_AT_ONCE)


class Interrupted(RuntimeError):  # noqa: N818 - it is said, and tried again
    """Somebody killed a child, such as the system short of memory: no file does that by itself."""


def isolated(function: Callable[..., T], *args: Any, seconds: float = _SECONDS, memory: int = _MEMORY) -> T:
    """`function(*args)` in a child process: a function of `processors`, by its name; arguments are pickled.

    BadScan if the function raises it, and if the child fails in any other way (`READING_FAILED`; the place
    of the failure is logged, its text is not, since it may quote what stands on a page). Interrupted if
    it was killed from outside.
    """
    receiver, sender = _context.Pipe(duplex=False)
    with _places, scratch() as folder:
        given = (sender, function, args, Limits(seconds, memory), str(folder))
        process = _context.Process(target=_child, args=given, daemon=True)
        with _starting, _no_main_module():
            process.start()
        sender.close()
        late = threading.Event()

        def stop() -> None:
            late.set()
            _kill(process)

        watch = threading.Timer(seconds, stop)  # also while it answers: it may never come to an end
        watch.start()
        try:
            with open(receiver.fileno(), "rb", closefd=False) as said:
                answer: T | BadScan | _Failure = _Careful(_Bounded(said, _ANSWER)).load()
        except (EOFError, OSError, MemoryError, pickle.UnpicklingError):
            if late.is_set():
                raise BadScan(Code.READING_FAILED, f"plus de {seconds:.0f} secondes") from None
            with _starting:
                process.join(1)
                died = process.exitcode
            _log.error("a child died, exit code %s", died)
            if died in _KILLED:
                raise Interrupted("a child was killed") from None
            raise BadScan(Code.READING_FAILED, "arrêt brutal de la lecture") from None
        finally:
            watch.cancel()
            watch.join()
            receiver.close()
            with _starting:
                _kill(process)
                process.join()
                process.close()
    if isinstance(answer, BadScan):
        raise answer
    if isinstance(answer, _Failure):
        _log.error("a child failed: %s", answer)
        raise BadScan(Code.READING_FAILED, answer.kind)
    return answer


def run_pages(
    function: Callable[..., list[T]],
    path: Path,
    *args: Any,
    pages: int,
    instead: Callable[[int, str], list[T]] | None = None,
    workers: int | None = None,
) -> list[T]:
    """`function(path, *args, start, stop)` over ranges of the file's pages, `workers` children at a time.

    The answers in the order of the file. Of a range that fails each page is tried alone, and `instead` gives
    what stands for one that fails again, by its number (from 1) and the trouble. BadScan as soon as a range
    fails where there is no `instead`, and where more pages fail than a file may have.
    """
    workers = workers or _AT_ONCE
    size = min(_RANGE, max(_LEAST, -(-pages // workers)))
    starts = range(0, pages, size)
    failed: list[int] = []

    def part(start: int, stop: int) -> list[T]:
        try:
            return isolated(function, path, *args, start, stop)
        except BadScan as bad:
            if instead is None or bad.code is not Code.READING_FAILED or len(failed) > _FAILING:
                raise
            if stop - start == 1:
                failed.append(start)
                return instead(stop, bad.what)
        return [answer for page in range(start, stop) for answer in part(page, page + 1)]

    with ThreadPoolExecutor(workers) as threads:
        ranges = threads.map(lambda start: part(start, min(start + size, pages)), starts)
        return [answer for answers in ranges for answer in answers]


def run_each(
    function: Callable[..., T], calls: Sequence[tuple[Any, ...]], *common: Any, sizes: Sequence[int]
) -> list[T | BadScan]:
    """`function(*common, *call)` for each call, in order, several to a child; instead, the BadScan it raised.

    `sizes`: the pages of each call, by which a child is given some together. What fails beside others is
    tried alone.
    """

    def together(group: range) -> list[T | BadScan]:
        try:
            return list(isolated(_each, function, common, [calls[k] for k in group]))
        except BadScan as bad:
            if len(group) == 1:
                return [bad]
        return [answer for k in group for answer in together(range(k, k + 1))]

    with ThreadPoolExecutor(_AT_ONCE) as threads:
        return [answer for answers in threads.map(together, _groups(sizes)) for answer in answers]


def _groups(sizes: Sequence[int]) -> Iterator[range]:
    start, pages = 0, 0
    for k, size in enumerate(sizes):
        if k > start and pages + size > _MADE:
            yield range(start, k)
            start, pages = k, 0
        pages += size
    if sizes:
        yield range(start, len(sizes))


def _each(function: Callable[..., T], common: tuple[Any, ...], calls: Sequence[tuple[Any, ...]]) -> list[T]:
    """In a child."""
    return [function(*common, *call) for call in calls]


@dataclass(frozen=True)
class _Failure:
    """What a child could not do: the exception's class, and where."""

    kind: str
    places: tuple[str, ...]


@dataclass(frozen=True)
class Limits:
    """What a process may use: seconds of processor time, bytes of address space."""

    seconds: float
    memory: int

    def keep(self) -> None:
        """From here on this process, and those it starts, are held to them."""
        for what, limit in (
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_AS, self.memory),
            (resource.RLIMIT_FSIZE, _WRITTEN),
            (resource.RLIMIT_NOFILE, _FILES),
        ):
            resource.setrlimit(what, (limit, limit))
        # Below the hard limit the signal is one that nobody sends from outside: the file is to blame for it
        processor = int(self.seconds) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (processor, processor + 1))


_PLAIN = {
    *(("builtins", name) for name in ("set", "frozenset", "bytearray", "complex")),
    *(("datetime", name) for name in ("date", "datetime", "time", "timedelta", "timezone")),
    *(("numpy", name) for name in ("ndarray", "dtype")),
    *(("numpy._core.multiarray", name) for name in ("_reconstruct", "scalar")),
    ("numpy._core.numeric", "_frombuffer"),
    ("pathlib", "PosixPath"),
    (__name__, "_Failure"),
}


class _Careful(pickle.Unpickler):
    """Takes classes of `processors` and plain ones, and no function."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _PLAIN:
            return super().find_class(module, name)
        if module.startswith("processors."):
            found = super().find_class(module, name)
            if isinstance(found, type) and found.__module__ == module:
                return found
        raise pickle.UnpicklingError(f"a child's answer holds {module}.{name}")


class _ByValue(pickle.Pickler):
    """Members of enums go by their value, as of Python 3.11.4; earlier ones look them up by a function."""

    def reducer_override(self, obj: Any) -> Any:
        return (type(obj), (obj.value,)) if isinstance(obj, Enum) else NotImplemented


class _Bounded:
    """What comes from a child, without ever being there twice; OSError once it is beyond so many bytes."""

    def __init__(self, said: io.BufferedReader, most: int) -> None:
        self._said, self._left = said, most

    def read(self, size: int) -> bytes:
        self._take(size)
        return self._said.read(size)

    def readinto(self, place: memoryview) -> int:
        self._take(len(place))
        return self._said.readinto(place)

    def readline(self) -> bytes:
        line = self._said.readline(self._left + 1)
        self._take(len(line))
        return line

    def _take(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise OSError("an answer beyond all measure")


def _kill(process: BaseProcess) -> None:
    if process.pid is not None:
        end_group(process.pid)
    process.kill()


def end_group(leader: int) -> None:
    """A process that leads a group, and whatever it started."""
    with contextlib.suppress(ProcessLookupError):  # it is over, or has not come so far
        os.killpg(leader, signal.SIGKILL)


def _child(
    sender: Connection, function: Callable[..., Any], args: tuple[Any, ...], limits: Limits, folder: str
) -> None:
    """`folder`: where the child's temporary files go."""
    os.setsid()
    limits.keep()
    for what, value in _HEAP.items():
        ctypes.CDLL(None).mallopt(what, value)
    tempfile.tempdir = folder
    cv2.setNumThreads(1)  # the children share the processors
    os.environ["OMP_THREAD_LIMIT"] = "1"  # Tesseract's own, too
    answer: Any
    try:
        answer = function(*args)
    except BadScan as bad:
        answer = bad
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        places = tuple(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in frames)
        answer = _Failure(type(error).__name__, places)
    with open(sender.fileno(), "wb", closefd=False) as out:
        _ByValue(out).dump(answer)


@contextlib.contextmanager
def _no_main_module() -> Iterator[None]:
    """multiprocessing imports the parent's main module in each child; here it would be Prefect's engine."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
