"""Faces REST clients, and the switches, which ask by HTTP too."""
