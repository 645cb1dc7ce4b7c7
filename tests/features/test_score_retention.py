"""How long answers are kept is a theme's own, six months at least, and no reason to train again."""

from __future__ import annotations

import pytest

from features.declared_score_log import SHORTEST_DAYS, USUAL_DAYS
from features.errors import SettingsError
from features.settings import load
from features.themes import load_theme
from tests import hamlet


@pytest.fixture
def place(tmp_path):
    return hamlet.hamlet(tmp_path, addresses=hamlet.addresses("A1"))


def with_days(settings, days):
    file = settings.folder / "themes" / "trial.toml"
    file.write_text(file.read_text().replace("[purpose]", f"score_retention_days = {days}\n[purpose]", 1))
    return load_theme(settings, "trial")


def test_another_retention_asks_for_no_other_model(place):
    before = load_theme(place, "trial")
    after = with_days(place, SHORTEST_DAYS)
    assert (before.score_retention_days, after.score_retention_days) == (USUAL_DAYS, 184)
    assert before.content_hash == after.content_hash


@pytest.mark.parametrize("days", [183, 0, -1])
def test_less_than_six_months_is_refused_with_the_law_that_asks_it(place, days):
    with pytest.raises(
        SettingsError, match=rf"score_retention_days: {days} days is less than six months.* 184 days at least \(AI Act art\. 26\(6\)\)"
    ):
        with_days(place, days)


@pytest.mark.parametrize(
    ("key", "fits"), [("VeDiGbQaK4cGPkHTSSAaIkHYzrttXY8MJ5RIIEYzf2Y=", True), ("VeDiGbQaK4cGPkHTSSAaIkHYzrttXY8MJ5RIIEYzf2Z=", False)]
)
def test_a_key_that_counts_has_one_spelling(place, key, fits):
    file = place.folder / "municipality.toml"
    file.write_text(f'{file.read_text()}[score_log]\npublic_keys = ["{key}"]\n')
    if fits:
        assert load(place.folder).score_log.public_keys == (key,)
    else:
        with pytest.raises(SettingsError, match=r"score_log\.public_keys"):
            load(place.folder)
