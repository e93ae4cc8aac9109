"""Where a field is, in the two writings: JSON pointers (REST) and the field paths of google.rpc.BadRequest.

"/source_cidrs/0" is "source_cidrs[0]". A gRPC request may hold the object, or the page, as a message of its
own; the path then begins with it: "trunk.source_cidrs[0]", "page.page_token".
"""

import json
import re

from google.protobuf.descriptor import Descriptor

_PART = re.compile(r'\.?([A-Za-z_]\w*)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]')


def path_of(pointer: str, request: Descriptor | None = None) -> str:
    """request: of the message that the pointer's first name is looked for in."""
    names = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    if not names:
        return ""
    path = _within(request, names[0]) + _step(names[0])
    return (path + "".join(map(_step, names[1:]))).removeprefix(".")


def pointer_of(path: str) -> str:
    """The reverse; a path that is no such path becomes one name."""
    try:
        names = _names(path)
    except ValueError:
        names = [path]
    return "".join("/" + name.replace("~", "~0").replace("/", "~1") for name in names)


def _names(path: str) -> list[str]:
    names, at = [], 0
    while at < len(path):
        part = _PART.match(path, at)
        if part is None:
            raise ValueError("no path")
        name, index, key = part.groups()
        names.append(json.loads(key) if key else name or index)
        at = part.end()
    return names


def _step(name: str) -> str:
    if name.isascii() and name.isdigit():
        return f"[{name}]"
    return f".{name}" if name.isascii() and name.isidentifier() else f"[{json.dumps(name)}]"


def _within(request: Descriptor | None, name: str) -> str:
    """The field of the request in whose message the name is; "" where it is one of the request's own."""
    if request is None or name in request.fields_by_name:
        return ""
    for field in request.fields:
        inner = field.message_type
        if inner is not None and not field.is_repeated and name in inner.fields_by_name:
            return f".{field.name}"
    return ""
