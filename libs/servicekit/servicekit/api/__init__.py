"""The one rule of every resource of every service, for REST and gRPC alike (docs/api.md, ADR 50 to 52).

resource       what may be written: POST, and PATCH as RFC 7396, with all faults at once
preconditions  ETag, If-Match, If-None-Match; expected_version in gRPC
idempotency    a POST that is repeated makes nothing twice
lists          page_size, page_token, order_by, fields, q and filters
pages          a list's question to a collection of documents
rest, messages how a request and an answer look on either side
"""
