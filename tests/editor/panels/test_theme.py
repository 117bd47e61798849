"""The colours can be read: the contrasts of WCAG 2.1, level AA."""

from __future__ import annotations

import pytest

from dreamwell.editor.panels.theme import THEMES, Rgba, Theme, mixed

TEXTS = ("text", "muted", "faint", "error", "warning", "good", "info", "prefab", "changed")
GROUNDS = ("panel", "raised", "popup", "inset")


def luminance(colour: Rgba) -> float:
    """Relative, as WCAG defines it."""
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3])
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a: Rgba, b: Rgba) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_text_can_be_read_on_everything_that_it_is_written_on(theme: Theme) -> None:
    found = {
        f"{text} on {ground}": contrast(getattr(theme, text), getattr(theme, ground))
        for text in TEXTS
        for ground in GROUNDS
    }
    found |= {f"{text} on gap": contrast(getattr(theme, text), theme.gap) for text in ("text", "muted", "faint")}
    found |= {"text on select": contrast(theme.text, theme.select), "text on hover": contrast(theme.text, theme.hover)}
    found |= {"prefab on select": contrast(theme.prefab, theme.select)}
    found |= {"on accent": contrast(theme.on_accent, theme.accent_strong)}
    found |= {"button": contrast(theme.text, mixed(theme.raised, theme.text, 0.13))}
    low = {name: round(value, 2) for name, value in found.items() if value < 4.5}
    assert not low


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_icons_can_be_told_from_what_is_behind_them(theme: Theme) -> None:
    icons = ("accent", "lamp", "lens", "prefab", "muted", "faint")
    found = {f"{icon} on {ground}": contrast(getattr(theme, icon), getattr(theme, ground))
             for icon in icons for ground in (*GROUNDS, "gap")}  # fmt: skip
    found |= {f"{icon} on select": contrast(getattr(theme, icon), theme.select) for icon in ("accent", "lamp", "lens")}
    low = {name: round(value, 2) for name, value in found.items() if value < 3}
    assert not low
