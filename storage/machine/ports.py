"""Free ports of the loopback interface, for servers that bind them a little later."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

_OURS = range(10_000, 32_000)
"""Below those that Linux lends to whoever calls out (32768 on): one of these, free a moment ago, may be lent
to somebody's call before its server is up."""
_TRIES = 100


@contextmanager
def held_ports(*wanted: int) -> Iterator[list[int]]:
    """Each wanted port, or a free one where it is taken or 0; held together, so all distinct.

    Raises OSError when there is none.
    """
    with ExitStack() as held:
        yield [_hold(held, port) for port in wanted]


def free_port(preferred: int) -> int:
    """The preferred port, or any other when it is taken."""
    with held_ports(preferred) as (port,):
        return port


def _hold(held: ExitStack, wanted: int) -> int:
    for port in (*([wanted] if wanted else []), *random.SystemRandom().sample(_OURS, _TRIES)):
        probe = held.enter_context(socket.socket())
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no free port on the loopback interface")
