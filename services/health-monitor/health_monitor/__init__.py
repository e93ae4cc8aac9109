"""Which trunks and nodes can carry calls, and how well?"""
