"""Writes docs/asyncapi.yaml (AsyncAPI 3.1) anew from proto/topics.yaml and the messages.

A payload is described by the fields of its Protobuf message, as JSON Schema with the names of the .proto;
what is on the wire is the Protobuf encoding of it.
"""

import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
)

from servicekit.kafka import Topic, load_topics
from servicekit.kafka.headers import SCHEMAS

PROTO = Path(__file__).parent.parent
OUT = PROTO.parent / "docs" / "asyncapi.yaml"
ABOUT = (
    "# Written by make proto from proto/topics.yaml and proto/keepline; docs/events.md says how to read.\n"
)
KAFKA = "0.5.0"
Schema = dict[str, Any]

_INTEGERS = {
    FieldDescriptorProto.TYPE_UINT32: "uint32",
    FieldDescriptorProto.TYPE_UINT64: "uint64",
    FieldDescriptorProto.TYPE_FIXED64: "uint64",
    FieldDescriptorProto.TYPE_INT32: "int32",
    FieldDescriptorProto.TYPE_INT64: "int64",
}
_OTHERS: Mapping[int, Schema] = {
    FieldDescriptorProto.TYPE_STRING: {"type": "string"},
    FieldDescriptorProto.TYPE_BOOL: {"type": "boolean"},
    FieldDescriptorProto.TYPE_DOUBLE: {"type": "number", "format": "double"},
    FieldDescriptorProto.TYPE_BYTES: {"type": "string", "format": "binary"},
}
_TIMESTAMP = ".google.protobuf.Timestamp"
_MESSAGES, _ENUMS = (
    FileDescriptorProto.MESSAGE_TYPE_FIELD_NUMBER,
    FileDescriptorProto.ENUM_TYPE_FIELD_NUMBER,
)
_FIELDS = DescriptorProto.FIELD_FIELD_NUMBER


class Messages:
    """The messages and enumerations of proto/keepline by their full names, each as a schema."""

    def __init__(self, files: FileDescriptorSet) -> None:
        self.schemas: dict[str, Schema] = {}
        self.oneofs: dict[str, tuple[str, ...]] = {}
        for file in files.file:
            if file.package.startswith("keepline."):
                self._read(file)

    def _read(self, file: FileDescriptorProto) -> None:
        said = {tuple(at.path): at.leading_comments for at in file.source_code_info.location}
        for place, enum in enumerate(file.enum_type):
            words = _words(said.get((_ENUMS, place), ""))
            self.schemas[f"{file.package}.{enum.name}"] = _enum(enum) | words
        for place, message in enumerate(file.message_type):
            name = f"{file.package}.{message.name}"
            fields = {
                field.name: _field(field) | _words(said.get((_MESSAGES, place, _FIELDS, number), ""))
                for number, field in enumerate(message.field)
            }
            words = _words(said.get((_MESSAGES, place), ""))
            self.schemas[name] = {"type": "object"} | words | {"properties": fields}
            self.oneofs[name] = tuple(
                field.name
                for field in message.field
                if field.HasField("oneof_index") and not field.proto3_optional
            )

    def used_by(self, names: Iterator[str]) -> dict[str, Schema]:
        """Those, and those that they are made of."""
        wanted, found = list(names), dict[str, Schema]()
        while wanted:
            name = wanted.pop()
            if name not in found:
                found[name] = self.schemas[name]
                wanted += [ref.rpartition("/")[2] for ref in _refs(found[name])]
        return {name: found[name] for name in sorted(found)}


def _words(comment: str) -> Schema:
    words = " ".join(comment.split())
    return {"description": words} if words else {}


def _enum(enum: EnumDescriptorProto) -> Schema:
    return {"type": "string", "enum": [value.name for value in enum.value]}


def _field(field: FieldDescriptorProto) -> Schema:
    if field.type_name == _TIMESTAMP:
        one: Schema = {"type": "string", "format": "date-time"}
    elif field.type_name:
        one = {"allOf": [_ref("schemas", field.type_name.removeprefix("."))]}
    elif field.type in _INTEGERS:
        one = {"type": "integer", "format": _INTEGERS[field.type]}
    else:
        one = dict(_OTHERS[field.type])
    repeated = field.label == FieldDescriptorProto.LABEL_REPEATED
    return {"type": "array", "items": one} if repeated else one


def _ref(part: str, name: str) -> Schema:
    return {"$ref": f"#/components/{part}/{name}"}


