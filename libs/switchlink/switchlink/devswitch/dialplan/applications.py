"""What a channel can do on its own: wait, be refused, hear itself, hear a tone."""

from switchlink.devswitch.channel import Channel
from switchlink.devswitch.media import relay, tone


class Park:
    """Waits for somebody to say what to do."""

    name = "park"

    def __init__(self, channel: Channel) -> None:
        self.data = ""
        self._channel = channel

    def start(self) -> None:
        self._channel.home.fire("CHANNEL_PARK", self._channel)

    def stop(self, cause: str) -> None:
        if not cause:
            self._channel.home.fire("CHANNEL_UNPARK", self._channel)


class Respond:
    name = "respond"

    def __init__(self, channel: Channel, status: int, phrase: str) -> None:
        self.data = f"{status} {phrase}"
        self._channel = channel
        self._status = status
        self._phrase = phrase

    def start(self) -> None:
        prefix = "sip_rh_"
        headers = {
            name.removeprefix(prefix): value
            for name, value in self._channel.variables.items()
            if name.startswith(prefix)
        }
        self._channel.refuse(self._status, self._phrase, headers)

    def stop(self, cause: str) -> None:
        """Nothing is left of it."""


class Echo:
    name = "echo"

    def __init__(self, channel: Channel) -> None:
        self.data = ""
        self._channel = channel
        self._stop: relay.Stop | None = None

    def start(self) -> None:
        if self._channel.conversation.port is not None:
            self._stop = relay.echo(self._channel.conversation.port)

    def stop(self, cause: str) -> None:
        if self._stop is not None:
            self._stop()


class Play:
    """A tone; when it is over, so is the call."""

    name = "playback"

    def __init__(self, channel: Channel, data: str, stream: tone.ToneStream) -> None:
        self.data = data
        self._channel = channel
        self._stream = stream
        self._playback: relay.Playback | None = None

    def start(self) -> None:
        conversation = self._channel.conversation
        if conversation.port is not None:
            kind = conversation.codecs[0]
            frames = tone.frames(self._stream, kind)
            self._playback = relay.Playback(conversation.port, kind, frames, self._over)

    def stop(self, cause: str) -> None:
        if self._playback is not None:
            self._playback.stop()

    def _over(self) -> None:
        self._channel.hang_up("NORMAL_CLEARING")
