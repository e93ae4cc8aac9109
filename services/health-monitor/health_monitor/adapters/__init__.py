"""health-monitor and the world: edges, MongoDB, Kafka, REST, gRPC."""
