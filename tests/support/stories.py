"""How the state machines play."""

from hypothesis import HealthCheck, Phase, settings

from tests.support.examples import examples

STORIES = settings(
    max_examples=examples(15),
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=set(Phase) - {Phase.explain},
)
