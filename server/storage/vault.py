"""Encrypts what is private and makes keyed hashes for exact match."""

import base64
import hashlib
import hmac
import json
import os
import secrets
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

NONCE = 12
KEY_BYTES = 32


class WrongKey(Exception):
    """The key is none, or not the one this database was begun with; its message says the cure."""


class Vault:
    """One installation's key. Every purpose uses a key of its own, derived from it (HKDF, RFC 5869)."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise WrongKey("the key must be 64 hex digits: correct NEXTCHAIR_KEY or the file `key`")
        self._key = key
        self._cipher = AESGCM(self._derived("encryption"))

    @classmethod
    def open(cls, folder: Path, key: str = "") -> "Vault":
        """The vault of a data folder. A missing key file is made, readable by its owner alone. Raises WrongKey."""
        try:
            return cls(bytes.fromhex(key or _key_file(folder).read_text()))
        except ValueError:
            return cls(b"")

    def seal(self, value: object) -> bytes:
        """A JSON value, encrypted (AES-256-GCM, random nonce in front)."""
        return self.seal_bytes(json.dumps(value, ensure_ascii=False).encode())

    def unseal(self, sealed: bytes) -> object:
        """The value again. Raises cryptography's InvalidTag when it was sealed with another key or changed."""
        value: object = json.loads(self.unseal_bytes(sealed))
        return value

    def seal_bytes(self, value: bytes) -> bytes:
        nonce = os.urandom(NONCE)
        return nonce + self._cipher.encrypt(nonce, value, None)

    def unseal_bytes(self, sealed: bytes) -> bytes:
        return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], None)

    def keyed(self, purpose: str, value: str) -> str:
        """A hash that only this installation can make: equal values match, nothing can be read back."""
        # Half a surrogate pair is no text, but a stranger may send it as a token: it matches nothing.
        text = value.encode(errors="surrogatepass")
        return hmac.new(self._derived(purpose), text, hashlib.sha256).hexdigest()

    def token(self, purpose: str, value: str) -> str:
        """An unguessable URL-safe token of 27 characters that is the same for the same value each time."""
        digest = bytes.fromhex(self.keyed(purpose, value))[:20]
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def _derived(self, purpose: str) -> bytes:
        return HKDFExpand(hashes.SHA256(), 32, purpose.encode()).derive(self._key)


def _key_file(folder: Path) -> Path:
    """The folder's key file. A new one is whole before it has its name, whoever else starts at the same moment."""
    file = folder / "key"
    folder.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        half = folder / f"key.{secrets.token_hex(4)}"
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(secrets.token_hex(KEY_BYTES))
            out.flush()
            os.fsync(out.fileno())
        with suppress(FileExistsError):
            os.link(half, file)
        half.unlink()
    return file
