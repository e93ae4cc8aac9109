"""A country's code and national prefix, as an edge needs them."""

import pytest

from siptypes.faults import Misfit
from siptypes.home_dialling import HomeDialling, home_dialling


@pytest.mark.parametrize(
    ("country", "code", "prefix"),
    [
        ("GB", "44", "0"),
        ("de", "49", "0"),
        ("IT", "39", ""),
        ("US", "1", "1"),
        ("HU", "36", "06"),
        ("XX", "", ""),
    ],
)
def test_what_is_dialled_at_home(country: str, code: str, prefix: str) -> None:
    assert home_dialling(country) == HomeDialling(code, prefix)


@pytest.mark.parametrize(
    ("code", "prefix"), [("44|", "0"), ("4444", "0"), ("44", "00000"), ("44", ","), ("٤٤", "0")]
)
def test_nothing_but_digits_reaches_an_edge(code: str, prefix: str) -> None:
    with pytest.raises(Misfit):
        HomeDialling(code, prefix)
