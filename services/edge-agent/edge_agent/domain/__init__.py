"""What an edge may be told to run, and what it has to say: pure."""
