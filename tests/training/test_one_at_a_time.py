"""Candidates of a theme are kept one at a time: two trainings of one matrix give one candidate."""

from __future__ import annotations

from pathlib import Path
from threading import Event, Thread

from training.run import _turn


def test_who_comes_second_waits_until_the_first_has_kept_its_candidate(tmp_path: Path) -> None:
    candidates, order, inside, may_end = tmp_path / "candidates" / "registration", [], Event(), Event()

    def first() -> None:
        with _turn(candidates):
            inside.set()
            assert may_end.wait(60)
            order.append("first")

    def second() -> None:
        with _turn(candidates):
            order.append("second")

    threads = [Thread(target=first)]
    threads[0].start()
    assert inside.wait(60)
    threads.append(Thread(target=second))
    threads[1].start()
    threads[1].join(0.5)
    assert order == []
    may_end.set()
    for thread in threads:
        thread.join(60)
    assert order == ["first", "second"]


def test_another_theme_does_not_wait(tmp_path: Path) -> None:
    with _turn(tmp_path / "candidates" / "registration"), _turn(tmp_path / "candidates" / "premises"):
        assert sorted(path.name for path in (tmp_path / "candidates").iterdir()) == [".premises.lock", ".registration.lock"]
