"""How long the GPU takes for each pass: timestamps at its beginning and its end, where the adapter has them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import wgpu

from ..engine.native import ffi, lib
from .tape import Tape, TapePass

FEATURE = "timestamp-query"
MOST_PASSES = 64
_UNDEFINED = 0xFFFFFFFF  # no timestamp


class PassTimes:
    """What each pass of the last frame took on the GPU. `tape()` makes the tapes that take part."""

    def __init__(self, device: wgpu.GPUDevice) -> None:
        queue: Any = device.queue
        native: Any = lib
        self._device = device
        self.queries = device.create_query_set(type="timestamp", count=2 * MOST_PASSES)
        self.ticks = device.create_buffer(
            label="timestamps",
            size=16 * MOST_PASSES,
            usage=wgpu.BufferUsage.QUERY_RESOLVE | wgpu.BufferUsage.COPY_SRC,
        )
        self.period: float = native.wgpuQueueGetTimestampPeriod(queue._internal)
        """Nanoseconds of a tick."""
        self.labels: list[str] = []

    def tape(self) -> TimedTape:
        """A tape whose passes are timed."""
        return TimedTape(self._device, self)

    def read(self) -> dict[str, float]:
        """{label: milliseconds} of the last frame, in the order of its passes; equal labels add up. Waits."""
        raw: Any = self._device.queue.read_buffer(self.ticks)
        ticks = np.frombuffer(raw, np.uint64)[: 2 * len(self.labels)].astype(np.int64).reshape(-1, 2)
        out: dict[str, float] = {}
        for label, (start, end) in zip(self.labels, ticks.tolist(), strict=True):
            out[label] = out.get(label, 0.0) + (end - start) * self.period / 1e6
        return out


class TimedTape(Tape):
    """A tape that writes two timestamps for each pass, and gathers them at its end."""

    def __init__(self, device: wgpu.GPUDevice, times: PassTimes) -> None:
        super().__init__(device)
        self._times = times
        self._labels: list[str] = []
        self._gathered = False

    def begin_compute_pass(self, *, label: str = "", timestamp_writes: Mapping[str, Any] | None = None) -> TapePass:
        """As wgpu's; the timestamps are the tape's own."""
        return super().begin_compute_pass(label=label, timestamp_writes=self._writes(label))

    def begin_render_pass(
        self, *, label: str = "", timestamp_writes: Mapping[str, Any] | None = None, **attachments: Any
    ) -> TapePass:
        """As wgpu's; the timestamps are the tape's own."""
        return super().begin_render_pass(label=label, timestamp_writes=self._writes(label), **attachments)

    def include(self, label: str, tapes: Callable[[], Sequence[Tape]]) -> None:
        """As any tape's; the time is that of all of them together, from the first pass to the last."""
        writes = self._writes(label)
        nothing = Tape(self._device)
        nothing.begin_compute_pass(label=label, timestamp_writes=writes).end()
        begin = self._timestamps({**writes, "end_of_pass_write_index": _UNDEFINED})
        end = self._timestamps({**writes, "beginning_of_pass_write_index": _UNDEFINED})

        def timed() -> Sequence[Tape]:
            given = tapes()
            passes = [one for tape in given for one in tape.passes()]
            if len(passes) < 2:
                return [nothing, *given]
            for one in passes:
                one.descriptor.timestampWrites = ffi.NULL
            passes[0].descriptor.timestampWrites, passes[-1].descriptor.timestampWrites = begin, end
            return given

        super().include(label, timed)

    def _writes(self, label: str) -> dict[str, Any]:
        first = 2 * len(self._labels)
        assert first < 2 * MOST_PASSES
        self._labels.append(label)
        return {
            "query_set": self._times.queries,
            "beginning_of_pass_write_index": first,
            "end_of_pass_write_index": first + 1,
        }

    def replay(self) -> Any:
        """As any tape's; `PassTimes.read` then tells what these passes took."""
        if not self._gathered:
            self._gathered = True
            self.resolve_query_set(self._times.queries, 0, 2 * len(self._labels), self._times.ticks, 0)
        self._times.labels = self._labels
        return super().replay()
