"""A worklist of before drawn again from its own matrix, seed and carry: who doubts that it was drawn by lot can see that it was.

Nothing is written. Only here does a seed come from someone: a list that is to be visited takes one that nobody knows before.
"""

from __future__ import annotations

from features.errors import InputError, NotFoundError, StateError
from features.matrix_file import folder_of, open_scoring
from features.scorecard import scorecard_hash
from features.settings import Settings
from features.themes import Theme, load_theme
from training import drawing
from training.draws import Record, read
from training.worklist import NO_MODEL, By, items, points_of


def replay(settings: Settings, theme_code: str, list_id: str) -> Record:
    """Draw a list again and check that it is the one of the record.

    Parameters
    ----------
    settings : Settings
    theme_code : str
        An enabled theme.
    list_id : str
        As the record and the list have it.

    Raises
    ------
    NotFoundError
        There is no such list.
    InputError
        The points of the theme were changed since.
    StateError
        Its matrix is gone or was built again, or the record is not what its seed draws.
    """
    theme = load_theme(settings, theme_code)
    record = _record(settings, theme.code, list_id)
    by = _by(record, theme)
    matrix = open_scoring(folder_of(settings.state, theme.code) / record.as_of.isoformat())
    if matrix.manifest.content_hash != record.matrix_hash:
        raise StateError(
            f"the matrix of {record.as_of} is not the one that list {list_id} was drawn from",
            expected=f"content hash {record.matrix_hash[:12]}",
            remedy="put that matrix back from a copy",
        )
    rows, points = points_of(matrix, theme, by=by)
    frame = record.frame
    drawn = drawing.draw(
        rows["address_id"].tolist(),
        points.sum(axis=1, skipna=False).tolist(),
        visits=frame.visits,
        share=frame.share,
        seed=frame.seed,
        carry=frame.carry,
    )
    if (drawn.frame, items(drawn, points.set_index(rows["address_id"]))) != (frame, record.items):
        raise StateError(
            f"the record of list {list_id} is not what its seed draws",
            expected="the addresses, arms and chances that were written when it was drawn",
            remedy="put the record back from a copy; until then no outcome of this list may count as drawn by lot",
        )
    return record


def _by(record: Record, theme: Theme) -> By:
    """Give what ordered a list, where that is still the same."""
    by = next((by for by, basis in NO_MODEL.items() if basis == record.basis), None)
    if by is None or (by == "scorecard" and record.scorecard_hash != scorecard_hash(theme.scorecard)):
        raise InputError(
            f"list {record.id} was ordered by other points than those of theme '{theme.code}' now ({record.basis})",
            expected="the points that it was drawn under",
            remedy="put the scorecard back as it was on that day, in a copy of the municipality's folder",
        )
    return by


def _record(settings: Settings, theme: str, list_id: str) -> Record:
    folder = settings.state / "worklists" / theme
    known = {f"{theme}-{place.name}": place for place in sorted(folder.glob("[0-9]*")) if place.is_dir()}
    if list_id not in known:
        raise NotFoundError(
            f"there is no list '{list_id}' of theme '{theme}'",
            expected=f"one of {len(known)}, the newest {next(reversed(known), 'none')}",
            remedy="give the id as the list has it",
        )
    return read(known[list_id])
