"""Who takes messages: a mail server and a web hook."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Received:
    """What came. `refusing`: the servers turn everything away."""

    mails: list = field(default_factory=list)
    posts: list = field(default_factory=list)
    refusing: bool = False
    smtp: int = 0
    hook: int = 0


@contextmanager
def servers_for_messages() -> Iterator[Received]:
    """A mail server and a web hook, each as much of one as one client needs."""
    got = Received()

    class Mail(socketserver.StreamRequestHandler):
        """As much of SMTP as one client says."""

        def handle(self):
            self.wfile.write(b"220 here\r\n")
            while line := self.rfile.readline().strip():
                verb = line[:4].upper()
                if verb == b"DATA" and not got.refusing:
                    self.wfile.write(b"354 go on\r\n")
                    lines = iter(self.rfile.readline, b".\r\n")
                    got.mails.append(message_from_bytes(b"".join(lines), policy=default))
                refused = got.refusing and verb == b"MAIL"
                if verb == b"QUIT":
                    self.wfile.write(b"221 bye\r\n")
                    return
                self.wfile.write(b"451 not now\r\n" if refused else b"250 ok\r\n")

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            if not got.refusing:
                got.posts.append(json.loads(body))
            self.send_response(503 if got.refusing else 204)
            self.end_headers()

        def log_message(self, *said):
            pass

    servers: list[Any] = [
        socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mail),
        ThreadingHTTPServer(("127.0.0.1", 0), Hook),
    ]
    for server in servers:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    got.smtp, got.hook = (server.server_address[1] for server in servers)
    yield got
    for server in servers:
        server.shutdown()
        server.server_close()
