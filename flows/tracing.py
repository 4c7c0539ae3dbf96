"""OpenTelemetry traces of runs and their stages, off unless OTEL_EXPORTER_OTLP_ENDPOINT says where they go.

Prefect makes the spans: a run's carries its name and tags, a stage's its name, opaque ids all. `massicot up`
lets it, and this gives it where to send them, over HTTP as protobuf; OTEL_* variables set the rest.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
_LETS_PREFECT = "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY"


def prefect_settings(environment: Mapping[str, str]) -> dict[str, str]:
    return {_LETS_PREFECT: "true" if environment.get(ENDPOINT) else "false"}


def start() -> None:
    """Once in each process that runs flows, before its first run begins. What is left is sent at its end."""
    if not os.environ.get(ENDPOINT):
        return
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": "massicot"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