def _refs(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if "$ref" in schema:
            yield schema["$ref"]
        for value in schema.values():
            yield from _refs(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _refs(value)


def document(topics: Mapping[str, Topic], messages: Messages, version: str) -> Schema:
    alive = {kind: topic for topic in reversed(topics.values()) for kind in topic.events}
    kinds = {kind: alive[kind] for topic in topics.values() for kind in topic.events}
    return {
        "asyncapi": "3.1.0",
        "info": {
            "title": "Keepline: what happens to calls, trunks and numbers",
            "version": version,
            "description": "Kafka topics; docs/events.md tells how to read them.",
        },
        "defaultContentType": "application/protobuf",
        "channels": {name: _channel(topic) for name, topic in topics.items()},
        "operations": dict(_operations(topics)),
        "components": {
            "messages": {kind: _message(kind, topic, messages) for kind, topic in kinds.items()},
            "schemas": {
                "cloudevents": _headers(),
                **messages.used_by(topic.message for topic in topics.values()),
            },
        },
    }


def _channel(topic: Topic) -> Schema:
    config: Schema = {"cleanup.policy": [topic.cleanup]}
    if topic.retention_ms is not None:
        config["retention.ms"] = topic.retention_ms
    if topic.cleanup == "compact":
        config["delete.retention.ms"] = topic.tombstones_stay_ms
    channel: Schema = {
        "address": topic.name,
        "messages": {kind: _ref("messages", kind) for kind in topic.events},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "replicas": topic.replication,
                "topicConfiguration": config,
                "bindingVersion": KAFKA,
            }
        },
        "x-key": topic.key,
        "x-producers": list(topic.producers),
        "x-consumers": list(topic.consumers),
    }
    about = {
        "x-traceparent": topic.traceparent,
        "x-personal-data": dict(topic.personal_data),
        "x-personal-data-kept": topic.kept,
        "x-dead-letter": topic.dead_letter or "",
    }
    return channel | {name: value for name, value in about.items() if value}


def _operations(topics: Mapping[str, Topic]) -> Iterator[tuple[str, Schema]]:
    """Keepline's own; whoever else reads is in x-consumers."""
    for name, topic in topics.items():
        for who in topic.producers:
            yield f"{who}.sends.{name}", {"action": "send", "channel": {"$ref": f"#/channels/{name}"}}


def _message(kind: str, topic: Topic, messages: Messages) -> Schema:
    deleted = topic.events[kind].startswith("a tombstone")
    return {
        "name": kind,
        "summary": topic.events[kind],
        "headers": {
            "allOf": [
                _ref("schemas", "cloudevents"),
                {
                    "type": "object",
                    "properties": {
                        "ce_type": {"const": kind},
                        "ce_dataschema": {"const": SCHEMAS + topic.message},
                        "ce_source": {"enum": [f"/keepline/{who}" for who in topic.producers]},
                    },
                },
            ]
        },
        "payload": {"type": "null"} if deleted else _payload(kind, topic, messages),
        "bindings": {"kafka": {"key": {"type": "string", "description": topic.key}, "bindingVersion": KAFKA}},
    }


def _payload(kind: str, topic: Topic, messages: Messages) -> Schema:
    """A kind that is named as a field of the message's oneof has that field."""
    whole = _ref("schemas", topic.message)
    field = next((part for part in kind.split(".") if part in messages.oneofs[topic.message]), "")
    return {"allOf": [whole, {"required": [field]}]} if field else whole


def _headers() -> Schema:
    text = {"type": "string"}
    return {
        "type": "object",
        "description": "CloudEvents 1.0 in binary mode",
        "required": [
            *("ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "ce_dataschema", "ce_tenantid"),
            "content-type",
        ],
        "properties": {
            "ce_specversion": {"const": "1.0"},
            "ce_id": text
            | {"description": "with ce_source names the event for ever; the same again is a repetition"},
            "ce_source": text | {"description": "/keepline/ and the component"},
            "ce_type": text,
            "ce_time": text | {"format": "date-time", "description": "UTC, to the millisecond"},
            "ce_subject": text | {"description": "the id of what it is about"},
            "ce_tenantid": text | {"description": 'the tenant; "platform" for what is no tenant\'s'},
            "ce_dataschema": text | {"description": "names the value's Protobuf message, of a tombstone too"},
            "content-type": {"const": "application/protobuf"},
            "traceparent": text | {"description": "W3C Trace Context, where the channel has x-traceparent"},
        },
    }


def described() -> FileDescriptorSet:
    with tempfile.NamedTemporaryFile() as out:
        command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTO}", "--include_source_info"]
        command += ["--include_imports", f"--descriptor_set_out={out.name}"]
        command += [str(file.relative_to(PROTO)) for file in sorted(PROTO.glob("keepline/**/*.proto"))]
        subprocess.run(command, check=True, cwd=PROTO)  # noqa: S603  our own files only
        return FileDescriptorSet.FromString(out.read())


class _Plain(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        return True


def main() -> None:
    version = tomllib.loads((PROTO / "pyproject.toml").read_text())["project"]["version"]
    made = document(load_topics((PROTO / "topics.yaml").read_text()), Messages(described()), version)
    OUT.write_text(ABOUT + yaml.dump(made, Dumper=_Plain, sort_keys=False, width=110, allow_unicode=True))


if __name__ == "__main__":
    main()
