"""Prefabs: a scene file that other scenes hold instances of, each with values of its own where it differs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import is_dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..declare import AssetPath, Kind, Plain, field, fields_of, say, to_plain
from ..declare import built_in as component
from ..kinds import called

U64 = NDArray[np.uint64]


# ---- values as they are written -------------------------------------------------------------------------------


def _frozen(value: Any) -> Any:
    """Values of any kind → what JSON has: whole numbers are ints, sequences tuples, declared values objects."""
    if is_dataclass(value) and not isinstance(value, type):
        return _frozen(to_plain(value))
    if isinstance(value, Plain):
        return _frozen(value.plain())
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise ValueError("with a field whose name is no text")
        return {key: _frozen(value[key]) for key in sorted(value)}
    if isinstance(value, (set, frozenset)):
        return tuple(sorted(map(_frozen, value)))
    if isinstance(value, (list, tuple)):
        return tuple(map(_frozen, value))
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise ValueError(f"with {say(value)}, which no file can hold")


def _thawed(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _thawed(one) for key, one in value.items()}
    return [_thawed(one) for one in value] if isinstance(value, tuple) else value


def _kind_of(name: str) -> Kind | None:
    """The kind of a field of a component, "Material.normal_texture.image", or of a whole one; None for others.

    Of several components of a name, which only the prefab's file tells apart, that of the first that has the field.
    """
    head, *rest = name.split(".")
    for struct in called(head):
        kind: Kind | None = Kind("struct", struct)
        for step in rest:
            known = fields_of(kind.of) if kind is not None and kind.name == "struct" else ()
            kind = next((f.kind for f in known if f.name == step), None)
        if kind is not None:
            return kind
    return None


def _changed(raw: Any, kind: Kind, change: Callable[[str], str]) -> Any:
    """JSON data of a declared kind with `change` applied to every asset path in it."""
    if kind.name == "struct" and isinstance(raw, dict):
        kinds = {f.name: f.kind for f in fields_of(kind.of)}
        return {key: _changed(one, kinds[key], change) if key in kinds else one for key, one in raw.items()}
    if kind.name == "list" and isinstance(raw, list):
        return [_changed(one, kind.of, change) for one in raw]
    if kind.name == "plain":
        return raw
    return change(raw) if kind.role == "asset" and isinstance(raw, str) and raw else raw


# ---- the component ----------------------------------------------------------------------------------------------


class Overrides(Mapping[str, Mapping[str, Any] | None], Plain):
    """What is different in an instance: by object, by field.

        {"leaves": {"Material.base_color": (0.9, 0.4, 0.1), "scale": (2, 2, 2)}, "nest": None}

    Objects are named as in the prefab's file; one of a prefab in the prefab by the path to it, "lamp/bulb"; where a
    name occurs twice, by the id. Fields are position, rotation, scale, name, tags, a component's ("Material.alpha",
    "Material.normal_texture.scale"), or a whole component ("PointLight": a value, or None to take it away). None in
    place of the fields leaves the object out, and all that hangs on it.
    """

    WANTED: ClassVar[str] = "an object of objects: {object: {field: value}}, or {object: null} to leave it out"

    __slots__ = ("_data", "_text")

    def __init__(self, data: Any = MappingProxyType({})) -> None:
        if not isinstance(data, Mapping):
            raise ValueError(say(data))
        made: dict[str, Mapping[str, Any] | None] = {}
        for key, changes in data.items():
            if not isinstance(key, str):
                raise ValueError(f"with the key {say(key)}")
            if changes is not None and not isinstance(changes, Mapping):
                raise ValueError(f"with {say(changes)} for {say(key)}")
            made[key] = None if changes is None else MappingProxyType(_frozen(changes))
        self._data = made
        self._text = json.dumps(_thawed(made), sort_keys=True)

    def __getitem__(self, key: str) -> Mapping[str, Any] | None:
        return self._data[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Overrides) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return repr(_thawed(self._data))

    def plain(self) -> dict[str, Any]:
        """As JSON data."""
        found: dict[str, Any] = _thawed(self._data)
        return found

    def with_assets(self, change: Callable[[str], str]) -> Overrides:
        """The same with `change` applied to every asset path in it."""
        data = self.plain()
        for changes in data.values():
            for name in changes or ():
                kind = _kind_of(name)
                if kind is not None:
                    changes[name] = _changed(changes[name], kind, change)
        return Overrides(data)


Changes = Annotated[Mapping[str, Mapping[str, Any] | None], Overrides]
"""As they may be given; a component keeps them as `Overrides`."""


@component
class Prefab:
    """An instance of another scene: its objects hang on this one, with values of their own where they are given."""

    file: AssetPath = field(default="", doc="the scene: a .dream, .gltf or .glb file; its environment is left out")
    overrides: Changes = field(default=Overrides(), doc="what differs from the file, by object and field")


def as_prefab(value: Prefab | str) -> Prefab:
    """A prefab by its file, or as it is."""
    return value if isinstance(value, Prefab) else Prefab(value)


def stem_of(prefab: Prefab) -> str:
    """What an instance is called that was given no name: as the file, without its suffix."""
    return Path(prefab.file).stem


def part_ids(instances: U64, parts: U64) -> U64:
    """(k, m) ids of the objects of k instances, whose own ids are (k,), from those in the file (m,). Never 0.

    The mixing is that of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
    """
    made = _mixed(_mixed(instances)[:, None] ^ _mixed(parts + _GOLDEN)[None, :])
    made[made == 0] = 1
    return made


_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def _mixed(x: U64) -> U64:
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
