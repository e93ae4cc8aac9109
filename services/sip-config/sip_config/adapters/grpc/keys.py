"""keepline.auth.v1.ApiKeyService over the use cases."""

from typing import Any

import grpc

from keepline.auth.v1 import api_key_service_pb2 as pb
from keepline.auth.v1 import api_key_service_pb2_grpc
from servicekit.api import messages, preconditions
from servicekit.api.idempotency import IdempotencyKeys
from servicekit.auth import writing_tenant
from sip_config.adapters.key_shape import KEY, KEYS, KeyBody, asked_of, change_of, maker
from sip_config.adapters.messages.keys import key_message
from sip_config.adapters.rest.keys import reading
from sip_config.app.api_keys import ApiKeys

SERVICE = "keepline.auth.v1.ApiKeyService"
_FIELDS = tuple(KeyBody.model_fields)

_Context = grpc.aio.ServicerContext[Any, Any]


class ApiKeyService(api_key_service_pb2_grpc.ApiKeyServiceServicer):
    def __init__(self, keys: ApiKeys, repeats: IdempotencyKeys) -> None:
        self._keys = keys
        self._repeats = repeats

    async def CreateApiKey(
        self, request: pb.CreateApiKeyRequest, context: _Context
    ) -> pb.CreateApiKeyResponse:
        tenant_id, by = writing_tenant("keys"), maker()
        sent = KEY.created(messages.document(request))
        secret = ""

        async def make(key_id: str) -> pb.CreateApiKeyResponse:
            """What is kept for a repeated request has no secret."""
            nonlocal secret
            made = await self._keys.create(tenant_id, by, asked_of(sent, sent["role"]), key_id)
            secret = made.secret
            return pb.CreateApiKeyResponse(key=key_message(made.key))

        answer = await messages.once(
            self._repeats,
            context,
            request,
            make,
            tenant_id=tenant_id,
            prefix="key",
            answer=pb.CreateApiKeyResponse,
        )
        answer.secret = secret
        return answer

    async def GetApiKey(self, request: pb.GetApiKeyRequest, context: _Context) -> pb.GetApiKeyResponse:
        tenant_id = reading()
        fields = messages.fields_asked(request, _FIELDS)
        key = await self._keys.get(tenant_id, request.id)
        return pb.GetApiKeyResponse(key=messages.selected(key_message(key), fields))

    async def ListApiKeys(self, request: pb.ListApiKeysRequest, context: _Context) -> pb.ListApiKeysResponse:
        tenant_id = reading()
        asked = messages.list_asked(request, KEYS)
        page = await self._keys.list(tenant_id, asked)
        found = [messages.selected(key_message(key), asked.fields) for key in page.items]
        return pb.ListApiKeysResponse(keys=found, next_page_token=page.next_page_token)

    async def UpdateApiKey(
        self, request: pb.UpdateApiKeyRequest, context: _Context
    ) -> pb.UpdateApiKeyResponse:
        tenant_id = writing_tenant("keys")
        expected = preconditions.expected(request.expected_version, request.any_version)
        patch = messages.patch(request.key, request.update_mask)
        key = await self._keys.update(tenant_id, request.key.id, maker(), change_of(patch), expected)
        return pb.UpdateApiKeyResponse(key=key_message(key))

    async def DeleteApiKey(
        self, request: pb.DeleteApiKeyRequest, context: _Context
    ) -> pb.DeleteApiKeyResponse:
        tenant_id = writing_tenant("keys")
        expected = preconditions.expected(request.expected_version, request.any_version)
        await self._keys.delete(tenant_id, request.id, expected)
        return pb.DeleteApiKeyResponse()
