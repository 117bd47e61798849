"""The checkout as a package: the `dream` script, what goes into the wheel, and what the project's text may say."""

import importlib.machinery
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
PYPROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
SHIPPED = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="builds a POSIX virtual environment by hand")
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="system packages are only looked for on Linux")


def load_dream(path: Path) -> Any:
    """The `dream` script as a module; it has no suffix, so it needs a loader by name."""
    loader = importlib.machinery.SourceFileLoader("dream_script", str(path))
    spec = importlib.util.spec_from_loader("dream_script", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A copy of what the script reads, in a folder whose name has a space, with no environment yet."""
    folder = tmp_path / "my checkout"
    folder.mkdir()
    for name in ("dream", "pyproject.toml", "hatch_build.py"):
        (folder / name).write_bytes((CHECKOUT / name).read_bytes())
    return folder


def fake_environment(place: Path, extras: str) -> Any:
    """Give the copy a `.venv` that counts as set up; returns the script, loaded from there."""
    dream = load_dream(place / "dream")
    (place / ".venv" / "bin").mkdir(parents=True)
    (place / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (place / ".venv" / "dreamwell-stamp").write_text(dream.wanted_stamp(extras), encoding="utf-8")
    return dream


def steps_taken(dream: Any, monkeypatch: pytest.MonkeyPatch, dev: bool) -> list[list[str]]:
    """The commands that `provide_packages` would run; none of them is run."""
    commands: list[list[str]] = []
    monkeypatch.setattr(dream, "step", lambda command, hint: commands.append(command))
    dream.provide_packages(dev)
    return [command[1:] for command in commands]


# --- the dream script: starting -----------------------------------------------------------------------------------


@posix_only
def test_a_set_up_checkout_starts_without_the_network_from_any_folder(place: Path, tmp_path: Path) -> None:
    """Breaks when a warm start installs again, loses arguments, or leaves the caller's working folder."""
    fake_environment(place, "none")
    (place / ".venv" / "bin" / "dream").write_text("import os, sys; print(os.getcwd(), sys.argv[1:])")
    command = [sys.executable, str(place / "dream"), "run", "a b", "--frames", "8"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == f"{tmp_path} ['run', 'a b', '--frames', '8']\n"
    assert done.stderr == ""


def test_the_start_imports_nothing_slow() -> None:
    """Breaks when an import at the top of the script makes every start of the engine slower."""
    code = "import runpy, sys; runpy.run_path('dream', run_name='loaded'); print(*sys.modules)"
    command = [sys.executable, "-I", "-S", "-c", code]
    bare = subprocess.run([*command[:-1], "import runpy, sys; print(*sys.modules)"], capture_output=True, check=True)
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, check=True)
    new = set(done.stdout.decode().split()) - set(bare.stdout.decode().split())
    assert not new & {"subprocess", "shutil", "hashlib", "ctypes", "tempfile", "argparse", "json", "tomllib"}


@posix_only
def test_a_stub_of_a_version_manager_is_no_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Breaks when an old `python3` hands over to the first name on PATH, which may only print a complaint."""
    (tmp_path / "python3.13").write_text("#!/bin/sh\nexit 127\n")
    (tmp_path / "python3.13").chmod(0o755)
    (tmp_path / "python3.12").symlink_to(sys.executable)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert load_dream(CHECKOUT / "dream").find_newer_python() == str(tmp_path / "python3.12")


# --- the dream script: the packages -------------------------------------------------------------------------------


@posix_only
def test_packages_are_installed_only_when_needed(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Breaks when every start runs pip, or when `dream test` starts without pytest."""
    dream = fake_environment(place, "none")
    assert steps_taken(dream, monkeypatch, dev=False) == []
    assert steps_taken(dream, monkeypatch, dev=True) == [["-m", "pip", "install", "-e", ".[dev]"]]
    assert steps_taken(dream, monkeypatch, dev=True) == []
    assert steps_taken(dream, monkeypatch, dev=False) == [], "an environment with more than needed is enough"


@posix_only
@pytest.mark.parametrize("name", ["pyproject.toml", "hatch_build.py"])
def test_changed_requirements_are_installed(place: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Breaks when a pull that adds a dependency leaves an old environment, or takes the dev packages away."""
    dream = fake_environment(place, "dev")
    with (place / name).open("a") as file:
        file.write("# changed\n")
    assert steps_taken(dream, monkeypatch, dev=False) == [["-m", "pip", "install", "-e", ".[dev]"]]


@posix_only
def test_a_moved_checkout_gets_a_new_environment(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Breaks when the scripts in `.venv` go on pointing to the folder that the checkout was moved from."""
    fake_environment(place, "none")
    moved = place.rename(place.with_name("elsewhere"))
    steps = steps_taken(load_dream(moved / "dream"), monkeypatch, dev=False)
    assert [step[:3] for step in steps] == [["-m", "venv", "--clear"], ["-m", "pip", "install"]]


@posix_only
def test_an_interrupted_set_up_starts_again(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Breaks when a failed pip leaves an environment that later starts take for complete."""
    dream = fake_environment(place, "none")
    (place / ".venv" / "dreamwell-stamp").unlink()

    def fail(command: list[str], hint: str) -> None:
        raise SystemExit(hint)

    monkeypatch.setattr(dream, "step", fail)
    with pytest.raises(SystemExit):
        dream.provide_packages(dev=False)
    assert steps_taken(dream, monkeypatch, dev=False) == [["-m", "pip", "install", "-e", "."]]


# --- the dream script: the system ---------------------------------------------------------------------------------


def test_vulkan_drivers_are_looked_for_where_the_loader_looks(tmp_path: Path) -> None:
    """Breaks when a machine with a driver is told to install one, or one without a driver is taken for ready."""
    dream = load_dream(CHECKOUT / "dream")
    icd = tmp_path / "data" / "vulkan" / "icd.d" / "lvp_icd.json"
    icd.parent.mkdir(parents=True)
    icd.write_text("{}")
    (icd.parent / "README").write_text("not a driver")
    nowhere = str(tmp_path / "nowhere")
    nothing = dict.fromkeys(("XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "XDG_DATA_HOME", "XDG_DATA_DIRS"), nowhere)
    mine = str(tmp_path / "data")
    assert str(icd) in dream.vulkan_drivers(nothing | {"XDG_DATA_DIRS": f"{nowhere}:{mine}"})
    assert str(icd) in dream.vulkan_drivers(nothing | {"XDG_DATA_HOME": mine})
    assert str(icd) not in dream.vulkan_drivers(nothing)
    assert dream.vulkan_drivers({"VK_DRIVER_FILES": f"{nowhere}:{icd}", "XDG_DATA_DIRS": mine}) == [str(icd)]
    assert dream.vulkan_drivers({"VK_ICD_FILENAMES": nowhere, "XDG_DATA_DIRS": mine}) == [], "these replace the search"


@linux_only
@pytest.mark.parametrize(
    ("manager", "command"),
    [
        ("apt-get", "sudo apt-get install -y --no-install-recommends libvulkan1 mesa-vulkan-drivers"),
        ("dnf", "sudo dnf install -y vulkan-loader mesa-vulkan-drivers"),
        ("pacman", "sudo pacman -S --needed --noconfirm vulkan-icd-loader vulkan-swrast"),
        ("zypper", "sudo zypper install -y libvulkan1 libvulkan_lvp"),
        ("none", "the system's package manager"),
    ],
)
def test_a_user_is_told_the_one_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, manager: str, command: str
) -> None:
    """Breaks when someone without root, or not on Debian, gets a traceback instead of the command for their system."""
    dream = load_dream(CHECKOUT / "dream")
    (tmp_path / manager).write_text("#!/bin/sh\n")
    (tmp_path / manager).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("VK_DRIVER_FILES", str(tmp_path / "nowhere.json"))
    with pytest.raises(SystemExit) as stopped:
        dream.provide_system()
    assert "a Vulkan driver" in str(stopped.value.code)
    assert command in str(stopped.value.code)


# --- the package ----------------------------------------------------------------------------------------------------


def test_every_folder_of_the_package_is_shipped_and_guarded() -> None:
    """Breaks when a new folder is left out of the wheel, or can be imported by its bare name without a complaint."""
    folders = {path.parent.name for path in CHECKOUT.glob("*/__init__.py")}
    assert folders - {"tests"} <= set(SHIPPED)
    banned = set(PYPROJECT["tool"]["ruff"]["lint"]["flake8-tidy-imports"]["banned-api"])
    assert folders | {"tests"} <= banned
    assert {"__init__.py", "py.typed", "LICENSE", "hatch_build.py"} <= set(os.listdir(CHECKOUT))


def test_only_dreamwell_is_importable_by_name(tmp_path: Path) -> None:
    """Breaks when the checkout itself gets onto the path: `import fabric` would then hide another package."""
    names = [name for name in SHIPPED if "." not in name]
    code = f"import importlib.util as u; print([n for n in {names} if u.find_spec(n)]); import dreamwell as d; "
    code += "print(d.__file__)"
    done = subprocess.run([sys.executable, "-I", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    found, file = done.stdout.splitlines()
    assert found == "[]"
    assert Path(file).resolve() == CHECKOUT / "__init__.py"


def test_the_project_does_not_speak_of_one_machine() -> None:
    """Breaks when a path of someone's machine or an issue's number gets into the project's text."""
    machine = re.compile(rb"(?<![\w.~$}])/(?:home|root|work|Users)/[\w.]|[A-Z]:\\\\?Users\\|(?i:\bissue) ?#\d")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    if shutil.which("git") is None or not (CHECKOUT / ".git").exists():
        pytest.skip("needs git and a clone: which files are the project's is git's to say")
    listed = subprocess.run(command, cwd=CHECKOUT, capture_output=True, check=True)
    found: list[str] = []
    for name in filter(None, listed.stdout.decode().split("\0")):
        path = CHECKOUT / name
        data = path.read_bytes() if path.is_file() else b""
        if b"\0" not in data[:8192]:
            found += [f"{name}: {match.group().decode()}" for match in machine.finditer(data)]
    assert found == []
