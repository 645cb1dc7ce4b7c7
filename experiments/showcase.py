"""One real answer and one Top 10 for the front page, and the examples of docs/api.md, written by the run that gave them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments.asking import Asked, curl
from features import matrix_file
from features.commands import today
from features.errors import StudyError
from features.settings import Settings, next_as_of
from features.themes import Theme
from serving.explanation import reasons
from serving.result import explained
from serving.wording import Language
from training import model, release
from training.support import behind

TOP = 10
SHOWN_DIGITS = 3
LANGUAGES: tuple[Language, ...] = ("nl", "en")
API_PAGE, API_URL = "docs/api.md", "http://127.0.0.1:3000"
ROOT = Path(__file__).resolve().parent.parent
COMMAND = "schouw demo --no-serve --write-readme"
WORDS = {
    "README.md": {"head": "| | address | score | heaviest reason |", "by": "Written by", "column": "reason_en", "title": "title_en"},
    "README.nl.md": {"head": "| | adres | score | zwaarste reden |", "by": "Geschreven door", "column": "reason", "title": "title_nl"},
}


def fill(scored: Asked, highest: pd.DataFrame, theme: Theme, *, root: Path = ROOT) -> None:
    """Put the answer and the Top 10 between their marks in both front pages.

    Parameters
    ----------
    scored : Asked
        As sent and answered over HTTP; the answer is shortened as the demo prints it.
    highest : pandas.DataFrame
        As `top` gives it.
    theme : Theme
    root : Path
        Folder of the pages.

    Raises
    ------
    StudyError
        A page lost its marks; neither page is then changed.
    """
    pages = {name: (root / name).read_text(encoding="utf-8") for name in WORDS}
    for name, words in WORDS.items():
        request = f"```\nPOST {scored.path}\n{json.dumps(scored.sent, indent=2)}\n```"
        response = _json_block(shortened(scored.answer))
        by = f"*{words['by']} `{COMMAND}`.*"
        pages[name] = _between(pages[name], "answer", f"{request}\n\n{response}\n\n{by}", page=name)
        rows = [
            f"| {place} | `{r['address_id']}` | {r['score']:.2f} | {r[words['column']]} |" for place, r in enumerate(highest.to_dict("records"), 1)
        ]
        table = "\n".join([f"*{getattr(theme, words['title'])}*", "", words["head"], "|---|---|---|---|", *rows, "", by])
        pages[name] = _between(pages[name], "top10", table, page=name)
    for name, text in pages.items():
        (root / name).write_text(text, encoding="utf-8")


def fill_api(settings: Settings, scored: Asked, outcome: Asked, *, root: Path = ROOT) -> None:
    """Put both examples between their marks in docs/api.md, as command lines that work against the same demo.

    Raises
    ------
    StudyError
        The page lost its marks; it is then not changed.
    """
    page = root / API_PAGE
    text = page.read_text(encoding="utf-8")
    for mark, asked, answer in (("score", scored, abridged(scored.answer)), ("outcome", outcome, outcome.answer)):
        command = curl(settings, API_URL, asked, language="en", between=" \\\n  ")
        text = _between(text, mark, f"```\n{command}\n```\n\n{_json_block(answer)}\n\n*Written by `{COMMAND}`.*", page=API_PAGE)
    page.write_text(text, encoding="utf-8")


def top(settings: Settings, theme: Theme, *, number: int = TOP) -> pd.DataFrame:
    """Give the addresses with the highest score of today's matrix, with their heaviest reason; one that gets no score is not among them.

    Returns
    -------
    pandas.DataFrame
        ``address_id``, ``score`` (0 to 1), ``reason`` (Dutch) and ``reason_en``, highest first.
    """
    loaded = release.load(release.champion_folder(settings, theme.code), settings)
    rows = matrix_file.read(settings.state / "matrices" / theme.code / next_as_of(today(settings)).isoformat())
    scores = model.explain(loaded.booster, rows.indicators, slope=loaded.slope, intercept=loaded.intercept).probability
    scored = np.ones(len(scores), dtype=bool) if loaded.support is None else ~loaded.support.unlike(rows.frame, unknown=_unknown(rows, loaded))
    highest = rows.frame.assign(score=scores)[scored].nlargest(number, "score")
    parts = [explained(loaded, rows.indicators.loc[[at]]).contributions for at in highest.index]
    heaviest: dict[Language, list[str]] = {
        language: [next((r.sentence for r in reasons(p, direction="raising", language=language)), "") for p in parts] for language in LANGUAGES
    }
    return highest[["address_id", "score"]].assign(reason=heaviest["nl"], reason_en=heaviest["en"]).reset_index(drop=True)


def _unknown(rows: matrix_file.Matrix, loaded: release.Release) -> frozenset[str]:
    return behind(loaded.manifest.indicators, rows.manifest.stale_since)


def shortened(answer: dict[str, Any]) -> dict[str, Any]:
    """Leave out of an answer what a reader of one page does not need: each single contribution, the sources' dates, and further digits."""
    kept = dict(answer)
    if kept.get("result"):
        result = {k: v for k, v in kept["result"].items() if k not in ("contributions", "sources")}
        for side in ("raising", "lowering"):
            result[side] = [{k: r[k] for k in ("sentence", "contribution", "context", "sources")} for r in result[side]]
        kept["result"] = result
    rounded: dict[str, Any] = _rounded(kept)
    return rounded


def abridged(answer: dict[str, Any]) -> dict[str, Any]:
    """Leave of each list in an answer the first only, and say how many more there were; nothing is rounded."""
    kept = dict(answer)
    if kept.get("result"):
        kept["result"] = {k: _first(v) if isinstance(v, list) else v for k, v in kept["result"].items()}
    return kept


def _first(values: list[Any]) -> list[Any]:
    return values if len(values) <= 1 else [values[0], f"... {len(values) - 1} more"]


def _json_block(content: dict[str, Any]) -> str:
    return f"```json\n{json.dumps(content, indent=2, ensure_ascii=False)}\n```"


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _rounded(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_rounded(v) for v in value]
    return round(value, SHOWN_DIGITS) if isinstance(value, float) else value


def _between(text: str, mark: str, content: str, *, page: str) -> str:
    begin, end = f"<!-- {mark}:begin -->", f"<!-- {mark}:end -->"
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise StudyError(f"{page} lost its marks '{mark}'", expected=f"{begin} and {end}", remedy="put them back where the figures belong")
    return f"{before}{begin}\n{content}\n{end}{after}"
