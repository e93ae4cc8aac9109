"""Many numbers at once: judged as pasted, and brought in, each by itself."""

from typing import Any

import pytest

from keepline.phone.v1 import phone_service_pb2 as pb

PATH = "/api/v1/phone/numbers"
BERLIN, OTHER, LONDON, FOREIGN = "+493023125432", "+493023125433", "+442079460123", "+493023125499"


async def judged(api: Any, *lines: str, **more: Any) -> Any:
    body = {"lines": list(lines), **more}
    answer = await api.rest.post(f"{PATH}:judge", json=body, headers=api.as_())
    return dict(answer.json(), status=answer.status_code)


async def brought(api: Any, *numbers: Any, trunk_id: str = "trk_de", key: str = "", **more: Any) -> Any:
    rows = [one if isinstance(one, dict) else {"number": one} for one in numbers]
    headers = api.as_() | ({"idempotency-key": key} if key else {})
    body = {"trunk_id": trunk_id, "numbers": rows, **more}
    answer = await api.rest.post(f"{PATH}:bulkCreate", json=body, headers=headers)
    return dict(answer.json(), status=answer.status_code, headers=answer.headers)


def outcomes(answer: Any) -> list[tuple[str, str]]:
    return [(one["number"], one.get("code", one["outcome"])) for one in answer["results"]]


async def held_by_three(api: Any) -> tuple[str, str]:
    """BERLIN on the German trunk, LONDON on the British one, FOREIGN with another tenant."""
    mine, elsewhere = await api.bring(BERLIN), await api.bring(LONDON, "trk_gb", label="Bar")
    assert (await api.bring(FOREIGN, "trk_b", "t_b"))["status"] == 201
    return mine["id"], elsewhere["id"]


async def test_each_line_has_its_verdict(api: Any) -> None:
    mine, elsewhere = await held_by_three(api)
    lines = ["030 23125432", "+44 20 7946 0123", FOREIGN, "030/23125433;Desk", "+49 30 23125433", "Number"]
    told = (await judged(api, *lines, trunk_id="trk_de"))["lines"]
    assert [one["line"] for one in told] == lines
    verdicts = ["yours", "elsewhere", "taken", "new", "repeated", "unreadable"]
    assert [one["verdict"] for one in told] == verdicts
    assert told[0]["number_id"] == mine and "code" not in told[0]
    assert (told[1]["number_id"], told[1]["trunk_id"], told[1]["code"]) == (
        elsewhere,
        "trk_gb",
        "number_taken",
    )
    assert told[1]["hint"].startswith("PATCH")
    assert told[2].keys() == {"line", "verdict", "number", "national", "code", "detail", "hint"}
    assert (told[3]["number"], told[3]["national"], told[3]["label"]) == (OTHER, "030 23125433", "Desk")
    assert (told[4]["code"], "line 4" in told[4]["detail"]) == ("number_repeated", True)
    assert "number" not in told[5]
    assert (await judged(api, LONDON))["lines"][0]["verdict"] == "yours"
    assert {one["number"] for one in (await api.listed())["numbers"]} == {BERLIN, LONDON}


async def test_the_country_that_is_said_reads_in_the_place_of_the_trunks(api: Any) -> None:
    line = "(212) 736-5000"
    assert (await judged(api, line, trunk_id="trk_de"))["lines"][0]["number"] == "+492127365000"
    assert (await judged(api, line, trunk_id="trk_de", country="US"))["lines"][0]["number"] == "+12127365000"
    assert (await judged(api, line))["lines"][0]["code"] == "number_country_unsaid"
    refused = await judged(api, line, country="Mars")
    assert [(e["pointer"], e["code"]) for e in refused["errors"]] == [("/country", "country_unknown")]


async def test_a_number_that_its_plan_does_not_know_is_taken_with_a_warning(api: Any) -> None:
    new, other = "+44 7700 900123", "+44 7700 900124"
    lines = (await judged(api, new, f"12345;{LONDON};Bar", trunk_id="trk_gb"))["lines"]
    assert [(one["verdict"], one.get("code")) for one in lines] == [
        ("new", "number_not_known"),
        ("new", None),
    ]
    assert (lines[1]["number"], lines[1]["label"]) == (LONDON, "12345")
    done = await brought(api, new, LONDON, trunk_id="trk_gb")
    assert [(one["outcome"], one.get("code")) for one in done["results"]] == [
        ("made", "number_not_known"),
        ("made", None),
    ]
    made = await api.bring(other, "trk_gb")
    assert [(one["pointer"], one["code"]) for one in made["warnings"]] == [("/number", "number_not_known")]
    assert (await api.read(made["id"]))["warnings"] == made["warnings"]
    assert (await api.bring(BERLIN))["warnings"] == []
    asked = pb.GetNumberRequest(id=made["id"])
    told = (await api.stub().GetNumber(asked)).number.warnings
    assert [(one.field, one.code) for one in told] == [("number", "number_not_known")]


async def test_the_same_over_grpc(api: Any) -> None:
    await held_by_three(api)
    asked = pb.JudgeNumbersRequest(trunk_id="trk_de", lines=["030 23125432", FOREIGN, OTHER])
    told = await api.stub().JudgeNumbers(asked)
    wanted = [pb.LINE_VERDICT_YOURS, pb.LINE_VERDICT_TAKEN, pb.LINE_VERDICT_NEW]
    assert [one.verdict for one in told.lines] == wanted
    rows = [pb.NumberToBring(number=one, label="Desk") for one in (LONDON, FOREIGN, OTHER, BERLIN)]
    asked = pb.BulkCreateNumbersRequest(trunk_id="trk_de", numbers=rows, move=True)
    done = (await api.stub().BulkCreateNumbers(asked)).results
    wanted = [pb.BRING_OUTCOME_MOVED, pb.BRING_OUTCOME_REFUSED, pb.BRING_OUTCOME_MADE, pb.BRING_OUTCOME_KEPT]
    assert [one.outcome for one in done] == wanted
    assert done[1].code == "number_taken"
    problem = await api.problem(
        api.stub().JudgeNumbers(pb.JudgeNumbersRequest(trunk_id="trk_b", lines=["1"]))
    )
    assert problem.code == "trunk_not_found"


