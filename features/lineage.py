"""Lineage: for each number that a theme may use, which registers it reads, how private they are, on which legal ground, and for how long.

What is shown is what the code does: columns are those that the indicator's own expression reads, not what somebody wrote down about it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from itertools import accumulate
from pathlib import Path

import jinja2
from pydantic import BaseModel, ConfigDict

from features.appending import extract_of
from features.catalogue import Indicator, for_sources, not_filled
from features.columns import Reach
from features.declared_registers import max_age_of
from features.filled import UNKNOWN, Unfilled
from features.retention import days_of
from features.settings import Settings
from features.sources import all_sources
from features.sources.contract import Source, Tier
from features.themes import AllowedSource, Theme

TEMPLATE = Path(__file__).parent / "templates" / "lineage.svg"
RETENTION = "what is past it does not enter a build; raw extracts are the municipality's own"
"""What Schouw does with the retention of each source."""

UNREAD = "listed, read by no indicator"
NOT_FILLED = "not filled here"
RECEIPT = "once deliveries run, never before the day of receipt"
"""What deliveries add to the rule by which a contract dates what is known (`features.deliveries`)."""
NEWLY_SAID = "what it newly says: never before the day of the build"
"""What is added where a register is read whole at each build (`features.appending`)."""

ROW, LINE, GAP, TOP = 26, 15, 45, 54
"""Height of an indicator and of a line of text, room around a register, and where the first line under the title stands, in pixels."""
BESIDE, ACROSS = 68, 180
"""Characters of a line beside the registers' dots, and of one across the picture, in the widest font of the list."""


