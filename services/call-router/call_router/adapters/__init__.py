"""Where call-router meets the world: topics, switch, disk, database, REST and gRPC."""
