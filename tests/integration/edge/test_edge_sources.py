"""Calls to the edge's address: whose number it is, by the trunks that know the source; who is told."""

from collections.abc import Iterator
from typing import Any

import pytest

from siptypes.country_rules import rules_of
from siptypes.numbering import readings
from switchlink.testing.running_edge import RunningEdge, running_edge, sources_of
from switchlink.testing.wire import SDP, Wire, request

HERE = "203.0.113.5"
ONE, CARRIER, CARRIER_7, ROME, OFF = "127.64.7.1", "127.32.8.200", "127.32.8.7", "127.64.9.1", "127.64.11.1"
PLAIN, STRANGER = "127.64.10.1", "127.0.66.6"
MEXICO, ARGENTINA, AMERICAS = "127.64.12.1", "127.64.13.1", "127.64.13.9"
BOTH = dict.fromkeys(("north", "south"), "number_unknown")
AMBIGUOUS = dict.fromkeys(("north", "south"), "number_ambiguous")


@pytest.mark.parametrize(
    ("source", "called", "number", "domain"),
    [
        # a writing that means the same everywhere
        (ONE, "+442079460123", "+442079460123", "one"),
        (ONE, "442079460123", "+442079460123", "one"),
        (ONE, "00442079460123", "+442079460123", "one"),
        (ONE, "011442079460123", "+442079460123", "one"),
        (ONE, "+00442079460123", "+442079460123", "one"),
        (ONE, "44-20-7946-0123;npdi", "+442079460123", "one"),
        (PLAIN, "442079460500", "+442079460500", "norules"),
        (CARRIER_7, "12025550100", "+12025550100", "south2"),
        # as it is dialled in the country of a trunk that knows the source
        (ONE, "02079460123", "+442079460123", "one"),
        (ONE, "2079460123", "+442079460123", "one"),
        (ONE, "+4402079460123", "+442079460123", "one"),
        (ONE, "+44(0)20%207946%200123", "+442079460123", "one"),
        (ONE, "004402079460123", "+442079460123", "one"),
        (ROME, "0612345678", "+390612345678", "rome"),
        (CARRIER, "03079460200", "+493079460200", "south"),
        (CARRIER, "02079460200", "+442079460200", "north"),
        (CARRIER_7, "2025550100", "+12025550100", "south2"),
        # the other writing of a country that has two
        (MEXICO, "+5215512345678", "+525512345678", "mx"),
        (MEXICO, "5215512345678", "+525512345678", "mx"),
        (MEXICO, "00520445512345678", "+525512345678", "mx"),
        (MEXICO, "015512345678", "+525512345678", "mx"),
        (ARGENTINA, "541123456789", "+5491123456789", "ar"),
        (ARGENTINA, "+5491145678901", "+541145678901", "ar"),
        (ARGENTINA, "+54 9 11 2345-6789".replace(" ", "%20"), "+5491123456789", "ar"),
        (ARGENTINA, "0111523456789", "+5491123456789", "ar"),
        (ARGENTINA, "1523456789", "+5491123456789", "ar"),
        # what is written exactly so goes before it
        (AMERICAS, "541177778888", "+541177778888", "ar"),
        (AMERICAS, "5491177778888", "+5491177778888", "ar2"),
        (ARGENTINA, "5491177778888", "+541177778888", "ar"),
    ],
)
async def test_a_call_to_the_address_finds_its_number(  # noqa: PLR0917
    edge: RunningEdge, switch: Wire, wires, source: str, called: str, number: str, domain: str
) -> None:
    caller = await wires(source)
    caller.send(request("INVITE", f"sip:{called}@{HERE}", caller, body=SDP), edge.public)
    call = await switch.receive("INVITE")
    assert call.uri == f"sip:{number}@{domain}.sip.test"
    assert call.one("X-Keepline-Trunk") == f"trk_{domain}"


def written(code: str, number: str) -> Iterator[str]:
    """In all ways of its country, and in some that are wrong."""
    for way in ways(code, number):
        yield from (f"{before}{code}{way}" for before in ("+", "", "00", "+00"))
        yield from (way, "0" + way, f"+{code}0{way}")


def ways(code: str, number: str) -> list[str]:
    if code == "52":
        return [before + number for before in ("", "1", "01", "044", "045", "9")]
    behind_area = [f"{number[:digits]}15{number[digits:]}" for digits in (2, 3, 4, 5)]
    return [number, "9" + number, "15" + number[2:], *behind_area]


