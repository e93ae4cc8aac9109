"""Where should this call go, and why?"""
