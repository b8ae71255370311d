"""A sample of each kind of paper, for trying a printer."""

from collections.abc import Callable, Mapping
from datetime import datetime

from clinic.setup import Name
from clinic.waits import Wait
from printers.document import Document
from printers.papers.test_card import CardSlip, card
from printers.papers.ticket import TicketSlip, ticket


def sample_slip(at: datetime) -> TicketSlip:
    """An invented ticket, printed at `at`."""
    return TicketSlip(
        clinic=Name("白榆口腔", "Baiyu Dental"),
        number="A023",
        patient="王*明",
        service=Name("洁牙", "Scaling"),
        dentist=Name("李文 医生", "Dr Li Wen"),
        room=Name("3 号诊室", "Room 3"),
        ahead=2,
        wait=Wait(10, 20, "planned"),
        printed_at=at,
        printed_by="自助机 1",
        qr="http://192.168.1.20:8000/v/4fJq7Zr2KxWm",
    )


SAMPLES: Mapping[str, Callable[[datetime], Document]] = {
    "ticket": lambda at: ticket(sample_slip(at)),
    "test_card": lambda at: card(CardSlip("tcp://192.168.1.50:9100", "generic-80", at)),
}
"""One for each key of PAPERS; the argument is an aware time in the clinic's own zone."""
