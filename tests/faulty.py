"""A way to the store that fails as networks and stores fail: a proxy in front of the real one."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class Fault(StrEnum):
    """What becomes of one request."""

    ERROR = "answered 500"
    UNAVAILABLE = "answered 503"
    REFUSED = "connection closed before it is heard"
    UNANSWERED = "done, and the connection closed before the answer"
    CUT = "answered by half"
    ALTERED_ANSWER = "given with a byte changed"  # an object; a listing or a status is passed on
    ALTERED_REQUEST = "heard with a byte changed"


Judge = Callable[[str, str], Fault | None]
Headers = dict[str, str]


def _as_they_are(_method: str, _url: str, headers: Headers) -> Headers:
    return headers


class FaultyWay:
    """`judge(method, path)`, asked of each request, says what goes wrong; None for nothing.

    `heard(method, url, headers)`: what the store hears instead of these headers.
    """

    def __init__(self, target: str, heard: Callable[[str, str, Headers], Headers] = _as_they_are) -> None:
        self.judge: Judge = lambda method, path: None
        way = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                fault = way.judge(self.command, self.path)
                if fault is Fault.ALTERED_ANSWER and (self.command != "GET" or "list-type" in self.path):
                    fault = None
                if fault in (Fault.ERROR, Fault.UNAVAILABLE):
                    self._answer(500 if fault is Fault.ERROR else 503, [], b"")
                elif fault is Fault.REFUSED:
                    self.close_connection = True
                else:
                    self._pass_on(altered(body) if fault is Fault.ALTERED_REQUEST else body, fault)

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = do  # noqa: N815

            def _pass_on(self, body: bytes, fault: Fault | None) -> None:
                store = http.client.HTTPConnection(urlsplit(target).netloc)
                store.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                url = f"http://{self.headers['Host']}{self.path}"
                for name, value in heard(self.command, url, dict(self.headers.items())).items():
                    if name.lower() != "expect":
                        store.putheader(name, value)
                store.endheaders(body)
                got = store.getresponse()
                answer = got.read()
                store.close()
                if fault is Fault.UNANSWERED:
                    self.close_connection = True
                    return
                shown = altered(answer) if fault is Fault.ALTERED_ANSWER else answer
                self._answer(got.status, got.getheaders(), shown, cut=fault is Fault.CUT)

            def _answer(
                self, status: int, headers: list[tuple[str, str]], body: bytes, cut: bool = False
            ) -> None:
                self.send_response_only(status)
                kept = [(k, v) for k, v in headers if k.lower() not in ("transfer-encoding", "connection")]
                if not any(name.lower() == "content-length" for name, _ in kept) and status != 204:
                    kept.append(("Content-Length", str(len(body))))
                for name, value in kept:
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body[: len(body) // 2] if cut else body)
                self.close_connection |= cut

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self._server.server_address[1]}"

    @contextmanager
    def open(self) -> Iterator[FaultyWay]:
        thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()

    @contextmanager
    def failing(self, judge: Judge) -> Iterator[None]:
        """Within the block."""
        calm, self.judge = self.judge, judge
        try:
            yield
        finally:
            self.judge = calm


def altered(body: bytes) -> bytes:
    """One byte of its middle, changed."""
    middle = len(body) // 2
    return body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1 :] if body else body
