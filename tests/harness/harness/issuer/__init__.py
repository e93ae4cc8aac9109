"""The development issuer as an OpenID provider: `python -m harness.issuer --folder F`.

Whoever opens its page chooses a tenant and a role; nobody is asked for a password. It is for loopback and is
part of no image.
"""
