"""The API reference: a Markdown page for each group of public names, made from the live objects and their docstrings.

`python -m dreamwell.engine.reference docs/api` brings the pages up to date. They hold what the package has: names
from `__all__`, signatures, docstrings, declared fields. Running it twice gives the same bytes.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
import textwrap
import typing
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache, cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

from .declare import fields_of
from .scene.reference import default_of, limits_of, type_of

PACKAGE = (__package__ or "").partition(".")[0]
WIDTH = 100
"""Characters: longer signatures have a parameter on each line."""
OVERVIEW = 6
"""Classes with so many members or more begin with a list of them."""


@dataclass(frozen=True)
class Group:
    """A page. A public name belongs to the first group that names it, or else to the one that names its module.

    homes: modules and packages, relative to the package, in the order of the page.
    """

    page: str
    title: str
    about: str
    homes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


GROUPS = (
    Group(
        "scene",
        "Scenes",
        "What is written and saved: a tree of objects. See [Scenes](../scene.md).",
        ("engine.scene.scene", "engine.scene.lights"),
        ("load",),
    ),
    Group(
        "components",
        "Components",
        "What objects are made of, and how a game declares its own. They are values: made by keyword, frozen, equal "
        "when their fields are. See [Scenes](../scene.md#components).",
        ("engine.declare", "engine.scene.components", "engine.scene.prefabs", "assets"),
        ("Light", "Prefab"),
    ),
    Group(
        "app",
        "App and loop",
        "What plays a scene. See [Scripting](../scripting.md) and [Time](../loop.md).",
        ("engine.app", "engine.loop", "engine.loading", "engine.interpolation", "engine.recording", "engine.window"),
        ("__version__",),
    ),
    Group(
        "world",
        "World and entities",
        "The running scene: objects one by one, and as columns. See [Scripting](../scripting.md#objects).",
        (
            "engine.world",
            "engine.world_lights",
            "engine.lines",
            "engine.camera",
            "engine.entity",
            "engine.query",
            "engine.tables",
            "engine.snapshot",
        ),
    ),
    Group(
        "scripting",
        "Scripting",
        "Behaviours, systems, events, coroutines, timers. See [Scripting](../scripting.md).",
        (
            *(f"engine.game.{name}" for name in ("behaviour", "systems", "events", "coroutines", "timers", "tweens")),
            "engine.game",
            "engine.live",
            "engine.script",
        ),
    ),
    Group(
        "rules",
        "Rules",
        "What happens by itself where tags and properties are so. See [Rules](../rules.md).",
        ("engine.scene.rules", "engine.scene.expressions", "engine.heuristics"),
        ("Signal",),
    ),
    Group(
        "physics",
        "Physics",
        "Bodies, colliders, joints, and questions to who moves them. See [Physics](../physics.md).",
        ("engine.scene.physics", "engine.characters", "engine.physical", "engine.physical_queries"),
    ),
    Group(
        "input",
        "Input",
        "What the player does. See [Input](../input.md).",
        ("engine.input", "engine.actions", "engine.bindings", "engine.gamepad", "engine.orbit"),
    ),
    Group(
        "hud",
        "HUD",
        "Text, panels, bars and buttons over the picture. See [HUD](../hud.md).",
        ("engine.hud", "engine.hud_elements", "engine.hud_button", "engine.hud_looks", "fabric.hud"),
    ),
    Group(
        "rendering",
        "Rendering",
        "Pictures, their settings, and the renderer for who draws without an app. See [Rendering](../rendering.md).",
        ("engine.render", "engine.scene.settings", "engine.scene.presets", "loom", "fabric", "engine.gpu"),
    ),
    Group(
        "errors",
        "Errors",
        "What the engine raises on purpose. See [Problems](../scene.md#problems).",
        ("engine.errors",),
    ),
)
OTHERS = Group("others", "Others", "What belongs to no other group.")

READABLE = {
    r"\bnp\.|\bnpt\.|\btyping\.|\bos\.": "",
    r"\bF32\b": "NDArray[float32]",
    r"\bF64\b": "NDArray[float64]",
    r"\bI32\b": "NDArray[int32]",
    r"\bU32\b": "NDArray[uint32]",
    r"\bU64\b": "NDArray[uint64]",
    r"\bSource\b": "Scene | str | PathLike",
    r"\bSurroundings\b": "str | PathLike | Sequence[float]",
    r"\bPathLike\[str\]": "PathLike",
    r"\btype\[[A-Z]\]": "type",
    r"\bF\b": "Callable",
    r"(?<![\w.\"'])[A-Z]\b(?!\[)": "Any",  # a type variable
}
"""Patterns of types as sources write them, and as a reader wants them."""

OPERATORS = {
    "__call__": "{name}({arguments})",
    "__getitem__": "{name}[{arguments}]",
    "__setitem__": "{name}[…] = …",
    "__delitem__": "del {name}[…]",
    "__contains__": "… in {name}",
    "__len__": "len({name})",
    "__iter__": "for … in {name}",
    "__enter__": "with {name}",
}
"""Methods that are written otherwise; told of where they have a docstring."""


# ---- what there is --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Member:
    """A public method, property or operator of a class; `function` is what has the signature and the docstring."""

    owner: str
    name: str
    function: Callable[..., Any]
    kind: str = ""
    """property, class method, static method, or nothing."""
    settable: bool = False

    @property
    def title(self) -> str:
        """Its heading."""
        return self.short if self.name in OPERATORS else f"{self.owner}.{self.name}"

    @property
    def short(self) -> str:
        """Its name without the class's, or how the operator is written."""
        if self.name not in OPERATORS:
            return self.name
        return OPERATORS[self.name].format(name=self.owner, arguments=", ".join(list(_parameters(self.function))[1:]))


