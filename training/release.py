"""The release folder: a model with all that is needed to check it, and the signatures of who trained and who approved it.

::

    model.txt        booster, LightGBM's native text
    release.json     what it is for, its calibration, its indicators and hashes
    manifest.json    manifest of the training matrix
    evaluation.json  figures on later rows, with intervals
    gates.json       what it had to show
    trained.json     who trained it: a signature over the release hash
    approval.json    who approved it: a signature over the release hash (releases only, not candidates)
    override.json    which gates need not hold it back, why and until when, signed (only where a gate did not pass)
    card.md          the model card, made of the above for a person to read; no program reads it

The release hash is SHA-256 over the canonical JSON ``{file name: SHA-256 of the file}`` of every file but the last four.
Serving imports this module: no MLflow, no plots.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import lightgbm
from pydantic import ValidationError

from features.declared import Frozen
from features.engine import replaced_whole
from features.errors import ApprovalError
from features.limits import Limits
from features.manifest import Manifest
from features.settings import Settings
from training import gates
from training.bands import Band
from training.evaluation import Evaluation
from training.gates import Gates
from training.hashes import content_hash
from training.override import Override
from training.override import check as check_override
from training.release_card import Calibration, Card
from training.release_files import (
    APPROVAL,
    CARD,
    CHAMPION,
    CONTENT,
    EVALUATION,
    GATES,
    MANIFEST,
    MODEL,
    MODEL_CARD,
    OVERRIDE,
    TRAINED,
    broken,
    champion_folder,
    read_files,
    write,
)
from training.release_whole import check_whole
from training.signatures import Statement, check_approval, check_training
from training.support import Support

__all__ = ["APPROVAL", "CARD", "CHAMPION", "CONTENT", "EVALUATION", "GATES", "MANIFEST", "MODEL", "MODEL_CARD", "OVERRIDE", "TRAINED",
           "Calibration", "Card", "champion_folder", "read_files", "write"]  # fmt: skip
"""The card and the files are part of what this module gives."""


@dataclass(frozen=True)
class Release:
    """A release (or, without approval, a candidate) as it was read and checked."""

    folder: Path
    card: Card
    booster: lightgbm.Booster
    manifest: Manifest
    evaluation: Evaluation
    gates: Gates
    release_hash: str
    trained: Statement
    approval: Statement | None
    override: Override | None = None

    @property
    def theme(self) -> str:
        """Code of the theme."""
        return self.card.theme

    @property
    def version(self) -> str:
        """The day of training and eight characters that differ with the content."""
        return self.card.version

    @property
    def slope(self) -> float:
        """Slope of the calibration, above 0."""
        return self.card.calibration.slope

    @property
    def intercept(self) -> float:
        """Intercept of the calibration, in log-odds."""
        return self.card.calibration.intercept

    @property
    def indicators(self) -> tuple[str, ...]:
        """Names of the indicators in the booster's order."""
        return self.card.indicators

    @property
    def support(self) -> Support | None:
        """What inspected addresses look like; None where the release does not say, and then every address of the cohort is scored."""
        return self.evaluation.scrutiny.support if self.evaluation.scrutiny else None

    @property
    def bands(self) -> tuple[Band, ...]:
        """What later inspections found at each height of the score, lowest first; none where the release does not say."""
        return self.evaluation.scrutiny.bands if self.evaluation.scrutiny else ()

    @property
    def trained_by(self) -> str:
        """Id of who trained it."""
        return self.trained.person

    @property
    def approved_by(self) -> str | None:
        """Id of who approved it; None for a candidate."""
        return self.approval.person if self.approval else None


def load(folder: Path, settings: Settings, *, require_approval: bool = True) -> Release:
    """Read a release folder and check everything that it claims.

    Parameters
    ----------
    folder : Path
        A folder under ``releases/`` or ``candidates/``.
    settings : Settings
        Of the municipality: its people's keys decide whose signature counts.
    require_approval : bool
        False reads a candidate; serving never does.

    Raises
    ------
    ReleaseError
        A file is absent or unreadable, was changed after signing, or is of another municipality.
    ApprovalError
        A signature is absent, false, of an unknown key, of someone without the role, or of the trainer again; or a gate did not pass and was
        not overridden. Whether an override still holds is for whoever serves (`check_in_force`): what was answered under it replays on.
    """
    files = read_files(folder)
    release_hash = content_hash(files)
    # Signatures first: no unsigned text reaches the parser of the booster.
    trained, approval, override = _signed(folder, files)
    check_training(trained, settings, release_hash=release_hash)
    if require_approval:
        check_approval(approval, settings, trained=trained, release_hash=release_hash)
    if override is not None:
        check_override(override, settings, trained=trained, release_hash=release_hash)
    release = _parsed(folder, files, release_hash=release_hash, trained=trained, approval=approval, override=override)
    check_whole(release, settings)
    if require_approval:
        # Its own limits: a release of earlier rules still replays. Who promotes or serves holds it against those of the theme.
        check_gates(release, limits=release.gates.limits)
    return release


