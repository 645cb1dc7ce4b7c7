"""Track record: what was found here per inspection, how new the operator is, and how large its business."""

from __future__ import annotations

from features.catalogue import indicator
from features.columns import Column
from features.events import Events


@indicator(
    nl="Gemiddeld {value} overtredingen per eerdere controle",
    en="{value} violations per earlier inspection on average",
    unit="violations per inspection",
    family="past_violations",
    nl_zero="Geen overtredingen bij eerdere controles",
    en_zero="No violations at earlier inspections",
    nl_missing="Er zijn geen overtredingen geteld bij eerdere controles",
    en_missing="No violations were counted at earlier inspections",
)
def violations_per_inspection(inspections: Events) -> Column:
    """Violations per earlier inspection: an address that is visited often has more of them without being worse."""
    return inspections.mean("violations")


@indicator(
    nl="Gemiddeld {value} ernstige overtredingen per eerdere controle",
    en="{value} severe violations per earlier inspection on average",
    unit="violations per inspection",
    risk="+",
    family="past_violations",
    nl_zero="Geen ernstige overtredingen bij eerdere controles",
    en_zero="No severe violations at earlier inspections",
    nl_missing="Er zijn geen ernstige overtredingen geteld bij eerdere controles",
    en_missing="No severe violations were counted at earlier inspections",
)
def severe_violations_per_inspection(inspections: Events) -> Column:
    """Violations of the gravest class per earlier inspection."""
    return inspections.mean("severe_violations")


@indicator(
    nl="Het nieuwste bedrijf hier begon {value} dagen geleden",
    en="The newest business here started {value} days ago",
    unit="days",
    nl_none="Er staat geen bedrijf ingeschreven",
    en_none="No business is registered",
)
def newest_business_days(businesses: Events) -> Column:
    """Days since the start of the newest branch that is still registered."""
    return businesses.as_known().days_since()


@indicator(
    nl="Het bedrijf heeft {value} andere vestigingen",
    en="The business has {value} other branches",
    unit="addresses",
    family="other_branches",
    nl_zero="Het bedrijf heeft geen andere vestigingen, of het is een grote keten",
    en_zero="The business has no other branches, or it is a large chain",
)
def business_other_addresses(businesses: Events) -> Column:
    """Other addresses with a branch of the same business on the day; a chain of more than the set number links nothing."""
    return businesses.as_known().links("business_key").count()
