"""For every suite: a property is not broken by a slow machine (hypothesis allows an example 200 ms)."""

from hypothesis import HealthCheck, settings

settings.register_profile("keepline", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("keepline")
