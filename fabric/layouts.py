"""The bind group layouts that passes share."""

from __future__ import annotations

from dataclasses import dataclass

import wgpu

from ..shaders import groups


@dataclass(frozen=True)
class Layouts:
    """The bind group layouts that passes share. `materials[n]` is for scenes with n texture pools."""

    frame: wgpu.GPUBindGroupLayout
    main: wgpu.GPUBindGroupLayout
    clusters: wgpu.GPUBindGroupLayout
    depth: wgpu.GPUBindGroupLayout
    materials: tuple[wgpu.GPUBindGroupLayout, ...]
    draw: wgpu.GPUBindGroupLayout
    cull: wgpu.GPUBindGroupLayout
    blend_sort: wgpu.GPUBindGroupLayout
    bounds: wgpu.GPUBindGroupLayout
    place: wgpu.GPUBindGroupLayout
    renew: wgpu.GPUBindGroupLayout
    hi_z_first: wgpu.GPUBindGroupLayout
    hi_z_next: wgpu.GPUBindGroupLayout
    accumulate: wgpu.GPUBindGroupLayout
    tonemap: wgpu.GPUBindGroupLayout

    @staticmethod
    def make(device: wgpu.GPUDevice) -> Layouts:
        """Every layout, from its declaration."""
        return Layouts(
            frame=groups.FRAME.layout(device),
            main=groups.MAIN.layout(device),
            clusters=groups.CLUSTERS.layout(device),
            depth=groups.DEPTH.layout(device),
            materials=tuple(groups.materials(pools).layout(device) for pools in range(groups.POOLS + 1)),
            draw=groups.DRAW.layout(device),
            cull=groups.CULL.layout(device),
            blend_sort=groups.BLEND_SORT.layout(device),
            bounds=groups.BOUNDS.layout(device),
            place=groups.PLACE.layout(device),
            renew=groups.RENEW.layout(device),
            hi_z_first=groups.HI_Z_FIRST.layout(device),
            hi_z_next=groups.HI_Z_NEXT.layout(device),
            accumulate=groups.ACCUMULATE.layout(device),
            tonemap=groups.TONEMAP.layout(device),
        )
