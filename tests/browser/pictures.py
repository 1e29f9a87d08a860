"""Looking at pages: pictures wide, on a phone and in the dark, and the faults axe-core can name.

Pictures go to `pictures/` (never committed) under `<name>-1440.png`, `<name>-390.png`, `<name>-dark.png`.
"""

from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

FOLDER = Path(__file__).resolve().parent.parent.parent / "pictures"
WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


def picture(page: Page, name: str, *, full: bool = True) -> None:
    """Save the page as it stands: wide, at 390 px, and wide in the dark. A page wider than its window fails."""
    FOLDER.mkdir(exist_ok=True)
    page.evaluate("document.fonts.ready")
    for suffix, size, scheme in (("1440", WIDE, "light"), ("390", PHONE, "light"), ("dark", WIDE, "dark")):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.screenshot(path=FOLDER / f"{name}-{suffix}.png", full_page=full)
        assert not spills(page), f"{name} scrolls sideways at {size['width']} px: {spills(page)}"
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(WIDE)


def spills(page: Page) -> list[str]:
    """The elements that make the page scroll sideways, outermost first; empty when it does not."""
    return page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] :
          [...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > innerWidth + 1
            && !one.closest('.sheet')).slice(0, 5).map(one => one.outerHTML.slice(0, 120))"""
    )


def axe(page: Page) -> list[str]:
    """The accessibility faults of WCAG 2.2 A and AA, each with the first element at fault; empty when there is none."""
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}})
    return [
        f"{fault['id']}: {fault['help']} ({len(fault['nodes'])}) {fault['nodes'][0]['html'][:160]}"
        for fault in found.response["violations"]
    ]
