"""The page of the study of who looked: the figures of a run set into experiments/studies/who-looked.md."""

from __future__ import annotations

from experiments.who_looked.declared import TeamsDiffer, WhoLookedStudy
from experiments.who_looked.run import EVEN, NONE, WAYS, WhoLookedResult
from experiments.writing import interval, rendered, signed, table

COMMAND = "schouw study who-looked"
WORDS = {NONE: "as it comes", "mixed": "mixed", "balanced": "balanced", EVEN: "*teams alike* (no town has it)"}


def page(result: WhoLookedResult, study: WhoLookedStudy) -> str:
    """Give the page as Markdown."""
    return rendered(
        "who-looked.md",
        command=COMMAND,
        study=study,
        towns=table(
            ("town", "confirms what is there", "confirms what is not", "visits by the own team", "visits", "confirmed"), _towns(result, study)
        ),
        rankings=[(town.name, _ranking(result, town.name), _against(result, town.name)) for town in study.towns],
        estimated=_estimated(result),
        verdict=_verdict(result, study),
    )


def _towns(result: WhoLookedResult, study: WhoLookedStudy) -> list[tuple[str, ...]]:
    from experiments.town.parameters import Parameters

    usual = Parameters()

    def row(town: TeamsDiffer) -> tuple[str, ...]:
        right, wrong = town.sensitivity or usual.team_sensitivity, town.false_alarm or usual.team_false_alarm
        home = usual.home_team_share if town.home_share is None else town.home_share
        pairs = (f"{right[0]:.0%} to {right[1]:.0%}", f"{wrong[0]:.1%} to {wrong[1]:.1%}")
        return (town.name, *pairs, f"{home:.0%}", f"{result.visits[town.name]:,.0f}", f"{result.confirmed[town.name]:,.0f}")

    return [row(town) for town in study.towns]


def _ranking(result: WhoLookedResult, town: str) -> str:
    head = (
        "team effects",
        "AUC, hidden episode",
        "AUC, average team",
        "precision at capacity",
        "rank explained by own team",
        "strictest area stands higher by",
    )
    return table(
        head,
        [
            (
                WORDS[way],
                interval(result.of(town, way, "auc").value),
                interval(result.of(town, way, "auc_chance").value),
                interval(result.of(town, way, "precision").value),
                interval(result.of(town, way, "explained").value),
                f"{interval(result.of(town, way, 'lean').value, digits=1)} %",
            )
            for way in WAYS
        ],
    )


def _against(result: WhoLookedResult, town: str) -> str:
    rows = [
        (
            f"{WORDS[way]} minus {WORDS[NONE]}",
            *(signed(result.of(town, way, figure).against) for figure in ("auc", "auc_chance", "precision", "explained")),
        )
        for way in WAYS
        if way != NONE
    ]
    return table(("difference, in the same towns", "AUC, hidden episode", "AUC, average team", "precision at capacity", "rank explained"), rows)


def _estimated(result: WhoLookedResult) -> str:
    rows = [
        (
            one.town,
            interval(one.correlation, digits=2),
            interval(one.spread, digits=2),
            interval(one.told_before),
            interval(one.told_after),
            interval(one.effective_share, digits=2),
        )
        for one in result.estimated
    ]
    head = (
        "town",
        "mixed: correlation of effects with strictness",
        "mixed: spread, log-odds",
        "balanced: AUC of the team before",
        "after",
        "worth of a row",
    )
    return table(head, rows)


def _verdict(result: WhoLookedResult, study: WhoLookedStudy) -> str:
    """Say of each way and town whether the interval of its difference leaves out zero."""
    said = []
    for town in study.towns:
        for way in ("mixed", "balanced"):
            found = result.of(town.name, way, "auc_chance").against
            low, high = found.low or 0.0, found.high or 0.0
            word = "nearer to the truth than" if low > 0 else "further from it than" if high < 0 else "not to be told apart from"
            said.append(f"- *{town.name}*, {way}: {word} a ranking that leaves team effects in ({signed(found)} AUC).")
    return "\n".join(said)
