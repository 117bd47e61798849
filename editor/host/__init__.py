"""Where the editor runs: in a window, or without one for pictures and tests."""
