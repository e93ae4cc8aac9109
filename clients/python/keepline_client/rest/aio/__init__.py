"""REST for code that awaits (asyncio); keepline_client/rest/sync is written from it by write_sync.py."""
