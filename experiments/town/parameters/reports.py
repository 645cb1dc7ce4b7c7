"""Reports, and who makes them."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.town.parameters.declared import parameter

KINDS_OF = "shares of nuisance, waste, housing, premises, registration and other among the reports about "


@dataclass(frozen=True, kw_only=True)
class Reporting:
    """Reports, and who makes them."""

    reports_per_year_home: float = parameter(0.18, "reports a year about an ordinary home in an ordinary area")
    reports_per_year_premises: float = parameter(0.30, "reports a year about ordinary premises in an ordinary area")
    home_mix: tuple[float, ...] = parameter((0.30, 0.14, 0.24, 0.0, 0.16, 0.16), KINDS_OF + "an ordinary home")
    premises_mix: tuple[float, ...] = parameter((0.30, 0.10, 0.0, 0.45, 0.0, 0.15), KINDS_OF + "ordinary premises")
    most_per_year: float = parameter(8.0, "reports of one category a year about one address, at most")
    reports_follow_trace: float = parameter(
        0.85, "how steeply the rate of reports follows the trace they speak of, per standard deviation (logarithm)"
    )
    report_lag_days: float = parameter(0.7, "mean days between a report and its receipt")
    over_reported_area_share: float = parameter(0.20, "share of the neighbourhoods that are reported more at equal truth")
    over_reported_factor: float = parameter(2.2, "how many times more")
    closed_area_share: float = parameter(0.08, "share of the neighbourhoods that hardly report: a closed community")
    closed_factor: float = parameter(0.12, "how many times as often they report")
    reporting_sd: float = parameter(0.25, "spread of reporting between neighbourhoods alike, standard deviation of the logarithm")
    report_as_text_share: float = parameter(0.35, "share of the reports that give the address only as text")
    report_unlinkable_share: float = parameter(0.05, "share of those texts that no one can link")
    text_form_shares: tuple[float, ...] = parameter(
        (0.28, 0.30, 0.12, 0.10, 0.06, 0.06, 0.08),
        "shares of their forms: whole, without postcode, shortened, in lower case, two with a typing error, postcode only",
    )
    unit_left_out_share: float = parameter(0.1, "share of the texts about one of several homes at a house number that leave out which one")
    channel_shares: tuple[float, ...] = parameter(
        (0.38, 0.26, 0.14, 0.10, 0.07, 0.05), "shares of app, telephone, e-mail, housing desk, counter, other"
    )
    stays_open_share: float = parameter(0.1, "share of the reports that are never closed")
    closed_days: tuple[int, float] = parameter((1, 25.0), "from receipt to closing of the others, in days: at least, and on average on top of that")
