"""The editor in a real window: files are dropped on it as a file manager does, and names are typed in other scripts.

What test_window.py runs in a process of its own. Arguments: a scene, a file elsewhere. Prints what came of it as JSON.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from pathlib import Path
from typing import Any

os.environ["DREAMWELL_CONFIG"] = "off"

from in_window import KEYS, Player  # type: ignore[import-not-found]  # beside this script

from dreamwell.editor import session
from dreamwell.editor.host.window import EditorWindow

LETTERS = "öЖ立"
SPARE = 247
"""The first keycode that gets a letter of those."""
Long, Pointer = ctypes.c_long, ctypes.c_void_p
Number = ctypes.c_ulong


class Message(ctypes.Structure):
    """XClientMessageEvent, with room for any event."""

    _fields_ = (
        ("type", ctypes.c_int), ("serial", Number), ("send_event", ctypes.c_int), ("display", Pointer),
        ("window", Number), ("message_type", Number), ("format", ctypes.c_int), ("data", Long * 5),
        ("room", Long * 24),
    )  # fmt: skip


class Request(ctypes.Structure):
    """XSelectionRequestEvent, with room for any event."""

    _fields_ = (
        ("type", ctypes.c_int), ("serial", Number), ("send_event", ctypes.c_int), ("display", Pointer),
        ("owner", Number), ("requestor", Number), ("selection", Number), ("target", Number), ("property", Number),
        ("time", Number), ("room", Long * 24),
    )  # fmt: skip


class Notice(ctypes.Structure):
    """XSelectionEvent, with room for any event."""

    _fields_ = (
        ("type", ctypes.c_int), ("serial", Number), ("send_event", ctypes.c_int), ("display", Pointer),
        ("requestor", Number), ("selection", Number), ("target", Number), ("property", Number), ("time", Number),
        ("room", Long * 24),
    )  # fmt: skip


class FileManager:
    """The other side of a drop: the XDND protocol, version 5."""

    def __init__(self, person: Any) -> None:
        self.person, self.x11 = person, ctypes.CDLL("libX11.so.6")
        x = self.x11
        x.XOpenDisplay.restype = Pointer
        x.XDefaultRootWindow.argtypes, x.XDefaultRootWindow.restype = [Pointer], Number
        x.XCreateSimpleWindow.argtypes = [Pointer, Number, *[ctypes.c_int] * 2, *[ctypes.c_uint] * 3, *[Number] * 2]
        x.XCreateSimpleWindow.restype = Number
        x.XInternAtom.argtypes, x.XInternAtom.restype = [Pointer, ctypes.c_char_p, ctypes.c_int], Number
        x.XSetSelectionOwner.argtypes = [Pointer, Number, Number, Number]
        x.XSendEvent.argtypes = [Pointer, Number, ctypes.c_int, Long, Pointer]
        x.XPending.argtypes = x.XFlush.argtypes = [Pointer]
        x.XNextEvent.argtypes = [Pointer, Pointer]
        x.XSync.argtypes = [Pointer, ctypes.c_int]
        x.XChangeProperty.argtypes = [
            Pointer, Number, Number, Number, ctypes.c_int, ctypes.c_int, ctypes.c_char_p, ctypes.c_int,
        ]  # fmt: skip
        self.display = x.XOpenDisplay(None)
        self.window = x.XCreateSimpleWindow(self.display, x.XDefaultRootWindow(self.display), 0, 0, 1, 1, 0, 0, 0)
        self.finished = False

    def atom(self, name: str) -> int:
        return int(self.x11.XInternAtom(self.display, name.encode(), 0))

    def say(self, what: str, *data: int) -> None:
        """Send a message of the protocol to the editor's window."""
        target = self.person.handle
        event = Message(33, 0, 1, self.display, target, self.atom(what), 32)
        event.data[:] = [*data, *[0] * (5 - len(data))]
        self.x11.XSendEvent(self.display, target, 0, 0, ctypes.byref(event))
        self.x11.XSync(self.display, 0)

    def answer(self, text: bytes) -> None:
        """Hand over the list of files when it is asked for."""
        while self.x11.XPending(self.display):
            event = Request()
            self.x11.XNextEvent(self.display, ctypes.byref(event))
            if event.type == 30:
                self.x11.XChangeProperty(
                    self.display, event.requestor, event.property, event.target, 8, 0, text, len(text)
                )
                notice = Notice(
                    31, 0, 1, self.display, event.requestor, event.selection, event.target, event.property, event.time
                )
                self.x11.XSendEvent(self.display, event.requestor, 0, 0, ctypes.byref(notice))
                self.x11.XSync(self.display, 0)
            elif event.type == 33:
                message = ctypes.cast(ctypes.byref(event), ctypes.POINTER(Message)).contents
                self.finished |= message.message_type == self.atom("XdndFinished")

    def drop(self, paths: list[Path], x: float, y: float) -> None:
        """Let go of files over a place of the window."""
        self.finished = False
        text = "".join(f"{path.absolute().as_uri()}\r\n" for path in paths).encode()
        self.x11.XSetSelectionOwner(self.display, self.atom("XdndSelection"), self.window, 0)
        self.say("XdndEnter", self.window, 5 << 24, self.atom("text/uri-list"))
        self.person.frames(2)
        place = (round(x) + self.person.left) << 16 | (round(y) + self.person.top)
        for _ in range(3):
            self.say("XdndPosition", self.window, 0, place, 0, self.atom("XdndActionCopy"))
            self.person.frames(2)
            self.answer(text)
        self.say("XdndDrop", self.window, 0, 0)
        for _ in range(60):
            self.person.frames(1)
            self.answer(text)
            if self.finished:
                break
        self.person.frames(4)


