"""What a telephone number is, and which ones a tenant may hold. Pure."""
