"""Tables of a scrutiny, for whoever decides about a model in a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from training.fairness import Fairness
from training.group_table import TITLE, figure, group_table
from training.proxies import Proxies
from training.scrutiny import Scrutiny
from training.side_by_side import side_by_side

NEAREST = 3
"""Indicators that are named as those that tell a group best."""


def print_scrutiny(scrutiny: Scrutiny, *, console: Console) -> None:
    """Print the groups, what tells them, the sources, the probes and the bands."""
    _groups(scrutiny.fairness, scrutiny.proxies, console)
    shares = ", ".join(f"{name} {figure(share)}" for name, share in list(scrutiny.dominance.shares.items())[:NEAREST])
    console.print(f"Part of the contributions by source, the largest {NEAREST}: {shares}.", highlight=False)
    shuffled, foresight = scrutiny.probes.shuffled, scrutiny.probes.foresight
    console.print(f"AUC on shuffled labels: {figure(shuffled.auc)} (99.9 %), mean of {shuffled.shuffles}.", highlight=False)
    if foresight.indicator:
        console.print(f"One indicator alone: '{foresight.indicator}' tells the {foresight.tells} with AUC {figure(foresight.auc)}.", highlight=False)
    if scrutiny.support is not None and scrutiny.unlike_share is not None:
        like = scrutiny.support
        said = f"Unlike the inspected addresses is one that lies beyond all of them in more than {like.most} of {len(like.usual)} indicators"
        console.print(f"{said}: {scrutiny.unlike_share:.1%} of the later ones.", highlight=False)
    bands = Table("score", "inspected", "confirmed", "share (95 %)", title="What later inspections found at each score")
    for band in scrutiny.bands:
        bands.add_row(f"{band.above:.3f} to {band.upto:.3f}", str(band.inspected), str(band.confirmed), figure(band.share))
    console.print(bands)


def _groups(fairness: Fairness, proxies: Proxies, console: Console) -> None:
    if fairness.absent:
        console.print(f"No rates per group: {fairness.absent}.")
        return
    console.print(*side_by_side(group_table(fairness, proxies), title=TITLE, width=console.width), sep="\n")
    for proxy in proxies.groups:
        nearest = sorted(proxy.indicators.items(), key=lambda entry: -abs(entry[1] - 0.5))[:NEAREST]
        if nearest:
            told = ", ".join(f"{name} ({auc:.2f})" for name, auc in nearest)
            console.print(f"{escape(proxy.group)} is told best by {told}.", highlight=False)
    if fairness.unknown_share:
        console.print(f"{fairness.unknown_share:.1%} of the rows is of no known group.", highlight=False)
