"""What a scan or a typed text is: a card, a code, a phone, a name.

Nothing here raises, whatever comes in: what cannot be read is `Unknown`, with a code that says why.
"""

from clinic.identity.dates import age_on, parse_birth_date
from clinic.identity.documents import Document, ResidentId, normalise_document
from clinic.identity.licence import Licence
from clinic.identity.phone import Phone, normalise_phone
from clinic.identity.scan import (
    LONGEST,
    AppointmentCode,
    EVoucher,
    HealthCard,
    Initials,
    NameText,
    PhoneTail,
    Scan,
    Search,
    TicketLink,
    TicketNumber,
    Unknown,
    recognise,
    recognise_at_desk,
)

__all__ = [
    "LONGEST",
    "AppointmentCode",
    "Document",
    "EVoucher",
    "HealthCard",
    "Initials",
    "Licence",
    "NameText",
    "Phone",
    "PhoneTail",
    "ResidentId",
    "Scan",
    "Search",
    "TicketLink",
    "TicketNumber",
    "Unknown",
    "age_on",
    "normalise_document",
    "normalise_phone",
    "parse_birth_date",
    "recognise",
    "recognise_at_desk",
]
