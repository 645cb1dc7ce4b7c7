"""The page of the Chicago study: the figures of a run set into experiments/studies/chicago.md. No figure stands in that text itself."""

from __future__ import annotations

from typing import Any

from experiments.chicago import looked_page
from experiments.chicago.declared import ChicagoStudy
from experiments.chicago.run import ALONE, AS_USUAL, OURS, OURS_WITH, PUBLISHED_2014, PUBLISHED_2017, TEN, TEN_TAKEN_OUT, ChicagoResult
from experiments.writing import interval, rendered, signed, table
from training.bootstrap import Estimate

COMMAND = "schouw study chicago --raw DIR"
CHANCE = 0.5
LEANS_ON = 8


def page(result: ChicagoResult, study: ChicagoStudy) -> str:
    """Give the page as Markdown."""
    looked = looked_page.words(result.looked, share=result.capacity_share, published=PUBLISHED_2017, told=study.published)
    return rendered("chicago.md", **_words(study), **_figures(result, study), **_tables(result, study), **looked)


def _words(study: ChicagoStudy) -> dict[str, Any]:
    return {
        "command": COMMAND,
        "told": study.published,
        "split": study.split,
        "near_m": study.linkage.near_m,
        "replicates": study.replicates,
        "looked_replicates": study.looked.replicates,
        "OURS": OURS,
        "OURS_WITH": OURS_WITH,
        "TEN": TEN,
        "count": "{:,}".format,
        "share": "{:.1%}".format,
        "interval": interval,
        "signed": signed,
    }


def _figures(result: ChicagoResult, study: ChicagoStudy) -> dict[str, Any]:
    auc = {name: found["auc"] for name, found in result.measured.items()}
    whole = auc[PUBLISHED_2014]
    return {
        "auc": auc,
        "differences": result.differences,
        "verdict": verdict(result.differences[OURS, TEN]),
        "gap": (auc[OURS].value or 0.0) - study.published.auc_without_inspector,
        "stored": result.stored_orders["published_glmnet_score"],
        "linkage": result.linkage,
        "indicators": len(result.prepared.manifest.indicators),
        "used": len(result.own.weights),
        "leans": ", ".join(f"`{name}`" for name in list(result.own.weights)[:LEANS_ON]),
        "trees": result.own.trees,
        "lost": result.prepared.lost,
        "rows": result.rows,
        "positives": result.positives,
        "clusters": result.clusters,
        "width": (whole.high or 0.0) - (whole.low or 0.0),
        "inspector_share": (result.published_aucs[ALONE] - CHANCE) / (study.published.auc_glmnet - CHANCE),
    }


def _tables(result: ChicagoResult, study: ChicagoStudy) -> dict[str, str]:
    told, found = study.published, result.published_aucs
    return {
        "reproduced": table(
            ("figure", "published", "this run"),
            [(f.what, f"{f.published:.{f.digits}f}", f"{f.found:.{f.digits}f}") for f in result.reproduced],
        ),
        "registers": _registers(result),
        "orders": _orders(result),
        "differences_table": table(
            ("difference", "AUC"), [(f"{one} minus {other}", signed(estimate)) for (one, other), estimate in result.differences.items()]
        ),
        "taken_apart": table(
            ("what is known, on all published test rows", "told", "this run"),
            [
                ("the published model, glmnet, inspector group included", f"{told.auc_glmnet:.4f}", f"{result.reproduced[0].found:.4f}"),
                ("the inspector group's mean over the training rows, nothing else", f"{told.auc_inspector_alone}", f"{found[ALONE]:.4f}"),
                ("the ten features, ridge regression without the group", f"{told.auc_without_inspector}", f"{found[TEN]:.4f}"),
                ("the ten features, fitted beside the group, the group's part left out", "", f"{found[TEN_TAKEN_OUT]:.4f}"),
            ],
        ),
    }


def _registers(result: ChicagoResult) -> str:
    rows = []
    for r in result.prepared.reports:
        aside = "; ".join(f"{n:,} {reason.removeprefix('address text not linked: ')}" for reason, n in r.rejects.items())
        linked = "made here" if r.linked_share is None else f"{r.linked_share:.2%}"
        rows.append((r.source, f"{r.rows:,}", linked, f"{r.accepted:,}", aside or "none"))
    return table(("register", "rows", "linked", "stored", "set aside"), rows)


def _orders(result: ChicagoResult) -> str:
    rows = []
    for name, found in result.measured.items():
        order, usual = result.orders[name], name == AS_USUAL
        earlier = "0" if usual else f"{interval(order.days_earlier, digits=1)}, s.e. {order.standard_error_days:.1f}"
        first = "" if usual else interval(found["auc"])
        shown = f"**{name}**" if name == OURS else name
        rows.append((shown, first, interval(found["precision_at_capacity"]), interval(order.first_half), earlier))
    return table(("order", "AUC", f"confirmed in the first {result.capacity_share:.0%}", "found in the first half", "days earlier"), rows)


def verdict(difference: Estimate) -> str:
    """Say in words whether an interval leaves out zero."""
    if difference.low is None or difference.high is None:
        return "too few rows for an interval"
    if difference.low > 0:
        return "ours orders better"
    return "ours orders worse" if difference.high < 0 else "the two cannot be told apart"
