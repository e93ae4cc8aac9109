"""Q.850 causes (ITU-T Q.850) by FreeSWITCH's names, and the SIP statuses that they stand for."""

_CAUSE_OF_STATUS = {
    401: "CALL_REJECTED",
    402: "CALL_REJECTED",
    403: "CALL_REJECTED",
    404: "UNALLOCATED_NUMBER",
    405: "SERVICE_UNAVAILABLE",
    407: "CALL_REJECTED",
    408: "RECOVERY_ON_TIMER_EXPIRE",
    410: "NUMBER_CHANGED",
    413: "INTERWORKING",
    414: "INTERWORKING",
    416: "INTERWORKING",
    420: "INTERWORKING",
    480: "NO_USER_RESPONSE",
    481: "NORMAL_TEMPORARY_FAILURE",
    482: "EXCHANGE_ROUTING_ERROR",
    483: "EXCHANGE_ROUTING_ERROR",
    484: "INVALID_NUMBER_FORMAT",
    485: "NO_ROUTE_DESTINATION",
    486: "USER_BUSY",
    487: "ORIGINATOR_CANCEL",
    488: "INCOMPATIBLE_DESTINATION",
    500: "NORMAL_TEMPORARY_FAILURE",
    501: "SERVICE_NOT_IMPLEMENTED",
    502: "NETWORK_OUT_OF_ORDER",
    503: "NORMAL_TEMPORARY_FAILURE",
    504: "RECOVERY_ON_TIMER_EXPIRE",
    600: "USER_BUSY",
    603: "CALL_REJECTED",
    604: "NO_ROUTE_DESTINATION",
    606: "INCOMPATIBLE_DESTINATION",
}

_STATUS_OF_CAUSE = {
    "UNALLOCATED_NUMBER": (404, "Not Found"),
    "NO_ROUTE_DESTINATION": (404, "Not Found"),
    "USER_BUSY": (486, "Busy Here"),
    "NO_USER_RESPONSE": (408, "Request Timeout"),
    "NO_ANSWER": (480, "Temporarily Unavailable"),
    "ALLOTTED_TIMEOUT": (480, "Temporarily Unavailable"),
    "CALL_REJECTED": (603, "Decline"),
    "NUMBER_CHANGED": (410, "Gone"),
    "INVALID_NUMBER_FORMAT": (484, "Address Incomplete"),
    "INCOMPATIBLE_DESTINATION": (488, "Not Acceptable Here"),
    "SERVICE_NOT_IMPLEMENTED": (501, "Not Implemented"),
    "NETWORK_OUT_OF_ORDER": (502, "Bad Gateway"),
    "NORMAL_TEMPORARY_FAILURE": (503, "Service Unavailable"),
    "RECOVERY_ON_TIMER_EXPIRE": (504, "Gateway Timeout"),
    "ORIGINATOR_CANCEL": (487, "Request Terminated"),
}

KNOWN = frozenset({*_CAUSE_OF_STATUS.values(), *_STATUS_OF_CAUSE, "NORMAL_CLEARING"})


def cause_of(status: int) -> str:
    return _CAUSE_OF_STATUS.get(status, "NORMAL_UNSPECIFIED")


def status_of(cause: str) -> tuple[int, str]:
    """What a caller who was not answered yet is told."""
    return _STATUS_OF_CAUSE.get(cause, (480, "Temporarily Unavailable"))
