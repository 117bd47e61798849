"""Writing whole files: they are as they were, or as they are to be, whatever the disk says."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from ...engine.errors import DreamwellError, EditorError

_REASONS = {
    errno.ENOSPC: "the disk is full; make room and save again, or save somewhere else",
    errno.EDQUOT: "the quota is used up; make room and save again, or save somewhere else",
    errno.EFBIG: "the file is larger than is allowed here; save somewhere else",
    errno.EACCES: "there is no permission to; save somewhere else, or have the folder be writable",
    errno.EPERM: "there is no permission to; save somewhere else, or have the folder be writable",
    errno.EROFS: "it is on a disk that can only be read; save somewhere else",
    errno.ENOENT: "its folder does not exist",
    errno.EIO: "the disk reports an error; save somewhere else",
}


def reason(error: OSError) -> str:
    """What went wrong with the disk, and what to do."""
    known = _REASONS.get(error.errno or 0)
    return known if known is not None else f"{error.strerror or error}"


def why(error: Exception) -> str:
    """What went wrong with a file in few words, for where there is nothing to save again."""
    cause = error if isinstance(error, OSError) else error.__cause__
    if isinstance(cause, OSError):
        return reason(cause).partition(";")[0]
    return str(error) if isinstance(error, DreamwellError) else f"{type(error).__name__}: {error}"


def replace_text(path: Path, text: str) -> None:
    """Write a file in place of what it was. It is on the disk when this returns; readers never see half of it.

    Raises EditorError where that can't be; the file is as it was then.
    """
    replace_bytes(path, text.encode("utf-8"))


def replace_bytes(path: Path, data: bytes) -> None:
    """As `replace_text`."""
    replace_parts(path, (data,))


def replace_parts(path: Path, parts: Iterable[bytes]) -> None:
    """As `replace_text`; the parts are asked for one after another. What asking raises leaves the file as it was."""
    path = path.resolve()  # a link stays one, to the new file
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        mode = None
        with suppress(FileNotFoundError):
            mode = stat.S_IMODE(path.stat().st_mode)
        if mode is not None and not mode & 0o222:
            raise EditorError(
                f"{path} can't be written: it is read-only; make it writable, or save under another name. "
                "Nothing is lost: what was to be written is still here"
            )
        try:
            with temporary.open("xb", buffering=0) as file:
                for data in parts:
                    left = memoryview(data)
                    while left:
                        left = left[file.write(left) :]
                os.fsync(file.fileno())
            if mode is not None:
                temporary.chmod(mode)
            os.replace(temporary, path)
        finally:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
        _sync_folder(path.parent)
    except OSError as error:
        raise EditorError(
            f"{path} can't be written: {reason(error)}. Nothing is lost: the file is as it was, and what was to be "
            "written is still here"
        ) from error


def _sync_folder(folder: Path) -> None:
    """Have the new name be on the disk, too, where systems can do that."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
