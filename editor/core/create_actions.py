"""Actions that make objects: every primitive, light and camera, prefabs and what is dropped from the assets."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ...engine import math as dmath
from ...engine.declare import fields_of
from ...engine.errors import EditorError
from ...engine.scene.components import Mesh
from ...engine.scene.scene import id_text
from .actions import Actions
from .clipboard import free_name
from .edit_actions import add, choose, stopped
from .kinds import component_types
from .objects import new_id
from .tree import inverse_affine, world_matrices
from .values import component_class, jsonable

if TYPE_CHECKING:
    from .state import EditorState

PRIMITIVES: tuple[str, ...] = tuple(
    shape for f in fields_of(Mesh) if f.name == "shape" for shape in f.kind.of if shape not in ("asset", "data")
)
"""The shapes that a Mesh makes by itself."""
_STANDS = {"box": 0.5, "sphere": 0.5, "cylinder": 0.5, "cone": 0.5, "capsule": 1.0, "torus": 0.2, "quad": 0.5}
"""Metres from the ground to the middle of a shape that stands on it."""
_DOWN = (-math.sqrt(0.5), 0.0, 0.0, math.sqrt(0.5))  # -Z looks to the ground
_SUN = dmath.look_rotation((-1.0, -2.0, -1.5)).tolist()


def make(
    state: EditorState,
    name: str,
    components: Mapping[str, Any],
    *,
    label: str = "",
    at: Sequence[float] | None = None,
    rotation: Sequence[float] | None = None,
    parent: int | None = None,
    tags: Sequence[str] = (),
) -> int:
    """Add an object and choose it; returns its id.

    at: metres, in the world; without it, where the view looks (`Cursor.at`).  parent: the id of what it hangs on, 0 for
    none; None: what the active object hangs on.
    """
    document = state.document
    active = state.selection.active
    above = (document.tree.parent[active] if active in document else 0) if parent is None else parent
    place = list(map(float, at if at is not None else state.part(Cursor).at))
    if above:
        world = world_matrices(document.scene, document.rows([above]))[0]
        if abs(np.linalg.det(world[:, :3])) > 1e-30:
            inner = inverse_affine(world)
            place = [round(float(n), 6) for n in inner[:, :3] @ place + inner[:, 3]]
    block: dict[str, Any] = {
        "id": id_text(new_id(document.__contains__)),
        "name": free_name(name, set(document.scene.names)),
        "components": jsonable(components),
    }
    if any(place):
        block["position"] = place
    if rotation is not None:
        block["rotation"] = [float(n) for n in rotation]
    if above:
        block["parent"] = id_text(above)
    if tags:
        block["tags"] = list(tags)
    return add(state, [block], label or f"Create {name}")[0]


class Cursor:
    """Where new objects are put: a view sets it to the ground that it looks at. Metres, in the world."""

    def __init__(self) -> None:
        self.at: tuple[float, float, float] = (0.0, 0.0, 0.0)


def _raised(state: EditorState, at: Sequence[float] | None, height: float) -> list[float]:
    x, y, z = at if at is not None else state.part(Cursor).at
    return [x, y + height, z]


def primitive(
    state: EditorState, shape: str = "box", at: Sequence[float] | None = None, parent: int | None = None
) -> int:
    """Add a shape, standing on the ground."""
    if shape not in PRIMITIVES:
        raise EditorError(f"there is no shape {shape}; there are {', '.join(PRIMITIVES)}")
    mesh = {} if shape == "box" else {"shape": shape}
    components = {"Mesh": mesh, "Material": {}}
    return make(
        state, shape, components, label=f"Create {shape.capitalize()}", at=_raised(state, at, _STANDS.get(shape, 0.0)),
        parent=parent,
    )  # fmt: skip


def empty(state: EditorState, at: Sequence[float] | None = None, parent: int | None = None) -> int:
    """Add an object without anything: others can hang on it."""
    return make(state, "object", {}, label="Create Object", at=at, parent=parent)


def child(state: EditorState) -> int:
    """Add an object without anything below the active one, where that is."""
    active = state.selection.active
    world = world_matrices(state.document.scene, state.document.rows([active]))[0]
    return make(state, "object", {}, label="Create Child", at=world[:, 3].tolist(), parent=active)


def sun(state: EditorState) -> int:
    """Add parallel light from far away."""
    return make(state, "sun", {"Sun": {}}, label="Create Sun", at=(0.0, 4.0, 0.0), rotation=_SUN)


def point_light(state: EditorState, at: Sequence[float] | None = None) -> int:
    """Add a lamp that shines in every direction."""
    data = {"candela": 64.0, "range": 8.0}
    return make(state, "lamp", {"PointLight": data}, label="Create Point Light", at=at or _raised(state, None, 2.0))


def spot_light(state: EditorState, at: Sequence[float] | None = None) -> int:
    """Add a lamp with a cone of light, to the ground."""
    data = {"candela": 400.0, "range": 12.0}
    place = at or _raised(state, None, 3.0)
    return make(state, "spot", {"SpotLight": data}, label="Create Spot Light", at=place, rotation=_DOWN)


def camera(state: EditorState, at: Sequence[float] | None = None, rotation: Sequence[float] | None = None) -> int:
    """Add an eye; a view gives its own place."""
    place = at or _raised(state, None, 1.6)
    return make(state, "camera", {"Camera": {}}, label="Create Camera", at=place, rotation=rotation, parent=0)


def environment(state: EditorState) -> int:
    """Add the surroundings: a sky."""
    return make(state, "sky", {"Environment": {}}, label="Create Environment", at=(0.0, 0.0, 0.0), parent=0)


def body(state: EditorState, shape: str = "box", at: Sequence[float] | None = None) -> int:
    """Add a shape that falls and collides."""
    if shape not in ("box", "sphere", "capsule", "cylinder", "cone"):
        raise EditorError(f"a body can't be a {shape}; it must be box, sphere, capsule, cylinder or cone")
    form = {} if shape == "box" else {"shape": shape}
    components = {"Mesh": form, "Material": {}, "Body": {}, "Collider": dict(form)}
    return make(state, shape, components, label=f"Create Falling {shape.capitalize()}", at=_raised(state, at, 2.0))


def ground(state: EditorState) -> int:
    """Add a floor of 20 metres that nothing falls through."""
    components = {
        "Mesh": {"shape": "plane", "size": [20, 1, 20]},
        "Material": {"base_color": [0.5, 0.5, 0.5]},
        "Collider": {"size": [20, 0.2, 20], "offset": [0, -0.1, 0]},
    }
    return make(state, "ground", components, label="Create Ground", at=(0.0, 0.0, 0.0), parent=0)


def with_component(state: EditorState, component: str, at: Sequence[float] | None = None) -> int:
    """Add an object with a component, any that is declared."""
    component_class(component)
    return make(state, component.lower(), {component: {}}, label=f"Create {component}", at=at)


def from_asset(state: EditorState, asset: str, at: Sequence[float] | None = None, parent: int | None = None) -> int:
    """Add what an asset is: a prefab or model as an instance, a mesh, a picture on a quad, an environment.

    asset: relative to the project.
    """
    from .project import KINDS

    path = state.project.place(asset)
    if not path.is_file():
        raise EditorError(f'there is no "{asset}" in the project')
    if state.document.path is not None and path.resolve() == state.document.path.resolve():
        raise EditorError("a scene can't stand in itself")
    address = state.project.address(asset, state.document)
    kind = KINDS.get(path.suffix.lower(), "other")
    name = path.stem
    if kind == "scene" or path.suffix.lower() in (".gltf", ".glb"):
        return make(state, name, {"Prefab": {"file": address}}, label=f"Add {path.name}", at=at, parent=parent)
    if kind == "model":
        mesh = {"shape": "asset", "asset": address}
        return make(state, name, {"Mesh": mesh, "Material": {}}, label=f"Add {path.name}", at=at, parent=parent)
    if kind == "image":
        look = {"base_color": [1, 1, 1], "base_color_texture": {"image": address}}
        where = _raised(state, at, 0.5)
        return make(
            state,
            name,
            {"Mesh": {"shape": "quad"}, "Material": look},
            label=f"Add {path.name}",
            at=where,
            parent=parent,
        )
    if kind == "environment":
        data = {"source": "file", "file": address}
        return make(state, name, {"Environment": data}, label=f"Add {path.name}", at=(0.0, 0.0, 0.0), parent=0)
    raise EditorError(f"{path.name} can't be put into a scene; scenes, models, pictures and .hdr files can")


def register(actions: Actions) -> None:
    """Add them."""
    put = actions.add
    at = ("at", "metres, in the world")
    put("create.empty", "Empty Object", empty, "Ctrl+Shift+N", stopped, "Create", icon="cube", arguments=(at,))
    put(
        "create.child", "Child of the Active Object", child, "",
        lambda s: stopped(s) and s.selection.active in s.document, "Create",
    )  # fmt: skip
    put(
        "create.primitive", "Shape", primitive, "", stopped, arguments=(("shape", ", ".join(PRIMITIVES)), at),
        palette=False,
    )  # fmt: skip
    for shape in PRIMITIVES:
        put(
            f"create.{shape}", shape.capitalize(), _of(primitive, shape), "", stopped, "Create/Shape", arguments=(at,),
            icon=_ICONS.get(shape, "cube"), doc=f"Add a {shape}, standing on the ground.",
        )  # fmt: skip
    put("create.sun", "Sun", sun, "", stopped, "Create/Light", icon="sun")
    put(
        "create.point_light", "Point Light", point_light, "", stopped, "Create/Light", icon="lightbulb", arguments=(at,)
    )
    put("create.spot_light", "Spot Light", spot_light, "", stopped, "Create/Light", icon="lightbulb", arguments=(at,))
    put("create.camera", "Camera", camera, "", stopped, "Create", icon="video", arguments=(at,))
    put("create.environment", "Environment", environment, "", stopped, "Create", icon="cloud")
    put("create.ground", "Ground", ground, "", stopped, "Create/Physics", icon="square")
    put(
        "create.body", "Falling Body", body, "", stopped, "Create/Physics", icon="cubes",
        arguments=(("shape", "box, sphere, capsule, cylinder, cone"), at),
    )  # fmt: skip
    put(
        "create.with_component", "Object with Component", with_component, "", stopped,
        arguments=(("component", "its name"), at), palette=False,
    )  # fmt: skip
    put(
        "create.from_asset", "From Asset", from_asset, "", stopped, arguments=(("asset", "of the project"), at),
        palette=False,
    )  # fmt: skip


_ICONS = {"sphere": "circle", "plane": "square", "quad": "square", "cylinder": "database", "torus": "ring"}


def _of(function: Any, shape: str) -> Any:
    def run(state: EditorState, at: Sequence[float] | None = None) -> int:
        return int(function(state, shape, at))

    return run


__all__ = ["PRIMITIVES", "Cursor", "choose", "component_types", "from_asset", "make", "register"]
