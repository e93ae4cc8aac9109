"""The version of a configuration is a function of its content alone."""

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.domain.records import Destination, Record, Table
from edge_agent.domain.version import SnapshotHash, snapshot_version

records = st.builds(Record, st.sampled_from(Table), st.text(max_size=5), st.text(max_size=5))
destinations = st.builds(Destination, st.integers(1, 2), st.just("192.0.2.1"), st.integers(1, 65535))


@given(st.lists(records), st.lists(destinations), st.randoms())
def test_order_does_not_matter(held: list[Record], to: list[Destination], chance: object) -> None:
    shuffled = list(held)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert snapshot_version(held, to) == snapshot_version(shuffled, list(reversed(to)))


@given(st.lists(records), records)
def test_what_is_added_and_removed_leaves_no_trace(held: list[Record], passing: Record) -> None:
    version = SnapshotHash()
    for record in held:
        version.add(record)
    before = version.hex()
    version.add(passing)
    assert version.hex() != before
    version.remove(passing)
    assert version.hex() == before == snapshot_version(held, ())


def test_the_parts_of_a_record_are_not_glued() -> None:
    one = Record(Table.TRUNK, "ab", "c")
    other = Record(Table.TRUNK, "a", "bc")
    assert snapshot_version([one], ()) != snapshot_version([other], ())


def test_destinations_count() -> None:
    switch = Destination(1, "127.0.0.1", 5080)
    assert snapshot_version((), [switch]) != snapshot_version((), ())
    assert snapshot_version((), [switch, switch]) == snapshot_version((), [switch])


def test_a_copy_goes_its_own_way() -> None:
    version = SnapshotHash()
    twin = version.copy()
    twin.add(Record(Table.TRUNK, "a", "b"))
    assert version.hex() == snapshot_version((), ()) != twin.hex()


def test_the_version_that_nodes_compare_never_changes_by_itself() -> None:
    held = [Record(Table.TRUNK, "a.test", "t|trk|e||1"), Record(Table.NUMBER, "+4930123", "a.test")]
    assert (
        snapshot_version(held, [Destination(1, "127.0.0.1", 5080)])
        == "414d933b53ae42fa37e3a4ac0e81eb8bcb74a1002ec3c1d78a248f2d91cf679b"
    )
