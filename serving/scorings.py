"""Which themes can be scored: the champion of each, held against the rules and the code of now before it answers anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from features.catalogue import catalogue_hash, for_sources
from features.errors import ReleaseError
from features.live import Live
from features.matrix import Builder
from features.settings import Settings
from features.store import Store
from features.themes import Theme
from serving.score_table import Tables
from training import lean_lightgbm, ledger, release  # noqa: F401 - the first stands before anything that imports LightGBM
from training.release import Release


@dataclass(frozen=True)
class Scoring:
    """One theme, ready to score: its rules, its approved model, where its rows come from, and the table of the nightly run."""

    theme: Theme
    release: Release
    live: Live
    tables: Tables


def open_scorings(settings: Settings, store: Store, themes: Mapping[str, Theme]) -> dict[str, Scoring]:
    """Load the champion of every enabled theme that has one.

    One of which the override ended is loaded too: that theme gives no score and says why (`serving.scorer`), and the others answer on.

    Raises
    ------
    ReleaseError, ApprovalError
        A champion is incomplete, was changed, is of other code or purpose, was not approved as it must be (DESIGN rule 7), or is not what the
        last line of the ledger tells, its override included.
    StateError
        The ledger is not as it was written.
    """
    scorings = {}
    for code, theme in themes.items():
        if not theme.enabled or not (settings.state / "releases" / code / release.CHAMPION).exists():
            continue
        loaded = release.load(release.champion_folder(settings, code), settings)
        _check_same(loaded, theme)
        release.check_gates(loaded, limits=theme.limits)
        ledger.check_served(settings, theme=code, version=loaded.version, release_hash=loaded.release_hash, override=loaded.override)
        builder = Builder(store, theme, loaded.indicators)
        builder.sql  # noqa: B018 - compiled now, not during the first request
        scorings[code] = Scoring(theme, loaded, Live(builder), Tables(settings.state))
    return scorings


def _check_same(loaded: Release, theme: Theme) -> None:
    """A model reads what it was trained on: the same indicators, by the same code, for the same purpose, under the same rules.

    Which indicators those are was decided by the training matrix. One that came later, or of which a column is filled since, is not asked.
    """
    card, allowed = loaded.card, for_sources(theme.source_names)
    catalogue = catalogue_hash({name: allowed[name] for name in loaded.indicators if name in allowed})
    differs = {
        f"is of theme '{card.theme}', not '{theme.code}'": card.theme != theme.code,
        "was trained for another purpose or on other indicators than this code computes": (card.purpose, card.catalogue_hash)
        != (theme.purpose.code, catalogue),
        f"learned under other rules than theme '{theme.code}' has now": card.theme_hash != theme.content_hash,
    }
    for difference in (said for said, found in differs.items() if found):
        raise ReleaseError(
            f"release {loaded.version} {difference}",
            expected=f"theme '{theme.code}' with purpose {theme.purpose.code}, rules {theme.content_hash[:12]} and catalogue {catalogue[:12]}",
            remedy=f"build, train and promote again, or restore the theme (themes/{theme.code}.toml) or the code of the release",
        )
