"""The scene that an app plays: woven into a world, replaced by another, and with more on top of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ..assets.library import AssetLibrary
from ..loom.weave import weave
from ..loom.woven import WovenScene
from .entity import Entity
from .loading import Loaded, OnTop
from .render import Source, Surroundings, altered, opened
from .scene.prefabs import Prefab
from .scene.scene import Scene
from .world import World


class Playing:
    """What is played now.

    source, scene, library, on_top: where the scene is from, itself, its assets, and what lies on top of it.
    running: its world, None until it is first asked for.  settings, environment: what replaces those of every scene.
    in_frame: whether the game's functions are being called; another scene waits for their end.
    again: whether the script is being run once more: the game goes on where it is, and loads nothing then.
    """

    def __init__(
        self,
        source: Source,
        settings: Mapping[str, Any],
        environment: Surroundings | None,
        make: Callable[[WovenScene], World],
    ) -> None:
        """make: gives a woven scene a world, ready to be played."""
        self.source = source
        self.scene = opened(source)
        self.library = AssetLibrary(self.scene.root)
        self.on_top = OnTop()
        self.running: World | None = None
        self.settings = dict(settings)
        self.environment = environment
        self.in_frame = False
        self.again = False
        self._first = source
        self._make = make
        self._next: Callable[[], World] | None = None

    @property
    def world(self) -> World:
        """The running scene. Asked for the first time, weaves it: raises SceneError with all of its problems."""
        if self.running is None:
            self.running = self._made(self.scene, self.library, self.on_top)
        return self.running

    def surround(self, environment: Surroundings | None) -> None:
        """See `App.environment`."""
        if self.running is not None:
            self.running.appearance.surround(self._woven(self.scene, self.library, environment).environment)
        self.environment = environment

    def said_again(self, source: Source) -> None:
        """The script names its scene once more: where that is played, it is played as it is now."""
        playing, self._first = self.source is self._first, source
        if playing:
            self.source, self.scene = source, opened(source)

    # ---- another scene ------------------------------------------------------------------------------------------

    def load(self, source: Source) -> World:
        """See `App.load`."""
        if self.again:
            return self.world
        scene = opened(source)
        library, on_top = AssetLibrary(scene.root), OnTop()
        world = self._made(scene, library, on_top)
        source = self.source if scene is self.scene else source

        def play() -> World:
            self.source, self.scene, self.library, self.running = source, scene, library, world
            self.on_top = on_top
            return world

        if self.in_frame:
            self._next = play
            return world
        return play()

    def switch(self, source: Source) -> None:
        """See `App.switch`."""
        if self.again:
            return
        if self.in_frame:
            self._next = lambda: self.load(source)
        else:
            self.load(source)

    def settle(self) -> None:
        """Between frames: what was asked for takes place."""
        while self._next is not None:
            play, self._next = self._next, None
            play()

    # ---- on top -------------------------------------------------------------------------------------------------

    def load_on_top(self, source: Source) -> Entity:
        """See `App.load`."""
        on_top, world = self.on_top, self.world
        prefab, scene = on_top.prefab_of(source, self.library.root)
        if self.again:
            there = next((one for one in on_top.loaded if one.prefab.file == prefab.file and one.root.alive), None)
            if there is not None:
                return there.root
        if prefab not in world.woven.prefabs:
            world.adopt(self.woven({**on_top.prefabs(), prefab: scene}))
        root = world.spawn(prefab, name=Path(prefab.file).stem if scene is None else scene.name)
        on_top.loaded.append(Loaded(root, prefab, scene))
        return root

    def unload(self, root: Entity) -> None:
        """See `App.unload`."""
        on_top, world = self.on_top, self.world
        world.own(root).live_row()
        found = on_top.loaded_at(root)
        world.despawn(root)
        more = on_top.prefabs()
        if found.prefab not in more:
            world.adopt(self.woven(more))

    # ---- weaving ------------------------------------------------------------------------------------------------

    def woven(self, prefabs: Mapping[Prefab, Scene | None]) -> WovenScene:
        """The scene that is played, woven as it is now, with what is on top. Raises SceneError and AssetError."""
        return self._woven(self.scene, self.library, self.environment, prefabs)

    def _woven(
        self,
        scene: Scene,
        library: AssetLibrary,
        environment: Surroundings | None,
        prefabs: Mapping[Prefab, Scene | None] | None = None,
    ) -> WovenScene:
        with altered(scene, self.settings, environment):
            return weave(scene, library=library, prefabs=prefabs)

    def _made(self, scene: Scene, library: AssetLibrary, on_top: OnTop) -> World:
        world = self._make(self._woven(scene, library, self.environment))

        def weaver(prefab: Prefab) -> WovenScene:
            if world is self.running:  # it may have been loaded anew
                woven = self.woven({**on_top.prefabs(), prefab: None})
            else:
                woven = self._woven(scene, library, self.environment, {**on_top.prefabs(), prefab: None})
            on_top.asked.append(prefab)
            return woven

        world.weaver = weaver
        return world