@dataclass(frozen=True)
class Entry:
    """A public name and what it stands for."""

    name: str
    value: Any
    home: str
    """Its module, relative to the package."""

    @property
    def group(self) -> Group:
        """Where it is told of."""
        for group in GROUPS:
            if self.name in group.names:
                return group
        if isinstance(self.value, type) and issubclass(self.value, BaseException):
            return GROUPS[-1]
        return next((group for group in GROUPS if _rank(group, self.home) is not None), OTHERS)

    @property
    def doc(self) -> str:
        """Its docstring; of a constant, the text below it."""
        if inspect.isclass(self.value) or inspect.isroutine(self.value):
            return _doc(self.value)
        if self.name == "__version__":
            return "The package's version, as text."
        return _constants(f"{PACKAGE}.{self.home}").get(self.name, "")

    @cached_property
    def members(self) -> list[Member]:
        """Of a class: what it and the engine's classes that it is made from have, in the order of the source."""
        if not inspect.isclass(self.value):
            return []
        found: dict[str, Member] = {}
        for cls in self.value.__mro__:
            if cls.__module__.partition(".")[0] == PACKAGE:
                for name, value in vars(cls).items():
                    member = _member(self.name, name, value)
                    if member is not None:
                        found.setdefault(name, member)
        return list(found.values())


def _member(owner: str, name: str, value: Any) -> Member | None:
    if name.startswith("_") and name not in OPERATORS:
        return None
    member = None
    if isinstance(value, property) and value.fget is not None:
        member = Member(owner, name, value.fget, "property", value.fset is not None)
    elif isinstance(value, cached_property):
        member = Member(owner, name, value.func, "property")
    elif isinstance(value, (classmethod, staticmethod)):
        kind = "class method" if isinstance(value, classmethod) else "static method"
        member = Member(owner, name, typing.cast("Any", value).__func__, kind)
    elif inspect.isfunction(value):
        member = Member(owner, name, value)
    return member if member and (name not in OPERATORS or _doc(member.function)) else None


