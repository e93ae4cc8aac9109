"""A page that stands in for the tenant's provider: places calls, and says what was heard."""
