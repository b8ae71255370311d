"""The appointment QR code: says which appointment, and nothing of whose."""

import base64
import hmac
import struct
from dataclasses import dataclass
from datetime import UTC, datetime

from server.storage.vault import Vault

PREFIX = "NC1"
_PAYLOAD = struct.Struct(">QI")
_SIGNATURE = 16


def sign(vault: Vault, appointment_id: int, expires: datetime) -> str:
    """`NC1.<payload>.<signature>`: the appointment's id and when the code ends, to the second."""
    payload = _plain(_PAYLOAD.pack(appointment_id, int(expires.timestamp())))
    return f"{PREFIX}.{payload}.{_signature(vault, payload)}"


@dataclass(frozen=True, slots=True)
class Code:
    """What a code of ours says."""

    appointment_id: int
    expires: datetime


def verify(vault: Vault, payload: str, signature: str) -> Code | None:
    """A code of ours, expired or not; None for a forged or damaged one."""
    if not hmac.compare_digest(_signature(vault, payload).encode(), signature.encode("utf-8", "replace")):
        return None
    packed = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    appointment_id, expires = _PAYLOAD.unpack(packed)
    return Code(appointment_id, datetime.fromtimestamp(expires, UTC))


def _signature(vault: Vault, payload: str) -> str:
    return _plain(bytes.fromhex(vault.keyed("appointment_code", payload))[:_SIGNATURE])


def _plain(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
