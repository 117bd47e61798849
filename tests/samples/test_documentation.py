"""The pages that go with the samples: tables that are those of the declarations, words in order, no promises."""

import re
from pathlib import Path

import numpy as np
import pytest

import dreamwell as dw
from dreamwell.engine.scene.reference import settings_tables


def test_the_settings_of_the_rendering_page_are_up_to_date(checkout: Path) -> None:
    page = (checkout / "docs" / "rendering.md").read_text(encoding="utf-8")
    tables = page.partition("<!-- settings -->\n")[2].partition("<!-- end -->")[0]
    assert tables == settings_tables(), "run: python -m dreamwell.engine.scene.reference docs/rendering.md"


def test_the_frame_of_the_rendering_page_is_drawn(checkout: Path) -> None:
    page = (checkout / "docs" / "rendering.md").read_text(encoding="utf-8")
    example = re.search(r"```python\n([^`]*upload_scene.*?)```", page, re.DOTALL)
    assert example is not None
    scene = dw.Scene("ball", seed=1)
    scene.add("ball", dw.Mesh.sphere())
    names: dict[str, object] = {"scene": scene}
    exec(example[1].replace("(1280, 720)", "(64, 36)"), names)
    assert np.array_equal(np.asarray(names["image"]), dw.render(scene, (64, 36)))


def test_every_dependency_earns_its_place(checkout: Path) -> None:
    project = (checkout / "pyproject.toml").read_text(encoding="utf-8")
    page = (checkout / "docs" / "decisions.md").read_text(encoding="utf-8")
    used = re.search(r"\ndependencies = \[(.*?)\n\]", project, re.DOTALL)
    dev = re.search(r"\ndev = \[(.*?)\n\]", project, re.DOTALL)
    assert used is not None
    assert dev is not None
    name = re.compile(r'^ *"([A-Za-z0-9-]+)', re.MULTILINE)
    assert re.findall(r"^\| ([\w-]+) \|", page, re.MULTILINE)[1:] != []
    assert set(name.findall(used[1])) == set(re.findall(r"^\| ([\w-]+) \|", page, re.MULTILINE)) - {"package"}
    assert set(name.findall(dev[1])) == set(re.findall(r"\*\*([\w-]+)\*\*", page.partition("## The scene")[0]))


def test_the_glossary_is_in_alphabetical_order(checkout: Path) -> None:
    page = (checkout / "docs" / "glossary.md").read_text(encoding="utf-8")
    words = re.findall(r"^\| ([^|]+?) \|", page, re.MULTILINE)[1:]
    assert words == sorted(words, key=str.casefold)
    assert len(words) == len(set(words)) > 30


def test_the_changelog_tells_of_this_version(checkout: Path) -> None:
    version = dw.__version__
    assert f"## [{version}]" in (checkout / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "CHANGELOG.md",
        *(f"docs/{n}.md" for n in ("README", "tutorial", "help", "glossary", "decisions", "rendering")),
    ],
)
def test_pages_promise_nothing(page: str, checkout: Path) -> None:
    text = (checkout / page).read_text(encoding="utf-8").casefold()
    for promise in ("coming soon", "todo", "tbd", "will be", "not yet", "planned"):
        assert promise not in text, promise
