"""What a FreeSWITCH asks of us with mod_xml_curl: who may send calls to it. Everything else it has itself.

No trunk registers with its provider yet, so no gateway is served.
"""

from collections.abc import Sequence
from xml.sax.saxutils import quoteattr

NOT_FOUND = (
    '<?xml version="1.0"?>\n<document type="freeswitch/xml">\n'
    '  <section name="result">\n    <result status="not found"/>\n  </section>\n</document>\n'
)


def access_list(edges: Sequence[str]) -> str:
    """edges: addresses. The list "edges" denies everybody else."""
    nodes = [f'        <node type="allow" cidr={quoteattr(_alone(edge))}/>' for edge in edges]
    return "\n".join(
        [
            '<?xml version="1.0"?>',
            '<document type="freeswitch/xml">',
            '  <section name="configuration">',
            '    <configuration name="acl.conf">',
            "      <network-lists>",
            '      <list name="edges" default="deny">',
            *nodes,
            "      </list>",
            "      </network-lists>",
            "    </configuration>",
            "  </section>",
            "</document>",
            "",
        ]
    )


def _alone(address: str) -> str:
    return f"{address}/{128 if ':' in address else 32}"
