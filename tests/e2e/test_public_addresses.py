"""What providers are told of us is where this world takes its calls and its speech."""

from harness.world import World


async def test_providers_are_told_where_calls_and_speech_really_go(world: World) -> None:
    viewer = world.tenant("t_addresses")
    told = (await viewer.rest("sip-config").get("/api/v1/sip/network/addresses")).json()
    ports = world.edge.ports
    assert {(one["host"], one["port"], one["transport"]) for one in told["sip"]} == {
        (world.edge.public_host, ports.public, transport) for transport in ("udp", "tcp")
    }
    assert {one["host"] for one in told["media"]} == {"127.0.0.1"}
    assert told["domain_zone"] == world.addresses.zone
