"""What a trunk is, what an edge must run, and when the two agree. Pure."""
