"""Retraining: build, train a challenger, hold it against the champion, and advise. A person promotes.

Each step can be done again: a build counts whole or not at all, the same matrix gives the same candidate and is registered once, and
``comparison.json`` is written last. So who is stopped, by Ctrl-C, a full disk or a registry that went down, repeats the same command.
Where the registers hold nothing that the champion, or a challenger that was compared with it, did not learn from, nothing is trained.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from features import theme_matrices
from features.disk import unwritable
from features.engine import replaced_whole
from features.errors import NotFoundError
from features.manifest import Manifest
from features.matrix_file import KEPT_DAYS, folder_of
from features.matrix_file import read as read_matrix
from features.settings import Settings
from features.sources.contract import Tier
from features.themes import Theme, load_theme
from training import comparison_page, keys, release
from training.changed_list import Lists
from training.comparison import Compared, Comparison, compare
from training.objective import Objective
from training.registry import COMPARISON as PAGE
from training.registry import Registry
from training.release import Release
from training.run import SEED, train
from training.signatures import signer

FOLDER = "retraining"
RECORD, LIST = "comparison.json", "changed-list.csv"
REPORTS, REPORT = "reports", "report.json"
"""Where the monitor leaves its reports, by theme and day; read by path, for training knows nothing of monitoring."""
Step = Callable[[str], None]


@dataclass(frozen=True)
class Retrained:
    """A comparison and where it is; ``since`` says instead that nothing is new since that version was trained."""

    comparison: Comparison | None = None
    page: str = ""
    folder: Path | None = None
    since: Manifest | None = None
    version: str = ""
    trained_on: date | None = None


@dataclass(frozen=True)
class Search:
    """How long to search for parameters, as in `training.run.train`."""

    trials: int = 0
    minutes: float | None = None


def retrain(settings: Settings, theme_code: str, *, private_key: Path, today: date, progress: Step | None = None, tier: Tier | None = None,
            search: Search | None = None, objective: Objective | None = None, anyway: bool = False) -> Retrained:  # fmt: skip
    """Build, train a challenger and compare it with the champion.

    Parameters
    ----------
    settings : Settings
        The municipality.
    theme_code : str
        An enabled theme.
    private_key : Path
        Key of a data scientist in municipality.toml.
    today : date
        The clock.
    progress : callable, optional
        Called with the name of each step as it starts.
    tier : {0, 1, 2}, optional
        Highest privacy tier of an indicator; otherwise that of the champion.
    search : Search, optional
        Otherwise the parameters that ship.
    objective : {"binary", "ranking"}, optional
        What the trees are fitted for; otherwise what those of the champion were. To try another one on what was learned from before, use ``anyway``.
    anyway : bool
        Train also where nothing is new.

    Raises
    ------
    ApprovalError
        The key is not of a listed data scientist.
    SourceError, CohortError, TrainingError
        The registers cannot be built from or learned from.
    StateError
        The registry or the disk refuses, or someone else is building.
    """
    say, search = progress or (lambda _: None), search or Search()
    theme = load_theme(settings, theme_code)
    signer(keys.read(private_key), settings, act="trained", on=today)
    say("opening the registry")
    registry = Registry.open(settings)  # first: one that is down is said before the work and not after it
    champion = _champion(settings, theme)
    limit: Tier = tier if tier is not None else champion.manifest.tier_limit if champion else 2
    training, scoring = theme_matrices.build(settings, theme, today, say, tier=limit)
    kept = settings.state / FOLDER / theme.code
    _forget(kept, today=today)
    before = None if anyway else next((one for one in _learned_before(settings, theme, champion) if not is_new(training, since=one[0])), None)
    if before is not None:
        return Retrained(since=before[0], version=before[1], trained_on=before[2])
    aim: Objective = objective or (champion.card.objective if champion else "binary")
    candidate = train(settings, theme.code, private_key=private_key, today=today, progress=say, tier=limit, trials=search.trials,
                      minutes=search.minutes, objective=aim)  # fmt: skip
    say("comparing with the champion")
    cohort = read_matrix(folder_of(settings.state, theme.code, tier=limit) / scoring.as_of_last.isoformat())
    found = compare(candidate, champion, cohort=cohort, theme=theme, made_on=today, seed=SEED, monitoring=advised(settings, theme.code))
    page = comparison_page.text(found.comparison)
    registry.keep_comparison(candidate.registered, page)
    folder = kept / candidate.release.version
    _keep(folder, found, page)
    return Retrained(found.comparison, page=page, folder=folder, version=candidate.release.version)


def is_new(now: Manifest, *, since: Manifest) -> bool:
    """Say whether a matrix of now may teach something that an earlier one did not.

    What was only forgotten since, being past its retention, is not new. Another tier, theme or catalogue is.
    """
    if now.content_hash == since.content_hash and now.theme_hash == since.theme_hash:
        return False
    rules = (now.theme_hash, now.catalogue_hash, now.tier_limit, sorted(now.inputs))
    return rules != (since.theme_hash, since.catalogue_hash, since.tier_limit, sorted(since.inputs)) or now.rows > since.rows or any(
        put.content_hash != since.inputs[source].content_hash
        and not (put.kept_since != since.inputs[source].kept_since and put.last_known_on == since.inputs[source].last_known_on
                 and put.rows <= since.inputs[source].rows)
        for source, put in now.inputs.items()
    )  # fmt: skip


def advised(settings: Settings, theme: str) -> tuple[str, ...]:
    """Give what the monitor's newest report on a theme advised, in English; nothing where there is none that can be read."""
    reports = sorted((settings.state / REPORTS / theme).glob(f"*/{REPORT}"))
    try:
        report = json.loads(reports[-1].read_bytes()) if reports else None
        return () if report is None else tuple(f"{reports[-1].parent.name}, {one['kind']}: {one['en']}" for one in report["advice"])
    except (OSError, ValueError, KeyError, TypeError):
        return (f"the report of {reports[-1].parent.name} cannot be read: run 'schouw monitor {theme}'",)


