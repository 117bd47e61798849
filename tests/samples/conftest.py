"""The pictures that samples paint go to a folder of this run: they are painted anew, and nothing is left behind."""

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="package", autouse=True)
def fresh_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield
