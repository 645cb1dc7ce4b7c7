"""Riverside: a made-up municipality of 3,000 homes in six neighbourhoods, with a trained and approved release.

Its matrices are drawn, not built: what monitoring must see in them is known beforehand. Homes of group ``poor`` are reported twice
as often, so more of them are among the highest scores.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from features import audit
from features.ingestion import ingest
from features.manifest import IndicatorRecord, Manifest
from features.matrix_file import Matrix, content_hash
from features.settings import Settings, load, next_as_of
from features.themes import Theme, load_theme
from tests import hamlet
from training import hashes, keys, override, release, run
from training.signatures import state

TODAY = date(2024, 1, 1)
AS_OF = next_as_of(TODAY)
TRAINED_ON = TODAY - timedelta(days=60)
GROUPS = {"N1": "poor", "N2": "poor", "N3": "middle", "N4": "middle", "N5": "rich", "N6": "rich"}
RISKS = {"reports_1y": "+", "moves_2y": "+", "floor_area": None, "owner_age_days": None}
VISITS = 40
REASON = "Riverside is made up, and its groups differ on purpose."
SOURCE = {"reports_1y": "reports", "moves_2y": "registrations"}


@dataclass(frozen=True)
class Riverside:
    """The municipality and the keys of its people."""

    settings: Settings
    scientist: Ed25519PrivateKey
    owner: Ed25519PrivateKey

    @property
    def theme(self) -> Theme:
        return load_theme(self.settings, "trial")

    def keep(self, frame: pd.DataFrame, name: str) -> Matrix:
        """Write a matrix to matrices/trial/<name>."""
        kind = "training" if name == "training" else "scoring"
        matrix = Matrix(frame, manifest(self.theme, frame, kind=kind))
        matrix.write(self.settings.state / "matrices" / "trial" / name)
        return matrix

    def train(self, frame: pd.DataFrame, *, approved: bool = True) -> release.Release:
        """Learn from a training matrix as `schouw train` does, without a registry; approve as `schouw promote` does.

        Homes of one group are reported twice as often, so gaps between groups do not pass: the owner overrides them.
        """
        matrix, groups = self.keep(frame, "training"), audit.published(self.settings, next_as_of(TRAINED_ON))
        learned = run.learn(matrix, self.theme, until=next_as_of(TRAINED_ON), seed=1, progress=lambda _: None, groups=groups)
        content = content_of(self, learned, matrix.manifest)
        release_hash = hashes.content_hash(content)
        trained = state("trained", key=self.scientist, settings=self.settings, release_hash=release_hash, on=TRAINED_ON)
        content[release.TRAINED] = trained.model_dump_json().encode()
        version = release.Card.model_validate_json(content[release.CARD]).version
        folder = self.settings.state / "candidates" / "trial" / version
        release.write(folder, content)
        found = release.load(folder, self.settings, require_approval=False)
        if approved:
            approval = state("approved", key=self.owner, settings=self.settings, release_hash=release_hash, on=TRAINED_ON)
            release.approve(self._overridden(found), self.settings, approval=approval)
            (self.settings.state / "releases" / "trial" / release.CHAMPION).write_text(version)
        return found

    def _overridden(self, found: release.Release) -> release.Release:
        if found.gates.passed:
            return found
        until_on, signed = TODAY + timedelta(days=90), {"settings": self.settings, "trained": found.trained, "on": TRAINED_ON}
        return replace(found, override=override.declare(found.gates, reason=REASON, until_on=until_on, key=self.owner, **signed))


def make(folder: Path, *, audited: bool = True) -> Riverside:
    """Write the municipality and ingest its registers; no matrix and no model yet."""
    people = {"scientist": Ed25519PrivateKey.generate(), "owner": Ed25519PrivateKey.generate()}
    homes = hamlet.addresses("A1", "A2", neighbourhood="N1")
    numbers = pd.DataFrame({"record_id": list(GROUPS), "neighbourhood": list(GROUPS), "audit_group": list(GROUPS.values())}, dtype=object)
    numbers = numbers.assign(happened_on="2023-01-01", known_on="2023-06-01", low_income_share="0.2")
    sources = {"addresses": homes} | ({"neighbourhoods": numbers} if audited else {})
    settings = hamlet.hamlet(folder, today=TODAY, theme_sources=("addresses",), **sources)
    toml = settings.folder / "municipality.toml"
    roles = {"scientist": "data-scientist", "owner": "process-owner"}
    listed = "".join(f'[[people]]\nid = "{n}"\nroles = ["{roles[n]}"]\npublic_key = "{keys.public_text(k)}"\n' for n, k in people.items())
    toml.write_text(toml.read_text() + listed)
    theme = settings.folder / "themes" / "trial.toml"
    groups = 'audit_groups = ["poor", "middle", "rich"]\n[purpose]'
    theme.write_text(theme.read_text().replace("visits = 2", f"visits = {VISITS}").replace("[purpose]", groups, 1) + LIMITS)
    settings = load(settings.folder, state=settings.state, raw=settings.raw)
    ingest(settings)
    return Riverside(settings, **people)


LIMITS = "\n[limits]\nminimum_labels = 1\nminimum_positives = 1\nminimum_lift = 1\nmaximum_calibration_gap = 0.25\nmaximum_source_share = 0.8\n"


def cohort(rows: int = 3000, *, seed: int = 1, as_of: date = AS_OF) -> pd.DataFrame:
    """Homes on a day; those of the poor neighbourhoods are reported twice as often."""
    draw = np.random.default_rng(seed)
    neighbourhood = draw.choice(list(GROUPS), rows)
    poor = np.isin(neighbourhood, ["N1", "N2"])
    frame = pd.DataFrame(
        {
            "address_id": [f"H{n:06d}" for n in range(rows)],
            "as_of": pd.Series([pd.Timestamp(as_of)] * rows).astype("datetime64[us]"),
            "building_id": [f"B{n // 3}" for n in range(rows)],
            "neighbourhood": neighbourhood,
            "reports_1y": draw.poisson(np.where(poor, 0.8, 0.4)).astype(float),
            "moves_2y": draw.poisson(0.6, rows).astype(float),
            "floor_area": draw.normal(90, 20, rows),
            "owner_age_days": draw.exponential(2000, rows),
        }
    )
    return frame.assign(floor_area=frame["floor_area"].mask(draw.random(rows) < 0.05))


def inspections(rows: int = 2400, *, seed: int = 2, first: date = date(2019, 1, 1), days: int = 1700) -> pd.DataFrame:
    """Inspections with an outcome, one in five drawn at random; reports say much of the truth."""
    draw = np.random.default_rng(seed)
    frame = cohort(rows, seed=seed)
    log_odds = -2.0 + 1.0 * frame["reports_1y"] + 0.5 * frame["moves_2y"]
    as_of = pd.Timestamp(first) + pd.to_timedelta(np.sort(draw.integers(0, days, rows)), unit="D")
    trigger = draw.choice(["report", "list", "random"], rows, p=[0.4, 0.4, 0.2])
    keys_first = ["address_id", "as_of", "building_id", "neighbourhood"]
    labelled = frame.assign(
        address_id=[f"I{seed}{n:06d}" for n in range(rows)],
        as_of=pd.Series(as_of).astype("datetime64[us]"),
        case_id=[f"C{n}" for n in range(rows)],
        inspection_id=[f"V{n}" for n in range(rows)],
        label=(draw.random(rows) < 1 / (1 + np.exp(-log_odds))).astype("int8"),
        label_known_on=as_of + pd.to_timedelta(draw.integers(5, 40, rows), unit="D"),
        team=draw.choice(["red", "blue"], rows),
        trigger=trigger,
        frame="homes",
        propensity=np.where(trigger == "random", 0.01, np.nan),
    )
    columns = [*keys_first, *[c for c in labelled.columns if c not in (*keys_first, *RISKS)], *RISKS]
    return labelled[columns].sort_values(["as_of", "address_id"], ignore_index=True)


def manifest(theme: Theme, frame: pd.DataFrame, *, kind: str) -> Manifest:
    """Say what a drawn matrix is."""
    return Manifest.model_validate(
        {
            "kind": kind,
            "municipality": "hamlet",
            "synthetic": True,
            "theme": theme.code,
            "theme_hash": theme.content_hash,
            "purpose": theme.purpose.code,
            "as_of_first": frame["as_of"].min().date(),
            "as_of_last": frame["as_of"].max().date(),
            "rows": len(frame),
            "tier": 1,
            "indicators": tuple(_indicator(name) for name in RISKS),
            "inputs": {},
            "exclusions": {"protected place": 12},
            "left_out": {"nobody-home": 31} if kind == "training" else {},
            "build": "b1",
            "content_hash": content_hash(frame),
            "catalogue_hash": "c" * 64,
            "git_commit": None,
            "lock_hash": None,
            "built_on": TODAY,
        }
    )


def _indicator(name: str) -> IndicatorRecord:
    said = {"nl": f"{{value}} van {name}", "nl_zero": None, "nl_missing": "onbekend", "en": "{value}", "en_zero": None, "en_missing": "unknown"}
    fixed = {"unit": "number", "subject": "home", "family": name, "reach": "own", "tier": 1, "sources": (SOURCE.get(name, "addresses"),)}
    return IndicatorRecord.model_validate({"name": name, "definition": f"Meaning of {name}.", "risk": RISKS[name], **fixed, **said})


def content_of(place: Riverside, learned: run.Learned, matrix: Manifest) -> dict[str, bytes]:
    """Give the files of a candidate."""
    text = learned.fitted.booster.model_to_string()
    card = release.Card(
        theme="trial",
        purpose="trial",
        municipality="hamlet",
        synthetic=True,
        version=f"{TRAINED_ON}-{matrix.content_hash[:8]}",
        calibration=release.Calibration(slope=learned.line.slope, intercept=learned.line.intercept),
        indicators=tuple(matrix.names),
        catalogue_hash=matrix.catalogue_hash,
        wording_hash="w" * 64,
        theme_hash=matrix.theme_hash,
        lock_hash=None,
        matrix_hash=matrix.content_hash,
        git_commit=None,
        trained_on=TRAINED_ON,
        as_of_last=matrix.as_of_last,
    )
    models = {release.CARD: card, release.MANIFEST: matrix, release.EVALUATION: learned.evaluation, release.GATES: learned.gates}
    return {release.MODEL: text.encode(), **{name: model.model_dump_json().encode() for name, model in models.items()}}
