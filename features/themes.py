"""Themes: what an outcome is, which sources its purpose allows, who is in the cohort and who never is.

A theme is one TOML file in ``themes/`` of a municipality. It is law and policy written down, so it holds no code. The hash of
its rules goes into every matrix, model and answer: a release answers only under the rules that it learned.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from features.accusing import accusation
from features.cohort_rules import CohortRule, Exclusions
from features.declared import Frozen, read_toml, settings_error
from features.declared_registers import refuse_off
from features.declared_score_log import USUAL_DAYS, ScoreRetention
from features.errors import NotFoundError, PurposeError, SettingsError
from features.limits import Limits
from features.random_arm import RandomArm
from features.scorecard import Line, check
from features.settings import Settings
from features.sources import all_sources
from features.team_rule import TeamRule

FREE_TO_CHANGE: dict[str, Any] = {
    **dict.fromkeys(("folder", "title_nl", "title_en", "enabled", "disabled_because", "authority", "legal_power"), True),
    **dict.fromkeys(("process_owner", "algorithm_register", "not_for_nl", "not_for_en", "audit_groups"), True),
    "purpose": {"title_nl", "title_en", "processing_register"},
    "sources": {"__all__": {"legal_basis", "required"}},
    "capacity": {"visits", "round_weeks", "base_rate"},
    "team": {"staff"},
    **dict.fromkeys(("random_arm", "scorecard", "score_retention_days"), True),
}
"""What a theme may change without another model: texts, who answers, groups of the audit, how many visits, which are drawn at random, how many
people a team has, the experts' points, and how long answers are kept. All else are rules. The random arm and the points change who is visited,
and each list keeps its own: what a score means stays."""
EVERY_THEME = ("none", "other-violation", "care-signal")
"""Findings that belong to every theme, and confirm none (DESIGN 3)."""
FINDING = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
"""A finding code, as ``serving.messages.Code`` takes it."""


class Purpose(Frozen):
    """Why the theme may score at all (GDPR art. 5(1)(b) and 30)."""

    code: str = Field(pattern=r"^[a-z0-9-]+$")
    title_nl: str
    title_en: str
    processing_register: str


class AllowedSource(Frozen):
    """A source that the purpose allows, with its legal basis; without a ``required`` one that is fresh the theme gives no score."""

    name: str
    legal_basis: str
    required: bool = False


class OutcomeRule(Frozen):
    """When a finding confirms, and within how many days of the decision it must be known."""

    confirming: tuple[str, ...] = Field(min_length=1)
    span_days: int = Field(ge=1)
    desk_only_counts: bool = False

    @field_validator("confirming")
    @classmethod
    def _own_codes(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse what no case system can send, a code that stands twice, and a finding that belongs to every theme."""
        for code in given:
            if not FINDING.fullmatch(code):
                raise ValueError(f"'{code}' is no finding code: small letters, digits and hyphens, at most 63")
            if code in EVERY_THEME:
                raise ValueError(f"'{code}' is a finding of every theme and confirms none: name what confirms this theme")
            if given.count(code) > 1:
                raise ValueError(f"'{code}' stands twice: name each finding once")
        return given


class Capacity(Frozen):
    """How many addresses a round can visit, how long a round takes, and which share of visits is expected to confirm.

    ``evaluation_share`` stands for ``visits`` among inspected rows, of which there are far fewer than addresses. The other two are read by
    ``schouw plan`` alone.
    """

    visits: int = Field(ge=1)
    evaluation_share: float = Field(gt=0, lt=1)
    round_weeks: int = Field(default=1, ge=1, le=52)
    base_rate: float | None = Field(default=None, gt=0, lt=1)


