"""Testdam: a tiny municipality with its people's keys, and training matrices of which the truth is known."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from features.catalogue import catalogue
from features.ingestion import ingest
from features.manifest import IndicatorRecord, Manifest
from features.matrix_file import Matrix, content_hash
from features.settings import Settings, load
from features.themes import Theme, load_theme
from training import keys, shift
from training.stability import Stability, of_two_days

TODAY = date(2025, 1, 31)
THEME = """
code = "registration"
title_nl = "Inschrijving"
title_en = "Registration"
enabled = true
authority = "college"
legal_power = "Wet BRP art. 2.34"
process_owner = "Head of registration"
not_for_nl = "boetes"
not_for_en = "fines"
sources = [
    { name = "addresses", legal_basis = "public task" },
    { name = "inspections", legal_basis = "public task" },
    { name = "reports", legal_basis = "public task" },
    { name = "water", legal_basis = "public task" },
]
[purpose]
code = "registration-check"
title_nl = "Adresonderzoek"
title_en = "Address check"
processing_register = "VR-1"
[cohort]
uses = ["residential"]
[outcome]
confirming = ["registration-mismatch"]
span_days = 180
[capacity]
visits = 40
evaluation_share = 0.2
[random_arm]
form = "visit"
share = 0.1
[limits]
minimum_labels = 300
minimum_positives = 50
minimum_lift = 1.2
maximum_calibration_gap = 0.12
maximum_source_share = 0.8
"""
SIGNALS = {"reports_3y": "+", "reports_1y": "+", "water_per_resident": "-", "moves_2y": "+", "floor_area": None, "year_built": None}

GROUPS, NEIGHBOURHOODS = ("lower-income", "higher-income"), 9

SOURCE = {"reports_3y": "reports", "reports_1y": "reports", "water_per_resident": "water"}


@dataclass(frozen=True)
class Town:
    """A municipality folder with a state folder, and the key files of its people."""

    settings: Settings
    scientist: Path
    owner: Path
    both: Path
    stranger: Path

    @property
    def theme(self) -> Theme:
        return load_theme(self.settings, "registration")

    def keep(self, matrix: Matrix, *, theme: str = "registration") -> None:
        matrix.write(self.settings.state / "matrices" / theme / "training")

    def limit(self, name: str, value: float) -> None:
        """Change a limit in the theme's file."""
        path = self.settings.folder / "themes" / "registration.toml"
        path.write_text(re.sub(rf"^{name} = .*$", f"{name} = {value}", path.read_text(encoding="utf-8"), flags=re.MULTILINE), encoding="utf-8")

    def on(self, **changes: object) -> Town:
        return replace(self, settings=self.settings.model_copy(update=changes))


def make_town(folder: Path, *, audited: bool = False) -> Town:
    files = {name: folder / f"{name}.pem" for name in ("scientist", "owner", "both", "stranger")}
    folder.mkdir(parents=True, exist_ok=True)
    public = {name: keys.create(file) for name, file in files.items()}
    roles = {"scientist": '["data-scientist"]', "owner": '["process-owner"]', "both": '["data-scientist", "process-owner"]'}
    people = "".join(f'[[people]]\nid = "{name}"\nroles = {role}\npublic_key = "{public[name]}"\n' for name, role in roles.items())
    (folder / "municipality.toml").write_text(
        f'name = "Testdam"\ncode = "testdam"\nsynthetic = true\ntoday_on = {TODAY.isoformat()}\n[extracts]\n{people}', encoding="utf-8"
    )
    (folder / "themes").mkdir()
    (folder / "themes" / "registration.toml").write_text(THEME, encoding="utf-8")
    town = Town(load(folder, state=folder / "state"), **files)
    if audited:
        (folder / "registers").mkdir()
        for name, rows in registers().items():
            (folder / "registers" / f"{name}.sql").write_text(" UNION ALL ".join(map(selected, rows)), encoding="utf-8")
        ingest(town.settings)
    return town


def registers() -> dict[str, list[dict[str, str]]]:
    """Give a home, and the levels of the neighbourhoods, between which nothing differs in truth."""
    since = {"happened_on": "2020-01-01", "known_on": "2020-06-01"}
    home = {
        "record_id": "0479010000000001",
        "address_id": "0479010000000001",
        "building_id": "b1",
        "object_type": "01",
        "use": "residential",
        "protection": "none",
    }
    levels = [{"record_id": f"n{n}", "neighbourhood": f"n{n}", "audit_group": GROUPS[n % 6 < 2]} for n in range(NEIGHBOURHOODS)]
    return {"addresses": [home | since], "neighbourhoods": [level | since for level in levels]}


