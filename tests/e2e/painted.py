"""Whether words are painted: without fonts every other check passes."""

from io import BytesIO

from PIL import Image
from playwright.sync_api import Locator

from tests.e2e.waiting import until

CONTRAST = 100
_MISSING = """(element) => {
    const signs = {'Overpass': /[A-Za-z0-9]/g, 'Noto Sans SC': /[\\u4e00-\\u9fff]/g};
    const missing = [];
    const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const style = getComputedStyle(texts.currentNode.parentElement);
        for (const [family, own] of Object.entries(signs)) {
            const text = (texts.currentNode.textContent.match(own) ?? []).join('');
            const font = `${style.fontWeight} ${style.fontSize} "${family}"`;
            if (text && style.fontFamily.includes(family) && !document.fonts.check(font, text)) missing.push(font);
        }
    }
    return missing;
}"""
"""The fonts of ours that some words of an element are set in and that are not there."""


def assert_painted(words: Locator) -> None:
    """The words' own fonts are loaded, and dark stands on light (or the reverse) where they are."""
    until(lambda: words.evaluate(_MISSING), lambda fonts: not fonts)
    box = words.bounding_box()
    # Without any font, lines have no height.
    assert box is not None, "nothing is painted"
    assert box["height"] > 0, "nothing is painted"
    picture = Image.open(BytesIO(words.screenshot())).convert("L")
    painted = [shade for shade, pixels in enumerate(picture.histogram()) if pixels]
    assert painted[-1] - painted[0] > CONTRAST, "nothing is painted"
