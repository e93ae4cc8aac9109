"""Ways through "Connect a number": where each stands, what is told of it, and how they go together.

An onboarding says what its tenant has done and what was seen meanwhile; it changes no trunk, number or plan.
"""
