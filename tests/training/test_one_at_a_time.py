"""Candidates of a theme are kept one at a time: two trainings of one matrix give one candidate."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Event, Thread

from training.run import _turn


def test_who_comes_second_waits_until_the_first_has_kept_its_candidate(tmp_path: Path) -> None:
    candidates, inside, may_end = tmp_path / "candidates" / "registration", Event(), Event()
    order: list[str] = []
    said: list[str] = []

    def first() -> None:
        with _turn(candidates, say=said.append):
            inside.set()
            assert may_end.wait(60)
            order.append("first")

    def second() -> None:
        with _turn(candidates, say=said.append):
            order.append("second")

    threads = [Thread(target=first)]
    threads[0].start()
    assert inside.wait(60)
    threads.append(Thread(target=second))
    threads[1].start()
    threads[1].join(0.5)
    assert order == []
    assert said == [f"waiting for process {os.getpid()}, which is keeping a candidate of theme 'registration'"]
    may_end.set()
    for thread in threads:
        thread.join(60)
    assert order == ["first", "second"]


def test_another_theme_does_not_wait(tmp_path: Path) -> None:
    folder, said = tmp_path / "candidates", []
    with _turn(folder / "registration", say=said.append), _turn(folder / "premises", say=said.append):
        assert sorted(path.name for path in folder.iterdir()) == [".premises.lock", ".registration.lock"]
    assert said == []
