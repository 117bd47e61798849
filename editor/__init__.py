"""The editor: build a scene, press play. `dream edit`.

`core` is all that it does, without a window; `panels` draw it with imgui; `viewport` and `host` bring the GPU, the
window and the keyboard. What extensions import is `extend`.
"""
