"""The router refuses a call: the carrier reads the status, the tenant the code."""

import asyncio

import pytest

from switchlink.testing.parked import Parked


@pytest.mark.parametrize(
    ("status", "code"),
    [("404", "number_unknown"), ("480", "no_agent"), ("503", "not_ready"), ("603", "blocked")],
)
async def test_a_refusal_carries_its_status_and_code(parked: Parked, status: str, code: str) -> None:
    await parked.refuse(status, code)
    final = await asyncio.wait_for(parked.call.final, 5)
    assert (final.status, final.reason) == (int(status), f"Refused ({code})")
    ended = await parked.mine("CHANNEL_HANGUP_COMPLETE")
    assert ended.headers["variable_sip_hangup_disposition"] == "send_refuse"


@pytest.mark.parametrize(
    ("status", "code"), [("200", "fine"), ("404", "a)b"), ("999", "late"), ("404", "x;y")]
)
async def test_an_instruction_that_does_not_fit_is_an_error_of_ours(
    parked: Parked, status: str, code: str
) -> None:
    await parked.refuse(status, code)
    assert (await asyncio.wait_for(parked.call.final, 5)).status == 500
