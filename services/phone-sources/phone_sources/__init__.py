"""Which numbers do we answer for, and where do they come from?"""
