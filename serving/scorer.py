"""A release and an address to a score with its reasons, or to why there is none; every answer is on disk before it is handed out.

The row comes from the same `features.matrix.Builder` as training and the nightly run.
"""

from __future__ import annotations

import platform
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Engine

from features.errors import ApprovalError, NotFoundError
from features.manifest import Manifest, lock_hash
from features.settings import Settings, next_as_of
from features.store import Store
from features.themes import Theme
from serving import metrics, result, score_log
from serving.access import Caller, permit
from serving.address_key import AddressKey
from serving.addresses import AddressBook, Asked
from serving.clock import Clock
from serving.result import Found, Score
from serving.scorings import Scoring
from training import lean_lightgbm, release  # noqa: F401 - the first stands before anything that imports LightGBM
from training.release import Release
from training.stops import Stops


@dataclass(frozen=True)
class Answer:
    """An answer: a score, or that the address is unlike any inspected one, or None where it is not in the theme's cohort.

    Attributes
    ----------
    score_id : str
        Opaque; finds the answer in the score log.
    as_of : date
        Only what was known before this day counted.
    manifest : Manifest, optional
        Of the row; None outside the cohort.
    """

    score_id: str
    theme: Theme
    release: Release
    address_id: str
    purpose: str
    as_of: date
    found: Found | None
    manifest: Manifest | None

    @property
    def score(self) -> Score | None:
        """The score, where there is one."""
        return self.found if isinstance(self.found, Score) else None


class Scorer:
    """Answers questions about addresses.

    Parameters
    ----------
    settings : Settings
    store : Store
        Events of the last good build.
    engine : sqlalchemy.Engine
        Of our own database, with its tables.
    themes : mapping of str to Theme
        All of the municipality, disabled ones included.
    scorings : mapping of str to Scoring
        The themes that have an approved release.
    """

    def __init__(self, settings: Settings, store: Store, engine: Engine, *, themes: Mapping[str, Theme], scorings: Mapping[str, Scoring]) -> None:
        self.settings = settings
        self.themes = themes
        self.scorings = scorings
        self.stops = Stops(settings.state)
        self.address_book = AddressBook(store, settings.address_id_pattern)
        self._engine = engine
        self._address_key = AddressKey.of(settings.state)
        self._lock_hash = lock_hash()

    def score(self, asked: Asked, *, theme: str, purpose: str, caller: Caller, clock: Clock) -> Answer:
        """Score one address.

        Parameters
        ----------
        asked : Asked
            The address as the caller named it.
        theme, purpose : str
            Codes.
        caller : Caller
        clock : Clock

        Returns
        -------
        Answer
            It is in the score log already.

        Raises
        ------
        NotFoundError
            No such theme, no release of it (a disabled theme has none), or no such address.
        PurposeError
            The purpose is not the theme's, or not this caller's.
        InputError
            The address is malformed or ambiguous.
        ReleaseError
            The score is not the sum of its reasons.
        StaleSourceError
            A source that the theme cannot do without was silent for too long.
        ApprovalError
            A gate of the model was overridden, and that ended, or someone stopped the theme; other themes answer on.
        StateError
            The answer could not be logged, so it is not given.
        """
        permit(caller, self.theme(theme), purpose)
        self.stops.check(theme)
        scoring = self._scoring(theme)
        today = clock.today()
        release.check_in_force(scoring.release, on=today)
        as_of = next_as_of(today)
        address_id = self.address_book.find(asked, as_of=as_of)
        found, manifest = self._compute(scoring, address_id, as_of=as_of, today=today)
        answer = Answer(str(uuid.uuid4()), scoring.theme, scoring.release, address_id, purpose, as_of, found, manifest)
        with metrics.stage("log"):
            payload = _payload(answer, caller, self._lock_hash) | {"address_hash": self._address_key.hash(address_id)}
            score_log.append(self._engine, payload, score_id=answer.score_id, theme=theme, logged_at=clock.now())
        metrics.scored(theme, None if answer.score is None else answer.score.score)
        return answer

    def withheld(self, today: date) -> dict[str, ApprovalError]:
        """Give the themes that have a release and give no score today, because its override ended or begins later, each with the reason."""
        found = {}
        for code, scoring in self.scorings.items():
            try:
                release.check_in_force(scoring.release, on=today)
            except ApprovalError as error:
                found[code] = error
        return found

    def theme(self, code: str) -> Theme:
        """Give a theme.

        Raises
        ------
        NotFoundError
            The municipality has no such theme.
        """
        if code not in self.themes:
            raise NotFoundError(f"theme '{code}' is not known", expected=f"one of {', '.join(self.themes)}", remedy="correct the code")
        return self.themes[code]

    def _scoring(self, code: str) -> Scoring:
        if code not in self.scorings:
            raise NotFoundError(
                f"theme '{code}' has no released model",
                expected=f"one of {', '.join(self.scorings) or 'none yet'}",
                remedy="ask again when a process owner has released one, and the service was restarted",
            )
        return self.scorings[code]

    def _compute(self, scoring: Scoring, address_id: str, *, as_of: date, today: date) -> tuple[Found | None, Manifest | None]:
        with metrics.stage("row"):
            row = scoring.live.find(address_id, as_of, built_on=today)
        if row is None:
            return None, None
        with metrics.stage("model"):
            return result.found(scoring.release, row.indicators, stale=row.manifest.stale_since), row.manifest


def _payload(answer: Answer, caller: Caller, lock: str | None) -> dict[str, Any]:
    """Everything that is needed to give the same answer again (DESIGN rule 8)."""
    card = answer.release.card
    return {
        "score_id": answer.score_id,
        "caller": caller.id,
        "user": caller.user,
        "purpose": answer.purpose,
        "theme": answer.theme.code,
        "theme_hash": answer.theme.content_hash,
        "address_id": answer.address_id,
        "as_of": answer.as_of.isoformat(),
        "version": card.version,
        "release_hash": answer.release.release_hash,
        "override": answer.release.override and answer.release.override.model_dump(mode="json"),
        "calibration": [card.calibration.slope, card.calibration.intercept],
        "population": card.calibration.population,
        "catalogue_hash": card.catalogue_hash,
        "wording_hash": card.wording_hash,
        "lock_hash": lock,
        "processor": platform.machine(),
        "inputs": {name: i.content_hash for name, i in answer.manifest.inputs.items()} if answer.manifest else None,
        "stale": {n: day and day.isoformat() for n, day in answer.manifest.stale_since.items()} if answer.manifest else None,
        "answer": None if answer.found is None else result.logged(answer.found),
    }
