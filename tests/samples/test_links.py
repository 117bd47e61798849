"""The pages as a web of links: each leads to a page and a heading that are there, and every page is in the contents."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def texts(checkout: Path) -> dict[Path, str]:
    """Every page, without its code."""
    pages = [checkout / "README.md", *sorted((checkout / "docs").rglob("*.md"))]
    fence = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
    return {page: fence.sub("", page.read_text(encoding="utf-8")) for page in pages}


def test_every_link_leads_somewhere(texts: dict[Path, str]) -> None:
    wrong: list[str] = []
    count = 0
    for page, text in texts.items():
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if target.startswith("https://"):
                continue
            file, _, anchor = target.partition("#")
            there = (page.parent / file).resolve() if file else page
            if not there.exists() or (anchor and anchor not in set(anchors(texts[there]))):
                wrong.append(f"{page.name}: {target}")
            count += 1
    assert wrong == []
    assert count > 250


def test_the_contents_name_every_page(texts: dict[Path, str], checkout: Path) -> None:
    docs = checkout / "docs"
    for contents in (docs / "README.md", docs / "api" / "README.md", checkout / "README.md"):
        named = {(contents.parent / target).resolve() for target in re.findall(r"\]\(([^)#]+)", texts[contents])}
        folder = docs if contents.parent == checkout else contents.parent
        assert set(folder.glob("*.md")) - {contents} <= named


def anchors(text: str) -> Iterator[str]:
    """What the headings of a page are reached by: small letters, hyphens for spaces, numbers where two are alike."""
    seen: dict[str, int] = {}
    for title in re.findall(r"^#+ (.*)$", text, re.MULTILINE):
        anchor = re.sub(r"[^\w\- ]", "", re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", title).lower()).replace(" ", "-")
        number = seen.get(anchor, 0)
        seen[anchor] = number + 1
        yield f"{anchor}-{number}" if number else anchor
