"""Opening a device: the choice of the adapter, its name, and what is said when there is none."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dreamwell.engine.errors import GpuError
from dreamwell.engine.gpu import NEEDED, Gpu

OPEN = "from dreamwell.engine.gpu import Gpu; gpu = Gpu.open(); print(gpu.name); print(gpu.software)"


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Another process: the graphics library is set up once in each."""
    return subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


def test_an_adapter_that_is_not_there_is_told_with_those_that_are(monkeypatch: pytest.MonkeyPatch, gpu: Gpu) -> None:
    monkeypatch.setenv("DREAMWELL_ADAPTER", "Voodoo 2")
    with pytest.raises(GpuError) as caught:
        Gpu.open()
    assert "no adapter's name contains DREAMWELL_ADAPTER='voodoo 2'; there are: " in str(caught.value)
    assert gpu.info["device"] in str(caught.value)


def test_part_of_a_name_in_any_case_chooses(monkeypatch: pytest.MonkeyPatch, gpu: Gpu) -> None:
    monkeypatch.setenv("DREAMWELL_ADAPTER", gpu.info["device"][1:6].upper())
    assert Gpu.open().info["device"] == gpu.info["device"]


def test_a_software_adapter_is_named_as_such() -> None:
    found = run(OPEN, DREAMWELL_ADAPTER="llvmpipe")
    if "no adapter's name contains" in found.stderr:
        pytest.skip("needs llvmpipe, which is not installed")
    assert found.returncode == 0, found.stderr
    name, software = found.stdout.splitlines()
    assert name.startswith("llvmpipe")
    assert " · software · Vulkan" in name
    assert software == "True"


def test_a_name_says_what_draws(gpu: Gpu) -> None:
    device, kind, backend = gpu.name.split(" · ")
    assert device == gpu.info["device"]
    assert (kind == "software") == gpu.software == (gpu.info["adapter_type"] == "CPU")
    assert backend in ("Vulkan", "Metal", "D3D12")


def test_the_device_has_what_the_engine_cannot_do_without(gpu: Gpu) -> None:
    assert set(NEEDED) <= set(gpu.device.features)
    for name in ("max-buffer-size", "max-texture-dimension-2d"):
        assert gpu.device.limits[name] == gpu.adapter.limits[name], "scenes may be as large as the adapter allows"


def test_all_other_limits_are_those_of_every_device(gpu: Gpu) -> None:
    """So that what runs here runs everywhere."""
    assert gpu.device.limits["max-bind-groups"] == 4
    assert gpu.device.limits["max-storage-buffers-per-shader-stage"] == 8
    assert gpu.device.limits["max-sampled-textures-per-shader-stage"] == 16
    assert gpu.device.limits["max-compute-invocations-per-workgroup"] == 256


@pytest.mark.skipif(sys.platform != "linux", reason="needs Vulkan's loader, whose drivers can be hidden")
def test_without_any_driver_the_remedy_is_told(tmp_path: Path) -> None:
    nothing = str(tmp_path / "none.json")
    found = run(OPEN, VK_DRIVER_FILES=nothing, VK_ICD_FILENAMES=nothing, DREAMWELL_ADAPTER="")
    assert found.returncode != 0
    last = found.stderr.strip().splitlines()[-1]
    assert "GpuError: no GPU adapter was found" in last
    assert "apt install mesa-vulkan-drivers" in last


def test_debugging_keeps_the_validation_on() -> None:
    found = run(OPEN, DREAMWELL_GPU_DEBUG="1")
    assert found.returncode == 0, found.stderr
