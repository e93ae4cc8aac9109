"""What is taken of an edge's report of a refusal, and what of it is nobody's to know."""

import pytest

from edge_agent.domain.rejections import News, read

REPORT = {"code": "extension_unsupported", "sip_status": 420}


@pytest.mark.parametrize(
    ("said", "about"),
    [
        ("path", "path"),
        ("100rel", "100rel"),
        ("Record-Route", "Record-Route"),
        ("multipart/mixed", "multipart/mixed"),
        ("x" * 64, "x" * 64),
        ("x" * 65, ""),
        ("two words", ""),
        ("path\n", ""),
        ("a/b/c", ""),
        ("caf\u00e9", ""),
        ("<b>", ""),
        ("sip:a@h", ""),
        ("+4917012345678", ""),
        ("x-123456", ""),
        ("", ""),
        (7, ""),
        (None, ""),
    ],
)
def test_what_a_refusal_is_about_is_a_word_or_nothing(said: object, about: str) -> None:
    found = read({**REPORT, "about": said})
    assert found is not None
    assert found.about == about


def test_an_edge_that_says_nothing_of_it_is_read_as_before() -> None:
    found = read(REPORT)
    assert found is not None
    assert (found.code, found.about) == ("extension_unsupported", "")


def test_the_same_request_about_another_thing_is_news() -> None:
    news = News()
    told = [read({**REPORT, "about": about}) for about in ("path", "path", "gruu")]
    assert [news.is_new(one, 0.0) for one in told if one is not None] == [True, False, True]
