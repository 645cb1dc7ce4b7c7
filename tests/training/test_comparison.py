"""A challenger beside the champion: neither is measured on, or lists, an address of which it would give no answer."""

from __future__ import annotations

from dataclasses import replace

from tests.training.conftest import Trained
from tests.training.retrainings import cohort
from tests.training.testdam import TODAY
from training import comparison_page
from training.comparison import compare
from training.paired import Paired
from training.release import Release
from training.support import Support


def narrow(champion: Release) -> Release:
    """Give the same release, to which every address with a report is unlike what it knows."""
    scrutiny = champion.evaluation.scrutiny
    assert scrutiny is not None
    assert scrutiny.support is not None
    usual = tuple(one.model_copy(update={"highest": 0.0}) if one.indicator == "reports_3y" else one for one in scrutiny.support.usual)
    support = Support(rows=scrutiny.support.rows, usual=usual, most=0)
    evaluation = champion.evaluation.model_copy(update={"scrutiny": scrutiny.model_copy(update={"support": support})})
    return replace(champion, evaluation=evaluation)


def test_addresses_of_which_one_of_both_gives_no_answer_are_left_out_and_counted(first_training: Trained) -> None:
    town, candidate = first_training.town, first_training.candidate
    champion, rows = narrow(candidate.release), candidate.learned.rounds[-1].folds.test.rows
    found = compare(candidate, champion, cohort=cohort(town), theme=town.theme, made_on=TODAY, seed=1).comparison
    assert isinstance(found.newest, Paired)
    assert champion.support is not None
    assert candidate.release.support is not None
    both = ~champion.support.unlike(rows) & ~candidate.release.support.unlike(rows)
    assert 0 < both.sum() < len(rows)
    assert (found.newest.rows, found.not_scorable_rows, found.left_out_rows) == (both.sum(), (~both).sum(), 0)
    changed, frame = found.changed_list, cohort(town).frame
    assert changed is not None
    assert changed.not_scorable_challenger == candidate.release.support.unlike(frame).sum()
    assert changed.not_scorable_champion == champion.support.unlike(frame).sum() > changed.not_scorable_challenger
    page = comparison_page.text(found)
    assert f"and {(~both).sum()} of which one of both gives no answer" in page
    assert f"to the champion {changed.not_scorable_champion}: they get no answer" in page
