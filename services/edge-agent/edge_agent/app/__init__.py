"""How what was told comes into force."""
