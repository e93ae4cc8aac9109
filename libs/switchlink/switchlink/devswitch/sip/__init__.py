"""SIP by the sippy stack: only stack and leg know it."""
