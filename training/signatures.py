"""Who trained, who approved and who did what with a release since: who may sign what, and the checks of DESIGN rule 7.

A statement says what was done, by whom, with which key, on which day and to which content; the signature covers all of
it, so a statement of training can never stand in for one of approval.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from features.declared import Frozen
from features.errors import ApprovalError, ReleaseError
from features.settings import Person, Settings
from training import keys
from training.hashes import canonical

Act = Literal["trained", "approved", "overridden", "promoted", "rolled back", "resumed"]
Role = Literal["data-scientist", "process-owner"]
ROLE: dict[Act, Role] = {
    "trained": "data-scientist",
    "approved": "process-owner",
    "overridden": "process-owner",
    "promoted": "process-owner",
    "rolled back": "process-owner",
    "resumed": "process-owner",
}


class Statement(Frozen):
    """One signed sentence: this person trained, or approved, this content on this day."""

    act: Act
    release_hash: str
    person: str
    public_key: str
    on: date
    signature: str

    @property
    def message(self) -> bytes:
        """The bytes that are signed: everything but the signature."""
        return _message(act=self.act, release_hash=self.release_hash, person=self.person, public_key=self.public_key, on=self.on)


def signer(key: Ed25519PrivateKey, settings: Settings, *, act: Act, on: date) -> Person:
    """Give the person who may do this with this key on this day.

    Raises
    ------
    ApprovalError
        The key is nobody's in municipality.toml, or its owner has not the role, or left before that day.
    """
    return signatory(keys.public_text(key), settings, act=act, on=on, key="the key of --key")


def state(act: Act, *, key: Ed25519PrivateKey, settings: Settings, release_hash: str, on: date) -> Statement:
    """Sign a statement.

    Raises
    ------
    ApprovalError
        As `signer`.
    """
    person = signer(key, settings, act=act, on=on)
    message = _message(act=act, release_hash=release_hash, person=person.id, public_key=person.public_key, on=on)
    return Statement(act=act, release_hash=release_hash, person=person.id, public_key=person.public_key, on=on, signature=keys.sign(key, message))


def check_training(trained: Statement, settings: Settings, *, release_hash: str) -> None:
    """Check the trainer's signature.

    Raises
    ------
    ReleaseError
        The content was changed after it was signed.
    ApprovalError
        The signature is false, or not of a listed data scientist.
    """
    _check(trained, settings, act="trained", release_hash=release_hash)


def check_approval(approval: Statement | None, settings: Settings, *, trained: Statement, release_hash: str) -> None:
    """Check that someone else than the trainer approved exactly this content.

    Raises
    ------
    ReleaseError
        The content was changed after it was signed.
    ApprovalError
        There is no approval, or it is false, not of a listed process owner, or of the trainer.
    """
    if approval is None:
        raise ApprovalError(
            "nobody approved this release", expected="approval.json signed by a process owner", remedy="have a process owner run 'schouw promote'"
        )
    _check(approval, settings, act="approved", release_hash=release_hash)
    if approval.person == trained.person or approval.public_key == trained.public_key:
        raise ApprovalError(
            f"'{approval.person}' both trained and approved this model",
            expected="two different people (nobody releases alone)",
            remedy="have another process owner look at it and run 'schouw promote'",
        )


def signatory(public_key: str, settings: Settings, *, act: Act, on: date, key: str) -> Person:
    """Give the person who signed with this public key, and might.

    Parameters
    ----------
    public_key : str
        Base64, as municipality.toml lists it.
    settings : Settings
    act : str
        What was done; it asks for a role.
    on : date
        The day on which it was done.
    key : str
        How an error names the key.

    Raises
    ------
    ApprovalError
        The key is nobody's, or its owner has not the role, or had left by then.
    """
    person = next((person for person in settings.people if person.public_key == public_key), None)
    if person is None:
        raise ApprovalError(
            f"{key} belongs to nobody in municipality.toml",
            expected=f"a key of one of: {', '.join(p.id for p in settings.people if ROLE[act] in p.roles) or 'nobody is listed'}",
            remedy="use a listed key, or have the person added; where someone left, put the person back under [[people]] with until_on, the last day",
        )
    if ROLE[act] not in person.roles:
        raise ApprovalError(
            f"'{person.id}' has the roles {', '.join(person.roles) or 'none'}",
            expected=f"the role {ROLE[act]}",
            remedy=f"have a {ROLE[act]} do it",
        )
    if person.until_on is not None and on > person.until_on:
        raise ApprovalError(
            f"'{person.id}' signs until {person.until_on}, and this is of {on}",
            expected="a signature of that day or before (until_on in municipality.toml)",
            remedy=f"have a {ROLE[act]} do it who still signs",
        )
    return person


def _check(statement: Statement, settings: Settings, *, act: Act, release_hash: str) -> None:
    if statement.release_hash != release_hash:
        raise ReleaseError(
            f"the files have hash {release_hash[:12]}, '{statement.person}' signed {statement.release_hash[:12]}",
            expected="files as they were signed",
            remedy="train again, or promote the untouched candidate again",
        )
    person = signatory(statement.public_key, settings, act=act, on=statement.on, key=f"the key that signed '{act}'")
    genuine = keys.verified(statement.public_key, signature=statement.signature, message=statement.message)
    if person.id != statement.person or statement.act != act or not genuine:
        raise ApprovalError(
            f"the signature under '{act}' is not of '{statement.person}'",
            expected=f"a signature by the key of '{statement.person}' in municipality.toml",
            remedy="sign again: 'schouw train' for the trainer, 'schouw promote' for the approver",
        )


def _message(*, act: Act, release_hash: str, person: str, public_key: str, on: date) -> bytes:
    content = {"act": act, "release_hash": release_hash, "person": person, "public_key": public_key, "on": on.isoformat()}
    return canonical(content)