def entries() -> list[Entry]:
    """Every public name of the package."""
    package = import_module(PACKAGE)
    homes: Mapping[str, str] = vars(package)["_HOME"]
    return [Entry(name, getattr(package, name), homes.get(name, "")) for name in package.__all__]


def undocumented() -> list[str]:
    """Public names, methods and properties without a docstring."""
    missing: list[str] = []
    for entry in entries():
        if not entry.doc and not entry.name.startswith("__"):
            missing.append(entry.name)
        missing += [member.title for member in entry.members if not _doc(member.function)]
    return missing


def _rank(group: Group, home: str) -> int | None:
    """The place of a module among a group's, or None."""
    for i, known in enumerate(group.homes):
        if home == known or home.startswith(known + "."):
            return i
    return None


# ---- the pages ------------------------------------------------------------------------------------------------


def pages() -> dict[str, str]:
    """The reference: {file name: Markdown}."""
    known = entries()
    places = _Places(known)
    made = {f"{group.page}.md": _page(group, places.of[group.page], places) for group in _shown(known)}
    return {"README.md": _index(places, _shown(known)), **made}


def _shown(known: Sequence[Entry]) -> list[Group]:
    used = {entry.group.page for entry in known}
    return [group for group in (*GROUPS, OTHERS) if group.page in used]


class _Places:
    """Which page and heading tells of what: `of` {page: entries in order}, `links` {name: page.md#anchor}."""

    def __init__(self, known: Sequence[Entry]) -> None:
        self.of: dict[str, list[Entry]] = {}
        self.links: dict[str, str] = {}
        self.functions = {entry.name for entry in known if inspect.isroutine(entry.value)}
        for group in (*GROUPS, OTHERS):
            ranked = [(_rank(group, e.home) or 0, e.name.casefold(), e) for e in known if e.group is group]
            mine = [entry for _, _, entry in sorted(ranked, key=lambda row: row[:2])]
            self.of[group.page] = mine
            taken: dict[str, int] = {_anchor(group.title): 1}
            for entry in mine:
                for title in (entry.name, *(member.title for member in entry.members)):
                    anchor = _anchor(title)
                    count = taken[anchor] = taken.get(anchor, 0) + 1
                    self.links[title] = f"{group.page}.md#{anchor}" + (f"-{count - 1}" if count > 1 else "")


