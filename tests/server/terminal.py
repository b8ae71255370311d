"""A patient at the terminal, who answers whatever is asked."""

import json
from typing import Any

from tests.server.doors import Browser

PLAIN = ("none", "no", "self", "female", "false")
"""What somebody without complaints chooses, where it is offered."""


class Terminal:
    """One conversation. `turn` is the last answer of the server."""

    def __init__(self, browser: Browser, language: str = "zh-CN") -> None:
        self.browser = browser
        self.turn: dict[str, Any] = browser.do("/api/kiosk/start", {"language": language})

    @property
    def page(self) -> dict[str, Any]:
        page: dict[str, Any] = self.turn["page"]
        return page

    def press(self, action: str, **values: object) -> dict[str, Any]:
        """Press a button of the page that is shown."""
        body = {"talk": self.turn["talk"], "page": self.page["id"], "action": action, "values": values}
        self.turn = self.browser.do("/api/kiosk/answer", body)
        return self.page

    def scan(self, text: str) -> dict[str, Any]:
        self.turn = self.browser.do("/api/kiosk/scan", {"talk": self.turn["talk"], "text": text})
        return self.page

    def register(self, name: str, phone: str, document: str, service: int) -> str:
        """Scan an unknown card and go on to the number; the ticket."""
        self.scan(document)
        return self.go_on({"name": name, "phone": phone, "service": str(service)})

    def go_on(self, known: dict[str, str]) -> str:
        """Answer page after page until there is a number; the ticket."""
        for _ in range(60):
            if self.page["ticket"]:
                return str(self.page["ticket"]["number"])
            self.answer(known)
        raise AssertionError(f"no number after 60 pages: {self.page['id']}")

    def answer(self, known: dict[str, str]) -> None:
        """Answer the page that is shown: as known, else as somebody without complaints does."""
        values = {field["name"]: known.get(field["name"]) or _plain(field) for field in self.page["fields"]}
        before = json.dumps(self.turn["page"])
        actions = [action["name"] for action in self.page["actions"]]
        self.press("next" if values or not actions else actions[-1], **values)
        assert json.dumps(self.turn["page"]) != before, (self.page["id"], self.turn["problem"])


def _plain(field: dict[str, Any]) -> str | list[str]:
    codes = [option["code"] for option in field["options"]]
    if codes:
        code = next((each for each in PLAIN if each in codes), codes[0])
        return [code] if field["kind"] == "choices" else code
    return {"number": "36", "date": "19610723", "phone": "13977318060"}.get(field["kind"], "—")
