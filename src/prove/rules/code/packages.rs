//! What well-known Python packages hold, from the packages themselves: OpenTelemetry 1.24 to 1.45, prometheus_client
//! 0.20 to 0.26, structlog 24 to 26, sentry_sdk 1.40 to 2.75.

/// A module and its public names, those of its modules among them.
pub(super) struct Module {
    pub(super) path: &'static str,
    names: &'static str,
}

impl Module {
    /// Whether it has a name. Names in capitals are constants, of which the lists do not hold all.
    pub(super) fn has(&self, name: &str) -> bool {
        let constant =
            name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
        constant || name.starts_with('_') || self.lists(name)
    }

    /// Whether a name is among those that are listed.
    pub(super) fn lists(&self, name: &str) -> bool {
        self.names.split_whitespace().any(|listed| listed == name)
    }
}

/// Modules whose names are all listed. A name that is in none of these may still exist in a module that is not listed.
pub(super) static MODULES: [Module; 15] = [
    Module {
        path: "opentelemetry.trace",
        names: "DEFAULT_TRACE_OPTIONS DEFAULT_TRACE_STATE INVALID_SPAN INVALID_SPAN_CONTEXT \
               INVALID_SPAN_ID INVALID_TRACE_ID Link NoOpTracer NoOpTracerProvider NonRecordingSpan \
               ProxyTracer ProxyTracerProvider Span SpanContext SpanKind Status StatusCode TraceFlags \
               TraceState Tracer TracerProvider format_span_id format_trace_id get_current_span \
               get_tracer get_tracer_provider set_span_in_context set_tracer_provider use_span \
               propagation span status Context context_api logger os types typing",
    },
    Module {
        path: "opentelemetry.context",
        names: "Context attach create_key detach get_current get_value set_value context \
               contextvars_context logging typing logger",
    },
    Module { path: "opentelemetry.context.context", names: "Context ABC abstractmethod typing annotations" },
    Module {
        path: "opentelemetry.metrics",
        names: "Asynchronous CallbackOptions CallbackT Counter Histogram Instrument Meter \
               MeterProvider NoOpCounter NoOpHistogram NoOpMeter NoOpMeterProvider \
               NoOpObservableCounter NoOpObservableGauge NoOpObservableUpDownCounter \
               NoOpUpDownCounter NoOpGauge ObservableCounter ObservableGauge ObservableUpDownCounter \
               Observation Synchronous UpDownCounter get_meter get_meter_provider set_meter_provider",
    },
    Module {
        path: "opentelemetry.baggage",
        names: "clear get_all get_baggage remove_baggage set_baggage propagation Context create_key \
               get_value set_value",
    },
    Module {
        path: "opentelemetry.propagate",
        names: "extract get_global_textmap inject set_global_textmap propagators composite textmap \
               Context",
    },
    Module {
        path: "opentelemetry.sdk.trace",
        names: "BoundedAttributes BoundedList ConcurrentMultiSpanProcessor Event EventBase IdGenerator \
               RandomIdGenerator ReadableSpan Resource Span SpanContext SpanLimits SpanProcessor \
               Status StatusCode SynchronousMultiSpanProcessor Tracer TracerProvider export \
               id_generator sampling util resources InstrumentationInfo InstrumentationScope Context \
               context_api trace_api types NoOpTracer",
    },
    Module {
        path: "opentelemetry.sdk.trace.export",
        names: "BatchSpanProcessor ConsoleSpanExporter SimpleSpanProcessor SpanExportResult \
               SpanExporter SpanProcessor ReadableSpan Span in_memory_span_exporter Context attach \
               detach set_value",
    },
    Module {
        path: "opentelemetry.sdk.trace.sampling",
        names: "ALWAYS_OFF ALWAYS_ON DEFAULT_OFF DEFAULT_ON Decision ParentBased \
               ParentBasedTraceIdRatio Sampler SamplingResult StaticSampler TraceIdRatioBased \
               AlwaysRecordSampler SpanKind Link TraceState Context get_current_span",
    },
    Module {
        path: "opentelemetry.sdk.resources",
        names: "Resource ResourceAttributes ResourceDetector OTELResourceDetector OsResourceDetector \
               ProcessResourceDetector ServiceInstanceIdResourceDetector get_aggregated_resources \
               SERVICE_NAME SERVICE_VERSION SERVICE_NAMESPACE SERVICE_INSTANCE_ID \
               DEPLOYMENT_ENVIRONMENT HOST_NAME HOST_ID HOST_TYPE PROCESS_PID PROCESS_RUNTIME_NAME \
               PROCESS_RUNTIME_VERSION TELEMETRY_SDK_LANGUAGE TELEMETRY_SDK_NAME \
               TELEMETRY_SDK_VERSION OTEL_RESOURCE_ATTRIBUTES OTEL_SERVICE_NAME OS_TYPE OS_VERSION \
               CONTAINER_ID CONTAINER_NAME KUBERNETES_POD_NAME KUBERNETES_NAMESPACE_NAME \
               KUBERNETES_CLUSTER_NAME CLOUD_PROVIDER CLOUD_REGION Attributes BoundedAttributes",
    },
    Module {
        path: "opentelemetry.sdk.metrics",
        names: "AlignedHistogramBucketExemplarReservoir AlwaysOffExemplarFilter AlwaysOnExemplarFilter \
               Counter Exemplar ExemplarFilter ExemplarReservoir Histogram Meter MeterProvider \
               MetricsTimeoutError ObservableCounter ObservableGauge ObservableUpDownCounter \
               SimpleFixedSizeExemplarReservoir TraceBasedExemplarFilter UpDownCounter export view",
    },
    Module {
        path: "opentelemetry.sdk.metrics.export",
        names: "AggregationTemporality Buckets ConsoleMetricExporter DataPointT DataT \
               ExponentialHistogram ExponentialHistogramDataPoint Gauge Histogram HistogramDataPoint \
               InMemoryMetricReader Metric MetricExportResult MetricExporter MetricReader MetricsData \
               NumberDataPoint PeriodicExportingMetricReader ResourceMetrics ScopeMetrics Sum \
               CardinalityLimits InstrumentCardinalityKey",
    },
    Module {
        path: "prometheus_client",
        names: "CONTENT_TYPE_LATEST CONTENT_TYPE_PLAIN_0_0_4 CONTENT_TYPE_PLAIN_1_0_0 \
               CollectorRegistry Counter Enum GCCollector GC_COLLECTOR Gauge Histogram Info Metric \
               MetricsHandler PLATFORM_COLLECTOR PROCESS_COLLECTOR PlatformCollector ProcessCollector \
               REGISTRY Summary delete_from_gateway disable_created_metrics enable_created_metrics \
               generate_latest instance_ip_grouping_key make_asgi_app make_wsgi_app push_to_gateway \
               pushadd_to_gateway start_http_server start_wsgi_server write_to_textfile aiohttp asgi \
               bridge context_managers core decorator django exposition gc_collector metrics \
               metrics_core mmap_dict multiprocess openmetrics parser platform_collector \
               process_collector registry samples twisted utils validation values",
    },
    Module {
        path: "structlog",
        names: "BoundLogger BoundLoggerBase BytesLogger BytesLoggerFactory DropEvent PrintLogger \
               PrintLoggerFactory ReturnLogger ReturnLoggerFactory WriteLogger WriteLoggerFactory \
               configure configure_once contextvars dev exceptions getLogger get_config get_context \
               get_logger is_configured make_filtering_bound_logger processors reset_defaults stdlib \
               testing threadlocal tracebacks twisted types typing wrap_logger",
    },
    Module {
        path: "sentry_sdk",
        names: "Client HttpTransport Hub Scope Transport VERSION add_attachment add_breadcrumb \
               capture_event capture_exception capture_message configure_scope continue_trace \
               end_session flush flush_async get_baggage get_client get_current_scope \
               get_current_span get_global_scope get_isolation_scope get_traceparent init \
               integrations is_initialized isolation_scope last_event_id logger metrics monitor \
               new_scope profiler push_scope remove_attribute set_attribute set_attributes \
               set_context set_extra set_level set_measurement set_tag set_tags set_transaction_name \
               set_user start_session start_span start_transaction trace update_current_span ai api \
               client consts crons debug envelope feature_flags hub scope serializer session sessions \
               spotlight tracing tracing_utils transport types utils worker attachments \
               start_profiler stop_profiler",
    },
];