def _signed(folder: Path, files: Mapping[str, bytes]) -> tuple[Statement, Statement | None, Override | None]:
    try:
        approval = Statement.model_validate_json(files[APPROVAL]) if APPROVAL in files else None
        override = Override.model_validate_json(files[OVERRIDE]) if OVERRIDE in files else None
        return Statement.model_validate_json(files[TRAINED]), approval, override
    except ValidationError as error:
        raise broken(folder, f"cannot be read: {type(error).__name__}") from error


def _parsed(folder: Path, files: Mapping[str, bytes], *, release_hash: str, trained: Statement, approval: Statement | None,
            override: Override | None) -> Release:  # fmt: skip
    try:
        return Release(
            folder=folder,
            card=Card.model_validate_json(files[CARD]),
            booster=lightgbm.Booster(model_str=files[MODEL].decode("utf-8")),
            manifest=Manifest.model_validate_json(files[MANIFEST]),
            evaluation=Evaluation.model_validate_json(files[EVALUATION]),
            gates=Gates.model_validate_json(files[GATES]),
            release_hash=release_hash,
            trained=trained,
            approval=approval,
            override=override,
        )
    except (ValueError, lightgbm.basic.LightGBMError) as error:  # pydantic's, JSON's and the decoder's errors are all a ValueError
        raise broken(folder, f"cannot be read: {type(error).__name__}") from error


def approve(candidate: Release, settings: Settings, *, approval: Statement) -> Release:
    """Write a candidate's release folder with its approval and, where it has one, its override; give the release as serving will read it.

    An approved release is never written again: where it is there already, it is checked and given. A newer override is given with it and not yet
    laid in the folder (`put_override`): it may be served now, and the ledger must tell of it first.

    Raises
    ------
    ReleaseError, ApprovalError
        As `load`; nothing is written.
    StateError
        The disk refuses.
    """
    check_approval(approval, settings, trained=candidate.trained, release_hash=candidate.release_hash)
    folder, override = settings.state / "releases" / candidate.theme / candidate.version, candidate.override
    if not folder.exists():
        files = read_files(candidate.folder)
        if content_hash(files) != candidate.release_hash:
            raise broken(candidate.folder, "was changed while it was being approved")
        laid = {} if override is None else {OVERRIDE: _as_file(override)}
        write(folder, {**files, **laid, APPROVAL: _as_file(approval)})
    approved = load(folder, settings)
    if override is None or override == approved.override:
        return approved
    check_override(override, settings, trained=approved.trained, release_hash=approved.release_hash)
    renewed = replace(approved, override=override)
    check_gates(renewed, limits=renewed.gates.limits)
    return renewed


def put_override(release: Release) -> None:
    """Lay the override of a release in its folder, in the place of an earlier one; from then on it is what serving reads.

    Raises
    ------
    StateError
        The disk refuses.
    """
    if release.override is not None:
        with replaced_whole(release.folder / OVERRIDE) as draft:
            draft.write_bytes(_as_file(release.override))


def _as_file(signed: Frozen) -> bytes:
    return signed.model_dump_json(indent=1).encode("utf-8")


def check_gates(release: Release, *, limits: Limits) -> None:
    """Refuse what did not pass every gate under these limits and was not overridden for just those, or only says so.

    Raises
    ------
    ApprovalError
        As `gates.check`; or the override speaks of other gates than those that block.
    """
    override, model = release.override, f"release {release.version} of theme '{release.theme}'"
    excused = override.names if override and override.excuses(release.gates) else ()
    gates.check(release.gates, evaluation=release.evaluation, limits=limits, model=model, excused=excused)
    if override and not excused:
        raise ApprovalError(
            f"the override of {model} speaks of gates that did not block it",
            expected="an override of the gates that block, or none",
            remedy="take override.json out of the release folder",
        )


def check_in_force(release: Release, *, on: date) -> None:
    """Refuse a release of which the override ended before this day, or is of a later one.

    Raises
    ------
    ApprovalError
        It did; the text says when, and which gates it was for. Or it was dated ahead: the longest that it may last counts from its own day.
    """
    override = release.override
    if override is not None and on < override.on:
        raise ApprovalError(
            f"the override of release {release.version} of theme '{release.theme}' is dated {override.on}, and it is {on}",
            expected="an override of today or before",
            remedy="set the clock right, or have a process owner override again",
        )
    if override is not None and on > override.until_on:
        raise ApprovalError(
            f"release {release.version} of theme '{release.theme}' was served under an override until {override.until_on}"
            f" ({', '.join(sorted(override.names))}), and it is {on}",
            expected="a release that passed its gates, or an override that still holds",
            remedy=f"promote another, run 'schouw rollback {release.theme}', or have a process owner override again: "
            f"schouw promote {release.theme} --version {release.version} --override REASON --until DATE",
        )
