"""The editor's panels: functions of the state, drawn with imgui; none of them knows the GPU or the window.

from .panels import Ui, frame, load_fonts

state.part(Ui).fonts = load_fonts()    # once, after imgui's context was made and before its first frame
frame(state, services)                 # every frame, between imgui's new_frame and render
"""

from .actions import register
from .frame import frame
from .services import NoServices, Rect, Services
from .table import PANELS
from .theme import DARK, LIGHT, Theme, load_fonts
from .ui import Panel, Ui

__all__ = [
    "DARK",
    "LIGHT",
    "PANELS",
    "NoServices",
    "Panel",
    "Rect",
    "Services",
    "Theme",
    "Ui",
    "frame",
    "load_fonts",
    "register",
]
