"""API keys: how they look, how they are checked, and how every service comes to know them.

sip-config owns them and tells them on a compacted topic; each service follows it, keeps it on disk and checks
keys in its own memory. `servicekit.auth.serving` wires it.
"""
