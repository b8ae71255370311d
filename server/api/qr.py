"""The phone page's code as an image address."""

import base64
from functools import lru_cache
from io import BytesIO

import qrcode
from qrcode.image.svg import SvgPathImage

from server.api.house import House
from server.commands.printing import phone_token


def qr_image(house: House, visit_id: int) -> str:
    """A `data:` address of the code that leads a phone to its visit."""
    return _drawn(f"{house.origin}/t/{phone_token(house.database.vault, visit_id)}")


@lru_cache(maxsize=512)
def _drawn(text: str) -> str:
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=2)
    code.add_data(text)
    out = BytesIO()
    code.make_image(image_factory=SvgPathImage).save(out)
    return f"data:image/svg+xml;base64,{base64.b64encode(out.getvalue()).decode()}"