/// Packages whose modules are all listed: what else is imported from below them does not exist.
pub(super) const CHILDREN: [(&str, &str); 7] = [
    (
        "opentelemetry.sdk",
        "trace metrics resources _logs _events util environment_variables error_handler \
         version extension _configuration _shared_internal",
    ),
    ("opentelemetry.sdk.trace", "export sampling id_generator _sampling_experimental _tracer_metrics"),
    ("opentelemetry.sdk.metrics", "export view _internal"),
    ("opentelemetry.trace", "propagation span status"),
    ("opentelemetry.exporter.otlp", "proto version json"),
    ("opentelemetry.exporter.otlp.proto", "grpc http common"),
    ("opentelemetry.context", "context contextvars_context"),
];

/// Names that are known to be of a package: the package, the module to import it from, the name.
pub(super) const WELL_KNOWN: [(&str, &str, &str); 52] = [
    ("opentelemetry", "opentelemetry", "trace"),
    ("opentelemetry", "opentelemetry", "metrics"),
    ("opentelemetry", "opentelemetry", "baggage"),
    ("opentelemetry", "opentelemetry.sdk.trace", "TracerProvider"),
    ("opentelemetry", "opentelemetry.sdk.trace.export", "BatchSpanProcessor"),
    ("opentelemetry", "opentelemetry.sdk.trace.export", "SimpleSpanProcessor"),
    ("opentelemetry", "opentelemetry.sdk.trace.export", "ConsoleSpanExporter"),
    ("opentelemetry", "opentelemetry.sdk.trace.sampling", "TraceIdRatioBased"),
    ("opentelemetry", "opentelemetry.sdk.trace.sampling", "ParentBased"),
    ("opentelemetry", "opentelemetry.sdk.trace.sampling", "ParentBasedTraceIdRatio"),
    ("opentelemetry", "opentelemetry.sdk.resources", "Resource"),
    ("opentelemetry", "opentelemetry.sdk.resources", "SERVICE_NAME"),
    ("opentelemetry", "opentelemetry.sdk.metrics", "MeterProvider"),
    ("opentelemetry", "opentelemetry.sdk.metrics.export", "PeriodicExportingMetricReader"),
    ("opentelemetry", "opentelemetry.sdk.metrics.export", "ConsoleMetricExporter"),
    ("opentelemetry", "opentelemetry.sdk._logs", "LoggerProvider"),
    ("opentelemetry", "opentelemetry.sdk._logs.export", "BatchLogRecordProcessor"),
    ("opentelemetry", "opentelemetry.exporter.otlp.proto.grpc.trace_exporter", "OTLPSpanExporter"),
    ("opentelemetry", "opentelemetry.exporter.otlp.proto.grpc.metric_exporter", "OTLPMetricExporter"),
    ("opentelemetry", "opentelemetry.trace", "StatusCode"),
    ("opentelemetry", "opentelemetry.trace", "SpanKind"),
    ("opentelemetry", "opentelemetry.trace", "get_current_span"),
    ("opentelemetry", "opentelemetry.trace", "get_tracer"),
    ("opentelemetry", "opentelemetry.trace.propagation.tracecontext", "TraceContextTextMapPropagator"),
    ("opentelemetry", "opentelemetry.instrumentation.fastapi", "FastAPIInstrumentor"),
    ("opentelemetry", "opentelemetry.instrumentation.flask", "FlaskInstrumentor"),
    ("opentelemetry", "opentelemetry.instrumentation.requests", "RequestsInstrumentor"),
    ("opentelemetry", "opentelemetry.instrumentation.sqlalchemy", "SQLAlchemyInstrumentor"),
    ("opentelemetry", "opentelemetry.instrumentation.grpc", "GrpcInstrumentorServer"),
    ("opentelemetry", "opentelemetry.instrumentation.grpc", "GrpcInstrumentorClient"),
    ("opentelemetry", "opentelemetry.instrumentation.redis", "RedisInstrumentor"),
    ("prometheus_client", "prometheus_client", "Counter"),
    ("prometheus_client", "prometheus_client", "Gauge"),
    ("prometheus_client", "prometheus_client", "Histogram"),
    ("prometheus_client", "prometheus_client", "Summary"),
    ("prometheus_client", "prometheus_client", "CollectorRegistry"),
    ("prometheus_client", "prometheus_client", "REGISTRY"),
    ("prometheus_client", "prometheus_client", "CONTENT_TYPE_LATEST"),
    ("prometheus_client", "prometheus_client", "generate_latest"),
    ("prometheus_client", "prometheus_client", "start_http_server"),
    ("prometheus_client", "prometheus_client", "push_to_gateway"),
    ("prometheus_client", "prometheus_client", "make_asgi_app"),
    ("sentry_sdk", "sentry_sdk.integrations.asyncio", "AsyncioIntegration"),
    ("sentry_sdk", "sentry_sdk.integrations.fastapi", "FastApiIntegration"),
    ("sentry_sdk", "sentry_sdk.integrations.starlette", "StarletteIntegration"),
    ("sentry_sdk", "sentry_sdk.integrations.logging", "LoggingIntegration"),
    ("sentry_sdk", "sentry_sdk.integrations.sqlalchemy", "SqlalchemyIntegration"),
    ("sentry_sdk", "sentry_sdk.integrations.redis", "RedisIntegration"),
    ("sentry_sdk", "sentry_sdk.integrations.celery", "CeleryIntegration"),
    ("structlog", "structlog.stdlib", "LoggerFactory"),
    ("structlog", "structlog.processors", "JSONRenderer"),
    ("structlog", "structlog.processors", "TimeStamper"),
];

