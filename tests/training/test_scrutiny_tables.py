from __future__ import annotations

import io

import pytest
from rich.console import Console

from training.bands import Band
from training.bootstrap import Estimate
from training.commands import print_gates
from training.dominance import Dominance
from training.fairness import NO_AUDIT_DATA, SELECTION, Fairness, Group
from training.gate import unknown
from training.gates import Gates
from training.probes import Foresight, Probes, Shuffled
from training.proxies import Proxies, Proxy
from training.scrutiny import Scrutiny
from training.scrutiny_tables import print_scrutiny
from training.support import Support, Usual


def of(value, low=None, high=None):
    return Estimate(value=value, low=low, high=high)


GROUPS = Fairness(
    unknown_share=0.02,
    groups=(Group(name="lower-income", rows=90, confirmed=30, rates={SELECTION: of(0.2, 0.1, 0.3)}), Group(name="rich", rows=None, confirmed=None)),
)
PROXIES = Proxies(groups=(Proxy(group="lower-income", rows=90, score=of(0.51, 0.4, 0.6), joint=of(0.7, 0.6, 0.8),
                                indicators={"a": 0.5, "b": 0.2, "c": 0.6}), Proxy(group="rich")))  # fmt: skip


def printed(*, fairness=GROUPS, proxies=PROXIES):
    scrutiny = Scrutiny(
        fairness=fairness,
        proxies=proxies,
        dominance=Dominance(shares={"water": of(0.4, 0.3, 0.5)}),
        probes=Probes(
            shuffled=Shuffled(shuffles=10, auc=of(0.5, 0.47, 0.53)),
            foresight=Foresight(indicator="reports_1y", tells="outcome", auc=of(0.64, 0.6, 0.7)),
        ),
        support=Support(rows=9, usual=(Usual(indicator="a", lowest=0.0, highest=1.0, missing=False),), most=2),
        unlike_share=0.004,
        bands=(Band(above=0, upto=0.2, inspected=200, confirmed=8, share=of(0.04, 0.02, 0.08)),),
    )
    told = io.StringIO()
    print_scrutiny(scrutiny, console=Console(file=told, width=220))
    return told.getvalue()


@pytest.mark.parametrize(
    "said",
    ["lower-income", "0.200 (0.100 to 0.300)", "under 10", "not shown", "0.510 (0.400 to 0.600)", "told best by b (0.20), c (0.60), a (0.50)",
     "2.0% of the rows is of no known group", "water 0.400 (0.300 to 0.500)", "'reports_1y' tells the outcome", "0.000 to 0.200",
     "0.040 (0.020 to 0.080)", "in more than 2 of 1 indicators: 0.4% of the later ones"],
)  # fmt: skip
def test_what_was_measured_is_said(said):
    assert said in " ".join(printed().split())


def test_without_groups_the_reason_is_said():
    assert f"No rates per group: {NO_AUDIT_DATA}." in " ".join(printed(fairness=Fairness(absent=NO_AUDIT_DATA), proxies=Proxies()).split())


@pytest.mark.parametrize("name", ["income [low]", "north [/west]"])
def test_a_group_is_named_as_the_municipality_wrote_it(name, capsys):
    """The square brackets of a name are no markup: that would be left out, or end the command."""
    proxies = Proxies(groups=(PROXIES.groups[0].model_copy(update={"group": name}),))
    shown = printed(fairness=Fairness(groups=(GROUPS.groups[0].model_copy(update={"name": name}),)), proxies=proxies)
    assert shown.count(name) == 2, shown
    gate = unknown("g", limit=1, why=name)
    print_gates(Gates.model_construct(limits=None, gates=(gate,)))
    assert name in capsys.readouterr().out
