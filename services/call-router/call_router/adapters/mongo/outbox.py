"""The routing state topic, keyed by agent or plan id."""

from servicekit.audit import Audited
from servicekit.outbox import StateTopic

_TOPIC, _MESSAGE = "keepline.routing.plan.state.v1", "keepline.routing.v1.RoutingState"
AGENTS = StateTopic(_TOPIC, "call-control", _MESSAGE, "keepline.routing.agent")
PLANS = StateTopic(_TOPIC, "call-control", _MESSAGE, "keepline.routing.plan")
AUDITED_AGENTS, AUDITED_PLANS = Audited("agent", "call-control"), Audited("plan", "call-control")
