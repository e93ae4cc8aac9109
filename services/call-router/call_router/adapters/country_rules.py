"""The rules of a country's numbers from libphonenumber's metadata; asked when a trunk enters the table."""

from functools import cache

from phonenumbers.phonemetadata import PhoneMetadata

from call_router.domain.numbering import NO_COUNTRY, CountryRules

# ITU-T E.164 recommends it, and providers send it also from countries that dial something else
_RECOMMENDED = "00"


@cache
def rules_of(country: str) -> CountryRules:
    found = PhoneMetadata.metadata_for_region(country.upper(), None)
    if found is None or found.country_code is None:
        return NO_COUNTRY
    described = found.general_desc.possible_length if found.general_desc else ()
    return CountryRules(
        country_code=str(found.country_code),
        national_prefix=found.national_prefix or "",
        international_prefixes=_international(
            found.preferred_international_prefix, found.international_prefix
        ),
        lengths=frozenset(described),
    )


def _international(preferred: str | None, pattern: str | None) -> tuple[str, ...]:
    """The metadata holds patterns; only what is plain digits is a prefix that can be cut off."""
    written = [text.replace("~", "") for text in (preferred, pattern) if text]
    plain = [text for text in written if text.isascii() and text.isdigit()]
    return tuple(dict.fromkeys((*plain, _RECOMMENDED)))
