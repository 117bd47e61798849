"""Fonts of the system for letters that the editor's own have not: Chinese, Japanese, Korean, Georgian, symbols.

DREAMWELL_FONTS names files to take in their place, separated as PATH is; "off" for none.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

VARIABLE = "DREAMWELL_FONTS"
_LINUX = Path("/usr/share/fonts")
_MAC = Path("/System/Library/Fonts")
_WIDE = {
    "linux": (
        "truetype/dejavu/DejaVuSans.ttf", "dejavu/DejaVuSans.ttf", "TTF/DejaVuSans.ttf",
        "dejavu-sans-fonts/DejaVuSans.ttf", "truetype/noto/NotoSans-Regular.ttf", "noto/NotoSans-Regular.ttf",
    ),
    "darwin": ("Supplemental/Arial Unicode.ttf", "Apple Symbols.ttf"),
    "win32": ("segoeui.ttf",),
}  # fmt: skip
"""Many scripts in one file, and symbols."""
_EAST_ASIAN = {
    "linux": (
        "opentype/noto/NotoSansCJK-Regular.ttc", "noto-cjk/NotoSansCJK-Regular.ttc",
        "google-noto-cjk/NotoSansCJK-Regular.ttc", "google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc",
        "truetype/wqy/wqy-microhei.ttc", "wenquanyi/wqy-microhei/wqy-microhei.ttc",
        "truetype/droid/DroidSansFallbackFull.ttf", "truetype/arphic/uming.ttc",
    ),
    "darwin": ("Hiragino Sans GB.ttc", "PingFang.ttc", "AppleSDGothicNeo.ttc"),
    "win32": ("msyh.ttc", "YuGothM.ttc", "malgun.ttf", "msgothic.ttc"),
}  # fmt: skip
_MOST = 48 << 20
"""Bytes of a font, which is kept in memory."""


def files() -> list[Path]:
    """The fonts to fall back on, in the order in which they are asked."""
    told = os.environ.get(VARIABLE, "")
    if told:
        return [] if told == "off" else [path for path in map(Path, told.split(os.pathsep)) if _fits(path)]
    return [path for names in (_WIDE, _EAST_ASIAN) if (path := next(_there(names), None)) is not None]


def _there(names: dict[str, tuple[str, ...]]) -> Iterator[Path]:
    platform = sys.platform if sys.platform in names else "linux"
    home = {"linux": _LINUX, "darwin": _MAC}.get(platform)
    if home is None:
        home = Path(os.environ.get("WINDIR", r"C:\Windows")) / "Fonts"
    return (path for name in names[platform] if _fits(path := home / name))


def _fits(path: Path) -> bool:
    try:
        return path.is_file() and 0 < path.stat().st_size <= _MOST
    except OSError:
        return False
