"""The codes that a refusal can have, found in the sources, and the page of each.

    sources  every module, the edge's and the switch's configuration
    carriers which classes carry a code
    found    what one place says: code, told as, detail, hint
    python   reads modules
    edge     reads infra/kamailio and infra/freeswitch
    pages    docs/problems and what services answer at /problems/

A code is a literal where it is raised, or handed as a literal to a function that raises it.
"""
