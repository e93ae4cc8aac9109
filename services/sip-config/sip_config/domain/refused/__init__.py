"""Requests that were turned away: what is kept of them, why each was, and what would let the next one pass.

refusal   one request as it was told
rejection what is kept: refusals that are alike, counted
explain   why, the nearest miss, and the fixes
"""
