"""Bind groups by name: one declaration gives the WGSL lines, the layout and the bind group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import wgpu

from .layout import Type

Group = Literal["frame", "kernel", "pass", "material", "draw"]
GROUP: dict[Group, int] = {"frame": 0, "kernel": 0, "pass": 1, "material": 2, "draw": 3}
"""A group's number. A kernel that needs nothing of the frame has one group alone: binding costs, per dispatch."""

COMPUTE: int = wgpu.ShaderStage.COMPUTE
VERTEX: int = wgpu.ShaderStage.VERTEX
FRAGMENT: int = wgpu.ShaderStage.FRAGMENT


@dataclass(frozen=True, slots=True)
class Slot:
    """One binding: its WGSL (text after `var`, `{name}` to fill in) and its layout entry, less the number."""

    wgsl: str
    entry: dict[str, Any]
    declares: tuple[str, ...] = ()


def uniform(of: Type) -> Slot:
    """A uniform buffer that holds one `of`."""
    entry = {"buffer": {"type": "uniform", "min_binding_size": of.size}}
    return Slot(f"<uniform> {{name}}: {of.wgsl}", entry, of.declares)


def storage(of: Type, *, write: bool = False) -> Slot:
    """A storage buffer; `of` is usually a `runtime_array`."""
    access = "read_write" if write else "read"
    entry = {"buffer": {"type": "storage" if write else "read-only-storage"}}
    return Slot(f"<storage, {access}> {{name}}: {of.wgsl}", entry, of.declares)


def texture(dimension: str = "2d", sample: str = "float") -> Slot:
    """A sampled texture: dimension 2d, 2d-array or cube; sample float, unfilterable-float, uint or depth."""
    kind = "texture_depth_" if sample == "depth" else "texture_"
    of = {"depth": "", "uint": "<u32>"}.get(sample, "<f32>")
    entry = {"texture": {"sample_type": sample, "view_dimension": dimension}}
    return Slot(f"{{name}}: {kind}{dimension.replace('-', '_')}{of}", entry)


def sampler(kind: Literal["filtering", "non-filtering", "comparison"] = "filtering") -> Slot:
    """A sampler."""
    name = "sampler_comparison" if kind == "comparison" else "sampler"
    return Slot(f"{{name}}: {name}", {"sampler": {"type": kind}})


def image(format: str, dimension: str = "2d") -> Slot:
    """A storage texture that shaders write."""
    entry = {"storage_texture": {"format": format, "access": "write-only", "view_dimension": dimension}}
    return Slot(f"{{name}}: texture_storage_{dimension.replace('-', '_')}<{format}, write>", entry)


class Bindings:
    """The slots of one bind group, in declaration order."""

    def __init__(self, group: Group, visibility: int, /, **slots: Slot) -> None:
        self.group = GROUP[group]
        self.visibility = visibility
        self.slots = slots

    def wgsl(self) -> str:
        """The binding lines; the structs they need are in `declares`."""
        lines: list[str] = []
        for i, (name, slot) in enumerate(self.slots.items()):
            space = "" if slot.wgsl.startswith("<") else " "
            lines.append(f"@group({self.group}) @binding({i}) var{space}{slot.wgsl.format(name=name)};\n")
        return "".join(lines)

    @property
    def declares(self) -> tuple[str, ...]:
        """The struct texts that the bindings need, in order."""
        return tuple(dict.fromkeys(text for slot in self.slots.values() for text in slot.declares))

    def layout(self, device: wgpu.GPUDevice) -> wgpu.GPUBindGroupLayout:
        """The bind group layout."""
        entries = [
            {"visibility": self.visibility, **slot.entry, "binding": i} for i, slot in enumerate(self.slots.values())
        ]
        return device.create_bind_group_layout(entries=entries)

    def bind(self, device: wgpu.GPUDevice, layout: wgpu.GPUBindGroupLayout, /, **given: Any) -> wgpu.GPUBindGroup:
        """A bind group; every slot is given by its name. Raises TypeError that names what is missing or unknown."""
        if given.keys() != self.slots.keys():
            missing, extra = sorted(self.slots.keys() - given.keys()), sorted(given.keys() - self.slots.keys())
            raise TypeError(f"bind group {self.group}: missing {missing}, unknown {extra}")
        entries = [{"binding": i, "resource": given[name]} for i, name in enumerate(self.slots)]
        return device.create_bind_group(layout=layout, entries=entries)
