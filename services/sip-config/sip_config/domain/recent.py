"""A set that holds the newest members up to a bound."""


class RecentSet:
    def __init__(self, most: int) -> None:
        self._most = most
        self._members: dict[str, None] = {}

    def add(self, member: str) -> None:
        self._members.pop(member, None)
        self._members[member] = None
        if len(self._members) > self._most:
            del self._members[next(iter(self._members))]

    def __contains__(self, member: str) -> bool:
        return member in self._members

    def __len__(self) -> int:
        return len(self._members)
