"""The editor's icons: what they mean → glyphs of Font Awesome 6 Free Solid, which imgui-bundle brings along."""

from __future__ import annotations

from collections.abc import Iterable

from imgui_bundle import icons_fontawesome_6

# what objects and components are
OBJECT = "\uf1b2"
EMPTY = "\uf192"
MESH = "\uf1b2"
MATERIAL = "\uf53f"
SUN = "\uf185"
POINT_LIGHT = "\uf0eb"
SPOT_LIGHT = "\uf140"
CAMERA = "\uf03d"
ENVIRONMENT = "\ue52f"
PREFAB = "\uf49e"
BODY = "\uf5cd"
COLLIDER = "\uf5cb"
JOINT = "\uf0c1"
SCRIPT = "\uf121"
USER = "\uf12e"
PARTICLES = "\ue2ca"
SOUND = "\uf028"
TEXT = "\uf031"
SPRITE = "\uf03e"
ANIMATION = "\uf008"
STEERING = "\uf14e"
CHARACTER = "\uf70c"

# files
FOLDER = "\uf07b"
FOLDER_OPEN = "\uf07c"
FILE = "\uf15b"
SCENE = "\uf0e8"
MODEL = "\uf1b3"
PICTURE = "\uf03e"
CODE = "\uf1c9"
MUSIC = "\uf001"
PACK = "\uf466"

# panels
HIERARCHY = "\uf0e8"
INSPECTOR = "\uf1de"
VIEWPORT = "\uf1b2"
ASSETS = "\uf07b"
CONSOLE = "\uf120"
PROFILER = "\uf201"
LOOM = "\uf542"
HISTORY = "\uf1da"
RULES = "\uf0e7"
RENDERING = "\uf042"
PROJECT = "\uf013"
SHORTCUTS = "\uf11c"
ABOUT = "\uf05a"

# verbs
PLAY = "\uf04b"
PAUSE = "\uf04c"
STOP = "\uf04d"
STEP = "\uf051"
KEEP = "\uf0c7"
SAVE = "\uf0c7"
UNDO = "\uf2ea"
REDO = "\uf2f9"
SEARCH = "\uf002"
FILTER = "\uf0b0"
ADD = "\uf067"
LESS = "\uf068"
REMOVE = "\uf00d"
DELETE = "\uf2ed"
DUPLICATE = "\uf24d"
COPY = "\uf0c5"
PASTE = "\uf0ea"
RENAME = "\uf304"
RESET = "\uf2ea"
MORE = "\uf142"
UP = "\uf062"
DOWN = "\uf063"
RIGHT = "\uf054"
LEFT = "\uf053"
FOLDED = "\uf105"
UNFOLDED = "\uf107"
CLEAR = "\uf51a"
RELOAD = "\uf021"
OPEN = "\uf07c"
PICK = "\uf05b"
SELECT = "\uf245"
MOVE = "\uf0b2"
ROTATE = "\uf2f1"
SCALE = "\uf424"
SNAP = "\uf076"
FOCUS = "\uf05b"
GRID = "\uf84c"
TILES = "\uf00a"
ROWS = "\uf0ca"
LINK = "\uf0c1"

# states
SHOWN = "\uf06e"
HIDDEN = "\uf070"
LOCKED = "\uf023"
UNLOCKED = "\uf3c1"
INFO = "\uf05a"
WARNING = "\uf071"
ERROR = "\uf06a"
GOOD = "\uf058"
QUESTION = "\uf059"
MODIFIED = "\uf111"
TAG = "\uf02b"
TICK = "\uf00c"
LIGHT_THEME = "\uf185"
DARK_THEME = "\uf186"


def named(name: str) -> str:
    """An icon by the name that Font Awesome 6 gives it, "floppy-disk"; empty for none. One that is a glyph stays."""
    if not name or not name.isascii():
        return name
    return str(getattr(icons_fontawesome_6, f"ICON_FA_{name.upper().replace('-', '_')}", ""))


_COMPONENTS = {
    "Mesh": MESH,
    "Material": MATERIAL,
    "Sun": SUN,
    "PointLight": POINT_LIGHT,
    "SpotLight": SPOT_LIGHT,
    "Camera": CAMERA,
    "Environment": ENVIRONMENT,
    "Prefab": PREFAB,
    "Body": BODY,
    "Collider": COLLIDER,
    "Joint": JOINT,
    "Trigger": COLLIDER,
    "Steering": STEERING,
    "Character": CHARACTER,
    "Emitter": PARTICLES,
    "AudioSource": SOUND,
    "Text": TEXT,
    "Sprite": SPRITE,
    "Animator": ANIMATION,
}
_FIRST = (
    "Prefab", "Camera", "Sun", "PointLight", "SpotLight", "Environment", "Emitter", "AudioSource", "Text", "Sprite",
    "Mesh",
)  # fmt: skip
_ASSETS = {
    "folder": FOLDER,
    "scene": SCENE,
    "prefab": PREFAB,
    "model": MODEL,
    "image": PICTURE,
    "texture": PICTURE,
    "environment": ENVIRONMENT,
    "script": CODE,
    "sound": MUSIC,
    "audio": MUSIC,
    "pack": PACK,
}


def of_component(kind: type | str) -> str:
    """A component's icon: by its name; a class may say its own as `__icon__`, the name of one of Font Awesome 6."""
    if isinstance(kind, type):
        own = getattr(kind, "__icon__", None)
        if isinstance(own, str) and own:
            return named(own) or USER
        kind = kind.__name__
    return _COMPONENTS.get(kind, USER)


def of_object(components: Iterable[str]) -> str:
    """The icon of an object that carries components of these names: that of what it is above all."""
    names = set(components)
    first = next((name for name in _FIRST if name in names), None)
    if first is not None:
        return _COMPONENTS[first]
    return of_component(min(names)) if names else EMPTY


def of_asset(kind: str) -> str:
    """The icon of a file of a kind: scene, prefab, model, image, environment, script, sound, pack, folder."""
    return _ASSETS.get(kind, FILE)
