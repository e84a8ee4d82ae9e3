"""SIGTERM in each job that runs by itself."""

from __future__ import annotations

import pytest

from tests.processes.test_told_to_end import assert_it_ends_this_job_first, site
from tests.support import late
from tests.support.processes import Site

pytestmark = [pytest.mark.promise("L11"), pytest.mark.timeout(600)]
__all__ = ["site"]


@pytest.mark.parametrize("job", late.TASKS)
def test_a_worker_that_is_told_to_end_ends_its_job_first_and_leaves_the_next_to_another(job: str, site: Site) -> None:
    site.forget_messages()
    following = late.TASKS[late.TASKS.index(job) - 1]
    assert_it_ends_this_job_first(site, job, following)
