"""Reads FreeSWITCH's tone_stream, and makes G.711 frames of it.

`tone_stream://%(2000,4000,440,480);loops=-1` is two seconds of 440 and 480 Hz, four of silence, for ever.
"""

import itertools
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

RATE = 8000
SAMPLES = 160
_FRAME_MS = 20
_MAX_MS = 60_000
_AMPLITUDE = 8000
_STREAM = re.compile(
    r"tone_stream://(?P<tones>(?:%\(\d{1,6},\d{1,6}(?:,\d{1,4}){1,4}\);?){1,16})(?:loops=(?P<loops>-?\d{1,4}))?"
)
_TONE = re.compile(r"%\(([\d,]+)\)")


@dataclass(frozen=True, slots=True)
class Tone:
    on_ms: int
    off_ms: int
    frequencies: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ToneStream:
    tones: tuple[Tone, ...]
    loops: int  # -1: for ever


def parse(text: str) -> ToneStream | None:
    found = _STREAM.fullmatch(text)
    if found is None:
        return None
    numbers = [[int(number) for number in tone.split(",")] for tone in _TONE.findall(found["tones"])]
    tones = tuple(Tone(min(on, _MAX_MS), min(off, _MAX_MS), tuple(rest)) for on, off, *rest in numbers)
    if not any(tone.on_ms + tone.off_ms >= _FRAME_MS for tone in tones):
        return None
    return ToneStream(tones, int(found["loops"] or 1))


def frames(stream: ToneStream, payload_type: int) -> Iterator[bytes]:
    encode = _mu_law if payload_type == 0 else _a_law
    silence = bytes([encode(0)]) * SAMPLES
    once = [(_second(tone.frequencies, encode), tone) for tone in stream.tones]
    rounds = itertools.count() if stream.loops < 0 else range(max(1, stream.loops))
    for _ in rounds:
        for second, tone in once:
            yield from itertools.islice(itertools.cycle(second), tone.on_ms // _FRAME_MS)
            yield from itertools.repeat(silence, tone.off_ms // _FRAME_MS)


def _second(frequencies: Sequence[int], encode: Callable[[int], int]) -> list[bytes]:
    """Whole numbers of hertz repeat after one second."""
    step = 2 * math.pi / RATE
    loud = _AMPLITUDE / len(frequencies)
    wave = (sum(loud * math.sin(step * hertz * index) for hertz in frequencies) for index in range(RATE))
    octets = bytes(encode(int(sample)) for sample in wave)
    return [octets[start : start + SAMPLES] for start in range(0, RATE, SAMPLES)]


def _mu_law(sample: int) -> int:
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), 32635) + 132
    exponent = magnitude.bit_length() - 8
    return ~(sign | exponent << 4 | magnitude >> (exponent + 3) & 0x0F) & 0xFF


def _a_law(sample: int) -> int:
    sign = 0 if sample < 0 else 0x80
    magnitude = min(abs(sample), 32767) >> 3
    exponent = max(0, magnitude.bit_length() - 5)
    mantissa = magnitude >> max(1, exponent) & 0x0F
    return (sign | exponent << 4 | mantissa) ^ 0x55
