"""The measures as Prometheus reads them, at an address of their own that no visitor reaches."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import close_old_connections
from django.utils import timezone
from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.core import GaugeMetricFamily

from privacy_crm.health import measures

PREFIX = "crm"


class Collector:
    """Measures each time that it is asked, and remembers nothing."""

    def __init__(self, queues: Iterable[str]) -> None:
        self.queues = list(queues)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        close_old_connections()
        for measure in measures.take(at=timezone.now(), queues=self.queues):
            names = list(measure.samples[0][0]) if measure.samples else []
            family = GaugeMetricFamily(f"{PREFIX}_{measure.name}", measure.says, labels=names)
            for labels, value in measure.samples:
                family.add_metric([labels[name] for name in names], value)
            yield family


def application(queues: Iterable[str]) -> Callable[..., Any]:
    """Return what answers a scrape, in the text format of Prometheus."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Collector(queues))
    return make_wsgi_app(registry)