@pytest.mark.parametrize(("code", "country", "source"), [("52", "MX", MEXICO), ("54", "AR", ARGENTINA)])
async def test_a_call_to_the_address_means_what_it_means_to_a_router(  # noqa: PLR0917
    edge: RunningEdge, switch: Wire, wires, numbers, code: str, country: str, source: str
) -> None:
    rules, domain = rules_of(country), f"{country.lower()}.sip.test"
    held = {number for number, of in numbers.items() if of == domain}
    known = {number[len(code) + 1 :].removeprefix("9") for number in held}
    called = [one for number in [*known, "2215123457"] for one in written(code, number)]
    caller = await wires(source)
    wrong = []
    for number in dict.fromkeys(called):
        means = held & set(readings(number, rules))
        exact = "+" + number.removeprefix("+").removeprefix("00")
        caller.send(request("INVITE", f"sip:{number}@{HERE}", caller, body=SDP), edge.public)
        if len(means) == 1 or exact in means:
            found = (await switch.receive("INVITE")).uri.removeprefix("sip:").partition("@")[0]
            if found not in means:
                wrong.append((number, means, found))
        else:
            answer = (await caller.receive(404)).start
            if ("ambiguous" in answer) != bool(means):
                wrong.append((number, means, answer))
    assert not wrong


@pytest.mark.parametrize(
    ("source", "called", "answer", "told"),
    [
        # nobody holds it: each tenant who knows the source hears of it, as if he were alone
        (ONE, "442079460999", "404 number_unknown", {"one": "number_unknown"}),
        (
            CARRIER,
            "442079460999",
            "404 number_unknown",
            BOTH,
        ),
        (CARRIER_7, "0999", "404 number_unknown", BOTH),
        (PLAIN, "02079460500", "404 number_unknown", {"norules": "number_unknown"}),
        # two hold what it can mean
        (
            CARRIER,
            "02079460400",
            "404 number_ambiguous",
            AMBIGUOUS,
        ),
        # somebody holds it whose trunk does not know the source: he is told, and nobody else learns of him
        (ONE, "442079460200", "404 number_unknown", {"north": "source_not_allowed", "one": "number_unknown"}),
        (STRANGER, "442079460200", "", {"north": "source_not_allowed"}),
        (STRANGER, "+442079460200", "", {"north": "source_not_allowed"}),
        # no number at all
        (ONE, "a%40b", "400 number_malformed", {"one": "number_malformed"}),
        (OFF, "442079460600", "403 trunk_disabled", {"off": "trunk_disabled"}),
        (STRANGER, "442079460999", "", {"": "trunk_unknown"}),
        (STRANGER, "02079460123", "", {"": "trunk_unknown"}),
        # held in the other writing by whose trunk does not know the source
        (STRANGER, "541123456789", "", {"ar": "source_not_allowed"}),
        (
            ARGENTINA,
            "541166667777",
            "404 number_unknown",
            {"ar2": "source_not_allowed", "ar": "number_unknown"},
        ),
        # two hold what it can mean
        (
            AMERICAS,
            "54111577778888",
            "404 number_ambiguous",
            dict.fromkeys(("mx", "ar", "ar2"), "number_ambiguous"),
        ),
    ],
)
async def test_who_hears_of_a_call_that_finds_no_number(  # noqa: PLR0917
    edge: RunningEdge,
    switch: Wire,
    listener,
    wires,
    source: str,
    called: str,
    answer: str,
    told: dict[str, str],
) -> None:
    caller = await wires(source)
    to = f"<sip:{HERE}>"
    caller.send(request("INVITE", f"sip:{called}@{HERE}", caller, body=SDP, to=to), edge.public)
    if answer:
        status, code = answer.split()
        assert (await caller.receive(int(status))).start.endswith(f"({code})")
    events = [await listener.next() for _ in told]
    assert {event["tenant_id"].removeprefix("t_"): event["code"] for event in events} == told
    for event in events:
        assert event["trunk_id"].removeprefix("trk_") == event["tenant_id"].removeprefix("t_")
        assert event["source_address"] == caller.at
    assert await listener.silent(0.05)
    assert answer or await caller.nothing(0.05)
    assert await switch.nothing(0.01)


