"""WGSL modules: the `use` directive, declarations put in front, and errors mapped back to file and line.

A `.wgsl` file may say, on a line of its own, `use lighting;`: the text of `lighting.wgsl` from this folder is put
there, once per program however often it is asked for. Structs and bindings never stand in `.wgsl` files: they are
generated from their declarations and come first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import wgpu

from ..engine.errors import ShaderError
from .bindings import Bindings
from .structs import constants

FOLDER = Path(__file__).parent
_DECLARED = "declarations"
_USE = re.compile(r"^\s*use\s+([A-Za-z_][A-Za-z0-9_]*)\s*;\s*(?://.*)?$")
_PLACE = re.compile(r"wgsl:(\d+):(\d+)")


@dataclass(frozen=True)
class Program:
    """WGSL ready to compile. `lines[i]` says where line i + 1 of `code` came from: (file, line)."""

    name: str
    code: str
    lines: tuple[tuple[str, int], ...]
    files: tuple[Path, ...] = ()
    """What it was read from."""

    def anew(self) -> Program:
        """The same from the files as they are now. Raises ShaderError for a module that does not exist."""
        head = sum(file == _DECLARED for file, _ in self.lines)
        lines, origin = self.code.splitlines()[:head], list(self.lines[:head])
        return _put_together(self.name, self.files[0].parent, lines, origin)

    def place(self, line: int) -> str:
        """Where a line of `code` came from, as `file:line`."""
        if 1 <= line <= len(self.lines):
            file, number = self.lines[line - 1]
            return f"{file}:{number}"
        return f"{self.name}:{line}"

    def compile(self, device: wgpu.GPUDevice) -> wgpu.GPUShaderModule:
        """A shader module. Raises ShaderError that names the file and the line."""
        try:
            made: Any = device.create_shader_module(label=self.name, code=self.code)
            made.program = self  # from which it can be made anew
            return made
        except wgpu.GPUValidationError as error:
            raise ShaderError(self.explain(str(error))) from None

    def explain(self, message: str) -> str:
        """A compiler's message with its places mapped to the files they came from."""
        found = _PLACE.search(message)
        reason = message.split("parsing error:")[-1].split("Caused by:")[-1].strip().splitlines()
        first = next((line.strip() for line in reason if line.strip()), "it does not compile")
        head = f"{self.place(int(found[1]))}: {first}" if found else f"{self.name}: {first}"
        return head + "\n" + _PLACE.sub(lambda m: f"{self.place(int(m[1]))}:{m[2]}", message)


def program(
    name: str,
    groups: Iterable[Bindings] = (),
    structs: Iterable[str] = (),
    *,
    enable: Iterable[str] = (),
    folder: Path | None = None,
) -> Program:
    """Put a program together from `name.wgsl`, the bind groups it sees, and further struct texts it needs.

    `enable`: WGSL extensions that the device must have. Raises ShaderError for a module that does not exist.
    """
    groups = list(groups)
    enabled = "".join(f"enable {extension};\n" for extension in enable)
    texts = dict.fromkeys([enabled, constants(), *structs, *(text for group in groups for text in group.declares)])
    lines: list[str] = []
    origin: list[tuple[str, int]] = []
    for text in (*texts, *(group.wgsl() for group in groups)):
        for line in text.splitlines():
            lines.append(line)
            origin.append((_DECLARED, len(lines)))
    return _put_together(name, folder or FOLDER, lines, origin)


def _put_together(name: str, folder: Path, lines: list[str], origin: list[tuple[str, int]]) -> Program:
    seen: dict[str, None] = {}
    _append(name, folder, lines, origin, seen, f"program {name}")
    files = tuple(folder / f"{one}.wgsl" for one in seen)
    return Program(name, "\n".join(lines) + "\n", tuple(origin), files)


def _append(
    name: str, folder: Path, lines: list[str], origin: list[tuple[str, int]], seen: dict[str, None], asked_by: str
) -> None:
    if name in seen:
        return
    seen[name] = None
    path = folder / f"{name}.wgsl"
    if not path.exists():
        known = ", ".join(sorted(p.stem for p in folder.glob("*.wgsl")))
        raise ShaderError(f"{asked_by}: there is no shader module {name}; there are: {known}")
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        used = _USE.match(line)
        if used:
            _append(used[1], folder, lines, origin, seen, f"{path.name}:{number}")
        else:
            lines.append(line)
            origin.append((path.name, number))
