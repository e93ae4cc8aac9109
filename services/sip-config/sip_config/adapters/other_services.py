"""Numbers and plans of the caller's tenant, asked of their services with what the caller showed."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING, TypeVar

import grpc

from keepline.phone.v1 import phone_service_pb2 as pb
from keepline.phone.v1.number_pb2 import Number
from keepline.routing.v1 import routing_service_pb2 as routing
from servicekit.errors import Problem, QuotaReached, TooMany, Unavailable
from servicekit.grpc import problem_of
from sip_config.domain.refused.numbers import OwnNumber

if TYPE_CHECKING:  # the asynchronous stub is a type only
    from keepline.phone.v1.phone_service_pb2_grpc import PhoneServiceAsyncStub
    from keepline.routing.v1.routing_service_pb2_grpc import CallRoutingManagerAsyncStub

T = TypeVar("T")

_DEADLINE_SECONDS = 3.0
_AWAY = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED)


class PhoneSources:
    """Implements PhoneNumbers."""

    def __init__(self, numbers: PhoneServiceAsyncStub) -> None:
        self._numbers = numbers

    async def find(self, number: str) -> OwnNumber | None:
        asked = pb.ListNumbersRequest(number=[number], page_size=1)
        answer = await self._answered(self._numbers.ListNumbers(asked, timeout=_DEADLINE_SECONDS))
        found = next(iter(answer.numbers), None)
        return None if found is None else OwnNumber(found.id, found.number, found.trunk_id)

    async def add(self, trunk_id: str, number: str) -> None:
        asked = pb.CreateNumberRequest(number=number, trunk_id=trunk_id)
        await self._answered(self._numbers.CreateNumber(asked, timeout=_DEADLINE_SECONDS))

    async def move(self, number_id: str, trunk_id: str) -> None:
        asked = pb.UpdateNumberRequest(number=Number(id=number_id, trunk_id=trunk_id), any_version=True)
        asked.update_mask.paths.append("trunk_id")
        await self._answered(self._numbers.UpdateNumber(asked, timeout=_DEADLINE_SECONDS))

    async def _answered(self, call: Awaitable[T]) -> T:
        try:
            return await call
        except grpc.aio.AioRpcError as error:
            if error.code() in _AWAY:
                raise Unavailable(
                    "numbers_unavailable",
                    "your numbers cannot be asked about right now",
                    hint="try again in a moment; the fix can be applied again",
                ) from error
            raise _problem(error) from error


class CallControl:
    """Implements RoutingPlans."""

    def __init__(self, plans: CallRoutingManagerAsyncStub) -> None:
        self._plans = plans

    async def put(self, plan_id: str, number: str) -> None:
        """Of a plan that was changed meanwhile raises VersionMismatch."""
        asked = routing.GetPlanRequest(id=plan_id)
        plan = (await self._answered(self._plans.GetPlan(asked, timeout=_DEADLINE_SECONDS))).plan
        if number in plan.numbers:
            return
        change = routing.UpdatePlanRequest(expected_version=plan.version)
        change.plan.id = plan_id
        change.plan.numbers.extend([*plan.numbers, number])
        change.update_mask.paths.append("numbers")
        await self._answered(self._plans.UpdatePlan(change, timeout=_DEADLINE_SECONDS))

    async def _answered(self, call: Awaitable[T]) -> T:
        try:
            return await call
        except grpc.aio.AioRpcError as error:
            if error.code() in _AWAY:
                raise Unavailable(
                    "plans_unavailable",
                    "your routing plans cannot be asked about right now",
                    hint="try again in a moment; the fix can be applied again",
                ) from error
            raise _problem(error) from error


def _problem(error: grpc.aio.AioRpcError) -> Problem:
    """As the other service told it."""
    problem = problem_of(error)
    if isinstance(problem, TooMany) and problem.code == "quota_numbers":
        return QuotaReached("quota_numbers", problem.detail, hint=problem.hint)
    return problem