@pytest.mark.parametrize(
    ("source", "method", "uri", "headers", "told"),
    [
        # by the source, where its trunks are one tenant's
        (ONE, "REGISTER", f"sip:{HERE}", {}, "one"),
        (ONE, "INVITE", f"sip:{HERE}", {"content_type": "text/plain"}, "one"),
        (ROME, "MESSAGE", "sip:x@gw.example", {}, "rome"),
        (CARRIER, "REGISTER", f"sip:{HERE}", {}, ""),
        (STRANGER, "REGISTER", f"sip:{HERE}", {}, ""),
        # by the number, then
        (CARRIER, "INVITE", f"sip:442079460200@{HERE}", {"content_type": "text/plain"}, "north"),
        (STRANGER, "INVITE", "tel:+442079460200", {"cseq": "1 BYE"}, "north"),
        (CARRIER, "INVITE", f"sip:02079460200@{HERE}", {"content_type": "text/plain"}, "north"),
        (CARRIER, "INVITE", "tel:02079460200", {"content_type": "text/plain"}, "north"),
        (CARRIER, "INVITE", f"sip:02079460400@{HERE}", {"content_type": "text/plain"}, ""),
        # and before both by the domain
        (ONE, "REGISTER", "sip:rome.sip.test.", {}, "rome"),
        (CARRIER, "REGISTER", f"sip:(020);npdi;rn=+44{'9' * 80}@rome.sip.test;user=phone", {}, "rome"),
        (ONE, "INVITE", "sip:+442079460200@rome.sip.test", {"content_type": "text/plain"}, "rome"),
    ],
)
async def test_a_refusal_is_told_to_whom_it_can_be_tied(  # noqa: PLR0917
    edge: RunningEdge, listener, wires, source: str, method: str, uri: str, headers: dict[str, Any], told: str
) -> None:
    caller = await wires(source)
    caller.send(request(method, uri, caller, body=SDP, **headers), edge.public)
    event = await listener.next()
    assert event["code"] in ("method_not_allowed", "body_unsupported", "request_malformed")
    assert event["tenant_id"].removeprefix("t_") == told
    assert bool(event["trunk_id"]) == bool(told)


@pytest.mark.parametrize(
    "uri",
    [
        "sip:{host}",
        "sip:{host}:{port}",
        "sip:{host}:5060",
        "sip:ping@{host}:{port}",
        "sip:account%20x@{host}",
        "sip:edge1.sip.keepline.test",
        "sip:EDGE1.sip.keepline.test.:5060;transport=udp",
        "sip:198.51.100.7:5060",
        "sip:one.sip.test",
        "sip:ONE.sip.test.:5060",
    ],
)
@pytest.mark.parametrize("source", [ONE, OFF, CARRIER])
async def test_a_carriers_heartbeat_is_answered_under_each_of_our_names(
    edge: RunningEdge, switch: Wire, wires, source: str, uri: str
) -> None:
    carrier = await wires(source)
    host, port = edge.public
    carrier.send(request("OPTIONS", uri.format(host=host, port=port), carrier), edge.public)
    assert (await carrier.receive()).status == 200


@pytest.mark.parametrize("uri", ["sip:{host}:{port}", "sip:edge1.sip.keepline.test", "sip:gw.example"])
async def test_a_strangers_heartbeat_is_met_with_silence(edge: RunningEdge, stranger: Wire, uri: str) -> None:
    host, port = edge.public
    stranger.send(request("OPTIONS", uri.format(host=host, port=port), stranger), edge.public)
    assert await stranger.nothing(0.1)


async def test_a_heartbeat_to_somebody_elses_name_is_not_ours(edge: RunningEdge, wires) -> None:
    carrier = await wires(ONE)
    carrier.send(request("OPTIONS", "sip:gw.example", carrier), edge.public)
    assert (await carrier.receive()).start == "SIP/2.0 404 No such trunk (trunk_unknown)"


async def test_a_source_is_found_in_networks_of_every_width_and_in_ipv6(shared_config, wires) -> None:
    networks = ["126.0.0.0/7", "127.0.0.0/9", "127.0.0.0/16", "127.0.0.0/23", "127.0.1.0/24", "127.0.1.6/31"]
    networks += ["127.0.1.7/32", "::/0", "::/19", "::/64", "::/127", "::1/128"]
    nearby = "192.0.2.0/24,127.0.1.8/29,::2/127"
    async with running_edge(shared_config, public_host6="::1") as edge:
        await edge.load({}, {}, [])
        for source, held in (("127.0.1.7", networks[:7]), ("::1", networks[7:])):
            caller = await wires(source)
            to = (source if ":" in source else edge.public[0], edge.public[1])
            for network in [*held, ""]:
                trunk = {"a.test": f"t|trk|e|{nearby}{network and ','}{network}|1|44,0"}
                edge.write_table("trunk", trunk)
                edge.write_table("source", sources_of(trunk))
                for table in ("trunk", "source"):
                    await edge.rpc("htable.reload", table)
                caller.send(request("OPTIONS", "sip:127.0.0.1", caller), to)
                if network:
                    assert (await caller.receive()).status == 200, network
            assert await caller.nothing(0.1)
