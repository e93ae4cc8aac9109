"""Whether what was read at a start may be believed: absence alone is no reason to take anything from a node.

A record that says "deleted" is believed. A topic that holds much less than before says nothing: it may be a
new broker, a wrong prefix or a lost volume.
"""

SMALL = 20  # below it, less than half may be an ordinary day


def implausible(what: str, read: int, before: int) -> str:
    """Why not to believe it, in words; empty when it may be. before: what was known last."""
    if before < SMALL or read * 2 >= before:
        return ""
    return f"{before} {what} were known and {read} were read"
