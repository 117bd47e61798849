"""The page of shortcuts is made from the table of actions, and is up to date."""

from pathlib import Path

from dreamwell.editor.shortcut_page import all_actions, page


def test_the_page_is_up_to_date(checkout: Path) -> None:
    written = (checkout / "docs" / "editor-shortcuts.md").read_text(encoding="utf-8")
    assert written == page(all_actions()), "python -m dreamwell.editor.shortcut_page docs/editor-shortcuts.md"


def test_it_lists_every_action_once() -> None:
    text = page(all_actions())
    for action in all_actions().values():
        assert text.count(f"| `{action.id}` |") == 1, action.id
