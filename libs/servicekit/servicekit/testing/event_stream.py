"""Reads an event stream (SSE) as a browser does (WHATWG HTML, 9.2.6)."""

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True, slots=True)
class Heard:
    """id: the last that was told, of this event or one before."""

    name: str
    data: Any
    id: str


async def events_of(answer: httpx.Response) -> AsyncGenerator[Heard, None]:
    """Until the stream's end. What is no JSON raises ValueError."""
    name, data, last_id = "", list[str](), ""
    async for line in answer.aiter_lines():
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        match field:
            case "event":
                name = value
            case "data":
                data.append(value)
            case "id":
                last_id = value
            case "" if not line and data:
                yield Heard(name or "message", json.loads("\n".join(data)), last_id)
                name, data = "", []
            case _:
                pass
