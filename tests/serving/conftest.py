"""A hamlet with a real, signed and approved release, and the real application over it."""

from __future__ import annotations

import hashlib
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pandas as pd
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from features import cohort
from features.ingestion import ingest
from features.manifest import Manifest, git_commit, lock_hash
from features.matrix import Builder
from features.settings import Settings, load, next_as_of
from features.store import Store, open_store
from features.themes import Theme, load_themes
from serving import database
from serving.access import Caller
from serving.api import application
from serving.backend import Opened
from serving.clock import Clock
from serving.scorer import Scorer
from serving.scorings import open_scorings
from tests import hamlet
from tests.training.test_gates import evaluation as passing
from training import hashes, keys, ledger, release
from training.evaluation import Evaluation
from training.gates import Gates, judge
from training.model import CONSTRAINT, PARAMETERS
from training.override import declare
from training.signatures import state

TODAY = date(2024, 1, 1)
NOW = datetime(2024, 1, 1, 12, 0, 0)  # noqa: DTZ001 - UTC without zone, as the score log keeps it
POSTGRES = "SCHOUW_TEST_POSTGRES_URL"
KEY = "key-of-the-case-system"
KEY_WITHOUT_PURPOSE = "key-of-a-client-for-something-else"
HEADERS = {"Authorization": f"Bearer {KEY}"}
HOME, SHELTER, VISITED, SHED = "A1", "A7", "A8", "A9"
SOURCES = ("addresses", "reports", "inspections", "permits")
FIXED = {"happened_on": "2023-11-01", "known_on": "2023-11-02"}


def clock(today: date = TODAY) -> Clock:
    return Clock(today=lambda: today, now=lambda: NOW)


def sources() -> dict[str, pd.DataFrame]:
    """Ten homes in two buildings, of one nobody knows the year; one is a shelter, one was just visited, one is a shed, one is split over letters."""
    homes = hamlet.addresses(*(f"A{n}" for n in range(1, 11)))
    homes = homes.assign(
        building_id=[f"P{n % 2}" for n in range(10)],
        floor_area_m2="80",
        built_year=[None] + ["1950"] * 9,
        postcode="1500AA",
        street="Dorpsstraat",
        house_number=[str(n) for n in range(1, 9)] + ["9", "9"],
        house_letter=[None] * 8 + ["a", "b"],
        protection=["none"] * 6 + ["shelter"] + ["none"] * 3,
        use=["residential"] * 8 + ["industry", "residential"],
        neighbourhood="N1",
    )
    reports = [{"record_id": f"R{n}", "address_id": "A1", "channel": "app", "category": "housing", **FIXED} for n in range(3)]
    reports += [{"record_id": f"R{n + 10}", "address_id": f"A{n}", "channel": "app", "category": "nuisance", **FIXED} for n in (2, 8)]
    visit = {"record_id": "I1", "address_id": "A8", "inspection_id": "I1", "case_id": "C1", "theme": "trial", "trigger": "report", **FIXED}
    known = {"course": "inspected", "finding": "none", "course_known_on": "2023-11-20", "finding_known_on": "2023-11-20", "visited_on": "2023-11-10"}
    permit = {"record_id": "V1", "address_id": "A2", "kind": "conversion", **FIXED}
    granted = {"decision": "granted", "decision_known_on": "2023-11-02"}
    frames = (homes, pd.DataFrame(reports), pd.DataFrame([visit | known]), pd.DataFrame([permit | granted]))
    return dict(zip(SOURCES, (frame.astype(object) for frame in frames), strict=True))


@dataclass(frozen=True)
class Village:
    """The hamlet, its people's keys, and its release."""

    settings: Settings
    scientist: Ed25519PrivateKey
    owner: Ed25519PrivateKey

    def theme(self, code: str = "trial") -> Theme:
        return load_themes(self.settings)[code]

    def folder(self) -> Path:
        return release.champion_folder(self.settings, "trial")


