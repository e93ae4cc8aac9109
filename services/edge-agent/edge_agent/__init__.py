"""Is this edge running what it should, and what does it see?"""
