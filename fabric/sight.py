"""How a frame sees the scene, and the uniforms that say so."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..engine.scene.settings import RenderSettings
from ..shaders.structs import CullTest
from .auto_exposure import exposure_of
from .observer import Observer, planes_of
from .scene_buffers import GpuScene
from .uniforms import Uniforms

F64 = NDArray[np.float64]

DARKEST, BRIGHTEST = -40.0, 60.0
"""Exposure values that pictures are taken at, at most: their factors fit into single floats with room to spare."""

NORMAL_VARIANCE = 1 / (2 * np.pi)
"""Variance of the filter over a pixel, in pixels squared (Tokuyoshi & Kaplanyan 2019).

Where n samples of a pixel are averaged, they find most highlights themselves, and their error falls with 1 / n².
"""


@dataclass(frozen=True, eq=False)
class Sight:
    """An observer's view of a scene.

    size: pixels.  far: metres, how far away the scene ends.  shift: how far the picture is moved, in pixels, y down.
    view: (4, 4) camera_from_world.  projection: (4, 4) clip_from_camera, shifted.  view_proj: the two together.
    world_from_clip: its inverse.
    """

    observer: Observer
    size: tuple[int, int]
    far: float
    shift: tuple[float, float]
    view: F64
    projection: F64
    view_proj: F64
    world_from_clip: F64

    @staticmethod
    def of(observer: Observer, scene: GpuScene, size: tuple[int, int], shift: tuple[float, float]) -> Sight:
        """What an observer sees of a scene in a picture of `size` pixels."""
        centre, radius = scene.bounds
        far = math.dist(observer.eye, centre) + 2 * radius
        view, projection = observer.view(), observer.projection(size, far, shift)
        view_proj = projection @ view
        world_from_clip = np.asarray(np.linalg.inv(view_proj), np.float64)
        return Sight(observer, size, far, shift, view, projection, view_proj, world_from_clip)

    def steady_view_proj(self) -> F64:
        """(4, 4) clip_from_world without the shift."""
        return self.observer.projection(self.size, self.far) @ self.view

    def fill(self, uniforms: Uniforms, *, seconds: float, sample: int, averaged: int | None, turn: int) -> None:
        """Write structs.FRAME's and structs.VIEW's parts that change every frame.

        sample: of those that are averaged.  averaged: how many a pixel has of them, None without specular antialiasing.
        turn: the number of the frame.
        """
        observer = self.observer
        frame, view = uniforms["frame"], uniforms["view"]
        frame["view"] = view["view"] = self.view.T
        frame["proj"] = view["proj"] = self.projection.T
        frame["view_proj"] = view["view_proj"] = self.view_proj.T
        frame["world_from_clip"] = self.world_from_clip.T
        frame["eye"] = view["eye"] = observer.eye
        frame["forward"] = view["forward"] = observer.forward
        frame["orthographic"] = view["orthographic"] = observer.orthographic
        frame["size"] = view["size"] = self.size
        frame["time"] = seconds
        frame["sample"] = sample
        frame["normal_variance"] = NORMAL_VARIANCE / averaged**2 if averaged else 0.0
        view["planes"] = planes_of(self.view_proj)
        view["near"] = observer.near
        view["turn"] = turn


def fill_settings(uniforms: Uniforms, scene: GpuScene, settings: RenderSettings, *, in_order: bool) -> None:
    """Write structs.FRAME's and structs.VIEW's parts that only change with the scene or the settings.

    in_order: whether what is transparent is sorted.
    """
    uniforms["frame"]["energy_compensation"] = settings.shading.energy_compensation
    cull, view = settings.cull, uniforms["view"]
    tests = CullTest(0)
    for test, on in (
        (CullTest.FRUSTUM, cull.frustum),
        (CullTest.SMALL, cull.small),
        (CullTest.RINGS, cull.rings),
        (CullTest.OCCLUSION, cull.occlusion),
    ):
        tests |= test if on else CullTest(0)
    view["slots"] = scene.view_target.slots
    view["batches"] = scene.batches
    view["rings"] = (cull.active, cull.decohering, cull.superposed)
    view["hysteresis"] = cull.hysteresis
    view["tests"] = tests
    view["blend_slot"] = scene.blend_slot
    view["in_order"] = in_order


def exposure_for(settings: RenderSettings, metered_ev100: float) -> float:
    """What light is multiplied by; where it is measured, until it was."""
    exposure = settings.exposure
    if exposure.mode == "manual":
        ev100 = exposure.ev100
    elif exposure.mode == "camera":
        stops = 2 * math.log2(exposure.aperture) - math.log2(exposure.shutter)
        ev100 = stops + math.log2(100) - math.log2(exposure.iso)
    else:
        ev100 = metered_ev100
    return exposure_of(min(max(ev100 - exposure.compensation, DARKEST), BRIGHTEST))
