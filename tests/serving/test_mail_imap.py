"""A mailbox on a server: read over TLS, each mail once, and left as it is. The server is a small one of our own: none runs where tests run."""

from __future__ import annotations

import pytest

from features.declared_mail import Imap
from serving.mail.boxes import CHUNK
from serving.tables import mail_boxes, mail_texts
from tests.serving.imap_server import PASSWORD, TOKEN, USER, serving
from tests.serving.mailing import mail, rows, runner


@pytest.fixture
def server(tmp_path):
    (tmp_path / "tls").mkdir()
    with serving(tmp_path / "tls") as made:
        yield made


@pytest.fixture
def run(own_village, sqlite, server, monkeypatch):
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    settings = {"host": "127.0.0.1", "port": server.port, "user": USER, "password_from": "MAIL_PASSWORD", "authority": str(server.authority)}

    def once(**changed: object):
        again = bool(changed.pop("again", False))
        return runner(own_village.settings, sqlite)(imap=(Imap.model_validate({**settings, **changed}),), again=again)

    return once


def fetched(server) -> list[int]:
    return [int(command.split()[2]) for command in server.commands if command.startswith("UID FETCH")]


def test_each_mail_is_taken_once_and_only_new_ones_are_asked_for(run, server, sqlite):
    server.mails = {3: mail("Een."), 5: mail("Twee.", number=2)}
    assert run().taken == 2
    assert (run().taken, fetched(server)) == (0, [3, 5])
    server.mails[9] = mail("Drie.", number=3)
    assert (run().taken, fetched(server)) == (1, [3, 5, 9])
    assert sorted(r["body"] for r in rows(sqlite, mail_texts)) == ["Drie.", "Een.", "Twee."]


def test_nothing_is_marked_moved_or_deleted(run, server):
    server.mails = {1: mail()}
    run()
    verbs = {command.split()[0] if not command.startswith("UID") else command.split()[1] for command in server.commands}
    assert verbs == {"CAPABILITY", "LOGIN", "EXAMINE", "SEARCH", "FETCH", "LOGOUT"} | (verbs & {"ENABLE"})
    assert all("BODY.PEEK[]" in command for command in server.commands if "FETCH" in command)


def test_a_server_that_numbers_anew_is_read_from_the_start_and_no_mail_is_taken_twice(run, server):
    server.mails = {4: mail("Een."), 6: mail("Twee.", number=2)}
    run()
    server.validity, server.mails = 8, {1: mail("Een."), 2: mail("Twee.", number=2), 3: mail("Drie.", number=3)}
    found = run()
    assert (found.taken, found.taken_before) == (1, 2)


def test_a_large_mail_comes_in_pieces_and_whole(run, server, sqlite):
    server.mails = {1: mail("Groot.", files={"a.jpg": bytes(range(256)) * (CHUNK // 200)}), 2: b"From: x@example.org\r\n\r\n" + b"y" * (3 * CHUNK)}
    found = run()
    assert (found.taken, dict(found.set_aside)) == (1, {"text-too-long": 1})
    assert [command.split("<")[1] for command in server.commands if command.startswith("UID FETCH 1")][:2] == [f"0.{CHUNK}>)", f"{CHUNK}.{CHUNK}>)"]


def test_a_server_that_hangs_up_loses_nothing_and_the_next_run_goes_on(run, server):
    server.mails = {n: mail(f"Nummer {n}.", number=n) for n in (1, 2, 3)}
    server.hang_up_at = 2
    found = run()
    assert (found.taken, len(found.unreadable)) == (1, 1)
    assert "the mailbox on 127.0.0.1 cannot be read (abort)" in found.unreadable[0]
    server.hang_up_at = None
    assert (run().taken, fetched(server)) == (2, [1, 2, 2, 3])


def test_a_mail_that_is_gone_by_then_stops_no_other(run, server, monkeypatch):
    server.mails = {1: mail("Een."), 3: mail("Drie.", number=3)}
    import serving.mail.imap as module

    monkeypatch.setattr(module, "_expect", lambda answer, of=module._expect: [b"1 2 3"] if answer[1][0] == b"1 3" else of(answer))
    found = run()
    assert (found.taken, found.unreadable) == (2, ["mail 2 of INBOX on 127.0.0.1: the server no longer has it"])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"authority": None}, "cannot be read (self-signed certificate"),
        ({"host": "localhost"}, "the mailbox on localhost cannot be read (Hostname mismatch"),
        ({"port": 1}, "cannot be read (ConnectionRefusedError)"),
        ({"mailbox": "Elders"}, "cannot be read (error)"),
        ({"user": "iemand"}, "cannot be read (error)"),
        (
            {"password_from": "NO_SUCH_VARIABLE"},
            "there is no password for the mailbox on 127.0.0.1. Expected: the environment variable NO_SUCH_VARIABLE",
        ),
        ({"authority": "nothing.pem"}, "cannot be read (FileNotFoundError)"),
    ],
)
def test_what_keeps_a_mailbox_closed_is_told_without_password_or_user(run, server, sqlite, changed, said):
    server.mails = {1: mail()}
    found = run(**changed)
    assert (found.taken, len(found.unreadable)) == (0, 1)
    assert said in found.unreadable[0]
    assert PASSWORD not in found.unreadable[0]
    assert USER not in found.unreadable[0]
    assert rows(sqlite, mail_boxes) == []


def test_a_token_signs_in_as_a_password_does(run, server, monkeypatch):
    server.mails = {1: mail()}
    monkeypatch.setenv("MAIL_PASSWORD", TOKEN)
    assert run(sign_in="xoauth2").taken == 1
