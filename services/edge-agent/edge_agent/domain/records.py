"""How resources look in the edge's tables.

    trunk:  SIP domain -> tenant|trunk_id|flags|cidr,cidr,...|trunk_version|code,prefix
    number: +E.164     -> SIP domain

Code and prefix are of the trunk's country ("44,0"). `flags` is a set of letters (`e`: enabled); trunk.cfg
asks for a letter, and passes over fields behind those that it knows, so that both can grow before every edge
is new.
"""

from edge_agent.domain.resources import Number, Trunk

ENABLED = "e"


def trunk_value(trunk: Trunk) -> str:
    flags = ENABLED if trunk.enabled else ""
    fields = [trunk.tenant_id, trunk.trunk_id, flags, ",".join(trunk.source_cidrs), str(trunk.version)]
    if trunk.home.calling_code:
        fields.append(f"{trunk.home.calling_code},{trunk.home.national_prefix}")
    return "|".join(fields)


def number_value(number: Number) -> str:
    return number.domain