class Theme(Frozen):
    """One theme, as its TOML file declares it."""

    code: str = Field(pattern=r"^[a-z0-9-]+$")
    title_nl: str
    title_en: str
    enabled: bool
    disabled_because: str | None = None
    authority: Literal["college", "mayor", "other"]
    legal_power: str
    process_owner: str
    algorithm_register: str | None = Field(default=None, pattern=r"^https://\S+$")
    not_for_nl: str
    not_for_en: str
    purpose: Purpose
    sources: tuple[AllowedSource, ...] = Field(min_length=1)
    cohort: CohortRule
    exclusions: Exclusions = Exclusions()
    outcome: OutcomeRule
    capacity: Capacity
    random_arm: RandomArm
    score_retention_days: ScoreRetention = USUAL_DAYS
    audit_groups: tuple[str, ...] = ()
    limits: Limits = Limits()
    team: TeamRule = TeamRule()
    scorecard: tuple[Line, ...] = ()
    folder: Path

    @field_validator("sources")
    @classmethod
    def _lawful(cls, sources: tuple[AllowedSource, ...]) -> tuple[AllowedSource, ...]:
        """Refuse what no purpose can allow (DESIGN rules 3 and 4)."""
        names = [source.name for source in sources]
        if "addresses" not in names:
            raise ValueError("source 'addresses' is missing: a score is of an address, so every theme reads the register of addresses")
        for source in sources:
            contract = all_sources().get(source.name)
            faults = {
                "is not known": contract is None,
                "is kept for testing fairness and never read by a theme": contract is not None and contract.use == "audit",
                "leaves places off for every theme, and is listed by none": contract is not None and contract.use == "exclusion",
                "is listed twice": names.count(source.name) > 1,
                "has no legal basis": not source.legal_basis.strip(),
            }
            for fault in (said for said, found in faults.items() if found):
                raise ValueError(f"source '{source.name}' {fault}")
        return sources

    @model_validator(mode="after")
    def _draw_has_a_use(self) -> Self:
        """Refuse to look into homes at random for nothing: what gives no label teaches nothing."""
        if self.random_arm.form == "desk-check" and not self.outcome.desk_only_counts:
            raise ValueError("random_arm draws desk checks, and they give no label: set outcome.desk_only_counts, or choose visit or none")
        return self

    @model_validator(mode="after")
    def _serves_its_purpose(self) -> Self:
        """Refuse a source that the law gives for other purposes only (DESIGN rule 3; GDPR art. 5(1)(b))."""
        for name in sorted(self.source_names):
            only_for = all_sources()[name].only_for
            if only_for and self.purpose.code not in only_for:
                found = f"source '{name}' serves no purpose but {', '.join(only_for)}, and purpose.code is '{self.purpose.code}'"
                raise ValueError(f"{found}: take it out of [[sources]]")
        return self

    @model_validator(mode="after")
    def _can_tell_who_is_excluded(self) -> Self:
        """Refuse an exclusion that reads what the purpose does not allow: it would leave out nobody, and nobody would miss it (DESIGN rule 12)."""
        missing = sorted(self.exclusions.sources - self.source_names)
        if self.enabled and missing:
            raise ValueError(
                f"exclusions read source '{missing[0]}', which stands under no [[sources]]: "
                "list it with its legal basis, and fill it, or nobody would be left out by that rule"
            )
        return self

    @model_validator(mode="after")
    def _points_are_lawful(self) -> Self:
        """Refuse points for what is no indicator, lies outside the purpose, is audit data, or goes against its direction."""
        if self.scorecard:
            check(self.scorecard, sources=self.source_names, audit_groups=self.audit_groups)
        return self

    @property
    def source_names(self) -> frozenset[str]:
        """Names of the sources that the purpose allows."""
        return frozenset(source.name for source in self.sources)

    @property
    def required_sources(self) -> frozenset[str]:
        """Names of the sources without which, when they are stale, the theme gives no score."""
        return frozenset(source.name for source in self.sources if source.required)

    @property
    def content_hash(self) -> str:
        """SHA-256 over the rules that a model learns under, not over the file's bytes; `FREE_TO_CHANGE` says what it leaves out."""
        return hashlib.sha256(self.model_dump_json(exclude=FREE_TO_CHANGE).encode()).hexdigest()

    def allow(self, source: str) -> None:
        """Refuse a source that the purpose does not list (DESIGN rule 3).

        Raises
        ------
        PurposeError
            The theme does not allow the source.
        """
        if source not in self.source_names:
            raise PurposeError(
                f"source '{source}' is not allowed for theme '{self.code}'",
                expected=f"one of {', '.join(sorted(self.source_names))}",
                remedy=f"leave it out, or have its legal basis entered in themes/{self.code}.toml by the process owner",
            )


def load_themes(settings: Settings) -> dict[str, Theme]:
    """Give all themes of a municipality by code, disabled ones included.

    Raises
    ------
    SettingsError
        There is no theme, a file does not fit, or its code is not its file name.
    PurposeError
        A theme lists a source that is off, and no legal basis was entered for it.
    """
    folder = settings.folder / "themes"
    themes = {path.stem: _read(path) for path in sorted(folder.glob("*.toml"))}
    if not themes:
        raise SettingsError(f"{folder} holds no theme", expected="one TOML file per theme", remedy="write one; see municipalities/zaanwijk")
    for theme in themes.values():
        refuse_off(theme.source_names, settings, what=f"theme '{theme.code}'")
    return themes


def load_theme(settings: Settings, code: str) -> Theme:
    """Give one enabled theme.

    Raises
    ------
    NotFoundError
        The municipality has no such theme.
    PurposeError
        The theme is disabled.
    """
    theme = find_theme(settings, code)
    if not theme.enabled:
        raise PurposeError(
            f"theme '{code}' is disabled: {theme.disabled_because}",
            expected="an enabled theme",
            remedy="read docs/themes.md for what must be settled first",
        )
    return theme


def find_theme(settings: Settings, code: str) -> Theme:
    """Give one theme, enabled or not: to read about it, never to score with it.

    Raises
    ------
    NotFoundError
        The municipality has no such theme.
    """
    themes = load_themes(settings)
    if code not in themes:
        raise NotFoundError(f"theme '{code}' is not known", expected=f"one of {', '.join(themes)}", remedy="correct the code")
    return themes[code]


def _read(path: Path) -> Theme:
    try:
        theme = Theme(folder=path.parent, **read_toml(path))
    except (ValidationError, TypeError) as error:
        raise settings_error(path, error) from error
    if theme.code != path.stem:
        raise SettingsError(f"{path} declares code '{theme.code}'", expected=f"'{path.stem}', its file name", remedy="rename one of the two")
    if not theme.enabled and not theme.disabled_because:
        raise SettingsError(f"{path} is disabled without a reason", expected="disabled_because", remedy="write the reason")
    _refuse_accusing(theme, path)
    return theme


def _refuse_accusing(theme: Theme, path: Path) -> None:
    for told in (theme, theme.purpose):
        if found := accusation(f"{told.code} {told.title_nl} {told.title_en}"):
            raise SettingsError(
                f"{path} accuses: a code or title says '{found}'",
                expected="what is looked into, never what anyone did (DESIGN rule 9)",
                remedy="name the fact",
            )