def selected(row: dict[str, str]) -> str:
    """Give a row as SQL."""
    return "SELECT " + ", ".join(f"'{value}' AS {name}" for name, value in row.items())


def make_frame(rows: int = 2000, *, seed: int = 1, strength: float = 1.2, positives: float = -1.8) -> pd.DataFrame:
    """Inspections over four years; three of the six indicators move the truth, one carries noise, some values are missing."""
    draw = np.random.default_rng(seed)
    indicators = pd.DataFrame({name: draw.normal(size=rows) for name in SIGNALS})
    indicators["reports_1y"] = draw.poisson(0.4, rows).astype(float)
    indicators["reports_3y"] = indicators["reports_1y"] + draw.poisson(0.6, rows)
    log_odds = positives + strength * (0.5 * indicators["reports_1y"] - indicators["water_per_resident"] + 0.7 * indicators["moves_2y"])
    as_of = pd.Timestamp("2021-01-01") + pd.to_timedelta(np.sort(draw.integers(0, 4 * 365, rows)), unit="D")
    indicators = indicators.mask(draw.random(indicators.shape) < 0.05)
    building = draw.integers(0, rows // 2, rows)
    keyed = pd.DataFrame(
        {
            "address_id": [f"0479{10**11 + n:012d}" for n in range(rows)],
            "as_of": as_of.astype("datetime64[us]"),
            "building_id": pd.Series([f"b{n}" for n in building]).mask(building % 7 == 0),
            "neighbourhood": [f"n{n % NEIGHBOURHOODS}" for n in building],
            "case_id": [f"c{n}" for n in range(rows)],
            "label": (draw.random(rows) < 1 / (1 + np.exp(-log_odds))).astype("int8"),
            "label_known_on": as_of + pd.to_timedelta(draw.integers(1, 45, rows), unit="D"),
        }
    )
    frame = pd.concat([keyed, indicators], axis=1)
    return frame[frame["label_known_on"] <= pd.Timestamp(TODAY)].sort_values(["as_of", "address_id"], ignore_index=True)


class DrawnDays(shift.Days):
    """Two days of a drawn cohort, between which a report came in about every fiftieth home."""

    def beside(self, stability: Stability, score: shift.Score) -> Stability:
        today = make_frame(400, seed=2)
        later = today.assign(reports_1y=today["reports_1y"] + (np.arange(len(today)) % 50 == 0))
        first, second = (rows[["address_id", "building_id"]].assign(score=score(rows)) for rows in (today, later))
        kept = of_two_days(first, second, share=self.theme.capacity.evaluation_share, seed=self.seed)
        return stability.model_copy(update={"one_day": kept, "one_day_on": self.as_of + timedelta(days=1)})


def make_matrix(rules: Theme, frame: pd.DataFrame | None = None, **changes: object) -> Matrix:
    frame = make_frame() if frame is None else frame
    manifest = Manifest(
        kind="training",
        municipality="testdam",
        synthetic=True,
        theme=rules.code,
        theme_hash=rules.content_hash,
        purpose=rules.purpose.code,
        as_of_first=frame["as_of"].min().date(),
        as_of_last=frame["as_of"].max().date(),
        rows=len(frame),
        tier=1,
        indicators=tuple(_indicator(name) for name in SIGNALS),
        inputs={},
        exclusions={},
        left_out={"outcome not yet known": 3},
        build="b1",
        content_hash=content_hash(frame),
        catalogue_hash="c" * 64,
        git_commit=None,
        lock_hash=None,
        built_on=TODAY,
    )
    return Matrix(frame, manifest.model_copy(update=changes))


def _indicator(name: str) -> IndicatorRecord:
    return IndicatorRecord(
        name=name,
        definition=f"{name}.",
        unit=catalogue()[name].unit if name in catalogue() else "number",
        risk=SIGNALS[name],
        subject="nuisance" if name.startswith("reports") else "home",
        family=name.split("_")[0],
        reach="own",
        tier=1,
        sources=(SOURCE.get(name, "addresses"),),
        nl="{value}",
        nl_zero=None,
        nl_missing="onbekend",
        en="{value}",
        en_zero=None,
        en_missing="unknown",
    )
