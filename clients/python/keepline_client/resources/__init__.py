"""The resources as the API tells them, and what may be written of them. A new field is one line."""

from keepline_client.resources.agents import AGENTS, Agent, AgentChange, AgentQuery, NewAgent
from keepline_client.resources.audit import AUDIT, AuditEntry, AuditQuery
from keepline_client.resources.calls import CALLS, Call, CallQuery
from keepline_client.resources.keys import API_KEYS, ApiKey, ApiKeyChange, ApiKeyQuery, NewApiKey
from keepline_client.resources.network import (
    NETWORK,
    NETWORK_SWITCHES,
    NETWORK_WORD,
    Network,
    Switch,
    SwitchChange,
    Word,
    WordToSay,
)
from keepline_client.resources.numbers import NUMBERS, NewNumber, Number, NumberChange, NumberQuery
from keepline_client.resources.onboardings import (
    ONBOARDING_SUCCESS,
    ONBOARDINGS,
    NewOnboarding,
    Onboarding,
    OnboardingChange,
    OnboardingQuery,
    OnboardingSuccess,
)
from keepline_client.resources.plans import PLANS, NewPlan, Plan, PlanChange, PlanQuery
from keepline_client.resources.rejections import REJECTIONS, Rejection, RejectionQuery
from keepline_client.resources.routing import ROUTE, CallToRoute, Decision
from keepline_client.resources.statuses import (
    AGENT_STATUSES,
    STATUSES,
    AgentStatus,
    AgentStatusQuery,
    StatusQuery,
    TrunkStatus,
)
from keepline_client.resources.trunks import TRUNKS, NewTrunk, Trunk, TrunkChange, TrunkQuery

__all__ = [
    "AGENTS",
    "AGENT_STATUSES",
    "API_KEYS",
    "AUDIT",
    "CALLS",
    "NETWORK",
    "NETWORK_SWITCHES",
    "NETWORK_WORD",
    "NUMBERS",
    "ONBOARDINGS",
    "ONBOARDING_SUCCESS",
    "PLANS",
    "REJECTIONS",
    "ROUTE",
    "STATUSES",
    "TRUNKS",
    "Agent",
    "AgentChange",
    "AgentQuery",
    "AgentStatus",
    "AgentStatusQuery",
    "ApiKey",
    "ApiKeyChange",
    "ApiKeyQuery",
    "AuditEntry",
    "AuditQuery",
    "Call",
    "CallQuery",
    "CallToRoute",
    "Decision",
    "Network",
    "NewAgent",
    "NewApiKey",
    "NewNumber",
    "NewOnboarding",
    "NewPlan",
    "NewTrunk",
    "Number",
    "NumberChange",
    "NumberQuery",
    "Onboarding",
    "OnboardingChange",
    "OnboardingQuery",
    "OnboardingSuccess",
    "Plan",
    "PlanChange",
    "PlanQuery",
    "Rejection",
    "RejectionQuery",
    "StatusQuery",
    "Switch",
    "SwitchChange",
    "Trunk",
    "TrunkChange",
    "TrunkQuery",
    "TrunkStatus",
    "Word",
    "WordToSay",
]
