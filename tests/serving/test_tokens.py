"""Tokens of an identity provider: a real key server on loopback, real signatures, and every way in which a token does not count."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pydantic import ValidationError
from starlette.testclient import TestClient

from features.declared_clients import Client, Oidc
from features.errors import StateError
from serving import score_log
from serving.api import application
from serving.tokens import AGAIN_S, Tokens
from tests.serving.asking import ask, is_problem

AUDIENCE = "schouw"
Make = Callable[..., str]


class KeyServer:
    """Gives the public keys that it was told to give."""

    def __init__(self) -> None:
        self.keys: list[dict[str, Any]] = []
        self.asked = 0
        self.fault: bytes | None = None
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked += 1
                self.send_response(200)
                self.end_headers()
                self.wfile.write(outer.fault if outer.fault is not None else json.dumps({"keys": outer.keys}).encode())

            def log_message(self, *_words: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def add(self, name: str, key: Any) -> None:
        kind = jwt.algorithms.RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else jwt.algorithms.ECAlgorithm
        self.keys.append({**kind.to_jwk(key.public_key(), as_dict=True), "kid": name, "use": "sig"})

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def server(key: rsa.RSAPrivateKey) -> Iterator[KeyServer]:
    made = KeyServer()
    made.add("one", key)
    yield made
    made.stop()


@pytest.fixture
def oidc(server: KeyServer) -> Oidc:
    return Oidc(issuer=f"{server.url}/city", audience=AUDIENCE, jwks_url=f"{server.url}/keys")


@pytest.fixture
def make(key: rsa.RSAPrivateKey, oidc: Oidc) -> Make:
    def token(*, signed_with: Any = key, algorithm: str = "RS256", headers: dict[str, Any] | None = None, **changes: Any) -> str:
        now = int(time.time())
        claims = {"iss": oidc.issuer, "aud": AUDIENCE, "sub": "j.jansen", "client_id": "desk", "roles": ["case-system"], "iat": now, "exp": now + 60}
        claims = {name: value for name, value in {**claims, **changes}.items() if value is not None}
        return jwt.encode(claims, signed_with, algorithm=algorithm, headers={"kid": "one", **(headers or {})})

    return token


@pytest.fixture
def desk() -> Client:
    return Client(id="desk-of-housing", token_client="desk", roles=("case-system", "case-handler"), purposes=("trial",), themes=("trial",))


@pytest.fixture
def tokens(oidc: Oidc, desk: Client) -> Tokens:
    return Tokens(oidc, (desk,))


@pytest.fixture
def client(opened, oidc: Oidc, desk: Client, tokens: Tokens) -> TestClient:
    settings = opened.settings.model_copy(update={"clients": (*opened.settings.clients, desk), "oidc": oidc})
    return TestClient(application.create(replace(opened, settings=settings, tokens=tokens)), raise_server_exceptions=False)


def bearing(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_token_gives_a_score_and_the_log_says_who_acted(client, make, opened):
    answer = ask(client, bearing(make()))
    assert answer.status_code == 200, answer.text
    payload = score_log.read(opened.engine, answer.json()["scoreId"]).payload
    assert (payload["caller"], payload["user"]) == ("desk-of-housing", "j.jansen")


def test_a_program_that_acts_for_itself_has_no_user(tokens, make):
    assert tokens.recognise(make(sub="desk")).user is None  # OAuth client credentials


def test_roles_are_those_that_client_and_token_both_have(tokens, make):
    assert tokens.recognise(make(roles=["case-handler", "auditor", "king"])).roles == {"case-handler"}
    assert tokens.recognise(make(roles="case-system auditor")).roles == {"case-system"}
    for none in (None, [], {}, 1, "auditor", [["case-system"]]):
        assert tokens.recognise(make(roles=none)).roles == set()


def test_a_claim_may_lie_deeper(oidc, desk, make):
    deeper = Tokens(oidc.model_copy(update={"roles_claim": "realm_access.roles"}), (desk,))
    assert deeper.recognise(make(realm_access={"roles": ["case-handler"]})).roles == {"case-handler"}
    assert deeper.recognise(make(realm_access=["case-handler"])).roles == set()


def test_without_a_role_for_it_a_call_is_a_403_before_its_content_is_looked_at(client, make):
    is_problem(ask(client, bearing(make(roles=["case-handler"])), theme=1), 400)
    is_problem(ask(client, bearing(make(roles=["auditor"])), theme=1), 403)


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": 1},
        {"exp": None},
        {"iat": None},
        {"iat": 2**40},
        {"nbf": 2**40},
        {"sub": None},
        {"sub": "111222333"},  # a citizen number
        {"sub": "j.jansen\x00"},
        {"sub": "j.jansen\ud800"},  # half a character
        {"sub": "j.jansen\nresumed"},
        {"sub": "x" * 300},
        {"iss": "https://elsewhere.example"},
        {"iss": None},
        {"aud": "another"},
        {"aud": None},
        {"client_id": "unknown"},
        {"client_id": None},
        {"client_id": ["desk"]},
        {"client_id": 1},
        {"headers": {"kid": "nobody"}},
    ],
)
def test_a_token_that_does_not_fit_is_a_401(client, make, changes):
    is_problem(ask(client, bearing(make(**changes))), 401)


def test_a_token_that_nobody_signed_or_another_signed_is_a_401(client, make, key):
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_numbers().n.to_bytes(256, "big")
    unsigned = jwt.encode({"sub": "j.jansen"}, None, algorithm="none", headers={"kid": "one"})
    whole = make()
    head, content, seal = whole.split(".")
    forged = base64.urlsafe_b64encode(json.dumps({"roles": ["case-system"]}).encode()).rstrip(b"=").decode()
    cut = (f"{head}.{forged}.{seal}", f"{head}.{content}.", f"{head}..{seal}", "..", "a.b.c")
    for token in (make(signed_with=other), make(signed_with=public, algorithm="HS256"), unsigned, *cut):
        is_problem(ask(client, bearing(token)), 401)


def test_a_new_key_of_the_issuer_counts_without_a_restart(oidc, desk, make, server):
    tokens = Tokens(oidc, (desk,))
    tokens._keys.cooldown_duration = 0
    newer = ec.generate_private_key(ec.SECP256R1())
    token = make(signed_with=newer, algorithm="ES256", headers={"kid": "two"})
    assert tokens.recognise(token) is None
    server.add("two", newer)
    assert tokens.recognise(token) is not None


def test_names_of_keys_that_are_made_up_do_not_make_us_ask_the_issuer_each_time(tokens, make, server):
    for n in range(20):
        assert tokens.recognise(make(headers={"kid": str(n)})) is None
    assert server.asked <= 2


def test_an_issuer_that_is_down_is_a_503_for_tokens_and_nothing_for_keys(client, make, server):
    server.stop()
    try:
        is_problem(ask(client, bearing(make())), 503)
        assert ask(client).status_code == 200
    finally:
        server.__init__()  # the fixture stops one that runs


@pytest.mark.parametrize("fault", [b"", b"<html>", b"[]", b'{"keys": []}', b"\xff"])
def test_an_issuer_that_fails_is_left_alone_for_a_while_whatever_tokens_come(tokens, make, server, monkeypatch, fault):
    server.fault = fault
    for n in range(5):
        with pytest.raises(StateError, match="cannot be had"):
            tokens.recognise(make(headers={"kid": str(n)}))
    assert server.asked == 1
    server.fault = None
    now = time.monotonic() + AGAIN_S
    monkeypatch.setattr("serving.tokens.time.monotonic", lambda: now)
    assert tokens.recognise(make()) is not None


def test_keys_that_are_held_count_while_the_issuer_fails(tokens, make, server):
    tokens._keys.cooldown_duration = 0
    assert tokens.recognise(make()) is not None
    server.fault = b""
    with pytest.raises(StateError):
        tokens.recognise(make(headers={"kid": "made up"}))
    assert tokens.recognise(make()) is not None


@pytest.mark.parametrize("url", ["http://login.example.org/keys", "ftp://127.0.0.1/keys", "file:///etc/passwd", "login.example.org"])
def test_keys_over_an_open_line_are_refused(url):
    with pytest.raises(ValidationError, match="https://"):
        Oidc(issuer="https://login.example.org", audience="a", jwks_url=url)


def test_a_client_with_neither_key_nor_token_is_refused():
    with pytest.raises(ValidationError, match="nobody could call as it"):
        Client(id="a", purposes=(), themes=())
