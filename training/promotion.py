"""What is served, and how it came to be: a promotion, and the way back.

Both are done in steps of which each can be done again: the release folder (whole), the aliases in the registry, a signed line in the ledger,
the registry's copy of its head, a newer override in the folder, and at last the file ``champion`` that serving reads. Who is stopped between two
of them repeats the command. Nothing takes effect of which the ledger does not tell: serving holds the champion and its override against the
last line of the theme (`ledger.check_served`), and refuses a release that two people signed and someone put in place by hand.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from features import turn
from features.engine import replaced_whole
from features.errors import NotFoundError, ReleaseError
from features.settings import Settings
from features.themes import Theme, load_theme
from training import keys, ledger, model_card, override, release
from training.candidates import chosen
from training.override import Override
from training.registry import Registered, Registry
from training.signatures import signer, state

LOCK = "promotion.lock"


@dataclass(frozen=True)
class Asked:
    """An override as a process owner asks for it: the reason, and the last day on which the release is served."""

    reason: str
    until_on: date


def promote(settings: Settings, theme_code: str, *, private_key: Path, today: date, version: str | None = None,
            overriding: Asked | None = None) -> release.Release:  # fmt: skip
    """Approve a candidate and make it the champion.

    Parameters
    ----------
    settings : Settings
        The municipality.
    theme_code : str
        An enabled theme.
    private_key : Path
        Key of a process owner in municipality.toml, not of the trainer.
    today : date
        The clock; the day of the approval.
    version : str, optional
        Which candidate; otherwise the newest of the champion's tier (`training.candidates`).
    overriding : Asked, optional
        Let it be used although a gate did not pass.

    Raises
    ------
    NotFoundError
        There is no such candidate.
    ReleaseError
        The candidate was changed after it was trained, its theme was changed, it is not the one that was registered, or it was left by a rollback
        and is not named.
    ApprovalError
        A gate did not pass and is not overridden, or the key is of the trainer or of nobody who may approve.
    InputError
        The override has no reason, no end, or nothing to override.
    StateError
        The registry, the ledger or the disk refuses, or someone else is at it.
    """
    theme = load_theme(settings, theme_code)
    with _alone(settings):
        registry = Registry.open(settings)
        models = registry.versions(theme.code)
        registered = chosen(models, theme.code, version=version)
        if version is None:
            _check_not_left(settings, theme.code, registered.version)
        candidate = release.load(settings.state / "candidates" / theme.code / registered.version, settings, require_approval=False)
        _check_same(candidate, theme, release_hash=registered.release_hash)
        key = keys.read(private_key)
        candidate = replace(candidate, override=_override(candidate, settings, key=key, asked=overriding, today=today))
        release.check_gates(candidate, limits=theme.limits)
        release.check_in_force(candidate, on=today)
        signed = state("approved", key=key, settings=settings, release_hash=candidate.release_hash, on=today)
        approved = release.approve(candidate, settings, approval=signed)
        # Where it was approved before, the first approval stands.
        approval = approved.approval or signed
        tags = {"approved_by": approval.person, "approved_on": approval.on.isoformat(), **_told(approved.override)}
        _serve(_Step("promoted", theme, approved, key, today), registry, models, tags=tags)
    return approved


def rollback(settings: Settings, theme_code: str, *, private_key: Path, today: date) -> release.Release:
    """Go back to the release that was served before the champion.

    Any process owner may: the release was approved by two people when it was promoted, and a model that does harm must not wait for a third.
    Going back twice goes further back, never to what was left.

    Parameters
    ----------
    settings : Settings
    theme_code : str
        An enabled theme.
    private_key : Path
        Key of a process owner in municipality.toml.
    today : date
        The clock.

    Raises
    ------
    NotFoundError
        Nothing was served before it.
    ReleaseError, ApprovalError
        The earlier release was changed, learned under other rules than the theme has now, or its override ended; or the key is of nobody who may.
    StateError
        The registry, the ledger or the disk refuses, or someone else is at it.
    """
    theme = load_theme(settings, theme_code)
    with _alone(settings):
        key = keys.read(private_key)
        signer(key, settings, act="rolled back", on=today)
        registry = Registry.open(settings)
        models = registry.versions(theme.code)
        earlier = release.load(settings.state / "releases" / theme.code / _earlier(settings, theme.code), settings)
        _check_same(earlier, theme, release_hash=earlier.release_hash)
        release.check_in_force(earlier, on=today)
        step = _Step("rolled back", theme, earlier, key, today)
        _serve(step, registry, models, tags={"rolled_back_to_by": step.person(settings), "rolled_back_to_on": today.isoformat()})
    return earlier


@dataclass(frozen=True)
class _Step:
    act: Literal["promoted", "rolled back"]
    theme: Theme
    release: release.Release
    key: Ed25519PrivateKey
    today: date

    def person(self, settings: Settings) -> str:
        return signer(self.key, settings, act=self.act, on=self.today).id

    def stands_in(self, entry: ledger.Entry | None) -> bool:
        """Say whether this line tells of it already: a command that is repeated adds no second one."""
        told = (self.act, self.release.version, self.release.release_hash, self.release.override)
        return entry is not None and (entry.act, entry.version, entry.release_hash, entry.override) == told


def _serve(step: _Step, registry: Registry, models: list[Registered], *, tags: dict[str, str]) -> None:
    """Do what the module says, in that order; what was done already is done again or left."""
    settings, theme, version = registry.settings, step.theme.code, step.release.version
    entries = ledger.read(settings)
    last = next((entry for entry in reversed(entries) if entry.theme == theme), None)
    now = _served_now(settings, theme)
    ledger.check_kept(settings.state, registry.kept_head(theme), needed=last is not None and now is not None)
    done = step.stands_in(last)
    before = _before(entries if done else [*entries, _drafted(step, replaces=now)], theme)
    card = model_card.text(step.release, step.theme)
    _write_card(step.release.folder, card)
    named = {model.version: model for model in models}
    champion = _registered(named, step.release)
    registry.describe(champion, step.release, card=card)
    registry.place(theme, champion=champion, previous=named.get(before or ""), tags=tags)
    if not done:
        ledger.add(settings, key=step.key, act=step.act, theme=theme, version=version, release_hash=step.release.release_hash,
                   replaces=now, override=step.release.override, on=step.today)  # fmt: skip
    registry.keep_head(theme, ledger.head(settings.state))
    release.put_override(step.release)
    with replaced_whole(settings.state / "releases" / theme / release.CHAMPION) as draft:
        draft.write_text(version + "\n", encoding="utf-8")


def _before(entries: list[ledger.Entry], theme: str) -> str | None:
    """Give the version to which a rollback would go back."""
    return next(iter(ledger.served(entries, theme)[-2:-1]), None)


def _drafted(step: _Step, *, replaces: str | None) -> ledger.Entry:
    """Give the line of the ledger as it will be, unsigned."""
    return ledger.Entry(position=0, previous_hash="", act=step.act, theme=step.theme.code, version=step.release.version, replaces=replaces,
                        release_hash=step.release.release_hash, person="", public_key="", on=step.today, signature="")  # fmt: skip


def _earlier(settings: Settings, theme: str) -> str:
    """Give the version to go back to; the one that an interrupted rollback was going to."""
    entries = ledger.read(settings)
    last = next((entry for entry in reversed(entries) if entry.theme == theme), None)
    if last is not None and last.act == "rolled back" and last.version != _served_now(settings, theme):
        return last.version
    earlier = _before(entries, theme)
    if earlier is None:
        raise NotFoundError(
            f"nothing was served for theme '{theme}' before its champion",
            expected="an earlier release, promoted by this or a later version of Schouw",
            remedy=f"train another ('schouw train {theme}' or 'schouw retrain {theme}') and promote it: then what is served now can be gone back to; "
            f"or promote another candidate of 'schouw models {theme}': schouw promote {theme} --version VERSION",
        )
    return earlier


def _check_not_left(settings: Settings, theme: str, version: str) -> None:
    """Refuse what the last rollback left: to put it back is a decision, and a decision names what it is about."""
    lines = (entry for entry in reversed(ledger.read(settings)) if entry.theme == theme)
    last = next((entry for entry in lines if version in (entry.version, entry.replaces)), None)
    if last is not None and last.act == "rolled back" and last.replaces == version:
        raise ReleaseError(
            f"release {version} of theme '{theme}' was left on {last.on}, by a rollback of {last.person}",
            expected="a newer candidate, or the name of this one",
            remedy=f"train another, or name it: schouw promote {theme} --version {version}",
        )


def _served_now(settings: Settings, theme: str) -> str | None:
    try:
        return release.champion_folder(settings, theme).name
    except NotFoundError:
        return None


def _registered(named: dict[str, Registered], served: release.Release) -> Registered:
    found = named.get(served.version)
    if found is None or found.release_hash != served.release_hash:
        raise ReleaseError(
            f"release {served.version} of theme '{served.theme}' is not registered, or with other content",
            expected="the release as the registry knows it",
            remedy="restore the registry from its backup, or promote another candidate",
        )
    return found


def _check_same(found: release.Release, theme: Theme, *, release_hash: str) -> None:
    if (release_hash, found.card.theme_hash) != (found.release_hash, theme.content_hash):
        raise ReleaseError(
            f"candidate {found.version} is not the one that was registered, or theme '{theme.code}' was changed after it was trained",
            expected="the candidate as it was trained, under the theme as it is now",
            remedy="run 'schouw build' and 'schouw train' again",
        )


def _override(candidate: release.Release, settings: Settings, *, key: Ed25519PrivateKey, asked: Asked | None, today: date) -> Override | None:
    """Give the override to promote under: the one that stands where it says the same, or where none is asked for."""
    folder = settings.state / "releases" / candidate.theme / candidate.version
    standing = release.load(folder, settings).override if folder.exists() else None
    if asked is None:
        return standing
    if standing and (standing.reason, standing.until_on) == (asked.reason, asked.until_on):
        return standing
    return override.declare(
        candidate.gates, reason=asked.reason, until_on=asked.until_on, key=key, settings=settings, trained=candidate.trained, on=today
    )


def _told(given: Override | None) -> dict[str, str]:
    if given is None:
        return {}
    return {"overridden_by": given.person, "overridden_until": given.until_on.isoformat(), "overridden_gates": ", ".join(sorted(given.names))}


def _write_card(folder: Path, card: str) -> None:
    with replaced_whole(folder / release.MODEL_CARD) as draft:
        draft.write_text(card, encoding="utf-8")


def _alone(settings: Settings) -> AbstractContextManager[None]:
    """Hold the state folder for one promotion or rollback."""
    remedy = "wait until it is done, and repeat the command"
    return turn.refusing(settings.state / LOCK, doing=f"promoting or rolling back in {settings.state}", expected="one at a time", remedy=remedy)
