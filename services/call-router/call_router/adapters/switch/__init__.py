"""Faces the switch: hand-overs on the outbound event socket, watching on the inbound one."""
