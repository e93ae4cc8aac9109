"""Our types as Protobuf messages and back, the same for topics, gRPC and outbox."""
