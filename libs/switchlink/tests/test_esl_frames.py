import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchlink.esl.errors import ProtocolViolation
from switchlink.esl.frames import MAX_BODY, MAX_HEADERS, FrameReader

REPLY = b"Content-Type: command/reply\nReply-Text: +OK accepted\n\n"
ANSWER = b"Content-Type: api/response\nContent-Length: 9\n\nline\n\nend"
EMPTY = b"Content-Type: api/response\nContent-Length: 0\n\n"
STREAM = REPLY + ANSWER + b"\n" + EMPTY + REPLY
FRAMES = [
    ("command/reply", b""),
    ("api/response", b"line\n\nend"),
    ("api/response", b""),
    ("command/reply", b""),
]


def _read(pieces: Sequence[bytes]) -> list[tuple[str, bytes]]:
    reader = FrameReader()
    frames = [(frame.content_type, frame.body) for piece in pieces for frame in reader.feed(piece)]
    reader.finish()
    return frames


def test_frames_come_out_of_one_piece() -> None:
    assert _read([STREAM]) == FRAMES


@given(st.lists(st.integers(0, len(STREAM)), max_size=20))
def test_frames_do_not_depend_on_how_the_bytes_arrive(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(STREAM)]
    assert _read([STREAM[start:end] for start, end in itertools.pairwise(edges)]) == FRAMES


def test_frames_come_out_byte_by_byte() -> None:
    assert _read([bytes([byte]) for byte in STREAM]) == FRAMES


def test_a_reply_is_its_headers() -> None:
    (frame,) = FrameReader().feed(REPLY)
    assert frame.headers["Reply-Text"] == "+OK accepted"


def test_a_length_counts_bytes_and_not_letters() -> None:
    body = "ünï".encode()
    (frame,) = FrameReader().feed(b"Content-Type: x/y\nContent-Length: %d\n\n%s" % (len(body), body))
    assert frame.text == "ünï"


def test_a_blank_value_is_a_value() -> None:
    (frame,) = FrameReader().feed(b"Content-Type: x/y\nLast: \n\n")
    assert frame.headers["Last"] == ""


@pytest.mark.parametrize("length", ["-1", "+1", "1.0", "0x10", "", "abc", "٣", str(MAX_BODY + 1), "9" * 5000])
def test_a_length_that_is_no_length_is_refused(length: str) -> None:
    with pytest.raises(ProtocolViolation, match="Content-Length"):
        list(FrameReader().feed(f"Content-Type: x/y\nContent-Length: {length}\n\n".encode()))


def test_the_same_length_twice_is_a_length() -> None:
    (frame,) = FrameReader().feed(b"Content-Type: x/y\nContent-Length: 2\nContent-Length: 2\n\nab")
    assert frame.body == b"ab"


@pytest.mark.parametrize(
    "block", [b"Content-Length: 2\nContent-Length: 3\nContent-Type: x/y", b"no colon", b": v", b"A: b"]
)
def test_a_block_that_says_two_things_or_nothing_is_refused(block: bytes) -> None:
    with pytest.raises(ProtocolViolation):
        list(FrameReader().feed(block + b"\n\n"))


def test_headers_without_an_end_are_refused_before_they_fill_the_memory() -> None:
    reader = FrameReader()
    with pytest.raises(ProtocolViolation, match="longer"):
        for _ in range(MAX_HEADERS):
            list(reader.feed(b"X: yyyyyyyy\n"))


@pytest.mark.parametrize("end", range(1, len(ANSWER)))
def test_an_end_in_the_middle_of_a_frame_is_told(end: int) -> None:
    reader = FrameReader()
    list(reader.feed(ANSWER[:end]))
    with pytest.raises(ProtocolViolation, match="ended"):
        reader.finish()


@given(st.lists(st.binary(max_size=200), max_size=10))
def test_any_bytes_are_frames_or_a_violation(pieces: list[bytes]) -> None:
    reader = FrameReader()
    try:
        for piece in pieces:
            list(reader.feed(piece))
        reader.finish()
    except ProtocolViolation:
        pass
