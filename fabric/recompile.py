"""Changed shaders take the places of those that a device's pipelines were made from, while it draws."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import wgpu

from ..engine.errors import ShaderError

_PIPELINES = ("create_compute_pipeline", "create_render_pipeline")


class Workshop:
    """Remembers what the modules and pipelines of a device are made from; those made before it are not known to it.

    A pipeline stays the same Python object when it is made anew, so that passes need not know: only what lies under it
    is exchanged. What has noted its native handle, a tape, has to be made anew.
    """

    def __init__(self, device: wgpu.GPUDevice) -> None:
        self._create: dict[str, Callable[..., Any]] = {name: getattr(device, name) for name in _PIPELINES}
        self._device = device
        self._modules: WeakKeyDictionary[Any, None] = WeakKeyDictionary()
        self._pipelines: WeakKeyDictionary[Any, tuple[str, Mapping[str, Any]]] = WeakKeyDictionary()
        target: Any = device  # what is set on it goes before its class's methods
        for name in _PIPELINES:
            setattr(target, name, self._noting(name))

    @staticmethod
    def of(device: wgpu.GPUDevice) -> Workshop:
        """That of a device, which has one from the first time on."""
        found: Any = device
        if not hasattr(found, "workshop"):
            found.workshop = Workshop(device)
        made: Workshop = found.workshop
        return made

    def _noting(self, name: str) -> Callable[..., Any]:
        create = self._create[name]

        def noting(**described: Any) -> Any:
            made = create(**described)
            self._pipelines[made] = name, described
            self._modules.update(dict.fromkeys(_modules_of(described)))
            return made

        return noting

    def files(self) -> set[Path]:
        """What the shaders in use were read from."""
        return {path for module in list(self._modules) for path in module.program.files}

    def recompile(self, changed: Collection[Path]) -> list[str]:
        """Make everything anew that comes from these files; returns the names of the programs.

        Raises ShaderError with file and line, and changes nothing then.
        """
        wanted = {path.resolve() for path in changed}
        modules: dict[Any, Any] = {}
        for module in list(self._modules):
            if any(path.resolve() in wanted for path in module.program.files):
                modules[module] = module.program.anew().compile(self._device)
        pipelines: dict[Any, Any] = {}
        for pipeline, (name, described) in list(self._pipelines.items()):
            if any(module in modules for module in _modules_of(described)):
                try:
                    pipelines[pipeline] = self._create[name](**_with(described, modules))
                except wgpu.GPUValidationError as error:
                    program = next(modules[m].program for m in _modules_of(described) if m in modules)
                    raise ShaderError(program.explain(str(error))) from None
        for module, made in modules.items():
            module.program = made.program
        for known, made in (*modules.items(), *pipelines.items()):
            known._internal, made._internal = made._internal, known._internal  # the old one goes with `made`
        return sorted({module.program.name for module in modules})


def _modules_of(described: Mapping[str, Any]) -> list[Any]:
    stages = (described.get(stage) for stage in ("compute", "vertex", "fragment"))
    return [stage["module"] for stage in stages if stage is not None and hasattr(stage["module"], "program")]


def _with(described: Mapping[str, Any], modules: Mapping[Any, Any]) -> dict[str, Any]:
    """A pipeline's description with other modules in the places of some."""
    out = dict(described)
    for stage in ("compute", "vertex", "fragment"):
        given = out.get(stage)
        if given is not None and given["module"] in modules:
            out[stage] = {**given, "module": modules[given["module"]]}
    return out
