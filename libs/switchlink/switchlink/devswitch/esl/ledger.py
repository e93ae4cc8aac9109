"""mod_hash: values that outlive their channel. `hash insert/REALM/KEY/VALUE`, `hash_dump db REALM`."""

_USAGE = "-ERR Usage: hash [insert|insert_ifempty|delete|select]/<realm>/<key>/<value>\n"


class Hashes:
    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    def hash(self, text: str) -> str:
        verb, realm, key, value = (text.split("/", 3) + [""] * 3)[:4]
        name = f"{realm}_{key}"
        if not key or (verb.startswith("insert") and not value):
            return _USAGE
        match verb:
            case "insert":
                self._values[name] = value
                return "+OK\n"
            case "select":
                return self._values.get(name, "")
            case "delete":
                return "+OK\n" if self._values.pop(name, None) is not None else "-ERR Not found\n"
        return _USAGE

    def dump(self, text: str) -> str:
        kind, _, realm = text.partition(" ")
        if kind not in ("db", "all"):
            return "Usage: all|limit|db [<realm>]\n"
        shown = (name for name in self._values if not realm or f"{realm}_" in name)
        return "".join(f"D/{name}/{self._values[name]}\n" for name in shown)
