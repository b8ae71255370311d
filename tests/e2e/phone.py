"""What a patient sees on the own phone, from the QR code on."""

import re

from playwright.sync_api import BrowserContext, Page, expect

from locales import Words

WIDTH, HEIGHT = 390, 844

# Somebody without complaints and in a hurry: agrees, has none of all that, leaves out what may be left out.
_HEALTHY = """() => document.querySelectorAll('[data-question]').forEach(question => {
    if (question.querySelector('.optional')) return;
    const inputs = [...question.querySelectorAll('input[type=radio], input[type=checkbox]')];
    const agrees = /consent|truthful/.test(question.dataset.question);
    const wanted = ['none', 'no', 'self', agrees ? 'true' : 'false'];
    const chosen = inputs.find(each => wanted.includes(each.value)) ?? inputs[0];
    if (chosen) chosen.checked = true;
    else question.querySelector('input, textarea').value = '—';
})"""


class Phone:
    """One phone with its patient's page."""

    def __init__(self, context: BrowserContext, address: str, say: Words) -> None:
        self.say = say
        self.page: Page = context.new_page()
        self.page.goto(address)

    def ticket(self) -> str:
        return self.page.locator(".card-ticket").inner_text()

    def people_ahead(self) -> int | None:
        """How many the page says go first; None while it says something else."""
        if not (said := self._read(".is-waiting .ahead")):
            return None
        number = re.search(r"\d+", said)
        return int(number[0]) if number else 0

    def called_to(self) -> str:
        """The door that the whole page shows, '' while not called."""
        return self._read(".is-called .door-code")

    def times(self) -> int:
        """How many times the page says that its patient was called."""
        page = self.page.locator(".is-called")
        return int((page.get_attribute("id") or "").rpartition("-")[2])

    def state(self) -> str:
        found = self.page.locator(".phone-page").get_attribute("class") or ""
        return found.rpartition("is-")[2]

    def _read(self, selector: str) -> str:
        """The text there at this moment, '' where there is none."""
        return "".join(self.page.locator(selector).all_inner_texts())

    def fill_form(self) -> None:
        """Fill in the health form, as somebody without complaints, and come back."""
        self.page.get_by_role("link", name=self.say.text("display.phone.form")).click()
        done = self.page.get_by_role("heading", name=self.say.text("form.done"))
        form = self.page.locator("#form")
        for _ in range(20):
            expect(form.or_(done)).to_be_visible()
            if done.is_visible():
                break
            self.page.evaluate(_HEALTHY)
            with self.page.expect_response(lambda answer: answer.url.split("?")[0].endswith("/form")):
                form.locator("[data-action=next]").click()
        done.wait_for()
        self.page.get_by_role("link", name=self.say.text("form.to_ticket")).click()
        self.page.locator(".phone-page").wait_for()
