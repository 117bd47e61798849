"""Fixtures for all tests: the checkout, the reference pictures, a GPU, a display."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from dreamwell.engine.errors import GpuError
from dreamwell.engine.gpu import Gpu

CHECKOUT = Path(__file__).resolve().parents[1]

# Mesa reads this when it is loaded, so it is set before any fixture runs. A software adapter takes seconds to compile
# the engine's shaders and 0.2 s to find them here again.
if "MESA_SHADER_CACHE_DIR" not in os.environ:
    os.environ["MESA_SHADER_CACHE_DIR"] = str(CHECKOUT / ".cache" / "mesa")
    Path(os.environ["MESA_SHADER_CACHE_DIR"]).mkdir(parents=True, exist_ok=True)

# No test reads or fills the cache of whoever runs it; processes that tests start are in the same place.
_cache = tempfile.TemporaryDirectory(prefix="dreamwell-cache-", ignore_cleanup_errors=True)
os.environ["DREAMWELL_CACHE"] = _cache.name
_config = tempfile.TemporaryDirectory(prefix="dreamwell-config-", ignore_cleanup_errors=True)
os.environ["DREAMWELL_CONFIG"] = _config.name  # nor what they like in the editor

# A test's time says more about the machine than about the code; the same examples everywhere make CI's failures ours.
settings.register_profile("dreamwell", deadline=None, derandomize=True)
settings.load_profile("dreamwell")


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The folder with pyproject.toml."""
    return CHECKOUT


@pytest.fixture(autouse=True)
def _games_are_let_go(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Modules of games that a test wrote are gone after it: the next test's may have classes of the same names."""
    yield
    home = str(tmp_path_factory.getbasetemp()) + os.sep
    for name in [name for name, module in sys.modules.items() if str(getattr(module, "__file__", "")).startswith(home)]:
        del sys.modules[name]


@pytest.fixture(scope="session")
def reference() -> Path:
    """The path-traced reference pictures, a folder beside the checkout; a clone may come without them."""
    folder = CHECKOUT.parent / "shared" / "reference"
    if not folder.is_dir():
        pytest.skip("needs the reference pictures in ../shared/reference, which are not there")
    return folder


@pytest.fixture(scope="session")
def gpu() -> Gpu:
    """An open device, for the whole run. No adapter is a failure: a software one serves, so there is no excuse."""
    try:
        return Gpu.open()
    except GpuError as error:
        problem = str(error)
    pytest.fail(problem, pytrace=False)


@pytest.fixture(scope="session")
def display() -> Iterator[None]:
    """A display server to open windows on: the one that is there, else a virtual one for this run."""
    if sys.platform != "linux" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        yield
        return
    if shutil.which("Xvfb") is None:
        reason = "needs a display: there is none, and no Xvfb to make one"
        if os.environ.get("CI"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    read_end, write_end = os.pipe()
    command = ["Xvfb", "-displayfd", str(write_end), "-screen", "0", "1280x720x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[write_end], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(write_end)
    with os.fdopen(read_end) as ready:
        number = ready.readline().strip()  # Xvfb writes the display's number when it takes connections
    if not number:
        pytest.fail("Xvfb did not start", pytrace=False)
    os.environ["DISPLAY"] = f":{number}"
    yield
    if "glfw" in sys.modules:
        sys.modules["glfw"].terminate()  # while its server lives: else Xlib ends the process
    del os.environ["DISPLAY"]
    server.terminate()
    server.wait()