def make_village(folder: Path) -> Village:
    settings = hamlet.hamlet(folder, today=TODAY, theme_sources=SOURCES, **sources())
    people = {name: Ed25519PrivateKey.generate() for name in ("scientist", "owner")}
    toml = settings.folder / "municipality.toml"
    toml.write_text(toml.read_text() + _people(people) + _clients())
    trial = (settings.folder / "themes" / "trial.toml").read_text()
    (settings.folder / "themes" / "unreleased.toml").write_text(trial.replace('code = "trial"', 'code = "unreleased"', 1))
    village = Village(load(settings.folder, state=settings.state, raw=settings.raw), **people)
    ingest(village.settings)
    write_release(village)
    return village


def _people(people: dict[str, Ed25519PrivateKey]) -> str:
    roles = {"scientist": "data-scientist", "owner": "process-owner"}
    return "".join(f'[[people]]\nid = "{n}"\nroles = ["{roles[n]}"]\npublic_key = "{keys.public_text(k)}"\n' for n, k in people.items())


def _clients() -> str:
    clients = (("case-system", KEY, "trial"), ("planning", KEY_WITHOUT_PURPOSE, "joint-case"))
    lines = ""
    for name, key, purpose in clients:
        digest = hashlib.sha256(key.encode()).hexdigest()
        lines += f'[[clients]]\nid = "{name}"\nkey_sha256 = "{digest}"\npurposes = ["{purpose}"]\nthemes = ["trial", "unreleased"]\n'
    return lines


def write_release(village: Village, *, signed_by_owner: bool = True, seed: int = 1, version: str | None = None,
                  evaluation: Evaluation | None = None, overridden: tuple[str, date] | None = None, theme: str = "trial") -> Path:  # fmt: skip
    """Fit a real booster on rows drawn at random, and write, sign, approve and record its release; overridden with why and until when."""
    store = open_store(village.settings)
    rules = village.theme(theme)
    builder = Builder(store, rules)
    manifest = builder.build(cohort.at(store, rules, next_as_of(TODAY)), built_on=TODAY).manifest.model_copy(update={"kind": "training"})
    given = None
    files = _content(manifest, rules, fit(manifest, seed=seed), version, evaluation or passing())
    release_hash = hashes.content_hash(files)
    trained = state("trained", key=village.scientist, settings=village.settings, release_hash=release_hash, on=TODAY)
    files[release.TRAINED] = trained.model_dump_json().encode()
    if signed_by_owner:
        approval = state("approved", key=village.owner, settings=village.settings, release_hash=release_hash, on=TODAY)
        files[release.APPROVAL] = approval.model_dump_json().encode()
    if overridden:
        gates = Gates.model_validate_json(files[release.GATES])
        reason, until_on = overridden
        given = declare(gates, reason=reason, until_on=until_on, key=village.owner, settings=village.settings, trained=trained, on=TODAY)
        files[release.OVERRIDE] = given.model_dump_json().encode()
    version = release.Card.model_validate_json(files[release.CARD]).version
    folder = village.settings.state / "releases" / theme / version
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (folder.parent / release.CHAMPION).write_text(version)
    ledger.add(village.settings, key=village.owner, act="promoted", theme=theme, version=version, release_hash=release_hash, replaces=None,
               override=given, on=TODAY)  # fmt: skip
    return folder


def fit(manifest: Manifest, *, seed: int) -> lightgbm.Booster:
    draw = np.random.default_rng(seed)
    drawn = pd.DataFrame({i.name: draw.poisson(2, 600) * draw.uniform(0.5, 1.5) for i in manifest.indicators})
    rows = drawn.mask(draw.random(drawn.shape) < 0.1)
    weights = pd.Series({i.name: 0.6 if i.risk == "+" else -0.6 if i.risk == "-" else draw.normal() * 0.1 for i in manifest.indicators})
    labels = (draw.random(600) < 1 / (1 + np.exp(1.5 - (rows.fillna(2) - 2).mul(weights).sum(axis=1)))).astype(int)
    parameters = {**PARAMETERS, "seed": seed, "monotone_constraints": [CONSTRAINT[i.risk] for i in manifest.indicators]}
    return lightgbm.train(parameters, lightgbm.Dataset(rows, label=labels), num_boost_round=40)


