"""Events that must not wait for the broker nor be lost: a bounded queue on disk, and what drains it."""

from servicekit.spool.producer import SpooledProducer
from servicekit.spool.spool import Spool

__all__ = ["Spool", "SpooledProducer"]
