"""Tones made, sent and measured: how a test hears whether audio passes."""
