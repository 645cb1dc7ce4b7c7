"""Pictures of studies: SVG of which the bytes follow from the figures alone."""

from __future__ import annotations

import io

import matplotlib as mpl
from matplotlib.figure import Figure

SALT = "schouw"
"""Names inside the file are made of it and not drawn anew."""


def svg(figure: Figure) -> bytes:
    """Give a figure as SVG, without the day and the program; letters stay letters, which need no font of the machine."""
    written = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": SALT, "svg.fonttype": "none"}):
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    return written.getvalue()