def _anchor(title: str) -> str:
    """What a heading is reached by."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _index(places: _Places, groups: Sequence[Group]) -> str:
    rows = ["# API", "", "Every public name: `import dreamwell as dw`, then `dw.NAME`. Made from the docstrings;", ""]
    rows[2] += " [the pages beside this folder](../README.md) say how things go together."
    for group in groups:
        names = " · ".join(f"[`{entry.name}`]({places.links[entry.name]})" for entry in places.of[group.page])
        rows += [f"**[{group.title}]({group.page}.md)**: {names}", ""]
    return "\n".join(rows)


def _page(group: Group, mine: Sequence[Entry], places: _Places) -> str:
    parts = [f"# {group.title}", group.about, "[All names](README.md)"]
    for entry in mine:
        parts += _told(entry, places)
    return "\n\n".join(part for part in parts if part) + "\n"


def _told(entry: Entry, places: _Places) -> Iterator[str]:
    value, name = entry.value, entry.name
    yield f"## {name}"
    declared = inspect.isclass(value) and is_dataclass(value) and any("spec" in f.metadata for f in fields(value))
    if inspect.isclass(value):
        base = next((base.__name__ for base in value.__mro__[1:] if base.__name__ in places.links), None)
        if base:
            yield f"A kind of [`{base}`]({places.links[base]})."
        parameters: Any = getattr(value, "__dataclass_params__", None)
        filled = parameters is not None and parameters.init  # by its fields, which are told of below
        if not filled and not issubclass(value, BaseException):
            made = vars(value).get("__init__")
            if inspect.isfunction(made) and made.__name__ == "__init__":  # that of a Protocol is typing's
                yield _fence([_signature(name, made, skip=1)])
    elif inspect.isroutine(value):
        yield _fence(_signatures(name, value, skip=0))
    elif not name.startswith("__"):
        yield _fence([f"{name} = {_readable(_plainly(value))}"])
    yield from _prose(entry.doc, name, places, _parameters(value) if inspect.isroutine(value) else ())
    if inspect.isclass(value):
        yield _declared_fields(value) if declared else _attributes(value)
    if len(entry.members) >= OVERVIEW:
        yield "Members: " + " · ".join(f"[`{m.short}`]({places.links[m.title]})" for m in entry.members) + "."
    for member in entry.members:
        yield f"### {member.title}"
        yield from _member_told(member, places)


def _member_told(member: Member, places: _Places) -> Iterator[str]:
    if member.kind == "property":
        kind = _readable(_returned(member.function)).replace("Self", member.owner)
        link = places.links.get(kind) if kind != member.owner else None
        yield (f"[`{kind}`]({link})" if link else f"`{kind}`") + ("; may be set" if member.settable else "")
    elif member.name not in OPERATORS:
        skip = 0 if member.kind == "static method" else 1
        lines = _signatures(member.name, member.function, skip)
        yield _fence([line.replace("-> Self", f"-> {member.owner}") for line in lines])
    else:
        result = _returned(member.function)
        yield f"`{_readable(result)}`" if result not in ("", "None") else ""
    yield from _prose(_doc(member.function), member.owner, places, _parameters(member.function))
    types = dict.fromkeys(
        re.findall(r"[A-Z]\w+", " ".join((*_parameters(member.function).values(), _returned(member.function))))
    )
    known = [f"[`{kind}`]({places.links[kind]})" for kind in types if kind in places.links and kind != member.owner]
    if known and not (member.kind == "property" and _returned(member.function) in places.links):
        yield "See " + ", ".join(known) + "."


def _declared_fields(cls: type) -> str:
    """A table of a component's fields."""
    rows = [_row("field", "type", "default", "unit", "range", ""), "|---|---|---|---|---|---|"]
    for f in fields_of(cls):
        if f.kind.name == "struct" and cls.__name__ == "RenderSettings":
            about = _doc(f.kind.of).partition("\n")[0]
            rows.append(_row(f"`{f.name}`", f"[{f.name}](../rendering.md#{f.name})", "", "", "", about))
        else:
            kind, default, limits = type_of(f.kind), default_of(f), limits_of(f.spec)
            rows.append(_row(f"`{f.name}`", kind, default, f.spec.unit, limits, f.spec.doc))
    return "\n".join(rows)


def _attributes(cls: type) -> str:
    """The public attributes: a table of a dataclass's fields, or of what `__init__` sets and says something about."""
    texts = _texts_below(cls)
    if is_dataclass(cls):
        rows = [
            _row(f"`{f.name}`", f"`{_readable(_annotation(f.type))}`", _default_cell(f), texts.get(f.name, ""))
            for f in fields(cls)
            if not f.name.startswith("_")
        ]
        return "\n".join([_row("attribute", "type", "default", ""), "|---|---|---|---|", *rows]) if rows else ""
    rows = [_row(f"`{name}`", text) for name, text in texts.items() if text]
    table = [_row("attribute", ""), "|---|---|", *rows, ""] if rows else []
    others = ", ".join(f"`{name}`" for name, text in texts.items() if not text)
    return "\n".join([*table, f"{'Further attributes' if rows else 'Attributes'}: {others}." if others else ""]).strip()


def _row(*cells: str) -> str:
    """A row of a table."""
    return "".join(f"| {cell} ".replace("  ", " ") for cell in (c.replace("|", "\\|") for c in cells)) + "|"


def _default_cell(f: Any) -> str:
    if f.default is not MISSING:
        return f"`{_value(f.default)}`"
    return "made anew" if f.default_factory is not MISSING else ""


# ---- text -----------------------------------------------------------------------------------------------------


