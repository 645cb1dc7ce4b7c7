"""What is told of themes and indicators: the rules under which a score is given, and what its reasons mean."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from features.catalogue import Indicator
from features.lineage import IndicatorLineage, Lineage, SourceLineage
from features.themes import Theme
from serving.api.paging import Page
from serving.messages import View
from serving.wording import Language


class PurposeView(View, title="Doel"):
    """Why the theme may score at all (GDPR art. 5(1)(b) and 30)."""

    code: str = Field(title="Doelcode", description="Send it as purpose.", examples=["supervise-registration"])
    title: str = Field(title="Doel")
    processing_register: str = Field(title="Nummer in het verwerkingsregister", examples=["ZW-2025-011"])


class LawfulSourceView(View, title="Toegestane bron"):
    """A source that the theme may read."""

    source: str = Field(title="Bron", examples=["reports"])
    title: str = Field(title="Naam", examples=["Meldingen"])
    legal_basis: str = Field(title="Grondslag")
    required: bool = Field(title="Vereist", description="Without a fresh delivery of it no score is given.")
    tier: Literal[0, 1, 2] = Field(
        title="Niveau", description="0 object and area, 1 facts about one address, 2 keyed records of a household or owner.", examples=[1]
    )
    provenance: str = Field(title="Herkomst")
    known_on_rule: str = Field(title="Sinds wanneer bekend", description="How the day follows from which a record counts.")
    kept: str = Field(title="Bewaartermijn")
    caution: str = Field(title="Wat er bekend aan mankeert")

    @classmethod
    def of(cls, told: SourceLineage, language: Language) -> LawfulSourceView:
        """Tell of one source."""
        title = told.title_nl if language == "nl" else told.title_en
        return cls(source=told.name, title=title, legal_basis=told.legal_basis, required=told.required, tier=told.tier, provenance=told.provenance,
                   known_on_rule=told.known_on_rule, kept=told.kept, caution=told.catches)  # fmt: skip


class ThemeView(View, title="Thema"):
    """A theme: what is looked into, by whom, on which ground."""

    theme: str = Field(title="Thema", examples=["registration"])
    title: str = Field(title="Naam")
    enabled: bool = Field(title="In gebruik")
    disabled_because: str | None = Field(title="Niet in gebruik omdat")
    authority: Literal["college", "mayor", "other"] = Field(title="Bevoegd gezag")
    legal_power: str = Field(title="Bevoegdheid")
    process_owner: str = Field(title="Proceseigenaar")
    not_for: str = Field(title="Niet voor", description="What a score may not be used for.")
    purpose: PurposeView = Field(title="Doel")
    outcomes: list[str] = Field(title="Bevindingen die bevestigen", description="Codes of finding that count as confirmed; send them in outcomes.")
    span_days: int = Field(title="Termijn in dagen", description="Within how many days of the decision a finding must be known.", examples=[180])
    random_arm: str = Field(title="Willekeurig deel", description="Which share of a list is drawn at random, or why none is.")
    model_version: str | None = Field(title="Versie van het model", description="Null where no model is released: then there are no scores.")
    sources: list[LawfulSourceView] = Field(title="Bronnen")

    @classmethod
    def of(cls, theme: Theme, lineage: Lineage, *, version: str | None, language: Language) -> ThemeView:
        """Tell of one theme."""
        dutch = language == "nl"
        purpose = theme.purpose
        return cls(
            theme=theme.code,
            title=theme.title_nl if dutch else theme.title_en,
            enabled=theme.enabled,
            disabled_because=theme.disabled_because,
            authority=theme.authority,
            legal_power=theme.legal_power,
            process_owner=theme.process_owner,
            not_for=theme.not_for_nl if dutch else theme.not_for_en,
            purpose=PurposeView(
                code=purpose.code, title=purpose.title_nl if dutch else purpose.title_en, processing_register=purpose.processing_register
            ),
            outcomes=list(theme.outcome.confirming),
            span_days=theme.outcome.span_days,
            random_arm=theme.random_arm.said,
            model_version=version,
            sources=[LawfulSourceView.of(source, language) for source in lineage.sources],
        )


class ThemePage(Page[ThemeView], title="Pagina met thema's"):
    """A page of the themes about which the caller may ask."""


class ReadView(View, title="Wat een indicator leest"):
    """What an indicator reads of one source."""

    source: str = Field(title="Bron", examples=["reports"])
    columns: list[str] = Field(title="Kolommen", examples=[["happened_on"]])
    legal_basis: str = Field(title="Grondslag")


class AboutView(View, title="Verantwoording"):
    """The five questions that were answered before the number might be an indicator."""

    lawful: str = Field(title="Waarom het mag")
    proxy: str = Field(title="Voor welke groep het kan staan")
    quality: str = Field(title="Hoe de bron zich vergist")
    relation: str = Field(title="Wat deskundigen verwachten")
    idea: str = Field(title="Wiens idee")


class IndicatorView(View, title="Indicator"):
    """An indicator: what it counts, what it reads and what it may stand in for."""

    indicator: str = Field(title="Indicator", examples=["reports_1y"])
    definition: str = Field(title="Definitie")
    sentence: str = Field(title="Zin", description="As a reason says it; {value} is filled in.")
    unit: str = Field(title="Eenheid", examples=["reports"])
    risk: Literal["+", "-"] | None = Field(title="Richting", description="In which direction the model may let it count; null leaves it free.")
    subject: str = Field(title="Onderwerp", examples=["reports"])
    family: str = Field(title="Familie", description="Indicators of one family give one reason together.", examples=["reports"])
    tier: Literal[0, 1, 2] = Field(title="Niveau", examples=[1])
    reach: Literal["own", "linked", "group"] = Field(title="Reikwijdte", description="The address alone, linked addresses, or a group around it.")
    reads: list[ReadView] = Field(title="Leest")
    not_filled: list[str] = Field(title="Niet gevuld", description="What it needs and nothing fills in this municipality.")
    about: AboutView = Field(title="Verantwoording")

    @classmethod
    def of(cls, indicator: Indicator, lineage: IndicatorLineage, *, grounds: dict[str, str], language: Language) -> IndicatorView:
        """Tell of one indicator; ``grounds`` are the legal bases by source."""
        about = indicator.about
        return cls(
            indicator=indicator.name,
            definition=indicator.definition,
            sentence=(indicator.nl if language == "nl" else indicator.en).value,
            unit=indicator.unit,
            risk=indicator.risk,
            subject=indicator.subject,
            family=indicator.family,
            tier=indicator.tier,
            reach=indicator.reach,
            reads=[ReadView(source=name, columns=list(columns), legal_basis=grounds[name]) for name, columns in lineage.columns.items()],
            not_filled=list(lineage.not_filled),
            about=AboutView(lawful=about.lawful, proxy=about.proxy, quality=about.quality, relation=about.relation, idea=about.idea),
        )


class IndicatorPage(Page[IndicatorView], title="Pagina met indicatoren"):
    """A page of the indicators of a theme."""
