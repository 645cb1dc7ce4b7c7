"""What a theme may say, and what is refused: each fault with a text that names it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import schouw
from features import audit
from features.errors import SettingsError
from features.lineage import of_theme, picture
from features.settings import load
from features.sources import all_sources
from features.themes import Theme, load_theme, load_themes
from tests.hamlet import addresses, hamlet

MUNICIPALITIES = Path(__file__).parents[2] / "municipalities"
ARM = '[random_arm]\nform = "visit"\nshare = 0.1\n'
USES = 'uses = ["residential"]'
CONFIRMING = 'confirming = ["confirmed"]'


def changed(folder: Path, found: str, put: str) -> Theme:
    """Give the trial theme with one passage replaced."""
    settings = hamlet(folder, addresses=addresses("A1"))
    file = settings.folder / "themes" / "trial.toml"
    text = file.read_text()
    assert found in text
    file.write_text(text.replace(found, put))
    return load_theme(settings, "trial")


@pytest.mark.parametrize(
    ("arm", "said"),
    [
        ("", "random_arm: Field required"),
        ('[random_arm]\nform = "lottery"\nshare = 0.1\n', "random_arm.form: Input should be 'visit', 'desk-check' or 'none'"),
        ('[random_arm]\nform = "visit"\n', "random_arm: form 'visit' needs share: which part of a list is drawn at random"),
        ('[random_arm]\nform = "visit"\nshare = 0.0\n', "random_arm.share: Input should be greater than 0"),
        ('[random_arm]\nform = "visit"\nshare = 0.5\n', "random_arm.share: Input should be less than 0.5"),
        ('[random_arm]\nform = "visit"\nshare = nan\n', "random_arm.share"),
        ('[random_arm]\nform = "none"\nshare = 0.1\n', "random_arm: form 'none' draws nothing, so share 0.1 means nothing"),
        ('[random_arm]\nform = "none"\n', "random_arm: form 'none' needs none_because: the law that asks for doubt first"),
        ('[random_arm]\nform = "none"\nnone_because = " "\n', "random_arm: form 'none' needs none_because"),
        ('[random_arm]\nform = "visit"\nshare = 0.1\nnone_because = "no"\n', "none_because is a reason for form 'none', and form is 'visit'"),
        ('[random_arm]\nform = "desk-check"\nshare = 0.1\n', "random_arm draws desk checks, and they give no label: set outcome.desk_only_counts"),
        (f"{ARM}seed = 1\n", "random_arm.seed: Extra inputs are not permitted"),
    ],
)
def test_a_random_arm_says_what_is_drawn_or_why_nothing_is(tmp_path: Path, arm: str, said: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(said)):
        changed(tmp_path, ARM, arm)


@pytest.mark.parametrize(
    ("arm", "words"),
    [
        (ARM, "visit, 10.0% of a list drawn at random"),
        ('[random_arm]\nform = "visit"\nshare = 0.499\n', "visit, 49.9% of a list drawn at random"),
        ('[random_arm]\nform = "none"\nnone_because = "doubt first"\n', "none: doubt first"),
    ],
)
def test_the_lineage_says_what_is_drawn_at_random(tmp_path: Path, arm: str, words: str) -> None:
    lineage = of_theme(changed(tmp_path, ARM, arm), load(tmp_path / "hamlet"))
    assert lineage.random_arm == words
    assert f"random arm: {words}" in picture(lineage)


def test_desk_checks_may_be_drawn_where_they_give_a_label(tmp_path: Path) -> None:
    settings = hamlet(tmp_path, addresses=addresses("A1"))
    file = settings.folder / "themes" / "trial.toml"
    file.write_text(
        file.read_text().replace('form = "visit"', 'form = "desk-check"').replace("span_days = 120", "span_days = 120\ndesk_only_counts = true")
    )
    assert load_theme(settings, "trial").random_arm.said == "desk-check, 10.0% of a list drawn at random"


@pytest.mark.parametrize("code", ["registration", "benefits"])
def test_the_command_shows_the_random_arm_in_table_json_and_graph(code: str, tmp_path: Path) -> None:
    words = ["lineage", code, "--municipality", str(MUNICIPALITIES / "zaanwijk")]
    graph = tmp_path / "lineage.svg"
    table = CliRunner().invoke(schouw.build(), [*words, "--graph", str(graph)], env={"COLUMNS": "400"}).stdout
    told = json.loads(CliRunner().invoke(schouw.build(), [*words, "--json"]).stdout)["random_arm"]
    assert told.startswith("visit, " if code == "registration" else "none: ")
    assert told in " ".join(table.split())
    assert told in graph.read_text(encoding="utf-8")


def test_every_theme_that_ships_has_a_random_arm_or_a_reason_and_none_that_is_off_draws() -> None:
    for folder in ("zaanwijk", "chicago"):
        for theme in load_themes(load(MUNICIPALITIES / folder)).values():
            assert theme.enabled or theme.random_arm.form == "none"
            assert (theme.random_arm.share is None) == bool(theme.random_arm.none_because)


@pytest.mark.parametrize(
    ("found", "put", "said"),
    [
        (USES, "uses = []", "cohort.uses: Tuple should have at least 1 item"),
        (USES, 'uses = ["dwelling"]', "cohort.uses: no such code: dwelling; it is one of residential, hospitality, retail"),
        (CONFIRMING, 'confirming = ["none"]', "outcome.confirming: 'none' is a finding of every theme and confirms none"),
        (CONFIRMING, 'confirming = ["care-signal"]', "'care-signal' is a finding of every theme"),
        (CONFIRMING, 'confirming = ["other-violation"]', "'other-violation' is a finding of every theme"),
        (CONFIRMING, 'confirming = ["Room rental"]', "'Room rental' is no finding code: small letters, digits and hyphens"),
        (CONFIRMING, 'confirming = ["a", "a"]', "'a' stands twice"),
        (CONFIRMING, "confirming = []", "outcome.confirming: Tuple should have at least 1 item"),
        ('authority = "college"', 'authority = "council"', "authority: Input should be 'college', 'mayor' or 'other'"),
        ('name = "addresses"', 'name = "reports"', "sources: source 'addresses' is missing: a score is of an address"),
        ('name = "addresses"\nlegal_basis = "trial"', 'name = "addresses"\nlegal_basis = " "', "source 'addresses' has no legal basis"),
    ],
)
def test_what_would_be_about_nobody_or_confirm_nothing_is_refused(tmp_path: Path, found: str, put: str, said: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(said)):
        changed(tmp_path, found, put)


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ("minimum_lift = 0", "limits.minimum_lift: 0 switches the gate off: a list drawn by lot has a lift of 1"),
        ("minimum_lift = 0.99", "limits.minimum_lift: 0.99 switches the gate off"),
        ("minimum_lift = nan", "limits.minimum_lift"),
        ("minimum_lift = inf", "limits.minimum_lift"),
        ("maximum_calibration_gap = 0.0", "limits.maximum_calibration_gap: 0 is no limit: above 0, and at most 0.25"),
        ("maximum_calibration_gap = 0.26", "limits.maximum_calibration_gap: 0.26 is no limit"),
        ("maximum_calibration_gap = nan", "limits.maximum_calibration_gap"),
        ("minimum_labels = 0", "limits.minimum_labels"),
        ("minimum_positives = 0", "limits.minimum_positives"),
    ],
)
def test_no_limit_switches_its_gate_off(tmp_path: Path, limit: str, said: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(said)):
        changed(tmp_path, ARM, f"{ARM}[limits]\n{limit}\n")


def test_limits_on_their_bounds_are_taken(tmp_path: Path) -> None:
    limits = changed(tmp_path, ARM, f"{ARM}[limits]\nminimum_lift = 1\nmaximum_calibration_gap = 0.25\nminimum_labels = 1\n").limits
    assert (limits.minimum_lift, limits.maximum_calibration_gap, limits.minimum_labels) == (1.0, 0.25, 1)


def test_what_is_drawn_is_free_to_change_and_what_a_label_is_is_not(tmp_path: Path) -> None:
    hashes = [
        changed(tmp_path / str(i), *change).content_hash
        for i, change in enumerate([(ARM, ARM), ("share = 0.1", "share = 0.2"), ("span_days = 120", "span_days = 121")])
    ]
    assert hashes[0] == hashes[1] != hashes[2]


def test_an_audit_group_of_which_no_neighbourhood_is_is_refused() -> None:
    given = pd.DataFrame({"neighbourhood": ["N1", "N2", "N3"], "audit_group": ["lower-income", "higher-income", None]})
    audit.refuse_unknown(given, ("lower-income",), theme="trial")
    with pytest.raises(
        SettingsError, match=r"names the audit group middle-income, of which no neighbourhood is\. Expected: groups of the audit data: higher"
    ):
        audit.refuse_unknown(given, ("lower-income", "middle-income"), theme="trial")


def test_signals_of_address_quality_serve_the_correctness_of_registrations_only(tmp_path: Path) -> None:
    assert [name for name, source in all_sources().items() if source.only_for] == ["address_quality_signals"]
    put = 'name = "addresses"\nlegal_basis = "trial"\n[[sources]]\nname = "address_quality_signals"'
    said = "source 'address_quality_signals' serves no purpose but supervise-registration, and purpose.code is 'trial': take it out of [[sources]]"
    with pytest.raises(SettingsError, match=re.escape(said)):
        changed(tmp_path, 'name = "addresses"', put)
    file = tmp_path / "hamlet" / "themes" / "trial.toml"
    file.write_text(file.read_text().replace('code = "trial"\ntitle_nl = "proef"', 'code = "supervise-registration"\ntitle_nl = "proef"'))
    assert "address_quality_signals" in load_theme(load(tmp_path / "hamlet"), "trial").source_names
    listing = {code for code, theme in load_themes(load(MUNICIPALITIES / "zaanwijk")).items() if "address_quality_signals" in theme.source_names}
    assert listing == {"registration"}


def test_the_page_of_themes_says_who_decides_on_which_ground_and_what_is_required() -> None:
    page = (MUNICIPALITIES.parent / "docs" / "themes.md").read_text(encoding="utf-8").splitlines()
    head = page.index("| theme | authority | legal power | process owner | required sources |") + 2
    told = page[head : page.index("", head)]
    themes = load_themes(load(MUNICIPALITIES / "zaanwijk"))
    needed = {code: ", ".join(f"`{s.name}`" for s in theme.sources if s.required) or "none" for code, theme in themes.items()}
    assert sorted(told) == sorted(f"| `{c}` | {t.authority} | {t.legal_power} | {t.process_owner} | {needed[c]} |" for c, t in themes.items())
