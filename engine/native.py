"""wgpu's native library. Import it from here: loading it takes a fifth of a second less."""

from __future__ import annotations

from typing import Any

from .quick_cffi import quick_headers

with quick_headers():
    import wgpu.backends.wgpu_native._api as native
    from wgpu.backends.wgpu_native import _helpers, extras
    from wgpu.backends.wgpu_native import ffi as _ffi
    from wgpu.backends.wgpu_native import lib as _lib

api: Any = native
ffi: Any = _ffi
lib: Any = _lib
helpers: Any = _helpers

__all__ = ["api", "extras", "ffi", "helpers", "lib"]
