"""What an extension of the editor imports: `from dreamwell.editor import extend`.

    @extend.action("tools.drop", "Drop to the Ground", shortcut="Ctrl+Alt+G")
    def drop(state):
        with state.edit("Drop") as scene:
            for number in state.selection:
                obj = scene.by_id(number)
                obj.position = (obj.position[0], 0, obj.position[2])

A project names its extensions in `dreamwell.json`: `{"extensions": ["tools/drop.py"]}`. docs/editor-extending.md.
"""

from .core.extensions import action, panel, widget

__all__ = ["action", "panel", "widget"]
