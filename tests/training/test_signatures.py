from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from features.errors import ApprovalError, ReleaseError
from tests.training.testdam import TODAY
from training import keys
from training.signatures import check_approval, check_training, state

HASH, OTHER = "a" * 64, "b" * 64


def sign(town, act, who, *, release_hash=HASH):
    return state(act, key=keys.read(getattr(town, who)), settings=town.settings, release_hash=release_hash, on=TODAY)


def test_a_data_scientist_trains_and_a_process_owner_approves(town):
    trained, approval = sign(town, "trained", "scientist"), sign(town, "approved", "owner")
    check_training(trained, town.settings, release_hash=HASH)
    check_approval(approval, town.settings, trained=trained, release_hash=HASH)
    assert (trained.person, approval.person) == ("scientist", "owner")


@pytest.mark.parametrize(
    ("act", "who", "fault"),
    [
        ("trained", "owner", "'owner' has the roles process-owner. Expected: the role data-scientist"),
        ("approved", "scientist", "'scientist' has the roles data-scientist. Expected: the role process-owner"),
        ("approved", "stranger", "the key of --key belongs to nobody in municipality.toml. Expected: a key of one of: owner, both"),
    ],
)
def test_who_may_not_sign_is_refused_before_signing(town, act, who, fault):
    with pytest.raises(ApprovalError, match=fault):
        sign(town, act, who)


def test_the_trainer_cannot_approve_even_with_both_roles(town):
    trained, approval = sign(town, "trained", "both"), sign(town, "approved", "both")
    with pytest.raises(ApprovalError, match=r"'both' both trained and approved this model\. Expected: two different people"):
        check_approval(approval, town.settings, trained=trained, release_hash=HASH)


def test_one_key_under_two_names_is_one_person(town):
    trained = sign(town, "trained", "both")
    people = tuple(p.model_copy(update={"id": "alias"}) if p.id == "both" else p for p in town.settings.people)
    renamed = town.on(people=people)
    approval = sign(renamed, "approved", "both")
    with pytest.raises(ApprovalError, match="two different people"):
        check_approval(approval, renamed.settings, trained=trained, release_hash=HASH)


def test_without_an_approval_nothing_is_approved(town):
    with pytest.raises(ApprovalError, match="nobody approved"):
        check_approval(None, town.settings, trained=sign(town, "trained", "scientist"), release_hash=HASH)


def test_a_signature_is_over_one_content_only(town):
    with pytest.raises(ReleaseError, match="'scientist' signed aaaaaaaaaaaa"):
        check_training(sign(town, "trained", "scientist"), town.settings, release_hash=OTHER)
    trained, approval = sign(town, "trained", "scientist"), sign(town, "approved", "owner", release_hash=OTHER)
    with pytest.raises(ReleaseError, match="'owner' signed bbbbbbbbbbbb"):
        check_approval(approval, town.settings, trained=trained, release_hash=HASH)


@pytest.mark.parametrize("changes", [{"release_hash": OTHER}, {"person": "both"}, {"act": "approved"}, {"on": "2020-01-01"}, {"signature": "AAAA"}])
def test_no_word_of_a_statement_can_be_changed(town, changes):
    statement = sign(town, "trained", "scientist", release_hash=HASH)
    forged = type(statement).model_validate({**statement.model_dump(), **changes})
    with pytest.raises(ApprovalError, match="the signature under 'trained' is not of"):
        check_training(forged, town.settings, release_hash=forged.release_hash)


def test_a_statement_of_training_is_no_approval(town):
    trained = sign(town, "trained", "both")
    with pytest.raises(ApprovalError, match="the signature under 'approved' is not of 'both'"):
        check_approval(trained, town.settings, trained=sign(town, "trained", "scientist"), release_hash=HASH)


def test_the_signature_of_someone_who_was_taken_out_counts_no_longer_and_the_reader_is_told_how_to_mend_it(town):
    trained = sign(town, "trained", "scientist")
    left = town.on(people=tuple(p for p in town.settings.people if p.id != "scientist"))
    with pytest.raises(ApprovalError, match=r"belongs to nobody.*put the person back under \[\[people\]\] with until_on"):
        check_training(trained, left.settings, release_hash=HASH)


def until(town, who, day):
    """The town in which ``who`` signs until that day."""
    return town.on(people=tuple(p.model_copy(update={"until_on": day}) if p.id == who else p for p in town.settings.people))


@pytest.mark.parametrize("days", [0, 1, 400])
def test_what_someone_signed_before_leaving_stays_signed(town, days):
    trained, approval = sign(town, "trained", "scientist"), sign(town, "approved", "owner")
    left = until(until(town, "owner", TODAY + timedelta(days)), "scientist", TODAY + timedelta(days))
    check_training(trained, left.settings, release_hash=HASH)
    check_approval(approval, left.settings, trained=trained, release_hash=HASH)


@pytest.mark.parametrize(("act", "who"), [("trained", "scientist"), ("approved", "owner")])
def test_who_left_signs_no_more_and_a_later_signature_does_not_count(town, act, who):
    signed, left = sign(town, act, who), until(town, who, TODAY - timedelta(1))
    fault = f"'{who}' signs until {TODAY - timedelta(1)}, and this is of {TODAY}"
    with pytest.raises(ApprovalError, match=fault):
        sign(left, act, who)
    check = check_training if act == "trained" else partial(check_approval, trained=sign(town, "trained", "scientist"))
    with pytest.raises(ApprovalError, match=fault):
        check(signed, left.settings, release_hash=HASH)


def test_a_later_signature_cannot_be_dated_back(town):
    left = until(town, "scientist", TODAY - timedelta(1))
    forged = sign(town, "trained", "scientist").model_copy(update={"on": TODAY - timedelta(1)})
    with pytest.raises(ApprovalError, match="the signature under 'trained' is not of"):
        check_training(forged, left.settings, release_hash=HASH)
