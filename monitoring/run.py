"""One run of the monitor: from the newest matrices to a report on disk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from math import ceil
from pathlib import Path

from features.builds import current
from features.engine import replaced_whole
from features.report import REPORT, read_report
from features.settings import Settings
from features.themes import Capacity
from monitoring import data_quality, drift, fairness, page, performance, use
from monitoring.advice import Findings, advise
from monitoring.evidence import SCORE, Evidence, gather
from monitoring.language import Code
from monitoring.report import Overridden, Report, Subject
from training.folds import CALIBRATION, TEST, TRAINING
from training.release import Release

JSON_FILE, PLOTS_FILE = "report.json", "drift-plots.html"
PAGES: dict[Code, str] = {"en": "report.html", "nl": "rapport.html"}
Step = Callable[[str], None]


@dataclass(frozen=True)
class Written:
    """A report and where it is."""

    report: Report
    folder: Path
    plots: bool

    @property
    def paths(self) -> dict[str, Path]:
        """Files by what they are: ``json``, ``en``, ``nl`` and perhaps ``plots``."""
        plots = {"plots": self.folder / PLOTS_FILE} if self.plots else {}
        return {"json": self.folder / JSON_FILE, **{code: self.folder / name for code, name in PAGES.items()}, **plots}


def monitor(settings: Settings, theme_code: str, *, today: date, plots: bool = False, progress: Step | None = None) -> Written:
    """Look at a theme and write the report to ``reports/<theme>/<as_of>/``.

    Parameters
    ----------
    settings : Settings
    theme_code : str
    today : date
        The clock; the report says when it was made.
    plots : bool
        Also keep Evidently's own page with a plot per indicator (5 MB).
    progress : callable, optional
        Called with the name of each step as it starts.

    Raises
    ------
    NotFoundError, PurposeError
        The theme is not known or disabled, or nothing was trained.
    StateError
        Nothing was built, or the disk or the database refuses.
    """
    say = progress or (lambda _: None)
    say("reading matrices and scoring")
    evidence = gather(settings, theme_code)
    findings, evidently = look(evidence, plots=plots, progress=say)
    report = Report(
        subject=_subject(evidence, today),
        definitions_nl={i.name: i.nl.replace("{value}", "\u2026") for i in evidence.scoring.manifest.indicators},
        definitions_en={i.name: i.definition for i in evidence.scoring.manifest.indicators},
        advice=advise(findings),
        findings=findings,
    )
    say("writing")
    written = Written(report, settings.state / "reports" / theme_code / evidence.as_of.isoformat(), plots=evidently is not None)
    _write(written, evidently)
    return written


def look(evidence: Evidence, *, plots: bool = False, progress: Step) -> tuple[Findings, str | None]:
    """Give all findings, and Evidently's page if asked for."""
    columns = [SCORE, *evidence.indicators]
    progress("comparing with the training matrix")
    training, evidently = drift.compare(evidence.cohort, evidence.learned, columns=columns, plots=plots)
    progress("comparing with an earlier cohort")
    earlier = None if evidence.earlier is None else drift.compare(evidence.cohort, evidence.earlier, columns=columns)[0]
    progress("groups, deliveries and outcomes")
    settings, theme, card = evidence.settings, evidence.theme, evidence.release.card
    findings = Findings(
        training=training,
        earlier=earlier,
        fairness=fair(evidence, visits=theme.capacity.visits),
        fairness_wide=fair(evidence, visits=wide_cut(len(evidence.cohort) - evidence.not_scorable_rows, theme.capacity)),
        quality=data_quality.assess(read_report(current(settings.state) / REPORT), theme=theme, rejects=settings.rejects, as_of=evidence.as_of),
        performance=performance.assess(
            evidence.since, learned=evidence.learned_rows, since_on=card.trained_on, at_release=evidence.release.evaluation.metrics
        ),
        use=use.count(settings, theme.code),
    )
    return findings, evidently


def wide_cut(addresses: int, capacity: Capacity) -> int:
    """Give the number of highest scores that stands for capacity where capacity itself is too few to count with.

    Examples
    --------
    >>> wide_cut(12_345, Capacity(visits=25, evaluation_share=0.1))
    1235
    """
    return min(addresses, max(capacity.visits, ceil(capacity.evaluation_share * addresses)))


def fair(evidence: Evidence, *, visits: int) -> fairness.Fairness:
    """Give the measures per group where the ``visits`` highest scores are positive."""
    cohort = fairness.Cohort(evidence.cohort, evidence.inspected, visits, evidence.theme.audit_groups)
    return fairness.measure(cohort, audited=evidence.audited)


def _subject(evidence: Evidence, today: date) -> Subject:
    settings, theme, found = evidence.settings, evidence.theme, evidence.release
    return Subject(
        municipality=settings.code,
        municipality_name=settings.name,
        synthetic=evidence.scoring.manifest.synthetic,
        theme=theme.code,
        title_nl=theme.title_nl,
        title_en=theme.title_en,
        not_for_nl=theme.not_for_nl,
        not_for_en=theme.not_for_en,
        purpose=theme.purpose.code,
        as_of=evidence.as_of,
        made_on=today,
        version=found.version,
        standing=evidence.standing,
        release_hash=found.release_hash,
        trained_on=found.card.trained_on,
        override=_overridden(found, today),
        **_rows(evidence),
        training_rebuilt=evidence.training.manifest.content_hash != found.card.matrix_hash,
        cohort_hash=evidence.scoring.manifest.content_hash,
        training_hash=evidence.training.manifest.content_hash,
        exclusions=evidence.scoring.manifest.exclusions,
        left_out=evidence.training.manifest.left_out,
    )


def _rows(evidence: Evidence) -> dict[str, int | None]:
    """Count the addresses and the inspections that the report and its release rest on."""
    folds = {fold.name: fold.rows for fold in evidence.release.evaluation.folds}
    parts = {"learned_rows": TRAINING, "calibrated_rows": CALIBRATION, "tested_rows": TEST}
    counted = {"cohort_rows": len(evidence.cohort), "not_scorable_rows": evidence.not_scorable_rows, "training_rows": len(evidence.learned)}
    return {**counted, **{name: folds.get(part) for name, part in parts.items()}}


def _overridden(found: Release, today: date) -> Overridden | None:
    given = found.override
    if given is None:
        return None
    in_force = given.on <= today <= given.until_on
    return Overridden(gates=tuple(sorted(given.names)), reason=given.reason, person=given.person, until_on=given.until_on, in_force=in_force)


def _write(written: Written, evidently: str | None) -> None:
    """Write the JSON last: where it is, the report is whole."""
    written.folder.mkdir(parents=True, exist_ok=True)
    texts = {name: page.render(written.report, code, plots=PLOTS_FILE if evidently else None, other=PAGES) for code, name in PAGES.items()}
    (written.folder / PLOTS_FILE).unlink(missing_ok=True)
    if evidently is not None:
        texts[PLOTS_FILE] = page.with_notice(evidently, synthetic=written.report.subject.synthetic)
    texts[JSON_FILE] = written.report.model_dump_json(indent=1)
    for name, text in texts.items():
        with replaced_whole(written.folder / name) as draft:
            draft.write_text(text, encoding="utf-8")
