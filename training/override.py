"""An override: a process owner lets a model be used although a gate did not pass, for a reason, until a day.

It is signed, lies beside the approval in the release folder, and goes with every answer. It excuses the gates that it names and no
other, never a figure that was typed by hand, and it ends: from the day after, the release is no longer served.
"""

from __future__ import annotations

from datetime import date

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import Field, ValidationError

from features.declared import Frozen
from features.errors import ApprovalError, InputError, ReleaseError
from features.reasons import LONGEST_REASON, SHORTEST_REASON, Reason
from features.settings import Settings
from training import keys
from training.gate import State
from training.gates import Gates
from training.hashes import canonical
from training.signatures import Statement, signatory, signer

LONGEST_DAYS = 366
"""Days that an override may last. Assumed: within a year there are new labels, and whoever still wants it says so again."""


class Excused(Frozen):
    """A gate that did not pass, and how it stood."""

    name: str
    state: State


class Override(Frozen):
    """One signed sentence: these gates need not hold this release back until that day, for this reason."""

    release_hash: str
    gates: tuple[Excused, ...] = Field(min_length=1)
    reason: Reason
    until_on: date
    person: str
    public_key: str
    on: date
    signature: str

    @property
    def message(self) -> bytes:
        """The bytes that are signed: everything but the signature."""
        return canonical({"act": "overridden", **self.model_dump(mode="json", exclude={"signature"})})

    @property
    def names(self) -> frozenset[str]:
        """Names of the gates that it excuses."""
        return frozenset(gate.name for gate in self.gates)

    def excuses(self, gates: Gates) -> bool:
        """Say whether it speaks of just the gates that block, as they stand."""
        return {(gate.name, gate.state) for gate in self.gates} == {(gate.name, gate.state) for gate in gates.blocking}


def declare(gates: Gates, *, reason: str, until_on: date, key: Ed25519PrivateKey, settings: Settings, trained: Statement, on: date) -> Override:
    """Sign an override of the gates that block.

    Parameters
    ----------
    gates : Gates
        Of the candidate.
    reason : str
        In plain words, without an address or a person.
    until_on : date
        The last day on which the release is served.
    key : Ed25519PrivateKey
        Of a process owner, not of the trainer.
    settings : Settings
    trained : Statement
        Who trained the candidate, and its hash.
    on : date
        The clock.

    Raises
    ------
    InputError
        Every gate passed, the day does not lie ahead or lies too far ahead, or the reason is none.
    ApprovalError
        The key is of the trainer, or of nobody who may override.
    """
    if gates.passed:
        raise InputError("every gate passed", expected="a gate that did not", remedy="promote it without --override")
    if not 0 < (until_on - on).days <= LONGEST_DAYS:
        raise InputError(
            f"the override would end on {until_on}",
            expected=f"a day after {on}, {LONGEST_DAYS} days at most",
            remedy="name the day by which it is judged again with --until",
        )
    person = signer(key, settings, act="overridden", on=on)
    try:
        unsigned = Override(
            release_hash=trained.release_hash,
            gates=tuple(Excused(name=gate.name, state=gate.state) for gate in gates.blocking),
            reason=reason,
            until_on=until_on,
            person=person.id,
            public_key=person.public_key,
            on=on,
            signature="",
        )
    except ValidationError as error:
        raise InputError(
            f"the reason of the override does not fit: {error.errors()[0]['msg'].removeprefix('Value error, ')}",
            expected=f"{SHORTEST_REASON} to {LONGEST_REASON} characters of plain text that say why",
            remedy="write why it may be used although the gate did not pass",
        ) from error
    signed = unsigned.model_copy(update={"signature": keys.sign(key, unsigned.message)})
    check(signed, settings, trained=trained, release_hash=trained.release_hash)
    return signed


def check(override: Override, settings: Settings, *, trained: Statement, release_hash: str) -> None:
    """Check that a process owner other than the trainer signed this override of exactly this content.

    Raises
    ------
    ReleaseError
        It speaks of other content.
    ApprovalError
        The signature is false, or not of a listed process owner, or of the trainer; or it lasts too long.
    """
    if override.release_hash != release_hash:
        raise ReleaseError(
            f"the override speaks of {override.release_hash[:12]}, the files have hash {release_hash[:12]}",
            expected="an override of this release",
            remedy="promote the untouched candidate again with --override",
        )
    person = signatory(override.public_key, settings, act="overridden", on=override.on, key="the key that signed the override")
    genuine = keys.verified(override.public_key, signature=override.signature, message=override.message)
    if person.id != override.person or not genuine or not 0 < (override.until_on - override.on).days <= LONGEST_DAYS:
        raise ApprovalError(
            f"the override is not as '{override.person}' may have signed it",
            expected=f"a signature by the key of '{override.person}' in municipality.toml, and an end within {LONGEST_DAYS} days",
            remedy="promote again with --override and --until",
        )
    if override.person == trained.person or override.public_key == trained.public_key:
        raise ApprovalError(
            f"'{override.person}' trained this model, and would override its gates",
            expected="two different people (nobody releases alone)",
            remedy="have another process owner look at it and run 'schouw promote --override'",
        )
