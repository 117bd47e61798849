"""`dream edit`: the editor."""

from __future__ import annotations

from pathlib import Path

from ..errors import DreamwellError
from .targets import samples


def edit(
    text: str,
    scale: float,
    screenshot: Path | None,
    size: tuple[int, int] | None,
    frames: int | None,
) -> None:
    """Open the editor. Raises DreamwellError where what it needs is not installed, and as `editor.host.main.edit`."""
    if screenshot is not None and screenshot.suffix.lower() not in (".png", ".jpg", ".jpeg", ".webp"):
        raise DreamwellError(f"{screenshot}: a picture must be .png, .jpg or .webp")
    path = Path(text) if text else None
    if path is not None and not path.exists() and text in samples():
        raise DreamwellError(f"{text} is a sample, which lies in the package; `dream new NAME` makes a game to edit")
    try:
        from ...editor.host import main
    except ImportError as error:
        raise DreamwellError(f"the editor can't be loaded: {error}. pip install imgui-bundle==1.93.0") from error
    main.edit(path, scale=scale, screenshot=screenshot, size=size, frames=frames)
