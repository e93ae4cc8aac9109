"""What can be asked of call-router, and what it does when something happens to a call."""
