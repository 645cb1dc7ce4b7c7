"""What the service stands on: settings, database, events and releases, opened once per process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Engine

from features.builds import current
from features.errors import SchouwError, StateError
from features.report import REPORT
from features.settings import Settings
from features.store import open_store
from features.themes import load_themes
from serving import database, ledger_seen
from serving.clock import Clock
from serving.models import Models
from serving.scorer import Scorer
from serving.scorings import open_scorings
from serving.tokens import Tokens


@dataclass(frozen=True)
class Opened:
    """Everything a request needs."""

    settings: Settings
    engine: Engine
    scorer: Scorer
    clock: Clock
    tokens: Tokens | None = None

    @cached_property
    def models(self) -> Models:
        """The candidates beside the releases that answer."""
        return Models(self.settings)

    def check(self) -> None:
        """Refuse where a request could not be answered now.

        Raises
        ------
        StateError
            No release is loaded, the events are gone, or the database does not take a write.
        ApprovalError
            The override of every release ended. Where that is so of some, their themes give no score, and the others answer.
        """
        if not self.scorer.scorings:
            raise StateError("no theme has a released model", expected="at least one champion", remedy="run 'schouw promote', then start again")
        withheld = self.scorer.withheld(self.clock.today())
        if len(withheld) == len(self.scorer.scorings):
            raise next(iter(withheld.values()))
        if not (current(self.settings.state) / REPORT).exists():
            raise StateError("there are no events", expected="the events of a build", remedy="run 'schouw build'")
        database.check_writable(self.engine)

    def ready(self) -> bool:
        """Say whether a request could be answered now."""
        try:
            self.check()
        except SchouwError:
            return False
        return True


def open_all(settings: Settings, clock: Clock) -> Opened:
    """Open the events, the releases and the database (upgraded), in that order: what refuses leaves no new database behind.

    Raises
    ------
    SchouwError
        Any of them cannot be opened; the text says which.
    """
    store = open_store(settings)
    themes = load_themes(settings)
    scorings = open_scorings(settings, store, themes)
    engine = database.connect(settings.database_url)
    database.upgrade(engine)
    ledger_seen.follow(engine, settings.state)
    scorer = Scorer(settings, store, engine, themes=themes, scorings=scorings)
    tokens = None if settings.oidc is None else Tokens(settings.oidc, settings.clients)
    return Opened(settings, engine, scorer, clock, tokens)
