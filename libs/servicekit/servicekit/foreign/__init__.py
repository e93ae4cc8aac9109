"""Programs that are not ours, as children of a process of ours: their lines in our shape, signals passed on.

`python -m servicekit.foreign KIND -- COMMAND` runs one; a process that does more with it makes a Foreign.
"""

from servicekit.foreign.running import Foreign, command_line

__all__ = ["Foreign", "command_line"]