class Record(BaseModel):
    """A frozen value with closed fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceLineage(Record):
    """A register as the theme may use it.

    ``required`` says that without a fresh delivery of it the theme gives no score. ``retention_days`` is what the municipality decided, otherwise
    what the contract declares; None where nothing is forgotten. ``kept`` says it in words, with from when it runs, and ``kept_because`` why.
    ``off_unless`` is the ground that the municipality entered for a source that is off without one. ``known_on_rule`` says how what is known is
    dated, and what is added by the way in which this municipality reads the register: in deliveries or whole. ``rhythm_days`` is how often
    something is expected, and ``catches`` what is known to be wrong. ``unread`` are the columns of the contract
    that no indicator of the theme reads.
    """

    name: str
    title_nl: str
    title_en: str
    tier: Tier
    legal_basis: str
    required: bool
    off_unless: str | None
    provenance: str
    known_on_rule: str
    retention_days: int | None
    kept: str
    kept_because: str
    rhythm_days: int
    max_age_days: int
    catches: str
    indicators: int
    unread: tuple[str, ...]

    @property
    def ground(self) -> str:
        """The legal basis for the theme, and what was entered for a source that is off without it."""
        return f"{self.legal_basis}. Off, unless: {self.off_unless}" if self.off_unless else self.legal_basis

    @property
    def read_by(self) -> str:
        """How many indicators read it, in words where none does: what nobody needs may not be asked for (GDPR art. 5(1)(c))."""
        return str(self.indicators) if self.indicators else UNREAD


class IndicatorLineage(Record):
    """An indicator and what it reads: ``columns`` by source; ``not_filled`` are the sources and columns that it needs and nothing fills here."""

    name: str
    definition: str
    subject: str
    tier: Tier
    reach: Reach
    columns: dict[str, tuple[str, ...]]
    not_filled: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """What is said beside one that this municipality cannot have; empty for any other."""
        return NOT_FILLED if self.not_filled else ""


class Lineage(Record):
    """What a theme may use.

    Attributes
    ----------
    theme, purpose, processing_register : str
        Code of the theme, of its purpose, and its number in the register of processing activities (GDPR art. 30).
    enabled, disabled_because : bool, str
        Whether it may be built, trained and asked; where not, the reason.
    authority, process_owner, legal_power : str
        Who decides, who answers for the theme, and the law that lets them look.
    random_arm : str
        Which share of a list is drawn at random and what may happen to it, or why nothing is drawn (DESIGN rule 10).
    tier : {0, 1, 2}
        Highest tier of its indicators.
    retention : str
        What Schouw does with the retention that is declared.
    sources : tuple of SourceLineage
        Every source that the purpose allows, those that no indicator reads included.
    indicators : tuple of IndicatorLineage
        In the order of the catalogue.
    filled_known_by : str
        By what it is known which of them nothing fills here.
    """

    theme: str
    title_nl: str
    title_en: str
    enabled: bool
    disabled_because: str | None
    purpose: str
    processing_register: str
    authority: str
    process_owner: str
    legal_power: str
    random_arm: str
    tier: Tier
    retention: str = RETENTION
    sources: tuple[SourceLineage, ...]
    indicators: tuple[IndicatorLineage, ...]
    filled_known_by: str

    @property
    def left_out(self) -> str:
        """How many indicators cannot be had here, and by what that is known, in words."""
        return f"{NOT_FILLED}: {sum(bool(i.not_filled) for i in self.indicators)} of {len(self.indicators)} indicators, {self.filled_known_by}"

    @property
    def standing(self) -> str:
        """Whether the theme is in use, in words."""
        return "enabled" if self.enabled else f"disabled: {self.disabled_because}"

    @property
    def law(self) -> tuple[str, ...]:
        """Who may do this, and on which ground, in words."""
        return (
            f"purpose {self.purpose}, processing register {self.processing_register}",
            f"decided by: {self.authority}; process owner: {self.process_owner}",
            f"legal power: {self.legal_power}",
        )


def of_theme(theme: Theme, settings: Settings, unfilled: Unfilled = UNKNOWN) -> Lineage:
    """Give the lineage of a theme, disabled ones included: what it would read is what the reviewer must judge.

    ``unfilled`` says what nothing fills here; see `features.filled`.
    """
    indicators = for_sources(theme.source_names)
    columns = not_filled(indicators, unfilled.columns)
    lacking = {name: (*sorted(unfilled.sources & set(i.sources)), *columns.get(name, ())) for name, i in indicators.items()}
    return Lineage(
        theme=theme.code,
        title_nl=theme.title_nl,
        title_en=theme.title_en,
        enabled=theme.enabled,
        disabled_because=theme.disabled_because,
        purpose=theme.purpose.code,
        processing_register=theme.purpose.processing_register,
        authority=theme.authority,
        process_owner=theme.process_owner,
        legal_power=theme.legal_power,
        random_arm=theme.random_arm.said,
        tier=max((i.tier for i in indicators.values()), default=0),
        sources=tuple(_source(s, indicators, settings) for s in theme.sources if s.name in all_sources()),
        indicators=tuple(_indicator(i, lacking[i.name]) for i in indicators.values()),
        filled_known_by=unfilled.known_by,
    )


def picture(lineage: Lineage) -> str:
    """Give the lineage as an SVG: registers on the left with their legal basis, indicators on the right, a line where one reads the other.

    It holds no script, font or picture from elsewhere, and says in words what it shows.
    """
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    said = [lineage.standing, *lineage.law, f"random arm: {lineage.random_arm}", f"kept: {lineage.retention}", lineage.left_out]
    head = [(line, number == 0) for number, text in enumerate(said) for line in textwrap.wrap(text, ACROSS)]
    notes = {s.name: [line for text in (_note(s), s.ground) for line in textwrap.wrap(text, BESIDE)] for s in lineage.sources}
    high = {name: GAP + LINE * len(lines) for name, lines in notes.items()}
    top, rows = TOP + LINE * len(head) + GAP, max(len(lineage.indicators) * ROW, sum(high.values()))
    spare = (rows - sum(high.values())) / max(len(high), 1)
    ends = accumulate(height + spare for height in high.values())
    left = {name: top + end - high[name] - spare / 2 + GAP / 2 for name, end in zip(high, ends, strict=True)}
    right = {n.name: top + rows / max(len(lineage.indicators), 1) * (i + 0.5) for i, n in enumerate(lineage.indicators)}
    lines = [(left[s], right[i.name], i.tier) for i in lineage.indicators for s in i.columns if s in left]
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        lineage=lineage,
        head=head,
        notes=notes,
        left=left,
        right=right,
        lines=lines,
        top=TOP,
        line=LINE,
        legend=top - GAP + LINE,
        height=top + rows + ROW,
    )


def _note(source: SourceLineage) -> str:
    read = f"read by {source.read_by}" if source.indicators else source.read_by
    return f"{source.name}{', required' if source.required else ''}, kept: {source.kept}; stale after {source.max_age_days} days; {read}"


def _source(allowed: AllowedSource, indicators: Mapping[str, Indicator], settings: Settings) -> SourceLineage:
    name, source = allowed.name, all_sources()[allowed.name]
    basis = settings.legal_basis.get(name)
    days = None if source.term.start == "never" else days_of(source, settings)
    read = {column for indicator in indicators.values() for origin, column in indicator.column.reads if origin == name}
    return SourceLineage(
        name=name,
        title_nl=source.title_nl,
        title_en=source.title_en,
        tier=max((source.tier_of(column.name) for column in source.columns), default=source.tier),
        legal_basis=allowed.legal_basis,
        required=allowed.required,
        off_unless=basis.said if basis else None,
        provenance=source.provenance,
        known_on_rule="; ".join((source.known_on_rule, *_dated_too(source, settings))),
        retention_days=days,
        kept=source.term.said if days is None else f"{days} days {source.term.said}",
        kept_because=source.term.why,
        rhythm_days=source.rhythm_days,
        max_age_days=max_age_of(source, settings),
        catches=source.catches,
        indicators=sum(name in indicator.sources for indicator in indicators.values()),
        unread=tuple(column.name for column in source.columns if column.name not in read),
    )


def _dated_too(source: Source, settings: Settings) -> tuple[str, ...]:
    """Give what reading adds to how a contract dates what is known: nothing where this municipality does not fill the register."""
    file = settings.folder / "registers" / f"{source.name}.sql"
    if not file.exists():
        return ()
    return (NEWLY_SAID if extract_of(source, file.read_text(encoding="utf-8"), settings.extracts) is None else RECEIPT,)


def _indicator(indicator: Indicator, lacking: tuple[str, ...]) -> IndicatorLineage:
    return IndicatorLineage(
        name=indicator.name,
        definition=indicator.definition,
        subject=indicator.subject,
        tier=indicator.tier,
        reach=indicator.reach,
        columns={source: tuple(sorted(c for s, c in indicator.column.reads if s == source)) for source in indicator.sources},
        not_filled=lacking,
    )
