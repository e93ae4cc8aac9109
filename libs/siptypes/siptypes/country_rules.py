"""The rules of a country's numbers from libphonenumber's metadata; asked when a trunk enters the table."""

import re
from functools import cache

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE
from phonenumbers.phonemetadata import PhoneMetadata

from siptypes.numbering import CountryRules, NumberingPlan

# ITU-T E.164 recommends it, and providers send it also from countries that dial something else
_RECOMMENDED = "00"
_NOT_GEOGRAPHIC = "001"


@cache
def rules_of(country: str) -> CountryRules:
    found = PhoneMetadata.metadata_for_region(country.upper(), None)
    if found is None or found.country_code is None:
        return CountryRules(None, (_RECOMMENDED,), _plans())
    prefixes = _international(found.preferred_international_prefix, found.international_prefix)
    return CountryRules(_plan(found), prefixes, _plans())


@cache
def _plans() -> dict[str, NumberingPlan]:
    """Of countries that share a code, that of the main one."""
    plans = {}
    for code, (region, *_) in COUNTRY_CODE_TO_REGION_CODE.items():
        found = (
            PhoneMetadata.metadata_for_nongeo_region(code, None)
            if region == _NOT_GEOGRAPHIC
            else PhoneMetadata.metadata_for_region(region, None)
        )
        if found is not None:
            plans[str(code)] = _plan(found)
    return plans


def _plan(found: PhoneMetadata) -> NumberingPlan:
    described = found.general_desc
    prefix = found.national_prefix_for_parsing
    return NumberingPlan(
        code=str(found.country_code),
        lengths=frozenset(described.possible_length if described else ()),
        numbers=re.compile(described.national_number_pattern or "" if described else ""),
        prefix=re.compile(prefix) if prefix else None,
        instead=found.national_prefix_transform_rule or "",
    )


def _international(preferred: str | None, pattern: str | None) -> tuple[str, ...]:
    """The metadata holds patterns; only what is plain digits is a prefix that can be cut off."""
    written = [text.replace("~", "") for text in (preferred, pattern) if text]
    plain = [text for text in written if text.isascii() and text.isdigit()]
    return tuple(dict.fromkeys((*plain, _RECOMMENDED)))
