"""The model card: what a model is for and what not, from what it was made, what was measured, and who stood for it; one page to read.

Made of the signed files and the theme, so that it says nothing that they do not; only how often the test days were looked at before is
counted from the candidates beside it. Programs read the files, never this page.
"""

from __future__ import annotations

from collections.abc import Mapping

from features.manifest import Manifest
from features.themes import Theme
from training import looks
from training.evaluation import Evaluation
from training.footing_gates import UNMEASURED
from training.gates import Gates
from training.group_table import gap_table, group_table
from training.markdown import bullets, figure, plain, table
from training.objective import JUDGED_AT, Objective
from training.override import Override
from training.printed import ENDS, population_lines, sentences
from training.release import Release
from training.release_card import Population
from training.scored import MODEL
from training.team_record import TeamRecord
from training.tuned import Tuning

SYNTHETIC = (
    "**Synthetic data.** Every figure on this page is of a made-up town: it says that the machinery works, and nothing about any municipality."
)
LIMITS = (
    "The score is learned from inspected addresses, chosen by people for reasons that the model partly repeats. It is not how often something is"
    " wrong among all addresses, and says nothing about a person.",
    "It holds for the period measured. What changed since, in the registers or in the town, is not in it.",
)
TRAINERS_WORD = "The figures were computed by who trained it. Who approves may repeat the training on the same matrix, which"
REPEATABLE: Mapping[bool, str] = {
    True: f"{TRAINERS_WORD} gives the same files bit for bit.",
    False: f"{TRAINERS_WORD} may give another model: a clock ended the search for parameters.",
}
ABOVE = "log-odds above the average visit"
CALIBRATED_FOR: Mapping[Population, str] = {
    "inspected": "The score is calibrated among addresses like those inspected.",
    "cohort": "The score is calibrated to all addresses from which the worklists of the theme were drawn, by their logged chances.",
}
FITTED_FOR: Mapping[Objective, str] = {
    "binary": "objective `binary`: the trees were fitted to say how likely each inspection is to be confirmed",
    "ranking": f"objective `ranking`: the trees were fitted to put the inspections of a month in order, judged by the first {JUDGED_AT}; the line of"
    " the calibration makes a probability of a place",
}
NEVER = (
    "a score alone is never the ground for a visit; no threshold decides",
    "it is about an address and its theme, never about a person or a household",
)


def text(release: Release, theme: Theme) -> str:
    """Give the card as Markdown.

    Parameters
    ----------
    release : Release
        Or a candidate; then it says that nobody approved it.
    theme : Theme
        As the municipality has it.
    """
    card, tuning = release.card, release.evaluation.tuning
    parts = [
        f"# {plain(theme.title_en)}: model {release.version}",
        *([SYNTHETIC] if card.synthetic else []),
        *(_overridden(release.override) if release.override else []),
        "## What it is for",
        f"{plain(theme.purpose.title_en)} (purpose `{card.purpose}`), in municipality `{card.municipality}`. For each address in the theme's cohort"
        " it estimates the probability that an inspection decided on a day, by a team of average strictness, ends in a finding that confirms the"
        " theme, given what was known before that day. It advises; a person decides.",
        "## What it is not for",
        bullets([plain(theme.not_for_en), *NEVER]),
        "## Data",
        *_data(release.manifest),
        *_team(release.evaluation.team),
        "## Folds",
        *_folds(release),
        "## Figures, with 95 % intervals",
        *_figures(release.evaluation),
        *_groups(release.evaluation),
        "## Gates",
        _gates(release.gates),
        "## Limits",
        bullets([*LIMITS, REPEATABLE[tuning is None or tuning.repeatable], *_absent(release)]),
        "## People",
        bullets(_people(release, theme)),
        "## How it was made",
        bullets(_made(release)),
    ]
    return "\n\n".join(parts) + "\n"


def _overridden(override: Override) -> list[str]:
    gates = ", ".join(f"{plain(gate.name)} ({gate.state})" for gate in override.gates)
    return [
        f"> **A gate did not pass and was overridden until {override.until_on}**: {gates}. By {override.person} on {override.on}, because:"
        f" {plain(override.reason)}",
    ]


def _data(manifest: Manifest) -> list[str]:
    said = (
        f"{manifest.rows} inspections with a known outcome, decided from {manifest.as_of_first} to {manifest.as_of_last};"
        f" {len(manifest.indicators)} indicators, highest tier {manifest.tier}; matrix `{manifest.content_hash[:16]}`, built on {manifest.built_on}."
    )
    left = {"left out: " + reason: count for reason, count in manifest.left_out.items()}
    counted = {**left, **{"excluded: " + reason: count for reason, count in manifest.exclusions.items()}}
    sources = [{"source": name, "rows": put.rows, "newest known on": put.last_known_on or "-"} for name, put in manifest.inputs.items()]
    parts = [said, table(sources) if sources else "", bullets(f"{plain(what)}: {count}" for what, count in counted.items())]
    return [part for part in parts if part]


