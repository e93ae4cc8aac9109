"""What is said of a refusal whose code has one sentence: the rule, what happened, what to do."""

from sip_config.domain.refused.explanation import Rule

_SLOWER = "Have your provider send fewer calls at once, or ask the operator for more."
SENTENCES: dict[str, tuple[Rule, str, str]] = {
    "number_malformed": (
        Rule.REQUEST,
        "The called number holds signs that no number has.",
        "Have your provider send digits with + in front, or as they are dialled.",
    ),
    "caller_malformed": (
        Rule.REQUEST,
        "Who calls (From) is not written in a form that can be read.",
        "Have your provider send exactly one address in From, with its tag.",
    ),
    "header_malformed": (
        Rule.REQUEST,
        "A header of the call is not as RFC 3261 has it; our answer names the header.",
        "Have your provider look at the phrase of our answer in a trace of the call, and mend that header.",
    ),
    "extension_unsupported": (
        Rule.REQUEST,
        "The call requires an extension of SIP that we do not have; Unsupported in our answer names it.",
        "Have your provider leave it out of Require and Proxy-Require; in Supported it may stand.",
    ),
    "body_unsupported": (
        Rule.REQUEST,
        "The call brings a body other than a session description (SDP).",
        "Have your provider send application/sdp.",
    ),
    "answer_unacceptable": (
        Rule.REQUEST,
        "The call takes no session description (SDP) as an answer.",
        "Have your provider take application/sdp.",
    ),
    "request_malformed": (
        Rule.REQUEST,
        "The call, or the description of its sound (SDP), cannot be read.",
        "Have your provider look at a trace of the call: RFC 3261 says how it is written, RFC 8866 its SDP.",
    ),
    "message_too_large": (
        Rule.REQUEST,
        "The call's message is larger than we read.",
        "Have your provider send less in it: fewer codecs, no picture of the caller.",
    ),
    "too_many_hops": (
        Rule.REQUEST,
        "The call had passed through as many systems as it may (Max-Forwards), or goes round between two.",
        "Have your provider send Max-Forwards: 70, and look for two systems that send it to each other.",
    ),
    "call_unknown": (
        Rule.REQUEST,
        "{method} was sent for a call that we do not know, or that has ended.",
        "If calls are cut off too, have your provider send what belongs to a call the way our answers name.",
    ),
    "source_rate_exceeded": (
        Rule.RATE,
        "One address sent more requests in a second, for calls that go on, than it may.",
        _SLOWER,
    ),
    "trunk_rate_exceeded": (Rule.RATE, "{name} had more calls in a second than one trunk may have.", _SLOWER),
    "tenant_rate_exceeded": (Rule.RATE, "Your trunks had more calls in a second than you may have.", _SLOWER),
    "tenant_calls_exceeded": (Rule.OPEN_CALLS, "You had as many calls at once as you may have.", _SLOWER),
    "method_not_allowed": (
        Rule.REQUEST,
        "{method} was sent to {name}; calls are taken from its addresses, without registration.",
        "Set your provider or PBX to send calls to the trunk's domain without registering.",
    ),
    "plan_missing": (
        Rule.PLAN,
        "{number} is on {name}, and no routing plan says who answers it.",
        "Put the number on a routing plan.",
    ),
    "agent_missing": (
        Rule.AGENT,
        "The routing plan of {number} names nobody who can be called.",
        "Give the plan an agent that is there; a person needs a trunk that is there.",
    ),
    "codec_missing": (
        Rule.MEDIA,
        "{name} offered no sound in a form (codec, encryption) that we take.",
        "Have your provider offer PCMA or PCMU (G.711). The call's decision says what it offered.",
    ),
    "no_switch": (
        Rule.PLATFORM,
        "None of our switches could take the call; it was not yours to change.",
        "Call again. If it lasts, tell the operator.",
    ),
    "trunk_unknown": (
        Rule.TRUNK_KNOWN,
        "It was sent to a name that is no trunk's, or to a trunk that is not known everywhere yet.",
        "Have your provider send to the trunk's own SIP domain; a new trunk is known everywhere in seconds.",
    ),
}
STRANGERS = (
    Rule.TRUNK_KNOWN,
    "It was sent to no trunk's domain, and to no number that is held, from an address that no trunk knows.",
    "If it is a provider's, allow its address on the trunk, or have it send to the trunk's own SIP domain.",
)
OTHERWISE = (Rule.REQUEST, "It was turned away.", "The page of its code says how to repair it.")
