"""Channel options of both sides.

A slow reader must not make the writer hold memory. With bandwidth probing off and a small look-ahead a
stream to a stalled reader buffers some 15 KB instead of 4 MB.
"""

BOUNDED = (
    ("grpc.http2.bdp_probe", 0),
    ("grpc.http2.lookahead_bytes", 16384),
    ("grpc.max_send_message_length", 16 << 20),
)
SERVER = (
    *BOUNDED,
    # `reading` refuses from 1 MiB on, in words; more than this is not even read
    ("grpc.max_receive_message_length", 2 << 20),
    ("grpc.max_concurrent_streams", 200),  # of one connection; more wait at the client
    ("grpc.max_connection_idle_ms", 300_000),  # without a call
    ("grpc.server_handshake_timeout_ms", 10_000),
    ("grpc.so_reuseport", 0),  # a second process on the same port must fail, not share it
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_ping_interval_without_data_ms", 5_000),
)
CLIENT = (
    *BOUNDED,
    ("grpc.max_receive_message_length", 16 << 20),
    ("grpc.keepalive_time_ms", 20_000),  # a peer that vanished without a word is noticed
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    ("grpc.enable_http_proxy", 0),
)