def _doc(value: Any) -> str:
    return inspect.cleandoc(getattr(value, "__doc__", None) or "")


def _prose(text: str, owner: str, places: _Places, but: Collection[str] = ()) -> Iterator[str]:
    """A docstring's paragraphs, with links to all `but` some names; what is indented is code."""
    for paragraph in _paragraphs(text):
        if paragraph.startswith("    "):
            yield _fence([textwrap.dedent(paragraph)])
        else:
            yield _linked(paragraph, owner, places, but)


def _paragraphs(text: str) -> list[str]:
    """Split at empty lines; pieces of code that follow each other stay together."""
    found: list[str] = []
    for piece in re.split(r"\n\s*\n", text):
        if piece.startswith("    ") and found and found[-1].startswith("    "):
            found[-1] += "\n\n" + piece
        elif piece.strip():
            found.append(piece.rstrip())
    return found


_WORD = re.compile(r"`([^`]+)`|\b([A-Z][a-z]+[A-Z]\w*)\b")


def _linked(text: str, owner: str, places: _Places, but: Collection[str]) -> str:
    """Known names in backticks, and names of two words or more, become links."""

    def replaced(match: re.Match[str]) -> str:
        span = match[1] or match[2]
        link = None if span in but else _place_of(span, owner, places)
        return f"[`{span}`]({link})" if link else match[0]

    return _WORD.sub(replaced, text)


_VARIABLES = {"app": "App", "world": "World", "scene": "Scene", "entity": "Entity", "fabric": "Fabric"}


def _place_of(span: str, owner: str, places: _Places) -> str | None:
    name = re.sub(r"^dw\.|\(.*\)$", "", span)
    first, dot, rest = name.partition(".")
    if dot and first in _VARIABLES:
        name = f"{_VARIABLES[first]}.{rest}"
    if name == owner:
        return None
    mine = places.links.get(f"{owner}.{name}")
    plain = span == name and name.islower() and owner not in places.functions  # `field` may be any field
    return mine or (None if plain else places.links.get(name))


def _fence(lines: Sequence[str]) -> str:
    return "\n".join(["```python", *lines, "```"]) if lines else ""


# ---- signatures -----------------------------------------------------------------------------------------------

_UNPACKED = re.compile(r"Unpack\[(\w+)\]")


def _signatures(name: str, function: Callable[..., Any], skip: int) -> list[str]:
    """One line for each way to call it."""
    ways = typing.get_overloads(function) or [function]
    return [_signature(name, way, skip) for way in ways]


def _signature(name: str, function: Callable[..., Any], skip: int = 0) -> str:
    """As one writes it, without the first `skip` parameters; with one on each line where it is long."""
    shown: list[str] = []
    star = False
    for parameter in list(inspect.signature(function).parameters.values())[skip:]:
        unpacked = parameter.kind is parameter.VAR_KEYWORD and _UNPACKED.fullmatch(_annotation(parameter.annotation))
        if (parameter.kind is parameter.KEYWORD_ONLY or unpacked) and not star:
            shown.append("*")
        star = star or parameter.kind in (parameter.KEYWORD_ONLY, parameter.VAR_POSITIONAL)
        shown += _written(parameter, function)
    result = "" if function.__name__ == "__init__" else f" -> {_readable(_returned(function))}"
    line = f"{name}({', '.join(shown)}){result}"
    if len(line) > WIDTH:
        line = f"{name}(\n" + "".join(f"    {one},\n" for one in shown) + f"){result}"
    return line


def _written(parameter: inspect.Parameter, function: Callable[..., Any]) -> list[str]:
    """A parameter; keywords that a TypedDict tells of, each by itself."""
    told = _annotation(parameter.annotation)
    unpacked = _UNPACKED.fullmatch(told)
    if unpacked:
        keywords = inspect.unwrap(function).__globals__[unpacked[1]].__annotations__
        return [f"{name}: {_readable(_annotation(kind))} = ..." for name, kind in keywords.items()]
    stars = "*" * (parameter.kind is parameter.VAR_POSITIONAL) + "**" * (parameter.kind is parameter.VAR_KEYWORD)
    text = stars + parameter.name + (f": {_readable(told)}" if told else "")
    if parameter.default is parameter.empty:
        return [text]
    return [f"{text} = {_value(parameter.default)}" if told else f"{text}={_value(parameter.default)}"]


