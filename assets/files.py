"""Reading and writing whole files, with errors that a person can act on."""

from __future__ import annotations

import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from ..engine.errors import AssetError


def read_bytes(path: Path, wanted: str) -> bytes:
    """The bytes of a file; `wanted` says what it should be ("a glTF model"). Raises AssetError."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise AssetError(f"{path}: there is no such file; wanted {wanted}") from None
    except IsADirectoryError:
        raise AssetError(f"{path}: is a folder; wanted {wanted}") from None
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        raise AssetError(f"{path}: can't be read ({error}); wanted {wanted}") from None
    if not data:
        raise AssetError(f"{path}: is empty; wanted {wanted}")
    return data


@contextmanager
def written(path: Path) -> Generator[Path, None, None]:
    """A temporary file beside `path` that takes its place at the end: readers never see half a file.

    Makes the folder. What goes wrong with the disk becomes AssetError; the temporary file is then removed.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield temporary
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise AssetError(f"{path}: can't be written ({error})") from error
