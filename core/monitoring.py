"""Figures for Prometheus: requests as they are answered, jobs as they stand.

Several web processes share their counts through files below the data folder, as the library
provides for; the settings name the folder before it is first imported.
"""

import time
from collections.abc import Callable, Iterator

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from core.heartbeat import seconds_since_beat
from core.models import Job

REQUESTS = Counter("circles_http_requests", "Requests answered.", ["method", "route", "status"])
SECONDS = Histogram("circles_http_request_seconds", "Time taken to answer.", ["method"])
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class CountRequestsMiddleware:
    """Counts every request by its route, never by its address: routes are few."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        method = request.method if request.method in METHODS else "other"
        route = request.resolver_match.route if request.resolver_match else "none"
        REQUESTS.labels(method, route, response.status_code).inc()
        SECONDS.labels(method).observe(time.perf_counter() - started)
        return response


class JobsCollector(Collector):
    """Jobs by state, and how long ago a worker was last heard of."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The figures of this moment."""
        known = dict(Job.objects.order_by().values_list("state").annotate(Count("id")))
        states = GaugeMetricFamily("circles_jobs", "Jobs by state.", labels=["state"])
        for state in Job.State.values:
            states.add_metric([state], known.get(state, 0))
        yield states
        seconds = seconds_since_beat()
        if seconds is not None:
            yield GaugeMetricFamily(
                "circles_worker_beat_seconds", "Since a worker was heard of.", value=seconds
            )


def exposition() -> bytes:
    """Everything in Prometheus's text format."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    registry.register(JobsCollector())
    return generate_latest(registry)
