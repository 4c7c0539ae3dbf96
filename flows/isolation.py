"""PDFs are hostile: what opens one runs in a child with bounded memory, processor time and wall time.

Children are forked from a server that has loaded `processors` and nothing else: they start in some
milliseconds and never import Prefect. One child a task: what crashes takes nobody with it. A child that
dies, or is too slow or too greedy, becomes a `BadScan` like any other bad file.

Accepted: a child's answer is a pickle, so code that took a child over could take over its parent. Against
that, run the worker as a user of its own.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
import resource
import sys
import threading
import traceback
import types
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

import cv2

from processors.findings import Code
from processors.scans.raster import BadScan

T = TypeVar("T")

_MEMORY = 2 << 30  # bytes of address space
_SECONDS = 120.0
_RANGE = 24  # pages a child reads: some seconds' work

_log = logging.getLogger(__name__)
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["processors.scans.reader", "processors.scans.anonymity"])
_starting = threading.Lock()


def isolated(function: Callable[..., T], *args: Any, seconds: float = _SECONDS, memory: int = _MEMORY) -> T:
    """`function(*args)` in a child process: a function of `processors`, by its name; arguments are pickled.

    BadScan if the function raises it, and if the child fails in any other way (`READING_FAILED`; the place
    of the failure is logged, its text is not, since it may quote what stands on a page).
    """
    receiver, sender = _context.Pipe(duplex=False)
    process = _context.Process(target=_child, args=(sender, function, args, seconds, memory), daemon=True)
    with _starting, _no_main_module():
        process.start()
    sender.close()
    try:
        if not receiver.poll(seconds):
            raise BadScan(Code.READING_FAILED, f"plus de {seconds:.0f} secondes")
        answer: T | BadScan | _Failure = receiver.recv()
    except EOFError:
        process.join(1)
        _log.error("a child died, exit code %s", process.exitcode)
        raise BadScan(Code.READING_FAILED, "arrêt brutal de la lecture") from None
    finally:
        receiver.close()
        process.kill()
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
    workers: int | None = None,
    seconds: float = _SECONDS,
) -> list[T]:
    """`function(path, *args, start, stop)` over ranges of the file's pages, `workers` children at a time.

    The answers in the order of the file; BadScan as soon as one range fails. Each range has `seconds`.
    """
    workers = workers or os.cpu_count() or 1
    size = max(1, min(_RANGE, -(-pages // workers)))
    starts = range(0, pages, size)

    def part(start: int) -> list[T]:
        return isolated(function, path, *args, start, min(start + size, pages), seconds=seconds)

    with ThreadPoolExecutor(workers) as threads:
        return [answer for answers in threads.map(part, starts) for answer in answers]


@dataclass(frozen=True)
class _Failure:
    """What a child could not do: the exception's class, and where."""

    kind: str
    places: tuple[str, ...]


def _child(
    sender: Connection, function: Callable[..., Any], args: tuple[Any, ...], seconds: float, memory: int
) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 2))
    cv2.setNumThreads(1)  # the children share the processors
    answer: Any
    try:
        answer = function(*args)
    except BadScan as bad:
        answer = bad
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        places = tuple(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in frames)
        answer = _Failure(type(error).__name__, places)
    sender.send(answer)


@contextlib.contextmanager
def _no_main_module() -> Iterator[None]:
    """multiprocessing imports the parent's main module in each child; here it would be Prefect's engine."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
