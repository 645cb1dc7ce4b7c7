"""Signals: of the registers themselves, of the national programme, and of case handlers."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.town.parameters.declared import parameter

RESULTS = "corrected, found right, not to be determined"


@dataclass(frozen=True, kw_only=True)
class Signals:
    """Signals: of the registers themselves, of the national programme, and of case handlers."""

    returned_mail_per_year: float = parameter(0.03, "letters that come back a year, at an average home")
    returned_mail_premises: float = parameter(0.02, "the same at average premises")
    paperwork_returned: float = parameter(0.80, "returned letters and doubts about a register, by paperwork")
    away_returned: float = parameter(0.35, "the same, by absence (homes) or quiet (premises)")
    doubts_per_year: float = parameter(0.012, "doubts that an office reports about what a register says of an address, a year")
    doubts_of_addresses: float = parameter(0.3, "share of those doubts that are about the register of addresses and buildings")
    signal_lag_days: float = parameter(6.0, "mean days between such a signal and its entry")
    doubt_result_days: tuple[int, float] = parameter((7, 60.0), "from the entry to the result, in days: at least, and on average on top of that")
    doubt_results: tuple[float, ...] = parameter((0.35, 0.45, 0.20), f"shares of the results ({RESULTS}), at an average address")
    paperwork_corrected: float = parameter(0.50, "log-odds that the result is a correction, by paperwork")
    quality_signals_per_year: float = parameter(0.012, "signals of the national programme a year, at an average home")
    away_quality: float = parameter(0.60, "those signals, by absence and by paperwork")
    quality_round_days: int = parameter(91, "days between two rounds of the national programme")
    quality_lag_days: tuple[int, float] = parameter((3, 10.0), "from a round to its receipt, in days: at least, and on average on top of that")
    intake_shares: tuple[float, ...] = parameter(
        (0.15, 0.04, 0.50, 0.50, 0.60, 0.05),
        "share of the reports about nuisance, waste, housing, premises, registration and other that are taken in",
    )
    intake_days: tuple[int, float] = parameter((1, 4.0), "from a report to its intake, in days: at least, and on average on top of that")
    weight_limits: tuple[float, float] = parameter((0.2, 1.5), "where a signal becomes middling, and where heavy, against noise of 1")
    weight_follows_trace: float = parameter(0.40, "how strongly the weight follows the trace that the report speaks of, against noise of 1")
    never_judged_share: float = parameter(0.12, "share of the signals that are never judged")
    judged_days: tuple[int, float] = parameter((1, 14.0), "from the intake to the judgement, in days: at least, and on average on top of that")
    hit_odds: float = parameter(-1.0, "log-odds of a hit, where the trace is that of an average address")
    hit_follows_trace: float = parameter(0.55, "those log-odds, by the trace that the report speaks of")
