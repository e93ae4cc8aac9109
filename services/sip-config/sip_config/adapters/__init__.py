"""sip-config and the world: REST, gRPC, MongoDB, Kafka, the edges and the switches."""
