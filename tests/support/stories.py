"""How the state machines play: MACHINE_EXAMPLES sets how many stories."""

import os

from hypothesis import HealthCheck, Phase, settings

STORIES = settings(
    max_examples=int(os.environ.get("MACHINE_EXAMPLES", "25")),
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=set(Phase) - {Phase.explain},
)
