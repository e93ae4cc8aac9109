"""G.711 mu-law (ITU-T G.711) to and from 16-bit samples, by table."""

_BIAS = 0x84
_CLIP = 32635


def _encode(sample: int) -> int:
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), _CLIP) + _BIAS
    exponent = magnitude.bit_length() - 8
    mantissa = (magnitude >> (exponent + 3)) & 0x0F
    return ~(sign | exponent << 4 | mantissa) & 0xFF


def _decode(code: int) -> int:
    code = ~code & 0xFF
    magnitude = (((code & 0x0F) << 3) + _BIAS) << (code >> 4 & 0x07)
    return _BIAS - magnitude if code & 0x80 else magnitude - _BIAS


_TO_SAMPLE = [_decode(code) for code in range(256)]


def encode(samples: list[int]) -> bytes:
    """samples: 16 bit, 8,000 a second."""
    return bytes(_encode(sample) for sample in samples)


def decode(payload: bytes) -> list[int]:
    return [_TO_SAMPLE[code] for code in payload]
