"""REST for code that waits: written by write_sync.py from keepline_client/rest/aio."""
