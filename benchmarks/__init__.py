"""Measurements that `dream bench` runs: each module has `measure(objects, size, frames)` for one row or several."""
