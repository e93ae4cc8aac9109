"""REST: the same resources for code that waits and code that awaits."""