def with_letters() -> None:
    """Give keys that nobody uses the letters that are to be typed."""
    x = ctypes.CDLL("libX11.so.6")
    x.XOpenDisplay.restype = Pointer
    x.XChangeKeyboardMapping.argtypes = [Pointer, *[ctypes.c_int] * 2, ctypes.POINTER(Number), ctypes.c_int]
    x.XSync.argtypes = [Pointer, ctypes.c_int]
    display = x.XOpenDisplay(None)
    for i, letter in enumerate(LETTERS):
        code = ord(letter)
        symbol = code if code < 256 else 0x01000000 + code
        KEYS[letter] = symbol
        x.XChangeKeyboardMapping(display, SPARE + i, 1, (Number * 1)(symbol), 1)
    x.XSync(display, 0)


def main() -> None:
    """Play, and tell."""
    scene, rock = map(Path, sys.argv[1:3])
    with_letters()
    state = session.opened(scene)
    told: dict[str, Any] = {}
    with EditorWindow(state, (1180, 690)) as window:
        port = window.editor.services.port
        port.settle = 3
        window.run(8)
        person = Player(window)
        desk = FileManager(person)
        assert port.frame is not None
        desk.drop([rock], *port.frame.at((1.2, 0.0, 1.5)))
        told["finished"] = desk.finished
        told["placed"] = state.scene["rock"].position if "rock" in state.scene.names else None
        person.key("f2")
        for letter in LETTERS:
            person.key(letter)
        person.key("enter")
        told["named"] = [state.scene.by_id(one).name for one in state.selection.ids]
        person.key("ctrl", "s")
        desk.drop([rock, rock.with_name("ä note.csv")], 590, 640)
        told["files"] = sorted(path.name for path in scene.parent.iterdir())
        told["objects"] = len(state.scene)
        desk.drop([rock.with_name("other.dream")], 590, 640)
        told["title"] = state.document.title
        told["log"] = [entry.text for entry in state.log.entries if entry.level == "error"]
    print(json.dumps(told))


if __name__ == "__main__":
    main()
