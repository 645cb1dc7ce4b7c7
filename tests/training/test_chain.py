"""A chained file: what was written stays as it was, or it shows."""

from __future__ import annotations

import json
import resource
import signal
import threading
import time

import pytest

from features.errors import StateError
from training import chain

LINES = 4


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "state" / "chain.jsonl"
    for number in range(LINES):
        chain.append(file, lambda position, _, number=number: {"number": number, "position": position, "said": "één | <regel>\n"})
    return file


def test_lines_are_read_back_in_order_each_with_the_hash_of_the_one_before(path):
    lines = chain.read(path)
    assert [line.content["number"] for line in lines] == list(range(LINES))
    assert [line.position for line in lines] == [line.content["position"] for line in lines] == [1, 2, 3, 4]
    assert [line.previous_hash for line in lines] == [chain.EMPTY_HASH, *(line.entry_hash for line in lines[:-1])]
    assert lines[0].content["said"] == "één | <regel>\n"


def test_a_file_that_is_not_there_has_no_lines(tmp_path):
    assert chain.read(tmp_path / "none") == []


def test_a_change_of_any_byte_shows(path):
    """Every byte of the file, the ends of lines too; only the end of the last line makes it a line that was never answered for."""
    stored = path.read_bytes()
    for place in range(len(stored) - 1):
        path.write_bytes(stored[:place] + bytes([stored[place] ^ 1]) + stored[place + 1 :])
        with pytest.raises(StateError, match=r"line \d is not as it was written, or one before it is gone"):
            chain.read(path)


def rewritten(line, **changes):
    return json.dumps({**json.loads(line), **changes}, sort_keys=True, separators=(",", ":"))


TAMPERED = {
    "taken out of the middle": lambda lines: [lines[0], *lines[2:]],
    "taken off the front": lambda lines: lines[1:],
    "put in another order": lambda lines: [lines[1], lines[0], *lines[2:]],
    "there twice": lambda lines: [lines[0], *lines],
    "empty": lambda lines: [*lines, ""],
    "no object": lambda lines: [*lines, "[]"],
    "with a field of its own": lambda lines: [rewritten(lines[0], note="nice"), *lines[1:]],
    "without its hash": lambda lines: [json.dumps({k: v for k, v in json.loads(lines[0]).items() if k != "entry_hash"}), *lines[1:]],
    "with a number that is none": lambda lines: [rewritten(lines[0], position="1"), *lines[1:]],
}


@pytest.mark.parametrize("how", TAMPERED)
def test_a_line_that_is_not_where_it_was_shows(path, how):
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(TAMPERED[how](lines)) + "\n", encoding="utf-8")
    with pytest.raises(StateError, match="is not as it was written"):
        chain.read(path)
    before = path.read_bytes()
    with pytest.raises(StateError, match="is not as it was written"):
        chain.append(path, lambda *_: {"number": 9})
    assert path.read_bytes() == before


def test_half_a_line_that_a_killed_process_left_gives_way_to_the_next(path):
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"content":{"numb')
    assert len(chain.read(path)) == LINES
    chain.append(path, lambda *_: {"number": 9})
    assert path.read_bytes().startswith(whole)
    assert [line.content["number"] for line in chain.read(path)] == [0, 1, 2, 3, 9]


def test_a_full_disk_leaves_no_half_line_and_the_same_call_carries_on(path):
    """A real limit on the size of a file, in the middle of the next line."""
    whole = path.read_bytes()
    handler, limits = signal.signal(signal.SIGXFSZ, signal.SIG_IGN), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(whole) + 20, limits[1]))
    try:
        with pytest.raises(StateError, match="could not be written: File too large"):
            chain.append(path, lambda *_: {"number": 9})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert path.read_bytes() == whole
    assert chain.append(path, lambda *_: {"number": 9}).position == LINES + 1


def test_an_interruption_while_it_is_written_leaves_no_line(path, monkeypatch):
    whole = path.read_bytes()

    def stop(_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(chain.os, "fsync", stop)
        with pytest.raises(KeyboardInterrupt):
            chain.append(path, lambda *_: {"number": 9})
    assert path.read_bytes() == whole


def test_writers_at_the_same_time_make_one_chain(path):
    def slowly(position, _):
        time.sleep(0.02)  # long enough for another to read the same end of the file, were it let
        return {"number": position}

    threads = [threading.Thread(target=chain.append, args=(path, slowly)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(chain.read(path)) == LINES + 8
