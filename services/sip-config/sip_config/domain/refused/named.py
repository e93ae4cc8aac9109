"""What is said instead where the edge named what it is about: what happened, what to do."""

NAMED: dict[str, tuple[str, str]] = {
    "header_malformed": (
        "{about} of the call is not as RFC 3261 has it.",
        "Have your provider look at {about} in a trace of the call, and mend it.",
    ),
    "extension_unsupported": (
        "The call requires the extension {about} of SIP, which we do not have.",
        "Have your provider leave {about} out of Require and Proxy-Require; in Supported it may stand.",
    ),
    "body_unsupported": (
        "The call brings {about} and no session description (SDP).",
        "Have your provider send application/sdp.",
    ),
    "answer_unacceptable": (
        "The call takes {about} as an answer, and no session description (SDP).",
        "Have your provider take application/sdp too.",
    ),
}
