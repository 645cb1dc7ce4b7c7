"""What hides, and what registers show of it."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.town.parameters.declared import CBS_MOVES, parameter


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What hides, and what registers show of it."""

    prevalence: float = parameter(0.05, "share of the cohort of a theme with an episode on any day, where nobody inspects")
    mean_episode_days: float = parameter(1800.0, "mean length of an episode, or of its innocent look-alike, in days")
    moves_per_year: float = parameter(0.10, "chance a year that an ordinary home gets other occupants, or premises another user", CBS_MOVES)
    kept_household_share: float = parameter(0.3, "share of the episodes and look-alikes that begin under the household that was there")
    trace_left: float = parameter(0.85, "chance that an episode leaves its mark on one trace at all: traces are partial")
    depths: tuple[float, ...] = parameter((0.6, 1.0, 1.4), "how deep an episode marks its traces, times the mechanism's strength")
    depth_shares: tuple[float, ...] = parameter((0.3, 0.4, 0.3), "share of each depth")
    stops_after_finding: float = parameter(0.25, "chance that an episode ends within weeks after a confirmed finding")
    stop_days: tuple[int, int] = parameter((10, 60), "days from that finding to the end: from, and up to")

    # What registers show of the traces: how steeply each follows, as a change of the logarithm (or of the log-odds) per standard deviation
    crowding_people: float = parameter(0.50, "people in a home, by crowding")
    absence_presence: float = parameter(-0.95, "time at home, and so water, by absence")
    turnover_water: float = parameter(0.10, "water by turnover")
    turnover_stays: float = parameter(1.30, "short stays that are registered, by turnover")
    paperwork_lingering: float = parameter(1.30, "households that stay on paper, by paperwork")
    paperwork_investigated: float = parameter(1.30, "registrations that the register investigates, by paperwork")
    paperwork_branches: float = parameter(0.25, "branches registered at a home, by paperwork")
    paperwork_permits: float = parameter(-0.20, "share of hospitality operators with a permit, by paperwork (plain difference)")
    holding_investor: float = parameter(1.50, "chance that a new owner has several objects, by holding (homes) or links (premises)")
    operators_changes: float = parameter(1.00, "changes of operator, by operators")
    links_branches: float = parameter(0.95, "further branches at one place, by links")
    links_directors: float = parameter(1.40, "chance that a director is one of few behind many branches, by links")
    quiet_water: float = parameter(-0.65, "water of premises, by quiet")
    odd_water: float = parameter(0.80, "water of premises, by odd use")
    disturbance_value: float = parameter(-0.03, "assessed value, by disturbance")
    away_not_home: float = parameter(0.35, "chance that nobody is home at a visit, by absence (homes) or quiet (premises)")
