"""Each change of what the trunks can do, until Ctrl-C.

python watch_trunks.py
"""

import asyncio
import os
import sys

from keepline.health.v1.trunk_health_pb2 import TrunkVerdict
from keepline_client import KeeplineError
from keepline_client.grpc import AsyncKeeplineGrpc, Removed


async def main() -> None:
    insecure = os.environ.get("KEEPLINE_TLS") == "off"
    async with AsyncKeeplineGrpc(
        os.environ["KEEPLINE_GRPC"], os.environ["KEEPLINE_TOKEN"], insecure=insecure
    ) as keepline:
        async for news in keepline.watch_trunks():
            if isinstance(news, Removed):
                print(f"{news.trunk_id} gone", flush=True)
            else:
                verdict = TrunkVerdict.Name(news.verdict).removeprefix("TRUNK_VERDICT_").lower()
                print(f"{news.trunk_id} {verdict}: {news.sentence}", flush=True)


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        pass
    except KeeplineError as error:
        sys.exit(str(error))
