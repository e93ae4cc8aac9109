"""Keeps one edge running what sip-config says it should run, and tells what the edge refused."""