def _content(manifest: Manifest, rules: Theme, booster: lightgbm.Booster, version: str | None, evaluation: Evaluation) -> dict[str, bytes]:
    text_of = booster.model_to_string()
    card = release.Card(
        theme=rules.code, purpose="trial", municipality="hamlet", synthetic=True,
        version=version or f"{TODAY}-{hashlib.sha256(text_of.encode()).hexdigest()[:8]}",
        calibration=release.Calibration(slope=0.9, intercept=-0.1), indicators=tuple(manifest.names),
        catalogue_hash=manifest.catalogue_hash, wording_hash=hashes.wording_hash(manifest.indicators),
        theme_hash=manifest.theme_hash, lock_hash=lock_hash(), matrix_hash=manifest.content_hash,
        git_commit=git_commit(), trained_on=TODAY, as_of_last=TODAY,
    )  # fmt: skip
    gates = judge(evaluation, limits=rules.limits)
    models: dict[str, Any] = {release.CARD: card, release.MANIFEST: manifest, release.EVALUATION: evaluation, release.GATES: gates}
    return {release.MODEL: text_of.encode(), **{name: model.model_dump_json().encode() for name, model in models.items()}}


@pytest.fixture(scope="session")
def village(tmp_path_factory: pytest.TempPathFactory) -> Village:
    return make_village(tmp_path_factory.mktemp("village"))


@pytest.fixture
def own_village(village: Village, tmp_path: Path) -> Village:
    """Give a copy on which a test may break things."""
    shutil.copytree(village.settings.folder, tmp_path / "hamlet")
    shutil.copytree(village.settings.state, tmp_path / "state")
    return Village(load(tmp_path / "hamlet", state=tmp_path / "state", raw=village.settings.raw), village.scientist, village.owner)


@pytest.fixture(scope="session")
def store(village: Village) -> Store:
    return open_store(village.settings)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Give an empty, upgraded database of each kind, and drop it afterwards."""
    if request.param == "sqlite":
        made = database.connect(f"sqlite:///{tmp_path / 'own' / 'schouw.db'}")
        database.upgrade(made)
        yield made
        made.dispose()
        return
    url = os.environ.get(POSTGRES)
    if not url:
        pytest.skip(f"needs postgres: set {POSTGRES}")
    schema = f"test_{uuid.uuid4().hex[:12]}"
    above = database.connect(url)
    with database.writing(above) as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    made = database.connect(f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3D{schema}")
    try:
        database.upgrade(made)
        yield made
    finally:
        made.dispose()
        with database.writing(above) as connection:
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        above.dispose()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Engine]:
    made = database.connect(f"sqlite:///{tmp_path / 'own' / 'schouw.db'}")
    database.upgrade(made)
    yield made
    made.dispose()


@pytest.fixture
def open_on(village: Village, store: Store) -> Callable[..., Opened]:
    """Open the village on a database, on a day."""
    themes = load_themes(village.settings)
    scorings = open_scorings(village.settings, store, themes)

    def opened(engine: Engine, *, today: date = TODAY) -> Opened:
        scorer = Scorer(village.settings, store, engine, themes=themes, scorings=scorings)
        return Opened(village.settings, engine, scorer, clock(today))

    return opened


@pytest.fixture
def opened(open_on: Callable[..., Opened], sqlite: Engine) -> Opened:
    return open_on(sqlite)


@pytest.fixture
def caller() -> Caller:
    return Caller("case-system", frozenset({"trial", "unreleased"}), frozenset({"trial"}))


@pytest.fixture
def client(opened: Opened) -> TestClient:
    """Give a caller over HTTP; what the application raises is not shown to it, as in life."""
    return TestClient(application.create(opened), raise_server_exceptions=False)
