"""A line for each answered call, once, in SQLite.

python bill_calls.py bills.db, until Ctrl-C

The primary key drops what comes again after a restart. An end that was estimated gives way to the exact one.
"""

import asyncio
import os
import sqlite3
import sys

from keepline.events.v1.call_event_pb2 import CallEvent
from keepline_client import KeeplineError
from keepline_client.events import CALLS, Reader

TABLE = """
    CREATE TABLE IF NOT EXISTS bills (
        call_id TEXT, attempt INTEGER, tenant_id TEXT, number TEXT, answered_at TEXT, talk_ms INTEGER,
        estimated INTEGER, PRIMARY KEY (call_id, attempt)
    )
"""
LINE = """
    INSERT INTO bills VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET talk_ms = excluded.talk_ms, estimated = 0
    WHERE estimated AND NOT excluded.estimated
"""


async def main(file: str) -> None:
    bills = sqlite3.connect(file)
    bills.execute(TABLE)
    kinds = {"keepline.call.ended.v1"}
    async with Reader(os.environ["KEEPLINE_KAFKA"], CALLS, group_id="example-bills", kinds=kinds) as events:
        async for event in events:
            if event.value.ended.HasField("answered_at"):
                written = bills.execute(LINE, line(event.value)).rowcount
                bills.commit()
                if written:
                    print(f"{event.value.call_id} {event.value.ended.talk_ms} ms", flush=True)


def line(call: CallEvent) -> tuple[str | int, ...]:
    ended = call.ended
    answered_at, estimated = ended.answered_at.ToJsonString(), ended.HasField("estimated_within_ms")
    return (
        call.call_id,
        call.attempt,
        call.tenant_id,
        ended.number,
        answered_at,
        ended.talk_ms,
        int(estimated),
    )


if __name__ == "__main__":
    try:
        asyncio.run(main(sys.argv[1]))
    except KeyboardInterrupt:
        pass
    except KeeplineError as error:
        sys.exit(str(error))