def _parameters(function: Callable[..., Any]) -> dict[str, str]:
    return {p.name: _annotation(p.annotation) for p in inspect.signature(function).parameters.values()}


def _returned(function: Callable[..., Any]) -> str:
    return _annotation(inspect.signature(function).return_annotation)


def _annotation(value: Any) -> str:
    """A type as the source has it."""
    if value is inspect.Signature.empty:
        return ""
    if isinstance(value, typing.ForwardRef):
        return value.__forward_arg__
    return value if isinstance(value, str) else _plainly(value)


def _plainly(value: Any) -> str:
    """A live type or constant: a union's parts by their names."""
    parts = typing.get_args(value) if not isinstance(value, type) else ()
    if parts and all(isinstance(part, type) for part in parts) and typing.get_origin(value) is not tuple:
        return " | ".join(part.__name__ for part in parts)
    return value.__name__ if isinstance(value, type) else re.sub(rf"\b{PACKAGE}\.[\w.]*\.", "", str(value))


def _readable(text: str) -> str:
    for pattern, word in READABLE.items():
        text = re.sub(pattern, word, text)
    return text


def _value(value: Any) -> str:
    """A default."""
    if isinstance(value, float):
        return f"{value:.1f}" if value.is_integer() and abs(value) < 1e6 else f"{value:.4g}"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, tuple):
        return "(" + ", ".join(map(_value, value)) + ("," if len(value) == 1 else "") + ")"
    if isinstance(value, (bool, int, type(None))):
        return repr(value)
    return "..."


# ---- what only the source tells -------------------------------------------------------------------------------


@cache
def _constants(module: str) -> dict[str, str]:
    """{name: the text below it} of a module's assignments."""
    return dict(_assigned(ast.parse(inspect.getsource(import_module(module))).body, ""))


def _texts_below(cls: type) -> dict[str, str]:
    """{public attribute: the text below it, in one line} of a class's body and its `__init__`."""
    found: dict[str, str] = {}
    for base in cls.__mro__:
        if base.__module__.partition(".")[0] == PACKAGE:
            (tree,) = ast.parse(textwrap.dedent(inspect.getsource(base))).body
            assert isinstance(tree, ast.ClassDef)
            bodies = [
                tree.body,
                *(f.body for f in tree.body if isinstance(f, ast.FunctionDef) and f.name == "__init__"),
            ]
            for body, prefix in zip(bodies, ("", "self."), strict=False):
                for name, text in _assigned(body, prefix):
                    if not name.startswith("_"):
                        found.setdefault(name, " ".join(text.split()))
    return found


def _assigned(body: Sequence[ast.stmt], prefix: str) -> Iterator[tuple[str, str]]:
    """(name, text below it) of every assignment to `prefix` and a name; the text may be empty."""
    for statement, after in zip(body, [*body[1:], ast.Pass()], strict=True):
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        if isinstance(statement, ast.AnnAssign):
            targets = [statement.target]
        told = after.value if isinstance(after, ast.Expr) else None
        text = told.value if isinstance(told, ast.Constant) and isinstance(told.value, str) else ""
        for target in targets:
            name = ast.unparse(target)
            if name.startswith(prefix) and name.removeprefix(prefix).isidentifier():
                yield name.removeprefix(prefix), inspect.cleandoc(text)


def write(folder: Path) -> list[Path]:
    """Bring a folder up to date: its pages are written, pages of groups that are gone are removed."""
    folder.mkdir(parents=True, exist_ok=True)
    made = pages()
    for old in folder.glob("*.md"):
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return [folder / name for name in made]


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        write(Path(argument))
