"""The tables of components and settings in the docs, made from the declarations.

`python -m dreamwell.engine.scene.reference docs/scene.md docs/rendering.md` brings the pages up to date.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..declare import Field, Kind, Spec, component_types, fields_of, say
from .presets import PRESETS, TABLE, preset
from .settings import RenderSettings


def component_tables(kinds: Iterable[type]) -> str:
    """A section for each component, by name, and then for each struct that they are made of; Markdown."""
    components = sorted(kinds, key=lambda kind: kind.__name__)
    structs = dict.fromkeys(of for kind in components for of in _structs(kind))
    return "\n".join(_section(kind) for kind in [*components, *sorted(structs, key=lambda kind: kind.__name__)])


def settings_tables() -> str:
    """A section for each group of render settings; Markdown."""
    return "\n".join(_section(group.kind.of, group.name) for group in fields_of(RenderSettings))


def presets_table() -> str:
    """What each preset sets; Markdown."""
    values = [preset(name) for name in PRESETS]
    rows = [f"| `{key}` | " + " | ".join(f"`{say(of[key])}`" for of in values) + " |" for key in TABLE]
    return "\n".join(["| setting | " + " | ".join(PRESETS) + " |", "|---" * (1 + len(PRESETS)) + "|", *rows, ""])


def updated(page: str) -> str:
    """A page with what stands between `<!-- components -->` (settings, presets) and `<!-- end -->` made anew."""
    built_in = [kind for kind in component_types().values() if kind.__module__.startswith(__package__ or "")]
    texts = {"components": component_tables(built_in), "settings": settings_tables(), "presets": presets_table()}
    for name, text in texts.items():
        before, start, rest = page.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition("<!-- end -->")
        if start and end:
            page = before + start + text + end + after
    return page


def _structs(kind: type) -> Iterator[type]:
    for f in fields_of(kind):
        of = f.kind.of if f.kind.name == "list" else f.kind
        if of.name == "struct":
            yield of.of
            yield from _structs(of.of)


def _section(kind: type, name: str = "") -> str:
    head = [f"### {name or kind.__name__}", "", (kind.__doc__ or "").strip(), ""]
    rows = [" | ".join(("", f"`{f.name}`", *_cells(f), f.spec.doc, "")).strip() for f in fields_of(kind)]
    return "\n".join([*head, "| field | type | default | range | |", "|---|---|---|---|---|", *rows, ""])


def _cells(f: Field) -> tuple[str, str, str]:
    return type_of(f.kind), default_of(f), f"{limits_of(f.spec)} {f.spec.unit}".strip()


def default_of(f: Field) -> str:
    """A field's default as a file would have it, as code."""
    return "`{}`" if f.kind.name == "plain" and not f.default else f"`{say(f.default)}`"


def type_of(kind: Kind) -> str:
    """What a field holds, in words; of a choice, the choices."""
    match kind.name:
        case "choice":
            return " ".join(f"`{choice}`" for choice in kind.of)
        case "vector":
            return "colour" if kind.role == "color" else f"{kind.of} numbers"
        case "struct":
            return f"{kind.of.__name__} or null" if kind.optional else kind.of.__name__
        case "list":
            return f"list of {type_of(kind.of)}"
        case "memory":
            return "in memory only"
        case "plain":
            return "objects"
        case "str" if kind.role == "asset":
            return "path"
        case "str" if kind.role == "object":
            return "name of an object"
        case _:
            return {"float": "number", "int": "whole number", "bool": "true or false"}.get(kind.name, kind.name)


def limits_of(spec: Spec) -> str:
    """The range of a field's numbers in words, without the unit; empty where there is none."""
    limits = [f"above {spec.above:g}" if spec.above is not None else ""]
    if spec.minimum is not None and spec.maximum is not None:
        limits.append(f"{spec.minimum:g} to {spec.maximum:g}")
    elif spec.minimum is not None:
        limits.append(f"from {spec.minimum:g}")
    elif spec.maximum is not None:
        limits.append(f"to {spec.maximum:g}")
    return ", ".join(filter(None, limits))


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        path = Path(argument)
        path.write_text(updated(path.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
