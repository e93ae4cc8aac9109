"""phone-sources and the world: REST, gRPC, MongoDB, Kafka, sip-config."""