/// Modules that are used by their name, with attributes that only they have; any attribute where none are listed.
pub(super) const STANDARD: [(&str, &str); 34] = [
    ("os", "environ getenv path getpid makedirs kill urandom cpu_count listdir remove"),
    ("sys", "exit stdout stderr argv path version_info modules platform exc_info stdin"),
    ("json", "dumps loads dump load JSONDecodeError"),
    ("time", "time sleep perf_counter monotonic time_ns strftime gmtime"),
    (
        "logging",
        "getLogger basicConfig INFO DEBUG WARNING ERROR StreamHandler Formatter Filter \
         Handler info error warning config",
    ),
    ("asyncio", ""),
    ("re", "compile match search sub findall fullmatch split IGNORECASE"),
    ("math", "ceil floor sqrt log inf isnan pi"),
    ("random", "random randint choice uniform shuffle seed sample"),
    ("datetime", "datetime timedelta timezone date"),
    ("uuid", "uuid4 uuid1 UUID"),
    ("socket", "socket gethostname AF_INET create_connection"),
    ("signal", "signal SIGTERM SIGINT SIGHUP"),
    ("threading", ""),
    ("subprocess", "run Popen check_output check_call PIPE"),
    ("functools", ""),
    ("itertools", ""),
    ("contextlib", ""),
    ("collections", "defaultdict Counter deque OrderedDict namedtuple"),
    ("hashlib", ""),
    ("hmac", "new compare_digest"),
    ("base64", "b64encode b64decode urlsafe_b64encode"),
    ("traceback", "format_exc print_exc format_exception"),
    ("tempfile", ""),
    ("shutil", ""),
    ("urllib", "parse request error"),
    ("secrets", "token_hex token_urlsafe compare_digest"),
    ("statistics", "mean median quantiles stdev"),
    ("platform", "node system python_version machine"),
    ("contextvars", "ContextVar copy_context"),
    ("dataclasses", "dataclass field asdict"),
    ("typing", "Any Optional List Dict"),
    ("atexit", "register"),
    ("requests", "get post put delete Session exceptions request"),
];

/// Packages that nobody maintains any more, with what became of them.
pub(super) const ENDED: [(&str, &str); 4] = [
    (
        "opentelemetry.exporter.jaeger",
        "its last release is 1.21.0, and its support ended in July 2023; Jaeger takes OTLP: opentelemetry.exporter.otlp",
    ),
    ("opentelemetry.exporter.opencensus", "OpenCensus has ended; use opentelemetry.exporter.otlp"),
    ("jaeger_client", "Jaeger's own clients ended in 2022; use OpenTelemetry"),
    ("raven", "Sentry's old client ended in 2018; use sentry_sdk"),
];
