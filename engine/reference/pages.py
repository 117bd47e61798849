"""The pages: Markdown with links between them."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Collection, Iterator, Sequence
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any

from ..declare import fields_of
from ..scene.reference import default_of, limits_of, type_of
from .groups import GROUPS, OTHERS, Group, rank_of
from .names import OPERATORS, Entry, Member, entries
from .signatures import annotation_of, parameters_of, plainly, readable, returned_by, signature, signatures, value_text
from .sources import docstring, texts_of_attributes

OVERVIEW = 6
"""Classes with so many members or more begin with a list of them."""


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


def pages() -> dict[str, str]:
    """The reference: {file name: Markdown}."""
    known = entries()
    places = Places(known)
    made = {f"{group.page}.md": _page(group, places.of[group.page], places) for group in _shown(known)}
    return {"README.md": _index(places, _shown(known)), **made}


def _shown(known: Sequence[Entry]) -> list[Group]:
    used = {entry.group.page for entry in known}
    return [group for group in (*GROUPS, OTHERS) if group.page in used]


class Places:
    """Which page and heading tells of what: `of` {page: entries in order}, `links` {name: page.md#anchor}."""

    def __init__(self, known: Sequence[Entry]) -> None:
        self.of: dict[str, list[Entry]] = {}
        self.links: dict[str, str] = {}
        self.functions = {entry.name for entry in known if inspect.isroutine(entry.value)}
        for group in (*GROUPS, OTHERS):
            ranked = [(rank_of(group, e.home) or 0, e.name.casefold(), e) for e in known if e.group is group]
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


def _index(places: Places, groups: Sequence[Group]) -> str:
    rows = ["# API", "", "Every public name: `import dreamwell as dw`, then `dw.NAME`. Made from the docstrings;", ""]
    rows[2] += " [the pages beside this folder](../README.md) say how things go together."
    for group in groups:
        names = " · ".join(f"[`{entry.name}`]({places.links[entry.name]})" for entry in places.of[group.page])
        rows += [f"**[{group.title}]({group.page}.md)**: {names}", ""]
    return "\n".join(rows)


def _page(group: Group, mine: Sequence[Entry], places: Places) -> str:
    parts = [f"# {group.title}", group.about, "[All names](README.md)"]
    for entry in mine:
        parts += told_of(entry, places)
    return "\n\n".join(part for part in parts if part) + "\n"


def told_of(entry: Entry, places: Places) -> Iterator[str]:
    """What a page says of a name, paragraph by paragraph."""
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
                yield _fence([signature(name, made, skip=1)])
    elif inspect.isroutine(value):
        yield _fence(signatures(name, value, skip=0))
    elif not name.startswith("__"):
        yield _fence([f"{name} = {readable(plainly(value))}"])
    yield from _prose(entry.doc, name, places, parameters_of(value) if inspect.isroutine(value) else ())
    if inspect.isclass(value):
        yield _declared_fields(value) if declared else _attributes(value)
    if len(entry.members) >= OVERVIEW:
        yield "Members: " + " · ".join(f"[`{m.short}`]({places.links[m.title]})" for m in entry.members) + "."
    for member in entry.members:
        yield f"### {member.title}"
        yield from _member_told(member, places)


def _member_told(member: Member, places: Places) -> Iterator[str]:
    if member.kind == "property":
        kind = readable(returned_by(member.function)).replace("Self", member.owner)
        link = places.links.get(kind) if kind != member.owner else None
        yield (f"[`{kind}`]({link})" if link else f"`{kind}`") + ("; may be set" if member.settable else "")
    elif member.name not in OPERATORS:
        skip = 0 if member.kind == "static method" else 1
        lines = signatures(member.name, member.function, skip)
        yield _fence([line.replace("-> Self", f"-> {member.owner}") for line in lines])
    else:
        result = returned_by(member.function)
        yield f"`{readable(result)}`" if result not in ("", "None") else ""
    yield from _prose(docstring(member.function), member.owner, places, parameters_of(member.function))
    types = dict.fromkeys(
        re.findall(r"[A-Z]\w+", " ".join((*parameters_of(member.function).values(), returned_by(member.function))))
    )
    known = [f"[`{kind}`]({places.links[kind]})" for kind in types if kind in places.links and kind != member.owner]
    if known and not (member.kind == "property" and returned_by(member.function) in places.links):
        yield "See " + ", ".join(known) + "."


def _declared_fields(cls: type) -> str:
    """A table of a component's fields."""
    rows = [_row("field", "type", "default", "unit", "range", ""), "|---|---|---|---|---|---|"]
    for f in fields_of(cls):
        if f.kind.name == "struct" and cls.__name__ == "RenderSettings":
            about = docstring(f.kind.of).partition("\n")[0]
            rows.append(_row(f"`{f.name}`", f"[{f.name}](../rendering.md#{f.name})", "", "", "", about))
        else:
            kind, default, limits = type_of(f.kind), default_of(f), limits_of(f.spec)
            rows.append(_row(f"`{f.name}`", kind, default, f.spec.unit, limits, f.spec.doc))
    return "\n".join(rows)


def _attributes(cls: type) -> str:
    """The public attributes: a table of a dataclass's fields, or of what `__init__` sets and says something about."""
    texts = texts_of_attributes(cls)
    if is_dataclass(cls):
        rows = [
            _row(f"`{f.name}`", f"`{readable(annotation_of(f.type))}`", _default_cell(f), texts.get(f.name, ""))
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
        return f"`{value_text(f.default)}`"
    return "made anew" if f.default_factory is not MISSING else ""


# ---- text -----------------------------------------------------------------------------------------------------


def _prose(text: str, owner: str, places: Places, but: Collection[str] = ()) -> Iterator[str]:
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


def _linked(text: str, owner: str, places: Places, but: Collection[str]) -> str:
    """Known names in backticks, and names of two words or more, become links."""

    def replaced(match: re.Match[str]) -> str:
        span = match[1] or match[2]
        link = None if span in but else _place_of(span, owner, places)
        return f"[`{span}`]({link})" if link else match[0]

    return _WORD.sub(replaced, text)


_VARIABLES = {"app": "App", "world": "World", "scene": "Scene", "entity": "Entity", "fabric": "Fabric"}


def _place_of(span: str, owner: str, places: Places) -> str | None:
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
