"""A wire to a database that a test can cut and mend: a TCP proxy on loopback."""

from __future__ import annotations

import contextlib
import socket
import threading

import sqlalchemy

PIECE = 65_536


class Wire:
    """Passes every connection on to a database, until it is cut.

    Parameters
    ----------
    url : str
        Of a database that listens on TCP.
    """

    def __init__(self, url: str) -> None:
        self._far = sqlalchemy.engine.make_url(url)
        self._open: list[socket.socket] = []
        self._listener: socket.socket | None = None
        self._port = 0
        self.mend()
        self.url = self._far.set(host="127.0.0.1", port=self._port).render_as_string(hide_password=False)

    def mend(self) -> None:
        """Listen, on the same port as before."""
        self._listener = socket.create_server(("127.0.0.1", self._port))
        self._port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def cut(self) -> None:
        """End every connection, and take no new one."""
        if self._listener is not None:
            ending, self._listener = [self._listener, *self._open], None
            self._open = []
            for one in ending:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
                one.close()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection((self._far.host or "127.0.0.1", self._far.port or 5432))
                self._open += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    @staticmethod
    def _pass_on(one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := one.recv(PIECE):
                other.sendall(piece)
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
