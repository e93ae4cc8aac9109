"""What is done with numbers: one by one, and many as they were pasted."""
