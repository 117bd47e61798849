"""How long each pass takes: on the GPU by timestamps, where the adapter has them, and the CPU to record it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import wgpu

from ..engine.native import ffi, lib
from .tape import Encoder, Tape, TapePass, encode

FEATURE = "timestamp-query"
MOST_PASSES = 64
_UNDEFINED = 0xFFFFFFFF  # no timestamp


class PassTimes:
    """What each pass of the last frame took. `tape()` makes the tapes that take part, `encoder()` the encoders."""

    def __init__(self, device: wgpu.GPUDevice) -> None:
        queue: Any = device.queue
        native: Any = lib
        self._device = device
        self.on_gpu = FEATURE in device.features
        """Whether the adapter has timestamps."""
        self.labels: list[str] = []
        """Those of the passes of the last frame, in order."""
        self._stamped: dict[int, Any] = {}  # passes of tapes that others own, by address: they outlive these times
        self.marks: tuple[Sequence[str], Sequence[int]] = (), (0,)
        """Labels (n), and when each was begun, in nanoseconds; last when all was done (n + 1)."""
        if self.on_gpu:
            self.queries = device.create_query_set(type="timestamp", count=2 * MOST_PASSES)
            self.ticks = device.create_buffer(
                label="timestamps",
                size=16 * MOST_PASSES,
                usage=wgpu.BufferUsage.QUERY_RESOLVE | wgpu.BufferUsage.COPY_SRC,
            )
            self.period: float = native.wgpuQueueGetTimestampPeriod(queue._internal)
            """Nanoseconds of a tick."""

    def stamp(self, descriptor: Any, writes: Any) -> None:
        """Have a pass of a tape that others own write timestamps, until `end`."""
        descriptor.timestampWrites = writes
        self._stamped[int(ffi.cast("uintptr_t", descriptor))] = descriptor

    def end(self) -> None:
        """Nobody times any more: passes of tapes that others own forget the timestamps, which are freed with this."""
        for descriptor in self._stamped.values():
            descriptor.timestampWrites = ffi.NULL
        self._stamped.clear()

    def tape(self) -> TimedTape:
        """A tape whose passes are timed."""
        return TimedTape(self._device, self)

    def encoder(self, encoder: wgpu.GPUCommandEncoder) -> TimedEncoder:
        """An encoder whose passes are timed, for frames that are not on tape."""
        return TimedEncoder(encoder, self)

    def read(self) -> dict[str, float]:
        """{label: milliseconds on the GPU} of the last frame, in the order of its passes; equal labels add up. Waits.

        Empty where the adapter has no timestamps.
        """
        if not self.on_gpu:
            return {}
        raw: Any = self._device.queue.read_buffer(self.ticks)
        labels = self.labels[:MOST_PASSES]
        ticks = np.frombuffer(raw, np.uint64)[: 2 * len(labels)].astype(np.int64).reshape(-1, 2)
        out: dict[str, float] = {}
        for label, (start, end) in zip(labels, ticks.tolist(), strict=True):
            out[label] = out.get(label, 0.0) + (end - start) * self.period / 1e6
        return out

    def cpu(self) -> dict[str, float]:
        """{label: microseconds that the CPU took to record it} of the last frame, as `read`. Never waits.

        What stands between two passes, a copy say, counts for the one before it.
        """
        labels, marks = self.marks
        out: dict[str, float] = {}
        for label, start, end in zip(labels, marks[:-1], marks[1:], strict=True):
            out[label] = out.get(label, 0.0) + (end - start) / 1e3
        return out

    def report(self) -> dict[str, dict[str, float]]:
        """For `--json`: `passes` as `read`, where there are timestamps, and `passes_cpu_us` as `cpu`."""
        return {**({"passes": self.read()} if self.on_gpu else {}), "passes_cpu_us": self.cpu()}

    def writes(self, number: int) -> dict[str, Any] | None:
        """The timestamps of the pass with a number; None where there are none."""
        if not self.on_gpu or number >= MOST_PASSES:
            return None
        return {
            "query_set": self.queries,
            "beginning_of_pass_write_index": 2 * number,
            "end_of_pass_write_index": 2 * number + 1,
        }

    def gather(self, encoder: Encoder, passes: int) -> None:
        """Copy the timestamps of so many passes to where `read` finds them."""
        if self.on_gpu and passes:
            encoder.resolve_query_set(self.queries, 0, 2 * min(passes, MOST_PASSES), self.ticks, 0)


class TimedTape(Tape):
    """A tape that writes two timestamps for each pass, gathers them at its end, and looks at the clock in between."""

    def __init__(self, device: wgpu.GPUDevice, times: PassTimes) -> None:
        super().__init__(device)
        self._times = times
        self._labels: list[str] = []
        self._spans: list[str] = []  # of every step
        self._marks: list[int] = []

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
        if writes is None:
            super().include(label, tapes)
            return
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
            self._times.stamp(passes[0].descriptor, begin)
            self._times.stamp(passes[-1].descriptor, end)
            return given

        super().include(label, timed)

    def _writes(self, label: str) -> dict[str, Any] | None:
        assert len(self._labels) < MOST_PASSES
        self._labels.append(label)
        return self._times.writes(len(self._labels) - 1)

    def replay(self) -> Any:
        """As any tape's; `PassTimes.read` then tells what these passes took."""
        if not self._spans:
            labels, label = iter(self._labels), self._labels[0]
            for step in self._steps:
                label = label if isinstance(step, tuple) else next(labels)
                self._spans.append(label)
            self._marks = [0] * (len(self._spans) + 1)
            self._times.gather(self, len(self._labels))
        self._times.labels = self._labels
        self._times.marks = self._spans, self._marks
        return super().replay()

    def play(self, encoder: Any) -> None:
        """As any tape's, with a look at the clock before each step and after the last."""
        now, marks, count = time.perf_counter_ns, self._marks, len(self._spans)
        for i in range(count):
            marks[i] = now()
            encode(encoder, self._steps[i : i + 1])
        marks[count] = now()
        encode(encoder, self._steps[count:])


class TimedEncoder:
    """A wgpu encoder that times its passes as a TimedTape does. Whatever else it is told goes on to the encoder."""

    def __init__(self, encoder: wgpu.GPUCommandEncoder, times: PassTimes) -> None:
        self._encoder, self._times = encoder, times
        self._labels: list[str] = []
        self._marks: list[int] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._encoder, name)

    def begin_compute_pass(self, *, label: str = "") -> wgpu.GPUComputePassEncoder:
        """As wgpu's; the timestamps are its own."""
        return self._encoder.begin_compute_pass(label=label, timestamp_writes=self._begun(label))

    def begin_render_pass(self, *, label: str = "", **attachments: Any) -> wgpu.GPURenderPassEncoder:
        """As wgpu's; the timestamps are its own."""
        return self._encoder.begin_render_pass(label=label, timestamp_writes=self._begun(label), **attachments)

    def _begun(self, label: str) -> Any:
        self._labels.append(label)
        self._marks.append(time.perf_counter_ns())
        return self._times.writes(len(self._labels) - 1)

    def finish(self) -> wgpu.GPUCommandBuffer:
        """As wgpu's."""
        self._marks.append(time.perf_counter_ns())
        self._times.gather(self._encoder, len(self._labels))
        self._times.labels = self._labels
        self._times.marks = self._labels, self._marks
        return self._encoder.finish()
