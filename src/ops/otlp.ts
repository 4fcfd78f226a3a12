/** Traces to a collector, by OTLP over HTTP (`--otlp`). Loaded when somebody asks for it and never otherwise. */
import {
  type Span as ApiSpan,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { RELEASE } from '../contract/release.ts';
import type { Span, Tracing } from './tracing.ts';

/** Spans that wait to be sent; what comes beyond is thrown away, since nothing waits for a collector. */
const MAX_WAITING = 2048;
/** Milliseconds between two batches, and for one to be taken. */
const EVERY_MS = 2000;
const TIMEOUT_MS = 5000;

/** @param collector its address; /v1/traces is added */
export function createTracing(collector: string): Tracing {
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'sotto', 'service.version': RELEASE }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: new OTLPTraceExporter({ url: `${collector}/v1/traces`, timeoutMillis: TIMEOUT_MS }),
        maxQueueSize: MAX_WAITING,
        scheduledDelayMillis: EVERY_MS,
        exportTimeoutMillis: TIMEOUT_MS,
      }),
    ],
  });
  const tracer = provider.getTracer('sotto', RELEASE);

  const wrap = (span: ApiSpan): Span => ({
    get traceparent() {
      const { traceId, spanId, traceFlags } = span.spanContext();
      return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
    },
    child: (name) => wrap(tracer.startSpan(name, {}, trace.setSpan(ROOT_CONTEXT, span))),
    rename: (name) => void span.updateName(name),
    set: (attributes) => void span.setAttributes({ ...attributes }),
    end(failed) {
      if (failed !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: failed });
      span.end();
    },
  });

  return {
    begin: (name, traceparent) =>
      wrap(tracer.startSpan(name, { kind: SpanKind.SERVER }, parentOf(traceparent))),
    close: () => provider.shutdown(),
  };
}

/** W3C trace context, version 00; whatever is not well formed begins a trace of its own. */
function parentOf(traceparent: string | null) {
  const [, traceId = '', spanId = '', flags = ''] =
    /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent ?? '') ?? [];
  if (traceId === '' || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return ROOT_CONTEXT;
  const traceFlags = Number.parseInt(flags, 16) & TraceFlags.SAMPLED;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}
