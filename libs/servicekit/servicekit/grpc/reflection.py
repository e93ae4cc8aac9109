"""Reflection, v1 and v1alpha: what is on the wire is the same, so one servicer answers both.

It knows the services that it is given and the files of messages that these need; other services in the same
files are left out of them.
"""

from collections.abc import Collection, Iterable

import grpc
import grpc.aio
from google.protobuf import descriptor_pool
from google.protobuf.descriptor import FileDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from grpc_reflection.v1alpha import reflection_pb2 as pb
from grpc_reflection.v1alpha.reflection import SERVICE_NAME as V1ALPHA
from grpc_reflection.v1alpha.reflection import aio

V1 = "grpc.reflection.v1.ServerReflection"
_PACKAGES = ("grpc.reflection.v1alpha", "grpc.reflection.v1")


def add(server: grpc.aio.Server, services: Iterable[str]) -> None:
    """services: full names of those to be shown."""
    shown = (*services, V1ALPHA)
    pool = descriptor_pool.DescriptorPool()
    for name in shown:
        try:
            _add_file(pool, descriptor_pool.Default().FindServiceByName(name).file, shown)
        except KeyError:  # served without messages of its own
            continue
    pool.Add(_v1())
    servicer = aio.ReflectionServicer((*shown, V1), pool)
    for name in (V1, V1ALPHA):
        handlers = {
            "ServerReflectionInfo": grpc.stream_stream_rpc_method_handler(
                servicer.ServerReflectionInfo,
                request_deserializer=pb.ServerReflectionRequest.FromString,
                response_serializer=pb.ServerReflectionResponse.SerializeToString,
            )
        }
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, handlers),))


def _add_file(pool: descriptor_pool.DescriptorPool, file: FileDescriptor, shown: Collection[str]) -> None:
    for needed in file.dependencies:
        _add_file(pool, needed, shown)
    proto = FileDescriptorProto.FromString(file.serialized_pb)
    services = [one for one in proto.service if f"{proto.package}.{one.name}" in shown]
    del proto.service[:]
    proto.service.extend(services)
    pool.Add(proto)


def _v1() -> FileDescriptorProto:
    """v1 is v1alpha under its lasting name."""
    old, new = _PACKAGES
    file = FileDescriptorProto.FromString(pb.DESCRIPTOR.serialized_pb)
    file.name, file.package = "grpc/reflection/v1/reflection.proto", new
    for field in (field for message in file.message_type for field in message.field if field.type_name):
        field.type_name = field.type_name.replace(f".{old}.", f".{new}.")
    for method in (method for service in file.service for method in service.method):
        method.input_type = method.input_type.replace(f".{old}.", f".{new}.")
        method.output_type = method.output_type.replace(f".{old}.", f".{new}.")
    return file
