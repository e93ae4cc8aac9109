"""Who may ask a service: its issuer's tokens and, where they are set up, API keys. One call wires both."""

from dataclasses import dataclass
from typing import TypeVar

from servicekit.auth.api_keys.following import KeyFollowing
from servicekit.auth.api_keys.known_keys import KnownKeys
from servicekit.auth.api_keys.sealing import KeySealing
from servicekit.auth.api_keys.uses import KeyUses
from servicekit.auth.tokens import TokenVerifier
from servicekit.kafka.producer import Producer
from servicekit.service import Service
from servicekit.settings import ApiSettings

S = TypeVar("S", bound=ApiSettings)


@dataclass(frozen=True, slots=True)
class ServedKeys:
    sealing: KeySealing
    known: KnownKeys
    following: KeyFollowing


@dataclass(frozen=True, slots=True)
class Callers:
    verifier: TokenVerifier
    keys: ServedKeys | None
    """None: API keys are not set up here."""


def verifier_for(service: Service[S]) -> TokenVerifier:
    return callers_of(service).verifier


def callers_of(service: Service[S]) -> Callers:
    """Raises WrongSetting."""
    settings = service.settings
    secrets = settings.auth.api_key_secrets_file
    if secrets is None:
        return Callers(TokenVerifier.from_settings(settings.auth), None)
    sealing = KeySealing.read(secrets)

    def producer() -> Producer:
        made = Producer(settings.kafka, f"{service.name}-key-uses")
        service.stack.push_async_callback(made.stop)
        return made

    uses = KeyUses(service.name, service.clock, producer)
    keys = KnownKeys(sealing, service.clock, uses.used)
    following = KeyFollowing(keys, settings.kafka, service.name, settings.data_dir, service.clock)
    service.readiness.add_degraded("api keys", following.problem)
    service.keep(following.follow, name="api key follower")
    service.keep(following.keep, name="api keys on disk")
    service.keep(uses.run, name="api key uses")
    verifier = TokenVerifier.from_settings(settings.auth, keys)
    return Callers(verifier, ServedKeys(sealing, keys, following))
