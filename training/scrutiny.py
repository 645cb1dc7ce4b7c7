"""What a reviewer asks of a model beside how good it is: for whom it may be wrong, what it stands on, and what was seen at each score.

One record of an evaluation. Each part is measured on the test rows of all rounds; what speaks of the model itself, on those of the last one.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from features import audit
from features.declared import Frozen
from features.matrix_file import Matrix
from features.themes import Theme
from training import dominance, fairness, probes, proxies, support
from training.bands import Band, bands
from training.bootstrap import clusters
from training.dominance import Dominance
from training.fairness import Fairness
from training.folds import Folds
from training.metrics import Floats
from training.probes import Probes
from training.proxies import Proxies
from training.scored import Scored
from training.support import Support


class Scrutiny(Frozen):
    """All of it; see the module of each part.

    Attributes
    ----------
    support : Support, optional
        What the addresses look like that the model learned from, over the indicators that it uses.
    unlike_share : float, optional
        Share of the last round's test rows that are unlike them.
    """

    fairness: Fairness
    proxies: Proxies
    dominance: Dominance
    probes: Probes
    bands: tuple[Band, ...]
    support: Support | None = None
    unlike_share: float | None = None


def measure(scored: Scored, *, last: Folds, contributions: Floats, matrix: Matrix, theme: Theme, groups: pd.DataFrame | None,
            seed: int, cohort: Floats | None = None) -> Scrutiny:  # fmt: skip
    """Measure all of it; each test row has its audit group for as long as it is measured.

    Parameters
    ----------
    scored : Scored
        Test rows of all rounds, the model's scores first.
    last : Folds
        Of the last round.
    contributions : ndarray of shape (m, k)
        Of the last round's model, on its m test rows.
    matrix : Matrix
        The whole training matrix.
    theme : Theme
        Its capacity as a share, and the groups that it names.
    groups : DataFrame, optional
        As `features.audit.groups` gives them; None where the municipality keeps no audit data.
    seed : int
    cohort : ndarray of shape (n,), optional
        How many addresses of the cohort each test row stands for, where the last round's line is calibrated to that.
    """
    rows, scores, names, named = scored.rows, scored.scorers[0].scores, matrix.manifest.names, theme.audit_groups
    group = None if groups is None else audit.of_rows(rows, groups).tolist()
    share, labels = theme.capacity.evaluation_share, rows["label"].to_numpy(dtype=np.int8)
    used = [name for name, moved in zip(names, (contributions != 0).any(axis=0), strict=True) if moved]
    like = support.learn(last.training.rows, names=used, seed=seed)
    fair = fairness.measure(rows, probabilities=scores, fold=scored.fold, group=group, named=named, share=share, seed=seed, cohort=cohort)
    return Scrutiny(
        fairness=fair,
        proxies=proxies.measure(rows, names=names, scores=scores, fold=scored.fold, group=group, named=named, seed=seed),
        dominance=dominance.measure(last.test.rows, contributions=contributions, indicators=matrix.manifest.indicators, seed=seed),
        probes=_probed(matrix.frame, last=last, names=names, seed=seed),
        bands=bands(scores, labels, cluster=clusters(rows)),
        support=like,
        unlike_share=float(like.unlike(last.test.rows).mean()),
    )


def _probed(frame: pd.DataFrame, *, last: Folds, names: list[str], seed: int) -> Probes:
    return Probes(
        shuffled=probes.shuffled(last.training.rows, last.test.rows, names=names, seed=seed),
        foresight=probes.foresight(frame, names=names, seed=seed),
    )
