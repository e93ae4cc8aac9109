"""Session descriptions, RTP, tones, and what is done with packets."""
