"""Logs are JSON lines with their call and trace, and never hold a secret."""

import json
import logging as standard
from collections.abc import Callable

import pytest

from servicekit.telemetry import logging, tracing
from servicekit.telemetry.redaction import MASK, redacted

Lines = Callable[[], list[dict[str, object]]]


def test_a_line_says_what_happened_where_and_for_which_call(lines: Lines) -> None:
    with logging.bind_call("call_1"), tracing.span("work"):
        logging.logger("here").info("a call was routed", leg=2)
    logging.logger("here").info("another")
    first, second = lines()
    assert first["event"] == "a call was routed"
    assert (first["call_id"], first["leg"], first["service"], first["module"]) == (
        "call_1",
        2,
        "test",
        "here",
    )
    assert "call_id" not in second


def test_libraries_log_the_same_way_under_the_same_names(lines: Lines) -> None:
    standard.getLogger("somebody").warning("sent Bearer %s", "abcdefghijklmnop")
    (line,) = lines()
    assert (line["event"], line["level"], line["module"]) == (f"sent Bearer {MASK}", "warning", "somebody")


def test_an_exception_is_told_without_its_secrets(lines: Lines) -> None:
    try:
        raise ValueError("mongodb://user:hunter2@db/keepline is wrong")
    except ValueError:
        logging.logger("here").exception("it failed")
    (line,) = lines()
    assert "ValueError" in str(line["exception"])
    assert "hunter2" not in json.dumps(line)


def test_the_broker_client_is_silenced(lines: Lines) -> None:
    standard.getLogger("aiokafka.conn").error("Unable connect to node")
    assert lines() == []


SECRETS = [
    ("password", {"password": "hunter2"}),
    ("nested", {"trunk": {"auth_password": "hunter2"}}),
    ("in a list", {"all": [{"api_key": "hunter2"}]}),
    ("authorization", {"Authorization": "hunter2"}),
    ("a token", {"token": "hunter2"}),
    ("a bearer in text", {"why": "got Bearer hunter2hunter2 from there"}),
    ("a JWT in text", {"why": "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJodW50ZXIyIn0.hunter2-hunter2"}),
    ("a URL", {"uri": "mongodb://keepline:hunter2@127.0.0.1/db"}),
    ("too deep to look at", {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"password": "hunter2"}}}}}}}}),
]


@pytest.mark.parametrize(("name", "event"), SECRETS)
def test_secrets_are_masked(name: str, event: dict[str, object]) -> None:
    assert "hunter2" not in json.dumps(redacted(event))


def test_what_is_no_secret_stays() -> None:
    event = {"call_id": "call_1", "page_token": "abc", "n": 3, "list": ["a"], "none": None, "password": ""}
    assert redacted(event) == event


def test_text_that_has_no_utf8_is_a_line_and_no_crash(lines: Lines) -> None:
    logging.logger("test").error("an event is dropped", key="call_\ud800")
    assert lines()[0]["key"] == "call_\ud800"
