"""Sine tones, and how strongly one is heard (Goertzel's algorithm: one bin of a Fourier transform)."""

import math

RATE = 8000
FRAME = 160  # samples in 20 ms
BLOCK = 800


def tone(hertz: float, samples: int, start: int = 0, amplitude: int = 8000) -> list[int]:
    """A piece of one endless tone, from sample `start` on."""
    step = 2 * math.pi * hertz / RATE
    return [round(amplitude * math.sin(step * n)) for n in range(start, start + samples)]


def share(samples: list[int], hertz: float) -> float:
    """How much of the energy lies at this frequency: 1.0 for the pure tone, about 0 for silence or another.

    Taken in blocks of 100 ms, so that a lost packet costs one block and not the phase of all that follows.
    """
    energy = sum(sample * sample for sample in samples)
    if energy == 0:
        return 0.0
    blocks = range(0, len(samples), BLOCK)
    return sum(_power(samples[start : start + BLOCK], hertz) for start in blocks) / energy


def _power(block: list[int], hertz: float) -> float:
    """The part of the block's energy that is this frequency."""
    coefficient = 2 * math.cos(2 * math.pi * hertz / RATE)
    before = last = 0.0
    for sample in block:
        before, last = last, sample + coefficient * last - before
    return 2 * (before * before + last * last - coefficient * before * last) / len(block)
