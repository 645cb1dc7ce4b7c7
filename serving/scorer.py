"""A release and an address to a score with its reasons, or to why there is none; every answer is on disk before it is handed out.

The row comes from the same `features.matrix.Builder` as training and the nightly run.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pandas as pd
from sqlalchemy import Engine

from features.errors import ApprovalError, InputError, NotFoundError, SchouwError
from features.freshness import refuse_stale
from features.manifest import Manifest, lock_hash
from features.settings import Settings, next_as_of
from features.store import Store
from features.themes import Theme
from serving import cases, ledger_seen, metrics, result, score_log
from serving.access import Action, Caller, permit
from serving.address_key import AddressKey
from serving.addresses import AddressBook, Asked
from serving.answers import Answer, payload, told_of
from serving.champions import Champions, Loaded
from serving.clock import Clock
from serving.result import Found, Score
from serving.score_table import Entry, ScoreTable
from serving.scorings import Scoring, open_scorings
from training import lean_lightgbm, release  # noqa: F401 - the first stands before anything that imports LightGBM
from training.release import Release
from training.stops import Stops


@dataclass(frozen=True)
class Question:
    """What is asked of one address or many.

    Attributes
    ----------
    theme, purpose : str
        Codes.
    caller : Caller
    clock : Clock
    case_reference : str, optional
        Of the caller's case; who is a handler and nothing else asks within one.
    as_of : date, optional
        An earlier day: only what was known before it counts. Otherwise tomorrow, which sees all of today.
    """

    theme: str
    purpose: str
    caller: Caller
    clock: Clock
    case_reference: str | None = None
    as_of: date | None = None


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
        self.stops = Stops(settings)
        self.champions = Champions(
            settings.state, tuple(themes), lambda code: open_scorings(settings, store, {code: themes[code]}).get(code), self._take
        )
        self.address_book = AddressBook(store, settings.address_id_pattern)
        self._engine = engine
        self._address_key = AddressKey.of(settings.state)
        self._lock_hash = lock_hash()

    def score(self, asked: Asked, question: Question) -> Answer:
        """Score one address.

        Parameters
        ----------
        asked : Asked
            The address as the caller named it.
        question : Question

        Returns
        -------
        Answer
            It is in the score log already.

        Raises
        ------
        NotFoundError
            No such theme, no release of it (a disabled theme has none), no such address, or nothing is kept of the day.
        PurposeError
            The purpose is not the theme's, or not this caller's; or the case asked about too many addresses.
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
        (answer,) = self.score_many([asked], question)
        if isinstance(answer, SchouwError):
            raise answer
        return answer

    def score_many(self, asked: Sequence[Asked], question: Question) -> list[Answer | SchouwError]:
        """Score many addresses, each by itself: one that cannot be scored keeps no other from its answer.

        Returns
        -------
        list of Answer or SchouwError, in the order of ``asked``
            All answers are in the score log already, in one transaction; an error is one of those that `score` raises about an address.

        Raises
        ------
        SchouwError
            Those of `score` that are about the question, or about our own state: then there is no answer at all.
        """
        scoring, as_of = self._admitted(question, "score")
        answers = [self._answered(one, scoring, question, as_of) for one in asked]
        given = [answer for answer in answers if isinstance(answer, Answer)]
        self.stops.check(question.theme)  # again: a thousand addresses take long, and a stop holds from its answer on
        cases.admit(self._engine, question.caller, question.case_reference, [answer.address_id for answer in given], on=question.clock.today())
        with metrics.stage("log"):
            score_log.append_many(self._engine, [self._line(answer, question) for answer in given])
        for answer in given:
            metrics.scored(question.theme, None if answer.score is None else answer.score.score)
        return answers

    def preview(self, asked: Asked, question: Question, otherwise: Mapping[str, float]) -> tuple[Answer, Score]:
        """Say what the score of an address would be if some of its indicators were otherwise; it is logged as a look, never as a score.

        Parameters
        ----------
        asked : Asked
        question : Question
        otherwise : mapping of str to float
            Values by indicator; NaN is missing.

        Returns
        -------
        Answer
            As it is.
        Score
            As it would be.

        Raises
        ------
        NotFoundError
            The model reads no such indicator, or the address has no score; that someone looked is logged then too.
        SchouwError
            As `score`.
        """
        scoring, as_of = self._admitted(question, "preview")
        unknown = sorted(set(otherwise) - set(scoring.release.indicators))
        if unknown:
            raise NotFoundError("the model reads no such indicator", expected="names that GET /v1/indicators lists", remedy="correct the name")
        answer = self._answered(asked, scoring, question, as_of)
        if isinstance(answer, SchouwError):
            raise answer
        self.stops.check(question.theme)
        cases.admit(self._engine, question.caller, question.case_reference, [answer.address_id], on=question.clock.today())
        line = self._line(answer, question)
        said = {"preview_of": question.theme, "otherwise": {name: None if math.isnan(value) else value for name, value in otherwise.items()}}
        with metrics.stage("log"):
            score_log.append_many(self._engine, [replace(line, theme=score_log.PREVIEW, payload={**line.payload, **said})])
        if answer.score is None:
            raise NotFoundError("this address has no score", expected="an address that has one", remedy="ask POST /v1/scores why")
        row = pd.DataFrame([{**answer.score.row, **otherwise}], dtype="float64")
        return answer, result.explained(scoring.release, row, stale=answer.stale)

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
                remedy="ask again when a process owner has released one",
            )
        return self.scorings[code]

    def _take(self, found: Loaded) -> None:
        """Answer with these releases from the next request on; one that is being answered keeps its own."""
        ledger_seen.follow(self._engine, self.settings.state)
        others = {code: scoring for code, scoring in self.scorings.items() if code not in found}
        self.scorings = others | {code: scoring for code, scoring in found.items() if scoring is not None}

    def _admitted(self, question: Question, action: Action) -> tuple[Scoring, date]:
        """Give what answers a question, and for which day; refuses as `score`."""
        self.champions.look()
        theme = self.theme(question.theme)
        permit(question.caller, theme, question.purpose)
        cases.check(question.caller, question.case_reference, action=action)
        self.stops.check(theme.code)
        scoring, today = self._scoring(theme.code), question.clock.today()
        release.check_in_force(scoring.release, on=today)
        newest = next_as_of(today)
        as_of = question.as_of or newest
        earliest = newest - timedelta(days=theme.score_retention_days)
        if not earliest <= as_of <= newest:
            raise NotFoundError(
                f"nothing is kept of asOf {as_of}", expected=f"a day from {earliest} to {newest}", remedy="leave it out for the score of today"
            )
        return scoring, as_of

    def _answered(self, asked: Asked, scoring: Scoring, question: Question, as_of: date) -> Answer | SchouwError:
        """Give the answer about one address, not logged yet, or why there is none."""
        try:
            address_id = self._listed(asked, scoring, as_of) or self.address_book.find(asked, as_of=as_of)
            found, manifest = self._compute(scoring, address_id, as_of=as_of, today=question.clock.today())
        except (InputError, NotFoundError) as error:
            return error
        return Answer(str(uuid.uuid4()), scoring.theme, scoring.release, address_id, question.purpose, as_of, found,
                      case_reference=question.case_reference, **told_of(manifest))  # fmt: skip

    def _line(self, answer: Answer, question: Question) -> score_log.Line:
        said = payload(answer, question.caller, self._lock_hash) | {"address_hash": self._address_key.hash(answer.address_id)}
        return score_log.Line(said, answer.score_id, question.theme, question.clock.now())

    def _listed(self, asked: Asked, scoring: Scoring, as_of: date) -> str | None:
        """Give an address that was asked by its id and stands in the table of the day: the register knew it, so nobody need ask."""
        if asked.address_id is None or (looked := _table(scoring, as_of)) is None:
            return None
        return asked.address_id if looked[0].find(asked.address_id) is not None else None

    def _compute(self, scoring: Scoring, address_id: str, *, as_of: date, today: date) -> tuple[Found | None, Manifest | None]:
        newest = next_as_of(today)
        with metrics.stage("row"):
            # An earlier day must not tell of an address what keeps it from a list today: that it is a shelter since.
            if as_of < newest and not scoring.live.concerns(address_id, newest):
                return None, None
            if (looked := _table(scoring, as_of)) is not None:
                table, day = looked
                refuse_stale(day.stale_since, scoring.theme.required_sources, theme=scoring.theme.code, as_of=as_of)
                entry = table.find(address_id)
                return (None, None) if entry is None else (_looked_up(scoring.release, table, entry, day), day)
            row = scoring.live.find(address_id, as_of, built_on=today)
        if row is None:
            return None, None
        with metrics.stage("model"):
            return result.found(scoring.release, row.indicators, stale=row.manifest.stale_since), row.manifest


def _table(scoring: Scoring, as_of: date) -> tuple[ScoreTable, Manifest] | None:
    """Give the table of a day with the manifest of its matrix; None where scores of that day are computed."""
    day = scoring.live.of_the_day(as_of)
    table = None if day is None else scoring.tables.of(scoring.release, day.manifest)
    return None if day is None or table is None else (table, day.manifest)


def _looked_up(loaded: Release, table: ScoreTable, entry: Entry, day: Manifest) -> Found:
    """Give what a table holds of an address; why it is unlike others is found from its row."""
    if math.isnan(entry.log_odds):
        return result.found(loaded, pd.DataFrame([entry.row], columns=list(loaded.indicators)), stale=day.stale_since)
    return result.summed(loaded, entry.row, entry.contributions, log_odds=entry.log_odds, base_value=table.told.base_value, stale=day.stale_since)