def read(folder: Path) -> Comparison | None:
    """Give the comparison in a folder; None where there is none, or none that can be read as one of this layout."""
    try:
        return Comparison.model_validate_json((folder / RECORD).read_bytes())
    except (OSError, ValidationError):
        return None


def _champion(settings: Settings, theme: Theme) -> Release | None:
    try:
        return release.load(release.champion_folder(settings, theme.code), settings)
    except NotFoundError:
        return None


def _learned_before(settings: Settings, theme: Theme, champion: Release | None) -> Iterator[tuple[Manifest, str, date]]:
    """Give what the champion learned from, and every challenger that was compared with it, as far as it still says what that was."""
    if champion is not None:
        yield champion.manifest, champion.version, champion.card.trained_on
    served = None if champion is None else champion.version
    for record in sorted((settings.state / FOLDER / theme.code).glob(f"*/{RECORD}"), reverse=True):
        found = read(record.parent)
        manifest = settings.state / "candidates" / theme.code / record.parent.name / release.MANIFEST
        if found is not None and (found.champion.version if found.champion else None) == served:
            with suppress(OSError, ValidationError):
                yield Manifest.model_validate_json(manifest.read_bytes()), found.challenger.version, found.challenger.trained_on


def _keep(folder: Path, found: Compared, page: str) -> None:
    """Write the record last: where it is, the comparison is whole."""
    if found.lists is not None:
        _keep_list(folder, found.lists)
    for name, content in {PAGE: page, RECORD: found.comparison.model_dump_json(indent=1)}.items():
        with replaced_whole(folder / name) as draft:
            draft.write_text(content, encoding="utf-8")


def _keep_list(folder: Path, lists: Lists) -> None:
    with replaced_whole(folder / LIST) as draft:
        lists.rows.to_csv(draft, index=False)


def _forget(folder: Path, *, today: date) -> None:
    """Remove lists of addresses of more than `KEPT_DAYS` ago, as their matrices are; the comparison stays.

    One that was left without a comparison, by a command that was stopped, goes by the day of its version; a draft of one goes too.
    """
    try:
        for file in folder.glob(f"*/*{LIST}*"):
            found = read(file.parent)
            made_on = date.fromisoformat(file.parent.name[:10]) if found is None else found.made_on
            if (today - made_on).days > KEPT_DAYS:
                file.unlink()
    except OSError as error:
        raise unwritable(folder, error) from error
