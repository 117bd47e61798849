"""Shortcuts as text ("Ctrl+Shift+D") and as imgui knows them; and the page that lists them."""

from __future__ import annotations

from functools import cache

from imgui_bundle import imgui

_KEYS = {
    "delete": "delete", "del": "delete", "escape": "escape", "esc": "escape", "space": "space", "enter": "enter",
    "return": "enter", "tab": "tab", "backspace": "backspace", "insert": "insert", "home": "home", "end": "end",
    "pageup": "page_up", "pagedown": "page_down", "up": "up_arrow", "down": "down_arrow", "left": "left_arrow",
    "right": "right_arrow", ".": "period", "period": "period", ",": "comma", "comma": "comma", "/": "slash",
    "slash": "slash", "-": "minus", "minus": "minus", "=": "equal", "plus": "equal", "[": "left_bracket",
    "]": "right_bracket", ";": "semicolon", "'": "apostrophe", "`": "grave_accent", "\\": "backslash", "pause": "pause",
    "numpad.": "keypad_decimal", "numpad,": "keypad_decimal", "numpad+": "keypad_add", "numpad-": "keypad_subtract",
    "numpad*": "keypad_multiply", "numpad/": "keypad_divide", "numpadenter": "keypad_enter",
}  # fmt: skip
_MODS = {"ctrl": "mod_ctrl", "cmd": "mod_ctrl", "shift": "mod_shift", "alt": "mod_alt", "super": "mod_super"}


@cache
def chord(text: str) -> tuple[int, bool]:
    """A shortcut's text → (imgui's key chord, whether it has Ctrl, Alt or Super). Raises ValueError."""
    words = text.replace("Ctrl++", "Ctrl+plus").replace(" ", "").split("+")
    if len(words) >= 2 and words[-1] == "" and words[-2].lower() == "numpad":  # Numpad+
        words[-2:] = ["numpad+"]
    code = 0
    strong = False
    for word in words[:-1]:
        mod = _MODS.get(word.lower())
        if mod is None:
            raise ValueError(f"{text} is no shortcut: {word} is none of Ctrl, Shift, Alt, Super")
        code |= int(getattr(imgui.Key, mod))
        strong = strong or mod != "mod_shift"
    last = words[-1].lower()
    if last in _KEYS:
        name = _KEYS[last]
    elif len(last) == 1 and last.isdigit():
        name = f"_{last}"
    elif last.startswith("numpad") and last[6:].isdigit():
        name = f"keypad{last[6:]}"
    else:
        name = last
    key = getattr(imgui.Key, name, None)
    if key is None or not last:
        raise ValueError(f"{text} is no shortcut: there is no key {words[-1]}")
    return code | int(key), strong


def pressed(text: str) -> bool:
    """Whether a shortcut was just pressed anywhere in the editor, and not while typing into a field."""
    code, strong = chord(text)
    if not strong and imgui.is_mouse_down(imgui.MouseButton_.right):
        return False  # flying through the viewport uses letters
    return imgui.shortcut(code, imgui.InputFlags_.route_global)


_named = {key: text for text, key in {
    "Delete": "delete", "Space": "space", "Enter": "enter", "Tab": "tab", "Insert": "insert", "Home": "home",
    "End": "end", "PageUp": "page_up", "PageDown": "page_down", "Up": "up_arrow", "Down": "down_arrow",
    "Left": "left_arrow", "Right": "right_arrow", ".": "period", ",": "comma", "/": "slash", "-": "minus",
    "=": "equal", "[": "left_bracket",
    "]": "right_bracket", ";": "semicolon", "'": "apostrophe", "`": "grave_accent", "Numpad.": "keypad_decimal",
    "Numpad+": "keypad_add", "Numpad-": "keypad_subtract", "Numpad*": "keypad_multiply", "Numpad/": "keypad_divide",
}.items()}  # fmt: skip
_named |= {c: c.upper() for c in "abcdefghijklmnopqrstuvwxyz"} | {f"_{n}": str(n) for n in range(10)}
_named |= {f"f{n}": f"F{n}" for n in range(1, 13)} | {f"keypad{n}": f"Numpad{n}" for n in range(10)}


def pressed_now() -> str | None:
    """The shortcut that is pressed in this frame, as text; None for none."""
    io = imgui.get_io()
    for name, text in _named.items():
        if imgui.is_key_pressed(getattr(imgui.Key, name), False):
            mods = (("Ctrl", io.key_ctrl), ("Shift", io.key_shift), ("Alt", io.key_alt), ("Super", io.key_super))
            return "+".join([*(word for word, held in mods if held), text])
    return None
