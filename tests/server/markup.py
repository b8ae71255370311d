"""What is wrong with a page under our content security policy."""

from html.parser import HTMLParser

LINKS = ("href", "src", "action", "formaction", "poster", "data", "srcset", "xlink:href", "ping")
OURS = ("/", "?", "#", "data:,")


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self._open = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._open = tag
        self.faults += [f"<{tag} {name}>" for name in given if name == "style" or name.startswith("on")]
        self.faults += [f"<{tag} {name}={given[name]}>" for name in LINKS if name in given and not _own(given[name])]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.faults.append(f"<{tag}> without an address")
        if tag in ("iframe", "object", "embed", "base") or "javascript:" in "".join(given.values()).lower():
            self.faults.append(f"<{tag}>")

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open in ("script", "style") and data.strip():
            self.faults.append(f"text in <{self._open}>")


def _own(address: str) -> bool:
    return address == "" or (address.startswith(OURS) and not address.startswith("//"))


def faults_in(html: str) -> list[str]:
    """Inline script and style, handlers, embedded documents, and whatever leads to another origin."""
    page = _Page()
    page.feed(html)
    page.close()
    return page.faults
