"""The routing state topic, keyed by agent or plan id."""

from servicekit.outbox import StateTopic

STATE = StateTopic("keepline.routing.plan.state.v1", "call-router", "keepline.routing.v1.RoutingState")
