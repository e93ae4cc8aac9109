"""What is heard is what was played: mu-law, Goertzel and the RTP endpoint that joins them."""

import random
import struct

import pytest

from harness.audio.ear import Ear
from harness.audio.mulaw import decode, encode
from harness.audio.tone import RATE, share, tone
from harness.until import until


@pytest.mark.parametrize(
    ("code", "sample"),
    [(0x00, -32124), (0x80, 32124), (0xFF, 0), (0x7F, 0), (0xF0, 120), (0x9F, 8316), (0xA0, 7932)],
)
def test_mulaw_decodes_as_in_the_recommendation(code: int, sample: int) -> None:
    assert decode(bytes([code])) == [sample]


def test_mulaw_is_its_own_inverse_and_loses_little() -> None:
    codes = bytes(set(range(256)) - {0x7F})  # minus zero
    assert encode(decode(codes)) == codes
    for sample in range(-32000, 32000, 7):
        assert abs(decode(encode([sample]))[0] - sample) <= max(8, abs(sample) // 16)


def noise(amplitude: int) -> list[int]:
    chance = random.Random(7)
    return [chance.randint(-amplitude, amplitude) for _ in range(RATE)]


@pytest.mark.parametrize(
    ("name", "samples", "least", "most"),
    [
        ("the tone", tone(600, RATE), 0.99, 1.01),
        ("the tone by mu-law", decode(encode(tone(600, RATE))), 0.98, 1.01),
        ("the tone after a gap in it", tone(600, 1000) + tone(600, 6000, 1337), 0.85, 1.0),
        ("another tone", tone(440, RATE), 0.0, 0.01),
        ("both at once", [a + b for a, b in zip(tone(440, RATE), tone(600, RATE), strict=True)], 0.45, 0.55),
        ("silence", [0] * RATE, 0.0, 0.0),
        ("noise", noise(8000), 0.0, 0.05),
        ("nothing", [], 0.0, 0.0),
    ],
)
def test_only_the_awaited_tone_is_heard(name: str, samples: list[int], least: float, most: float) -> None:
    assert least <= share(samples, 600) <= most, name


async def test_two_ears_hear_each_other_and_not_themselves() -> None:
    caller, agent = await Ear.open("127.0.1.1", 440), await Ear.open("127.0.2.1", 600)
    try:
        caller.talk_to("127.0.2.1", agent.port)
        agent.talk_to("127.0.1.1", caller.port)
        await until(lambda: caller.heard(600).clear and agent.heard(440).clear)
        assert caller.heard(440).share < 0.05
    finally:
        await caller.close()
        await agent.close()


async def test_one_way_audio_is_noticed() -> None:
    caller, agent = await Ear.open("127.0.1.1", 440), await Ear.open("127.0.2.1", 600)
    try:
        caller.talk_to("127.0.2.1", agent.port)
        await until(lambda: agent.heard(440).clear)
        assert not caller.heard(600).clear
        assert caller.heard(600).packets == 0
    finally:
        await caller.close()
        await agent.close()


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"\x80",
        struct.pack("!BBHII", 0x80, 0, 1, 1, 1),
        struct.pack("!BBHII", 0x80, 101, 1, 1, 1) + b"x" * 160,
    ],
)
async def test_what_is_no_audio_is_not_counted(packet: bytes) -> None:
    ear = await Ear.open("127.0.1.1", 440)
    ear.datagram_received(packet, None)
    assert ear.packets == 0
    await ear.close()
