"""The console: Python on the editor and the world, with what it prints in the log."""

from __future__ import annotations

import ast
import builtins
import importlib
import io
import keyword
import traceback
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .difference import difference
from .log import Entry, Log

if TYPE_CHECKING:
    from .state import EditorState

_PACKAGE = __name__.partition(".editor.")[0]
MOST_LINES = 500


@dataclass(eq=False)
class Console:
    """Runs lines of Python, which know what lines before them named. `_` is the last result.

    `editor` (and `state`) is the editor's state, `dw` the engine, `document` what is edited. `scene` is a copy of its
    scene, with all that `Scene` can do: what a line changes in it is one step of the history. `world` is
    the one that is played, else None. history: lines, the latest last.
    """

    log: Log = field(default_factory=Log)
    names: dict[str, Any] = field(default_factory=dict[str, Any])
    history: list[str] = field(default_factory=list[str])

    def run(self, state: EditorState, text: str) -> bool:
        """Run some lines; what they print, give and raise is told in the log. Returns whether none raised."""
        text = text.strip("\n")
        if not text.strip():
            return True
        if not self.history or self.history[-1] != text:
            self.history = [*self.history[-MOST_LINES:], text]
        self.log.add(Entry("input", text, "console"))
        scene = state.document.scene.copy()
        known = scene.copy()
        self._look(state, scene)
        printed = io.StringIO()
        failed: BaseException | None = None
        with redirect_stdout(printed):
            try:
                self._execute(text)
            except (Exception, SystemExit) as error:
                failed = error
        told = printed.getvalue().rstrip("\n")
        if told:
            self.log.add(Entry("output", told, "console"))
        if failed is None:
            try:
                command = difference(known, scene)
                if command is not None:
                    state.do(command, f"Console: {text.splitlines()[0][:60]}", exact=True)
            except Exception as error:
                failed = error
        if failed is not None:
            last = "".join(traceback.format_exception_only(failed)).strip()
            trace = "".join(traceback.format_exception(failed))
            self.log.error(last, "console", details=trace)
        return failed is None

    def _look(self, state: EditorState, scene: Any) -> None:
        fresh = {
            "editor": state,
            "state": state,
            "document": state.document,
            "scene": scene,
            "world": state.play.world,
            "dw": importlib.import_module(_PACKAGE),
            "__builtins__": builtins,
            "__name__": "__console__",
        }
        self.names.update(fresh)

    def _execute(self, text: str) -> None:
        tree = ast.parse(text, "<console>", "exec")
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, "<console>", "exec"), self.names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), "<console>", "eval"), self.names)
            if value is not None:
                self.names["_"] = value
                print(repr(value))

    def is_complete(self, text: str) -> bool:
        """Whether lines can be run: no bracket or block is open. What can't be Python is complete, too: it is told."""
        import codeop

        try:
            return codeop.compile_command(text, "<console>", "exec") is not None
        except (SyntaxError, ValueError, OverflowError):
            return True

    def completions(self, state: EditorState, text: str) -> Sequence[str]:
        """What a line may go on as: names, and the attributes of what stands before the last point.

        Nothing is called for it: only names and attributes are looked up.
        """
        self._look(state, state.document.scene)
        end = len(text)
        while end and (text[end - 1].isalnum() or text[end - 1] in "_."):
            end -= 1
        before, word = text[:end], text[end:]
        *path, begun = word.split(".")
        if not path:
            known = {*self.names, *dir(builtins), *keyword.kwlist}
            return [before + name for name in sorted(known) if name.startswith(begun) and not name.startswith("__")]
        if path[0] not in self.names:
            return []
        found = self.names[path[0]]
        for step in path[1:]:
            found = getattr(found, step, None)
            if found is None:
                return []
        head = before + ".".join(path) + "."
        names = [name for name in dir(found) if name.startswith(begun) and (begun.startswith("_") or name[0] != "_")]
        return [head + name for name in sorted(names)]
