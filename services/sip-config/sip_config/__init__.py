"""What should every edge and switch be running, and is it?"""
