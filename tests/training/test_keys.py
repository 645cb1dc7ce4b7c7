from __future__ import annotations

import base64
import stat

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from features.errors import InputError, StateError
from training import keys


def pem(key, *, encryption=None):
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption or serialization.NoEncryption())


def test_a_new_key_can_be_read_by_its_owner_only(tmp_path):
    public = keys.create(tmp_path / "new.pem")
    assert stat.S_IMODE((tmp_path / "new.pem").stat().st_mode) == 0o600
    assert keys.public_text(keys.read(tmp_path / "new.pem")) == public
    assert len(public) == 44


def test_a_key_file_is_never_overwritten(tmp_path):
    keys.create(tmp_path / "new.pem")
    before = (tmp_path / "new.pem").read_bytes()
    with pytest.raises(InputError, match="is there already"):
        keys.create(tmp_path / "new.pem")
    assert (tmp_path / "new.pem").read_bytes() == before


def test_a_key_in_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(StateError, match="cannot be written"):
        keys.create(tmp_path / "nowhere" / "new.pem")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (None, "cannot be read"),
        (b"no key at all", "is not a private key"),
        (pem(generate_private_key(SECP256R1())), "holds another kind of key"),
        (pem(Ed25519PrivateKey.generate(), encryption=serialization.BestAvailableEncryption(b"secret")), "has a passphrase"),
    ],
)
def test_what_is_no_ed25519_key_is_refused_with_what_it_is(tmp_path, content, fault):
    path = tmp_path / "key.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=fault):
        keys.read(path)


def test_a_signature_is_of_one_key_over_one_message():
    key, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    signature = keys.sign(key, b"this release")
    assert keys.verified(keys.public_text(key), signature=signature, message=b"this release")
    assert not keys.verified(keys.public_text(key), signature=signature, message=b"that release")
    assert not keys.verified(keys.public_text(other), signature=signature, message=b"this release")
    assert not keys.verified(keys.public_text(key), signature="***", message=b"this release")


def test_a_key_or_a_signature_in_another_spelling_verifies_nothing():
    key = Ed25519PrivateKey.generate()
    public, signature = keys.public_text(key), keys.sign(key, b"this release")

    def respelled(text, padding):
        """Set a bit that says nothing in the last letter, as base64 allows."""
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        last = len(text) - padding - 1
        other = text[:last] + letters[letters.index(text[last]) + 1] + text[last + 1 :]
        assert base64.b64decode(other) == base64.b64decode(text)
        return other

    assert not keys.verified(respelled(public, 1), signature=signature, message=b"this release")
    assert not keys.verified(public, signature=respelled(signature, 2), message=b"this release")


@pytest.mark.parametrize("name", ["A. Jansen", "", "jansen\n", "jansen_a"])
def test_a_name_that_municipality_toml_would_refuse_gets_no_key(name):
    with pytest.raises(InputError, match="cannot be the id"):
        keys.check_name(name)
    keys.check_name("a.jansen-2")
