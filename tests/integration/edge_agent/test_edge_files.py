"""What the edge starts from: files that hold a whole configuration, whatever ends in between."""

import signal
import sqlite3
from contextlib import closing

from harness.config_server import number, switch, trunk
from harness.until import until
from switchlink.testing.running_edge import RunningEdge, running_edge

MANY = 150_000  # db_text stopped at 100,000 rows of a table


async def count(edge: RunningEdge, table: str) -> int:
    stats = {one["name"]: int(one["all"]) for one in await edge.rpc("htable.stats")}
    marked = await edge.value(table, "#file") is not None
    return stats[table] - marked


async def test_an_edge_holds_more_numbers_than_fit_in_a_text_file_and_starts_with_them(
    config, control, agent_beside
) -> None:
    async with running_edge(config, reload_delta=1, rows=MANY + 1000) as edge:
        control.hold(switch(5999), trunk(1), *(number(n, of=1) for n in range(MANY)))
        async with agent_beside(edge, control):
            await control.in_force(within=90)
            late = control.change(number(MANY, of=1))
            await control.in_force(late, within=30)
            assert await count(edge, "number") == MANY + 1
        await edge.stop(signal.SIGKILL)
        await edge.start()
        assert await count(edge, "number") == MANY + 1
        assert await edge.value("meta", "version") == late
        assert await edge.value("number", f"+4930{MANY:06d}") == "t1.sip.test"


async def test_an_edge_that_restarts_under_its_agent_has_each_change(edge, control, agent_beside) -> None:
    async with agent_beside(edge, control):
        await control.in_force()
        await control.in_force(control.change(trunk(2), number(2, of=2)))
        await edge.stop(signal.SIGKILL)
        while_away = control.change(trunk(3), number(3, of=3))
        await until(lambda: _in_file(edge, "number", "+4930000003"))
        await edge.start()
        await control.in_force(while_away)
        assert await edge.value("trunk", "t2.sip.test") is not None
        assert await edge.value("number", "+4930000003") == "t3.sip.test"
        assert await edge.value("meta", "version") == while_away


async def test_a_restarted_agent_goes_on_from_its_files_without_sip_config(
    edge, control, agent_beside
) -> None:
    async with agent_beside(edge, control) as agent:
        await control.in_force(control.change(trunk(2), switch(5998)))
        running = control.version
        await control.stop()
        await agent.stop()
        await edge.stop()
        await edge.start()
        agent.start_here()
        await agent.until_ready()
        assert await edge.value("meta", "version") == running
        assert await edge.value("trunk", "t2.sip.test") is not None
        await control.start()
        await until(lambda: len(control.watches) > 1)
        assert control.watches[-1].held.version == running


async def test_an_agent_killed_at_any_moment_leaves_a_version_and_its_content(
    edge, control, agent_beside
) -> None:
    async with agent_beside(edge, control, process=True) as agent:
        await control.in_force(within=30)
        for n in range(200):
            control.change(trunk(2, version=n + 1))
        await until(lambda: _in_file(edge, "trunk", "t2.sip.test"))
        await agent.stop(signal.SIGKILL)
        asked = len(control.watches)
        await agent.start()
        await until(lambda: len(control.watches) > asked, 30)
        # a file that disagrees with itself would be set aside
        assert control.watches[asked].HasField("held")
        await control.in_force(within=30)


async def test_a_broken_file_is_set_aside_and_the_edge_goes_on(edge, control, agent_beside) -> None:
    async with agent_beside(edge, control) as agent:
        await control.in_force()
        await agent.stop()
        size = edge.run.tables.stat().st_size
        edge.run.tables.write_bytes(b"SQLite format 3\0" + b"\xff" * (size - 16))
        agent.start_here()
        await until(lambda: len(control.watches) > 1)
        await control.in_force(control.change(trunk(2)))
        assert list(edge.run.run_dir.glob("tables.db.broken-*"))
        assert _in_file(edge, "trunk", "t2.sip.test")
        await edge.stop()
        await edge.start()
        assert await edge.value("meta", "version") == control.version


async def test_a_full_disk_refuses_a_change_in_words_and_leaves_what_was_there(
    edge, control, agent_beside
) -> None:
    limit = 600_000  # bytes for each file; less than what is sent
    async with agent_beside(edge, control, process=True, file_limit=limit):
        before = control.version
        await control.in_force(before, within=30)
        refused = control.change(*(number(n, of=1) for n in range(10, 15_000)))
        reason = await control.refusal(refused, within=30)
        assert "cannot be written" in reason
        assert await edge.value("meta", "version") == before
        assert await edge.value("number", "+4930000010") is None
        await edge.stop()
        await edge.start()
        assert await edge.value("meta", "version") == before
        assert await count(edge, "number") == 1


def _in_file(edge: RunningEdge, table: str, key: str) -> bool:
    with closing(sqlite3.connect(edge.run.tables)) as file:
        return bool(file.execute(f"SELECT 1 FROM {table} WHERE key_name = ?", (key,)).fetchall())
