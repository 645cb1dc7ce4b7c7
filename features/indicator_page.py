"""The page docs/indicators.md, made from the catalogue: what each number means, reads and says, and the five questions answered.

python -m features.indicator_page docs/indicators.md            writes the page
python -m features.indicator_page docs/indicators.md --check    leaves with 1 where it is stale
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from features.about import About
from features.catalogue import Indicator, catalogue
from features.errors import SchouwError

HEAD = """# Indicators

*Made from the code by `python -m features.indicator_page docs/indicators.md`; `make check` fails when it is stale.*

{count} indicators over {sources} registers. A score of a theme reads only those whose registers its purpose allows: `schouw lineage THEME`
shows which. **Risk** is the direction in which experts expect the probability to go, and the model may not go against it; where they do
not agree it stands open. **Tier** 0 is about objects and areas, 1 about one address, 2 about keyed records and links. **Reach** says
whether the number looks at the address itself, at linked addresses, or compares it with a group. Every number is as it was known on the
day before; what is not known is missing, and never 0. A value is **high** or **low** where it lies above or below that of three quarters of
the inspected addresses.
"""
SENTENCES = {"value": "in between", "high": "high", "low": "low", "zero": "zero"}
QUESTIONS = {
    "lawful": "May we use it?",
    "proxy": "Whom might it stand in for?",
    "quality": "How good is it?",
    "relation": "What is expected of it?",
    "idea": "Whose idea was it?",
}


def page(indicators: Mapping[str, Indicator]) -> str:
    """Give the page in Markdown: a part per subject, and in it the indicators that share their answers together."""
    sources = {source for i in indicators.values() for source in i.sources}
    parts = [HEAD.format(count=len(indicators), sources=len(sources))]
    for subject, found in groupby(sorted(indicators.values(), key=attrgetter("subject")), key=attrgetter("subject")):
        parts.append(f"## {subject.replace('_', ' ').capitalize()}\n")
        shared: dict[About, list[Indicator]] = {}
        for indicator in found:
            shared.setdefault(indicator.about, []).append(indicator)
        for about, members in shared.items():
            parts += [_entry(i) for i in members]
            parts.append(_answers(about, members))
    return "\n".join(parts)


def main(arguments: list[str]) -> int:
    """Write the page, or say whether it is stale; an indicator that may not exist is said as any error of ours."""
    path = Path(arguments[0])
    try:
        made = page(catalogue())
    except SchouwError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    if "--check" not in arguments:
        path.write_text(made, encoding="utf-8")
        return 0
    if path.exists() and path.read_text(encoding="utf-8") == made:
        return 0
    sys.stderr.write(f"{path} is stale. Expected: what the catalogue says. Do: python -m features.indicator_page {path}\n")
    return 1


def _entry(indicator: Indicator) -> str:
    i = indicator
    reads = "; ".join(f"{source} ({', '.join(sorted(c for s, c in i.column.reads if s == source))})" for source in i.sources)
    lines = [f"### {i.name}", "", i.definition, ""]
    lines.append(f"Unit: {i.unit}. Risk: {i.risk or 'open'}. Tier {i.tier}, reach {i.reach}, family {i.family}. Reads {reads}.")
    lines += ["", "| | Nederlands | English |", "|---|---|---|"]
    for name, called in (*SENTENCES.items(), ("missing", "known to be none" if i.absence_known else "missing")):
        dutch = getattr(i.nl, name)
        if dutch and (name == "value" or dutch != i.nl.value):
            lines.append(f"| {called} | {dutch} | {getattr(i.en, name)} |")
    return "\n".join([*lines, ""])


def _answers(about: About, members: list[Indicator]) -> str:
    lines = [f"**Five questions** ({', '.join(i.name for i in members)})", ""]
    return "\n".join([*lines, *(f"- *{question}* {getattr(about, name)}" for name, question in QUESTIONS.items()), ""])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
