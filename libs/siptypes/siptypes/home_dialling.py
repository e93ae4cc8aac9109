"""What an edge needs to read a number as it is dialled at home; a router knows more (country_rules)."""

from dataclasses import dataclass

from phonenumbers.phonemetadata import PhoneMetadata

from siptypes.faults import Misfit

MAX_CODE, MAX_PREFIX = 3, 4


@dataclass(frozen=True, slots=True)
class HomeDialling:
    """calling_code "": the country is not known. national_prefix "": nothing is dialled before a number."""

    calling_code: str = ""
    national_prefix: str = ""

    def __post_init__(self) -> None:
        for digits, most in ((self.calling_code, MAX_CODE), (self.national_prefix, MAX_PREFIX)):
            if digits and not (digits.isascii() and digits.isdigit() and len(digits) <= most):
                raise Misfit(f"{digits[:20]!r} is nothing that is dialled before a number")


UNKNOWN_HOME = HomeDialling()


def home_dialling(country: str) -> HomeDialling:
    found = PhoneMetadata.metadata_for_region(country.upper(), None)
    if found is None or found.country_code is None:
        return UNKNOWN_HOME
    prefix = found.national_prefix or ""
    fits = prefix.isdigit() and len(prefix) <= MAX_PREFIX
    return HomeDialling(str(found.country_code), prefix if fits else "")