def _team(record: TeamRecord | None) -> list[str]:
    """Say whether the strictness of teams was taken out, and how; each figure is of five people or more."""
    heading = "## Who inspected"
    if record is None or record.way == "none":
        return [
            heading,
            "Team effects were not estimated (`team.adjustment` of the theme is `none`): a team of average strictness is the teams as they came, and"
            " where teams have areas of their own the score holds how strict they are there.",
        ]
    said = (
        f"Team effects were taken out of training (`{record.way}`), over {record.rows} rows of {record.teams} teams, small ones counted as one;"
        f" {record.rows_without} rows without a team count as average. No team is in the model or in a row that is scored."
    )
    if record.way == "balanced":
        told = f"The indicators told the team with an AUC of {record.told_before:.3f}, and with {record.told_after:.3f} after weighting"
        return [heading, f"{said} {told}; the weighted rows are worth {record.effective_rows:.0f}."]
    rows = [{"team": e.team, ABOVE: f"{e.log_odds:+.2f} ({e.low:+.2f} to {e.high:+.2f})"} for e in record.effects]
    return [heading, f"{said} Their spread is {record.spread:.2f} in log-odds.", table(rows)]


def _folds(release: Release) -> list[str]:
    evaluation = release.evaluation
    rounds = [one.folds for one in evaluation.rounds] or [evaluation.folds]
    rows: list[dict[str, object]] = [
        {"round": number, **{name.replace("_", " "): value for name, value in fold.model_dump().items()}}
        for number, folds in enumerate(rounds, start=1)
        for fold in folds
    ]
    said = f"Nothing is learned from the last {evaluation.gap_days} days before the end of a fold. The model is that of the last round."
    return [said, table(rows), looks.before(release).sentence]


def _figures(evaluation: Evaluation) -> list[str]:
    rows = [
        {"figure": metric.replace("_", " "), **{name: figure(figures.get(metric)) for name, figures in evaluation.metrics.items()}}
        for metric in sorted({metric for figures in evaluation.metrics.values() for metric in figures})
    ]
    said = f"On {evaluation.population}; {evaluation.rows} rows, {evaluation.positives} confirmed; capacity {evaluation.capacity_share:.0%}."
    new = evaluation.never_visited
    apart = [] if new is None else [f"At the {new.rows} of them that were never visited before: AUC {figure(new.metrics[MODEL].get('auc'))}."]
    return [said, table(rows), *apart, *_populations(evaluation), bullets(plain(one) for one in sentences(evaluation))]


def _populations(evaluation: Evaluation) -> list[str]:
    """Give the table of `schouw train`: the model's figures for every population of which the labels can speak."""
    found = evaluation.selection
    if found is None:
        return []
    said = f"The model's figures by the addresses that they speak of; capacity {found.capacity_share:.0%} ({ENDS})."
    return [f"**Of whom the figures speak.** {said}", table(population_lines(found))]


def _groups(evaluation: Evaluation) -> list[str]:
    """Give the rates of each audit group and the gaps between them, or why there are none."""
    heading, looked_into = "## For whom it may be wrong", evaluation.scrutiny
    if looked_into is None or looked_into.fairness.absent:
        return [heading, f"Not shown: {UNMEASURED if looked_into is None else looked_into.fairness.absent}."]
    fairness = looked_into.fairness
    tables = [table(rows) for rows in (group_table(fairness, looked_into.proxies), gap_table(fairness)) if rows]
    unknown = f" {fairness.unknown_share:.1%} of the rows is of no known group." if fairness.unknown_share else ""
    said = (
        "Later inspected addresses, by level of the neighbourhood that no indicator reads. A rate of few rows is not shown. Drawn in"
        " `plots/groups.png` of the run in MLflow."
    )
    return [heading, f"{said}{unknown}", *tables]


def _gates(gates: Gates) -> str:
    return table([{"gate": gate.name, "state": gate.state, "why": gate.why} for gate in gates.gates])


def _absent(release: Release) -> list[str]:
    """Say of whom the score does not speak, and what it was not held against."""
    absent = release.evaluation.absent_baselines
    return [
        CALIBRATED_FOR[release.card.calibration.population],
        *(f"not compared with '{name}': {plain(why)}" for name, why in absent.items()),
    ]


def _people(release: Release, theme: Theme) -> list[str]:
    approved = f"approved by {release.approval.person} on {release.approval.on}" if release.approval else "approved by nobody: a candidate"
    override = [f"gates overridden by {release.override.person} on {release.override.on}"] if release.override else []
    return [
        f"trained by {release.trained_by} on {release.trained.on}",
        approved,
        *override,
        f"process owner of the theme: {plain(theme.process_owner)}",
    ]


def _made(release: Release) -> list[str]:
    card = release.card
    return [
        f"release hash `{release.release_hash}`",
        f"code `{card.git_commit or 'unknown'}`, packages (requirements.lock) `{card.lock_hash or 'unknown'}`",
        f"indicators `{card.catalogue_hash}`, rules of the theme `{card.theme_hash}`",
        FITTED_FOR[card.objective],
        f"calibration: log-odds = {release.slope:.6g} x margin + {release.intercept:.6g}",
        _searched(release.evaluation.tuning),
    ]


def _searched(tuning: Tuning | None) -> str:
    """Say how the parameters were found, and what that was worth within the training period of the last round."""
    if tuning is None:
        return "parameters: those that ship, nothing was searched"
    last, limit = tuning.rounds[-1], "" if tuning.repeatable else f", {tuning.minutes:g} minutes: **not repeatable**"
    chosen = ", ".join(f"{name} {value:.3g}" for name, value in last.parameters.items())
    losses = f"mean {tuning.loss} over the tuning folds {last.loss:.4f}, of those that ship {last.loss_as_shipped:.4f}"
    return f"parameters: searched within each training period, {last.trials} trials in the last{limit}; {chosen}; {losses}"
