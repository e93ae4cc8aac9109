"""The event socket: inbound, outbound, events, api commands."""
