"""Who may speak with the switch, and what it answers to what it does not know."""

import asyncio

import pytest

from switchlink.esl import CommandRefused, EslLink, NotConnected, Resync
from switchlink.testing.event_log import EventLog
from switchlink.testing.raw_esl import RawEsl
from switchlink.testing.switch_process import RunningSwitch


async def test_the_right_password_connects(link: EslLink) -> None:
    assert link.connected
    assert link.trouble == ""


async def test_a_wrong_password_is_told_apart_from_a_switch_that_is_away(switch: RunningSwitch) -> None:
    async with EslLink(*switch.esl, "not-the-password") as link:
        with pytest.raises(NotConnected, match="AuthenticationFailed"):
            await link.wait_connected(1.0)
        assert not link.connected


async def test_status_is_answered(link: EslLink) -> None:
    assert "UP" in await link.api("status")


async def test_an_unknown_command_is_refused_and_the_connection_stays(link: EslLink) -> None:
    with pytest.raises(CommandRefused):
        await link.api("keepline_has_no_such_command")
    assert "UP" in await link.api("status")


async def test_an_unknown_word_is_answered_too(switch: RunningSwitch) -> None:
    raw = await RawEsl.open(*switch.esl, switch.password)
    assert "Reply-Text: -ERR" in await raw.command("keepline_has_no_such_word")
    raw.close()


async def test_nothing_is_answered_before_the_password(switch: RunningSwitch) -> None:
    raw = await RawEsl.open(*switch.esl, "not-the-password")
    with pytest.raises((asyncio.IncompleteReadError, ConnectionError, AssertionError)):
        assert "UP" in await raw.command("api status")
    raw.close()


async def test_a_command_on_a_channel_that_is_not_there_is_refused(link: EslLink) -> None:
    with pytest.raises(CommandRefused):
        await link.api("uuid_setvar", "11111111-2222-4333-8444-555555555555", "keepline_call_id", "call_1")


async def test_answers_keep_the_order_of_pipelined_commands(link: EslLink) -> None:
    answers = await asyncio.gather(*(link.api("echo", f"number-{index}") for index in range(200)))
    assert [answer.strip() for answer in answers] == [f"number-{index}" for index in range(200)]


async def test_a_background_job_answers_by_itself(link: EslLink) -> None:
    assert "UP" in await link.bgapi("status")


async def test_a_background_job_that_fails_is_refused(link: EslLink) -> None:
    with pytest.raises(CommandRefused):
        await link.bgapi("uuid_kill", "11111111-2222-4333-8444-555555555555")


async def test_the_first_item_says_that_everything_before_is_unknown(link: EslLink) -> None:
    assert (await anext(link.events()))[0] == Resync("connected")


async def test_what_the_switch_says_it_lost_is_a_resync(switch: RunningSwitch) -> None:
    if switch.kind != "freeswitch":
        pytest.skip("devswitch never drops an event, so it has no log that says so")
    raw = await RawEsl.open(*switch.esl, switch.password)
    async with switch.link("HEARTBEAT") as link:
        await link.wait_connected()
        await raw.command("api log crit Lost [3] events! Event Queue size: [0/100000]")
        log = EventLog(link)
        await log.first("HEARTBEAT", seconds=60)
        assert Resync("switch_lost_events") in log.resyncs
    raw.close()


async def test_only_the_named_events_come(switch: RunningSwitch) -> None:
    async with switch.link("HEARTBEAT") as link:
        event = await EventLog(link).first("HEARTBEAT", seconds=60)
    assert event.headers["Event-Name"] == "HEARTBEAT"
    assert int(event.headers["Session-Count"]) >= 0


async def test_empty_lines_between_commands_are_nothing(switch: RunningSwitch) -> None:
    raw = await RawEsl.open(*switch.esl, switch.password)
    for lines in ("\n", "\n\n", "\n\n\n\n\n"):
        assert "UP" in await raw.command(f"{lines}api status")
    raw.close()
