"""What operators have of a door: its counts for Prometheus, and certificates that are renewed under way."""

import asyncio
import shutil
import ssl
from pathlib import Path
from typing import Any

import httpx
from cryptography import x509
from prometheus_client.parser import text_string_to_metric_families

from harness.door_alone import Door
from harness.until import until
from servicekit.testing.certificates import Authority
from switchlink.testing.free_ports import free_port

TRUNKS = "/api/v1/health/trunks"
ASKED = 3


async def test_prometheus_finds_what_the_door_counts(opens_door: Any) -> None:
    listen = f"127.0.0.1:{free_port()}"
    door: Door = await opens_door(TELEMETRY__PROMETHEUS_LISTEN=listen)
    async with httpx.AsyncClient() as client, door.rest() as asking:

        async def measured(name: str, **labels: str) -> float | None:
            text = (await client.get(f"http://{listen}/metrics")).text
            samples = [one for family in text_string_to_metric_families(text) for one in family.samples]
            found = [one for one in samples if one.name == name and labels.items() <= one.labels.items()]
            return found[0].value if found else None

        before = await measured("keepline_door_requests_total")
        assert before is not None
        for _ in range(ASKED):
            assert (await asking.get(TRUNKS)).status_code == 200
            assert (await asking.get("/nowhere")).status_code == 404

        async def told() -> bool:
            return await measured("keepline_door_answered_total", status="404") == ASKED

        await until(told, 10)
        after = await measured("keepline_door_requests_total")
        assert after is not None
        assert after >= before + 2 * ASKED  # nginx counts this question too
        waiting = await measured("keepline_door_connections", state="waiting")
        assert waiting is not None
        assert waiting >= 1


async def serial(door: Door, authority: Path) -> int:
    context = ssl.create_default_context(cafile=str(authority))
    _, writer = await asyncio.open_connection(*door.address, ssl=context, server_hostname="127.0.0.1")
    shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    return x509.load_der_x509_certificate(shown).serial_number


async def test_a_renewed_certificate_is_shown_without_a_restart(opens_door: Any, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    first, second = authority.issue("first"), authority.issue("second")
    cert, key = tmp_path / "shown.pem", tmp_path / "shown.key"

    def put(made: Any) -> None:
        shutil.copy(made.cert_file, cert)
        shutil.copy(made.key_file, key)

    put(first)
    door: Door = await opens_door(tls=True, HTTP__TLS__CERT_FILE=str(cert), HTTP__TLS__KEY_FILE=str(key))
    shown = await serial(door, authority.ca_file)
    context = ssl.create_default_context(cafile=str(authority.ca_file))
    async with door.rest(verify=context) as client:
        assert (await client.get(TRUNKS)).status_code == 200
        put(second)

        async def renewed() -> bool:
            return await serial(door, authority.ca_file) != shown

        await until(renewed, 20)
        assert (await client.get(TRUNKS)).status_code == 200
    now = await serial(door, authority.ca_file)
    key.write_text("no key")
    await until(lambda: "keeping the old certificate" in door.process.logs(), 20)
    assert await serial(door, authority.ca_file) == now
    assert now != shown
