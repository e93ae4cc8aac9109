"""What is decided about a call, and nothing that acts."""
