"""Who claims a name: usually one; for a moment several, when a number's next life is heard of early."""

from collections.abc import Sequence


class Holders:
    def __init__(self) -> None:
        # one holder as it is, several in a tuple: a million sets of one member would be 200 MB
        self._of: dict[str, str | tuple[str, ...]] = {}

    def of(self, name: str) -> Sequence[str]:
        """The newest first, by id."""
        held = self._of.get(name)
        if held is None:
            return ()
        return (held,) if isinstance(held, str) else held

    def add(self, name: str, holder: str) -> None:
        self._set(name, sorted({*self.of(name), holder}, reverse=True))

    def remove(self, name: str, holder: str) -> None:
        self._set(name, [one for one in self.of(name) if one != holder])

    def _set(self, name: str, holders: list[str]) -> None:
        if not holders:
            self._of.pop(name, None)
        else:
            self._of[name] = holders[0] if len(holders) == 1 else tuple(holders)
