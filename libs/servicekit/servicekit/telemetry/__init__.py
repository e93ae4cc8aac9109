"""Logs, traces and metrics; the rule is that nothing secret and nothing unbounded goes into any of them."""
