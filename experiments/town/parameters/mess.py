"""The mess of real deliveries."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.town.parameters.declared import parameter


@dataclass(frozen=True, kw_only=True)
class Mess:
    """The mess of real deliveries."""

    lost_zero_share: float = parameter(0.10, "share of the ids that went through a spreadsheet and lost their leading zero")
    list_slip_share: float = parameter(
        0.05, "share of the ids on the list of protected places that are of a door; of those in quotes, with a space, and in the cell of another"
    )
    decision_slip_share: float = parameter(0.02, "share of the permits for rooms of which the decision is misspelt, and of which it has no day")
    two_addresses_share: float = parameter(0.002, "share of the lines of inspections that stood at the address next door at first")
    late_visit_share: float = parameter(0.002, "share of the lines of inspections of which the visit came more than a year after the decision")
    late_visit_days: tuple[int, int] = parameter((380, 700), "days by which all that followed came later than it otherwise had: from, and up to")
    repeated_share: float = parameter(0.01, "share of the rows delivered twice, to the letter")
    corrected_share: float = parameter(0.02, "share of the rows that a later row corrects")
    deleted_share: float = parameter(0.004, "share of the rows that a later row deletes")
    second_use_share: float = parameter(0.03, "share of the homes with a second registered use")
    unknown_area_share: float = parameter(0.01, "share of the objects with an impossible floor area")
    withdrawn_share: float = parameter(0.004, "share of the objects that are withdrawn within the years")
    split_share: float = parameter(0.10, "share of the places outside every cohort that are split into two within the years")
    merged_share: float = parameter(0.20, "share of those with a neighbour in the building that are merged with it within the years")
    protected_redivided_share: float = parameter(0.15, "share of the protected homes that are split, and of those with a neighbour merged with it")
    inside_redivided_share: float = parameter(0.0005, "the same share of the other places in a cohort: few, for no other register follows it")
    redivision_entry_days: int = parameter(9, "days from a split or a merger to its entry")
    renamed_share: float = parameter(0.02, "share of the streets that get another name within the years")
    renaming_entry_days: int = parameter(9, "days from a renaming to its entry")
    old_name_share: float = parameter(0.4, "share of the texts about such a street that keep its old name afterwards")
    secondary_share: float = parameter(0.03, "share of the objects in a cohort with a secondary address, in the street around the corner")
    secondary_ended_share: float = parameter(0.2, "share of those addresses that are withdrawn within the years")
    reused_share: float = parameter(0.5, "share of the withdrawn ones of which the number goes to the object next to it")
    reused_days: tuple[int, int] = parameter((60, 400), "days from the withdrawal to that: from, and up to")
    secondary_named_share: float = parameter(0.4, "share of the texts about an object with a secondary address that name that one")
    designation_id_share: float = parameter(0.1, "share of the ids in reports and branches that are of a designation, where others give the object's")
    numbered_share: float = parameter(0.4, "share of the buildings of flats in which all homes have one house number and an addition")
    building_entry_days: float = parameter(40.0, "mean days from building to entry in the register of buildings")
    missing_share: float = parameter(0.01, "share of the values that are missing where they may be")
    broken_share: float = parameter(0.003, "share of the rows that break their contract")
    late_share: float = parameter(0.04, "share of the rows that arrive months late")
