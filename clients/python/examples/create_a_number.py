"""A number's whole path: a trunk, a number on it, an agent and a plan, until a call would be answered.

python create_a_number.py "020 7946 0991" sip:desk@agents.example
"""

import os
import sys
import time

from keepline_client import Keepline, KeeplineError


def main(written: str, agent_uri: str) -> None:
    with Keepline(os.environ["KEEPLINE_URL"], os.environ["KEEPLINE_TOKEN"]) as keepline:
        trunk = keepline.trunks.create(
            {"name": "Example Telecom", "country": "GB", "source_cidrs": ["127.0.1.0/24"]}
        )
        print(f"trunk {trunk.id}: the provider sends calls to sip:NUMBER@{trunk.domain}")
        number = keepline.numbers.create({"number": written, "trunk_id": trunk.id, "label": "Front desk"})
        print(f"number {number.id}: {number.number}")
        agent = keepline.agents.create({"name": "Receptionist", "sip": {"uri": agent_uri}})
        plan = keepline.plans.create(
            {"name": "Front desk", "numbers": [number.number], "first_agent_id": agent.id}
        )
        print(f"plan {plan.id}: {agent.name} answers")
        for _ in range(100):  # what was made just now is on its way
            decision = keepline.route({"trunk_id": trunk.id, "called": written})
            if decision.code == "routed":
                break
            time.sleep(0.1)
        print(f"{decision.code}: {decision.reason}")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeeplineError as error:
        sys.exit(str(error))
