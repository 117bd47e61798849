"""Make the checkout importable as `dreamwell`, whatever its folder is called."""

import os
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface[Any]):
    """On an editable install, link `.dev/dreamwell` to the checkout; a wheel needs nothing."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the link, or mend it when the checkout was moved or copied."""
        if version != "editable":
            return
        link = Path(self.root, ".dev", "dreamwell")
        if link.exists() and link.samefile(self.root):
            return
        link.parent.mkdir(exist_ok=True)
        if os.path.lexists(link):  # it points somewhere else, or nowhere
            link.rmdir() if sys.platform == "win32" else link.unlink()
        if sys.platform == "win32":
            import _winapi  # a junction needs no privilege, a symbolic link does

            _winapi.CreateJunction(self.root, str(link))
        else:
            # Relative, so that moving the checkout does not break the link.
            link.symlink_to("..", target_is_directory=True)
