"""Numbers, hosts, endpoints and configuration versions, as several services mean them alike.

Pure but for `messages`, which a domain does not import (.importlinter).
"""
