"""The pages: whole, self-contained, readable by ear, honest about what they show."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from features.accusing import ACCUSING
from monitoring import advice, disclosure, drift, page, performance
from monitoring.fairness import Measure
from monitoring.language import read
from monitoring.report import Report
from monitoring.run import PAGES
from training import release

CSS = Path(page.TEMPLATES / "report.css")
REPO = Path(__file__).parents[2]
REVIEWER = REPO / "docs" / "monitoring.md"
VOID = {"meta", "link", "br", "img", "hr", "input", "line", "circle", "rect"}
SYNTHETIC = {
    "en": "These figures prove that the machine works. They say nothing about the world",
    "nl": "Deze cijfers bewijzen dat de machine werkt. Ze zeggen niets over de wereld",
}


class Outline(HTMLParser):
    """Collects tags with their attributes, headings in order, and tags that were not closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.faults: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)

    def named(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag in names]


@pytest.fixture(params=["en", "nl"])
def code(request):
    return request.param


@pytest.fixture
def text(written, code) -> str:
    return written.paths[code].read_text(encoding="utf-8")


def test_no_word_of_a_written_report_accuses(written):
    """DESIGN rule 9, on the pages as they are read: definitions, reasons and names that came from elsewhere are in them."""
    pages = [path for path in written.paths.values() if path.suffix in {".html", ".json"}]
    assert len(pages) >= 3
    for path in pages:
        said = re.sub(r"<(style|script)\b.*?</\1>", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert ACCUSING.search(said) is None, path.name


def drawn(report: Report, code: str) -> str:
    return page.render(report, code, plots=None, other=PAGES)


def test_page_asks_for_nothing_from_elsewhere(text):
    outline = Outline(text)
    assert outline.named("script", "link", "img", "iframe", "object", "embed", "form") == []
    assert not re.search(r"https?:|//[a-z]|@import|url\(", text)
    policy = next(a["content"] for a in outline.named("meta") if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")


def test_page_is_whole_and_names_its_language(text, code):
    outline = Outline(text)
    assert (outline.faults, outline.open) == ([], [])
    assert outline.named("html") == [{"lang": code}]
    assert text.startswith("<!DOCTYPE html>")


def test_headings_go_down_one_level_at_a_time(text):
    levels = [int(tag[1]) for tag, _ in Outline(text).tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_table_has_a_caption_and_every_header_its_scope(text):
    outline = Outline(text)
    assert len(outline.named("caption")) == len(outline.named("table")) > 5
    assert {a.get("scope") for a in outline.named("th")} == {"col", "row"}


def test_drawings_repeat_numbers_and_are_silent(text):
    drawings = Outline(text).named("svg")
    assert drawings
    assert all(a.get("aria-hidden") == "true" for a in drawings)


def test_links_within_the_page_have_a_target(text):
    outline = Outline(text)
    targets = {a["id"] for _, a in outline.tags if "id" in a}
    assert {a["href"][1:] for a in outline.named("a") if a["href"].startswith("#")} <= targets


def test_synthetic_data_says_that_it_proves_the_machine_and_not_the_world(text, code):
    assert text.count(SYNTHETIC[code]) == 2


def test_evidently_page_says_it_too_and_asks_nothing_from_elsewhere(written):
    text = written.paths["plots"].read_text(encoding="utf-8")
    assert all(said in text for said in SYNTHETIC.values())
    head = text[: text.index("<body>")]
    assert not re.search(r"""(src|href)\s*=\s*["']https?:""", head)
    assert {a.get("src") for a in Outline(head).named("script")} <= {None}


def test_real_data_carries_no_such_notice(written, code):
    real = written.report.model_copy(update={"subject": written.report.subject.model_copy(update={"synthetic": False})})
    assert SYNTHETIC[code] not in drawn(real, code)


@pytest.mark.parametrize("reason", ["no-audit-data", "no-list-items", "no-random-arm", "all-learned-from", "none-confirmed", "all-confirmed"])
def test_rate_that_cannot_be_known_says_not_computable_with_its_reason(written, reason):
    names = ("selection_rate", "precision", "false_positive_rate", "false_negative_rate")
    absent = written.report.findings.fairness.model_copy(update={"measures": tuple(Measure(name=n, not_computable=reason) for n in names)})
    findings = written.report.findings.model_copy(update={"fairness": absent, "fairness_wide": absent})
    for language, words in (("en", "<strong>Not computable</strong>: "), ("nl", "<strong>Niet te berekenen</strong>: ")):
        text = drawn(written.report.model_copy(update={"findings": findings}), language)
        assert text.count(words) == 4


def test_what_came_from_outside_is_escaped(written, code):
    subject = written.report.subject.model_copy(update={"municipality_name": "<script>alert(1)</script>"})
    text = drawn(written.report.model_copy(update={"subject": subject}), code)
    assert "<script" not in text


def test_page_for_the_reviewer_states_the_bars_that_the_code_has():
    rows = dict(re.findall(r"^\| ([^|]+) \| ([^|]+) \| [^|]+ \|$", REVIEWER.read_text(encoding="utf-8"), re.M))
    assert rows["smallest cell"] == str(disclosure.MINIMUM_CELL)
    assert rows["drift of a column"] == str(drift.BAR)
    assert rows["drift of a column, few rows"].startswith(f"{drift.CHANCE:g} ")
    assert rows["gap"].startswith(f"ratio outside {advice.RATIO_LOW} to {advice.RATIO_HIGH}")
    assert rows["outcomes for an AUC"].startswith(f"{performance.MINIMUM_OUTCOMES} confirmed")
    assert rows["change of missing values"].startswith(f"{100 * advice.MISSING_CHANGE:g} points")


def test_words_on_the_page_have_enough_contrast():
    colours = dict(re.findall(r"--([a-z]+): (#[0-9a-f]+)", CSS.read_text(encoding="utf-8")))
    for ink in ("ink", "soft", "now", "warn"):
        for ground in ("ground", "panel"):
            assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)


def contrast(first: str, second: str) -> float:
    """Contrast ratio of WCAG 2.2."""
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(d * 2 for d in colour[1:])
    channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_page_says_how_many_inspections_the_model_its_calibration_and_its_measuring_had(first, written):
    folds = {fold.name: fold.rows for fold in release.load(release.champion_folder(first.settings, "trial"), first.settings).evaluation.folds}
    subject = written.report.subject
    assert (subject.learned_rows, subject.calibrated_rows, subject.tested_rows) == (folds["training"], folds["calibration"], folds["test"])
    assert f"<dd>{folds['training']:,} inspections with an outcome, and {folds['calibration']:,} later ones" in drawn(written.report, "en")


def test_dutch_page_gives_groups_and_reasons_in_dutch(written):
    subject = written.report.subject.model_copy(update={"exclusions": {"recently inspected": 3}, "left_out": {"something new": 1}})
    text = drawn(written.report.model_copy(update={"subject": subject}), "nl")
    assert '<th scope="row">onlangs gecontroleerd</th>' in text
    assert '<span lang="en">something new</span>' in text


def test_every_reason_to_leave_an_address_or_an_inspection_out_has_its_dutch_words():
    sources = "".join((REPO / "features" / name).read_text(encoding="utf-8") for name in ("cohort.py", "outcomes.py"))
    reasons = re.findall(r'^(?: +(?:rules\[)?|[A-Z]+ = )"([a-z][a-z ]+)"(?:\])?(?: = |: (?!")|$)', sources, re.MULTILINE)
    assert {"protected place", "permitted", "open case", "recently inspected", "other use", "later visit of the same case"} <= set(reasons)
    assert [reason for reason in reasons if read("nl").reason(reason) == reason] == []


def test_page_says_what_the_score_is_not_for_in_its_language(written, code):
    assert {"nl": "<dd>alles</dd>", "en": "<dd>anything</dd>"}[code] in drawn(written.report, code)
