"""What a case system may send about an inspection: parts that can be true together."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from serving.outcome_content import OutcomeContent
from tests.serving.asking import FOUND


@pytest.mark.parametrize(
    "changes",
    [
        {"course": {"code": "entry-refused"}, "finding": {"code": "none"}},
        {"finding": None, "course": {"code": "not-carried-out"}},
        {"visitedOn": None},
        {"finding": None, "standing": {"code": "upheld"}},
        {"course": {"code": "looked-through-the-window"}},
        {"finding": {"code": "none", "note": "free text"}},
        {"finding": {"code": "none", "violations": -1}},
        {"finding": {"code": "none", "violations": 1}},
        {"finding": {"code": "none", "severeViolations": 1}},
        {"finding": {"code": "confirmed", "violations": 1, "severeViolations": 2}},
        {"team": "Jan Jansen"},
        {"correction": "yes"},
        {"caseId": "123456782"},  # a citizen number by its check digit
        {"inspectionId": "123456782"},
    ],
)
def test_parts_that_do_not_fit_together_are_refused(changes):
    with pytest.raises(ValidationError):
        OutcomeContent.model_validate({k: v for k, v in {**FOUND, **changes}.items() if v is not None})
