"""Neighbourhood statistics: audit-only. They test whether the score is fair; no indicator reads them (DESIGN rule 4).

References
----------
CBS, Kerncijfers wijken en buurten (CC BY 4.0).
"""

from __future__ import annotations

from features.sources.contract import Column, Source
from features.term import Term

SOURCE = Source(
    name="neighbourhoods",
    title_nl="Kerncijfers wijken en buurten",
    title_en="Neighbourhood statistics",
    tier=0,
    provenance="Statistics Netherlands (CBS), open data.",
    known_on_rule="the day of publication; happened_on is the first day of the year described",
    catches="Small cells are suppressed by the publisher; a neighbourhood's figure says nothing about one address.",
    use="audit",
    area="neighbourhood",
    rhythm_days=365,  # published once a year
    max_age_days=800,  # two years, and some weeks: figures of a year appear in the next one
    retention_days=3653,  # ten years: open data, with which an old audit can be done again
    term=Term("happened", "a figure is about one year"),
    columns=(
        Column("neighbourhood", "id", "Neighbourhood (buurt) code", required=True),
        Column("audit_group", "code", "Group used for the fairness audit; a level, never a decision", required=True),
        Column("low_income_share", "number", "Share of homes with a low income, 0 to 1", minimum=0, maximum=1),
        Column("migration_background_share", "number", "Share used in the audit only, 0 to 1", minimum=0, maximum=1),
        Column("rental_share", "number", "Share of rented homes, 0 to 1", minimum=0, maximum=1),
    ),
)