async def test_each_number_is_brought_in_by_itself(api: Any) -> None:
    mine, elsewhere = await held_by_three(api)
    rows = ["030 23125433", BERLIN, LONDON, FOREIGN, "112", {"number": OTHER, "label": "again"}]
    rows.append({"number": "030 23125434", "label": "a\nb"})
    answer = await brought(api, *rows)
    codes = ["made", "kept", "number_taken", "number_taken", "number_emergency", "kept", "label_invalid"]
    numbers = [OTHER, BERLIN, LONDON, FOREIGN, "112", OTHER, "030 23125434"]
    assert outcomes(answer) == list(zip(numbers, codes, strict=True))
    assert answer["results"][1]["number_id"] == mine
    assert all(one["hint"] for one in answer["results"] if one["outcome"] == "refused")
    moved = await brought(api, LONDON, {"number": FOREIGN}, move=True)
    assert outcomes(moved) == [(LONDON, "moved"), (FOREIGN, "number_taken")]
    now = await api.read(elsewhere)
    assert (now["trunk_id"], now["label"], now["version"]) == ("trk_de", "Bar", 2)
    assert outcomes(await brought(api, LONDON, OTHER)) == [(LONDON, "kept"), (OTHER, "kept")]


async def test_the_same_list_under_its_key_is_answered_alike(api: Any) -> None:
    first = await brought(api, OTHER, key="mine")
    again = await brought(api, OTHER, key="mine")
    assert (outcomes(first), outcomes(again)) == ([(OTHER, "made")], [(OTHER, "made")])
    assert again["headers"]["idempotency-replayed"] == "true"
    assert (await brought(api, BERLIN, key="mine"))["code"] == "idempotency_key_reused"


async def test_what_fits_is_made_and_the_rest_says_why(api: Any) -> None:
    many = [f"+4930231254{last}" for last in range(10, 35)]  # 20 are allowed
    answer = await brought(api, *many)
    assert [code for _, code in outcomes(answer)] == ["made"] * 20 + ["quota_numbers"] * 5
    api.trunks.left = 2
    await api.delete(answer["results"][0]["number_id"])
    await api.delete(answer["results"][1]["number_id"])
    await api.delete(answer["results"][2]["number_id"])
    again = await brought(api, *many)
    codes = [code for _, code in outcomes(again)]
    assert codes == ["made"] * 2 + ["edges_full"] + ["kept"] * 17 + ["edges_full"] * 5


async def test_the_room_of_the_edges_is_for_the_whole_list(api: Any) -> None:
    api.trunks.left = 2
    answer = await brought(api, *(f"+49302312{place}" for place in range(5000, 5120)))
    codes = [code for _, code in outcomes(answer)]
    assert (codes.count("made"), codes.count("edges_full")) == (2, 118)


@pytest.mark.parametrize("trunk_id", ["trk_b", "trk_none"])
async def test_another_tenants_trunk_is_not_there(api: Any, trunk_id: str) -> None:
    for answer in (await judged(api, OTHER, trunk_id=trunk_id), await brought(api, OTHER, trunk_id=trunk_id)):
        assert (answer["status"], answer["code"]) == (404, "trunk_not_found")
    assert (await api.listed())["numbers"] == []


async def test_a_thousand_hostile_lines_are_judged_and_one_more_is_refused(api: Any) -> None:
    hostile = [
        "\x00\x1b[2J",
        '"' * 300,
        "=cmd|' /C calc'!A0",
        "<script>",
        "\u202e" * 200,
        "9" * 500,
        "${x}",
        ",;\t",
    ]
    lines = (hostile * 125)[:999]
    answer = await judged(api, *lines, "0" * 40_000, trunk_id="trk_de")
    assert answer["status"] == 200 and len(answer["lines"]) == 1000
    assert {one["verdict"] for one in answer["lines"]} == {"unreadable"}
    assert answer["lines"][-1]["code"] == "line_too_long"
    for refused in (await judged(api, *["1"] * 1001), await judged(api), await brought(api, *["1"] * 1001)):
        assert (refused["status"], refused["code"]) == (422, "number_invalid")
    rows = [{"number": f"{place:020}", "label": "Desk"} for place in range(1000)]
    assert len((await brought(api, *rows))["results"]) == 1000
    wrong = await brought(api, {"number": 5}, {"number": OTHER, "colour": "red"})
    assert {(e["pointer"], e["code"]) for e in wrong["errors"]} == {
        ("/numbers/0/number", "field_type"),
        ("/numbers/1/colour", "field_unknown"),
    }


async def test_a_viewer_brings_nothing_in_and_a_failing_database_is_asked_again(api: Any) -> None:
    for verb, body in (("judge", {"lines": ["1"]}), ("bulkCreate", {"trunk_id": "trk_de", "numbers": []})):
        answer = await api.rest.post(f"{PATH}:{verb}", json=body, headers=api.as_(role="viewer"))
        assert (answer.status_code, answer.json()["code"]) == (403, "role_forbidden")
    api.trunks.away = True
    assert (await brought(api, OTHER, key="mine"))["code"] == "trunks_unavailable"
    api.trunks.away = False
    assert outcomes(await brought(api, OTHER, key="mine")) == [(OTHER, "made")]
