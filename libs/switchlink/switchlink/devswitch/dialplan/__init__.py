"""What the dialplan makes of a call: its actions, and those that take their time."""
