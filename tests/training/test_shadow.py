"""The shadow: a challenger scores the day's matrix, every score is kept, and nobody is shown one."""

from __future__ import annotations

import ast
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.errors import NotFoundError, ReleaseError, StateError
from features.matrix_file import Matrix, content_hash
from features.settings import next_as_of
from tests.training.promoting import approve
from tests.training.testdam import TODAY, make_frame, make_matrix
from training import chain, model
from training.shadow import read, shadow

REPO = Path(__file__).parents[2]
AS_OF = next_as_of(TODAY)


def scoring(town, *, rows=200, seed=9, as_of=AS_OF, drop=(), far=None):
    """Write a scoring matrix of one day, as a build does."""
    frame = make_frame(rows, seed=seed).drop(columns=["label", "label_known_on", "case_id", *drop]).assign(as_of=pd.Timestamp(as_of))
    frame["as_of"] = frame["as_of"].astype("datetime64[us]")
    for at, values in (far or {}).items():
        frame.loc[at, list(values)] = list(values.values())
    made = make_matrix(town.theme, frame).manifest
    kept = tuple(indicator for indicator in made.indicators if indicator.name not in drop)
    told = {"kind": "scoring", "rows": len(frame), "content_hash": content_hash(frame), "as_of_first": as_of, "as_of_last": as_of, "indicators": kept}
    matrix = Matrix(frame, made.model_copy(update=told))
    matrix.write(town.settings.state / "matrices" / "registration" / as_of.isoformat())
    return matrix


def run(town, today=TODAY):
    return shadow(town.settings, "registration", today=today)


def files(town):
    return sorted(path.name for path in (town.settings.state / "shadow" / "registration").iterdir())


def test_a_challenger_scores_every_address_of_the_day_as_it_would_have_answered(trained):
    matrix, candidate = scoring(trained.town), trained.candidate.release
    line = run(trained.town)
    assert (line.as_of, line.version, line.release_hash, line.rows) == (AS_OF, candidate.version, candidate.release_hash, len(matrix.frame))
    kept = pd.read_parquet(trained.town.settings.state / "shadow" / line.file)
    expected = model.explain(candidate.booster, matrix.indicators, slope=candidate.slope, intercept=candidate.intercept).probability
    expected[candidate.support.unlike(matrix.frame)] = np.nan
    assert list(kept.columns) == ["address_id", "score"]
    assert kept["address_id"].tolist() == matrix.frame["address_id"].tolist()
    assert kept["score"].to_numpy() == pytest.approx(expected, abs=1e-12, nan_ok=True)
    assert read(trained.town.settings, "registration") == [line]


def test_an_address_unlike_any_inspected_one_has_no_number_and_is_counted(trained):
    support = trained.candidate.release.support
    far = {usual.indicator: 1e6 for usual in support.usual[: support.most + 1]}
    matrix = scoring(trained.town, far={0: far, 7: far})
    line = run(trained.town)
    kept = pd.read_parquet(trained.town.settings.state / "shadow" / line.file)["score"]
    refused = support.unlike(matrix.frame)
    assert refused[[0, 7]].all()
    assert kept.isna().tolist() == refused.tolist()
    assert (line.rows, line.not_scorable) == (len(matrix.frame), refused.sum())


def test_the_same_day_again_adds_nothing_and_another_matrix_or_day_adds_a_line(trained):
    scoring(trained.town)
    first = run(trained.town)
    assert run(trained.town) == first
    scoring(trained.town, seed=10)
    second = run(trained.town)
    tomorrow = TODAY + timedelta(days=1)
    scoring(trained.town, as_of=next_as_of(tomorrow))
    third = run(trained.town, tomorrow)
    assert read(trained.town.settings, "registration") == [first, second, third]
    assert len(files(trained.town)) == 3


def test_an_interruption_before_the_line_is_carried_on_by_the_same_command(trained, monkeypatch):
    scoring(trained.town)

    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(chain, "append", stop)
        with pytest.raises(KeyboardInterrupt):
            run(trained.town)
    assert read(trained.town.settings, "registration") == []
    line = run(trained.town)
    assert files(trained.town) == [Path(line.file).name]


def test_a_file_of_someone_else_is_left_alone(trained):
    scoring(trained.town)
    stray = trained.town.settings.state / "shadow" / "registration" / "notes.parquet"
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"")
    run(trained.town)
    assert stray.exists()


def test_scores_or_lines_that_were_changed_show(trained):
    scoring(trained.town)
    line = run(trained.town)
    file = trained.town.settings.state / "shadow" / line.file
    scores = pd.read_parquet(file)
    scores.assign(score=0.5).to_parquet(file, index=False)
    with pytest.raises(StateError, match="the scores are not those of which the log speaks"):
        read(trained.town.settings, "registration")
    scores.to_parquet(file, index=False)
    log = trained.town.settings.state / "shadow" / "registration.jsonl"
    log.write_text(log.read_text(encoding="utf-8").replace(f'"rows":{line.rows}', '"rows":1'), encoding="utf-8")
    with pytest.raises(StateError, match="line 1 is not as it was written"):
        run(trained.town)


def test_a_line_that_tells_of_no_scores_is_refused(town):
    path = town.settings.state / "shadow" / "registration.jsonl"
    chain.append(path, lambda *_: {"note": "nice"})
    with pytest.raises(StateError, match=r"registration\.jsonl: a line tells of no scores"):
        read(town.settings, "registration")


def test_scores_are_forgotten_as_their_matrices_are_and_the_line_stays(trained):
    scoring(trained.town)
    first = run(trained.town)
    for days in (399, 400, 401):
        later = TODAY + timedelta(days=days)
        scoring(trained.town, as_of=next_as_of(later))
        run(trained.town, later)
        assert (Path(first.file).name in files(trained.town)) == (days <= 400)
    assert len(read(trained.town.settings, "registration")) == 4


def test_the_champion_is_no_challenger(trained):
    scoring(trained.town)
    approve(trained.town)
    with pytest.raises(NotFoundError, match="theme 'registration' has no challenger"):
        run(trained.town)


def test_a_day_without_a_matrix_says_so(trained):
    with pytest.raises(StateError, match="there is no matrix in"):
        run(trained.town)


def test_a_matrix_that_lacks_what_the_challenger_reads_is_refused(trained):
    scoring(trained.town, drop=("moves_2y",))
    with pytest.raises(ReleaseError, match="reads 1 indicators that the matrix of 2025-02-01 does not hold, first 'moves_2y'"):
        run(trained.town)


def test_a_challenger_that_was_changed_scores_nothing(trained):
    scoring(trained.town)
    path = trained.candidate.release.folder / "model.txt"
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(ReleaseError, match="the files have hash"):
        run(trained.town)
    assert not (trained.town.settings.state / "shadow").exists()


def test_a_theme_that_was_changed_since_is_not_scored(trained):
    scoring(trained.town)
    trained.town.limit("minimum_lift", 1.1)
    with pytest.raises(ReleaseError, match="theme 'registration' was changed after it was trained"):
        run(trained.town)


def test_nothing_that_answers_can_reach_what_a_challenger_scored():
    """Beside the import contract 'shadow': what serves loads no such module, and none of its texts names the folder."""
    code = "import sys, serving.api.application, serving.commands, serving.service, monitoring.run; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True, cwd=REPO)
    loaded = done.stdout.split()
    assert "training.release" in loaded
    assert {"training.shadow", "training.registry"} & set(loaded) == set()
    named = [
        path
        for package in ("serving", "monitoring")
        for path in (REPO / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and "shadow" in str(node.value).lower()
    ]
    assert named == []
