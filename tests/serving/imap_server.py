"""A small IMAP server over TLS, as much of RFC 3501 as a reader needs, with a certificate of its own. It notes every command."""

from __future__ import annotations

import base64
import re
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

USER, PASSWORD, TOKEN = "melding@example.org", "pass word", "a-token"


@dataclass
class Server:
    """What the server holds; ``mails`` by UID. It hangs up when it is asked for ``hang_up_at``."""

    authority: Path
    port: int = 0
    validity: int = 7
    mails: dict[int, bytes] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)
    hang_up_at: int | None = None
    searched: str | None = None


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """Serve until the block ends; ``authority`` is the file with which a client can check the certificate."""
    certificate = _certificate(folder)
    server = Server(certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, folder / "key.pem")

    class Handler(socketserver.StreamRequestHandler):
        def setup(self) -> None:
            self.request = context.wrap_socket(self.request, server_side=True)
            super().setup()

        def finish(self) -> None:
            super().finish()
            self.request.close()

        def handle(self) -> None:
            self.wfile.write(b"* OK ready\r\n")
            while (line := self.rfile.readline()) and (answer := _answer(server, line.decode().strip(), self.rfile.readline, self.wfile.write)):
                self.wfile.write(answer)

    class Quiet(socketserver.ThreadingTCPServer):
        allow_reuse_address = daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Say nothing of a client that refused the certificate."""

    with Quiet(("127.0.0.1", 0), Handler) as tcp:
        server.port = tcp.server_address[1]
        thread = threading.Thread(target=tcp.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            tcp.shutdown()
            thread.join()


def _answer(server: Server, line: str, more, write) -> bytes:
    tag, _, said = line.partition(" ")
    server.commands.append(said)
    verb = said.split()[0].upper()
    if verb == "AUTHENTICATE":
        write(b"+ \r\n")
        given = base64.b64decode(more()).decode()
        return _done(tag, given == f"user={USER}\1auth=Bearer {TOKEN}\1\1")
    if verb == "LOGIN":
        return _done(tag, said == f'LOGIN {USER} "{PASSWORD}"')
    if verb in ("EXAMINE", "SELECT"):
        if said.split(" ", 1)[1] != '"INBOX"':
            return _done(tag, False)
        return f"* {len(server.mails)} EXISTS\r\n* OK [UIDVALIDITY {server.validity}] so\r\n{tag} OK [READ-ONLY] done\r\n".encode()
    if verb == "UID" and " SEARCH " in said:
        low = int(re.search(r"UID (\d+):", said)[1])
        found = [uid for uid in sorted(server.mails) if uid >= low] or sorted(server.mails)[-1:]
        return f"* SEARCH {' '.join(map(str, found))}\r\n{tag} OK done\r\n".encode()
    if verb == "UID":
        uid, start, length = map(int, re.search(r"FETCH (\d+) \(BODY\.PEEK\[\]<(\d+)\.(\d+)>\)", said).groups())
        if uid == server.hang_up_at:
            return b""
        return _piece(tag, uid, server.mails.get(uid), start, length)
    return b"* BYE\r\n" + _done(tag, True) if verb == "LOGOUT" else f"* CAPABILITY IMAP4rev1\r\n{tag} OK done\r\n".encode()


def _piece(tag: str, uid: int, mail: bytes | None, start: int, length: int) -> bytes:
    if mail is None:
        return _done(tag, True)
    piece = mail[start : start + length]
    return f"* 1 FETCH (UID {uid} BODY[]<{start}> {{{len(piece)}}}\r\n".encode() + piece + b")\r\n" + _done(tag, True)


def _done(tag: str, good: bool) -> bytes:
    return f"{tag} {'OK' if good else 'NO'} done\r\n".encode()


def _certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    text = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(text)
    (folder / "authority.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return folder / "authority.pem"
