"""Pages in Markdown, for a person to read: the model card, and the comparison of a challenger with the champion."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from training.bootstrap import Estimate


def figure(found: Estimate | None, *, signed: bool = False) -> str:
    """Give a figure with its interval in three decimals; ``signed`` shows the sign of a difference.

    Examples
    --------
    >>> figure(Estimate(value=0.02, low=-0.01, high=0.05), signed=True)
    '+0.020 (-0.010 to +0.050)'
    """
    if found is None or found.value is None:
        return "-"
    form = "+.3f" if signed else ".3f"
    interval = "no interval" if found.low is None or found.high is None else f"{found.low:{form}} to {found.high:{form}}"
    return f"{found.value:{form}} ({interval})"


def table(rows: Sequence[Mapping[str, object]]) -> str:
    """Give a table, headed by the keys of its first row."""
    heads = list(rows[0])
    lines = [[plain(str(row[head])) for head in heads] for row in rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (map(plain, heads), ["---"] * len(heads), *lines))


def bullets(lines: Iterable[str]) -> str:
    """Give a list."""
    return "\n".join(f"- {line}" for line in lines)


def plain(said: str) -> str:
    """Let what people wrote stay text: no link, no markup, no cell of a table."""
    escaped = said.replace("&", "&amp;").replace("<", "&lt;").replace("\\", "\\\\").replace("\n", " ")
    for sign in "|*_`[]":
        escaped = escaped.replace(sign, f"\\{sign}")
    return escaped
