"""What a trunk can do, judged from what the edges measured. Pure."""
