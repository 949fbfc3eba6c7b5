package dev.heimdall.engine.tracing;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Writes what was noted of statements as spans, in the words of OpenTelemetry's semantic
 * conventions for databases, and ours below {@code heimdall}.
 */
final class SpanWriter {
  private static final AttributeKey<List<String>> RULES =
      AttributeKey.stringArrayKey("heimdall.rules");
  private static final int LONGEST_SUMMARY = 255;

  private final Tracer tracer;

  SpanWriter(Tracer tracer) {
    this.tracer = tracer;
  }

  void write(StatementSpan noted) {
    String summary = summary(noted);
    SpanBuilder builder =
        tracer
            .spanBuilder(summary)
            .setSpanKind(noted.sentAt() == 0 ? SpanKind.INTERNAL : SpanKind.CLIENT)
            .setStartTimestamp(noted.begin(), TimeUnit.NANOSECONDS)
            .setParent(parent(noted.parent()))
            .setAttribute("db.system.name", noted.system)
            .setAttribute("db.namespace", noted.namespace)
            .setAttribute("db.operation.name", noted.operation)
            .setAttribute("db.query.summary", summary)
            .setAttribute("heimdall.vdb", noted.vdb)
            .setAttribute("heimdall.route", noted.route().spelling)
            .setAttribute("heimdall.cache.hit", noted.route() == StatementSpan.Route.CACHE);
    if (noted.text != null) {
      builder.setAttribute("db.query.text", noted.text);
    }
    if (!noted.rules.isEmpty()) {
      builder.setAttribute(RULES, noted.rules);
    }
    Span span = builder.startSpan();
    server(noted, span);
    if (noted.code() != null) {
      span.setAttribute("db.response.status_code", noted.code());
      span.setAttribute("error.type", noted.code());
      span.setStatus(StatusCode.ERROR);
    } else if (noted.isSkipped()) {
      span.setAttribute("error.type", "skipped");
      span.setStatus(StatusCode.ERROR);
    } else if (noted.isLost()) {
      span.setAttribute("error.type", "connection_lost");
      span.setStatus(StatusCode.ERROR);
    }
    if (noted.isResent()) {
      span.setAttribute("heimdall.resent", true);
    }
    if (noted.isReplayed()) {
      span.setAttribute("heimdall.replayed", true);
    }
    span.end(noted.ended(), TimeUnit.NANOSECONDS);
  }

  private static void server(StatementSpan noted, Span span) {
    if (noted.sentAt() == 0) {
      return;
    }
    span.addEvent("heimdall.sent", noted.sentAt(), TimeUnit.NANOSECONDS);
    noted.resentAt().forEach(at -> span.addEvent("heimdall.sent", at, TimeUnit.NANOSECONDS));
    span.setAttribute("heimdall.wait.micros", (noted.sentAt() - noted.begin()) / 1000);
    if (noted.serverHost() != null) {
      span.setAttribute("server.address", noted.serverHost());
      span.setAttribute("server.port", (long) noted.serverPort());
    }
    if (noted.server() != null && noted.server().getAddress() != null) {
      span.setAttribute("network.peer.address", noted.server().getAddress().getHostAddress());
      span.setAttribute("network.peer.port", (long) noted.server().getPort());
    }
  }

  private static Context parent(TraceParent parent) {
    return parent == null
        ? Context.root()
        : Context.root()
            .with(
                Span.wrap(
                    SpanContext.createFromRemoteParent(
                        parent.traceId(),
                        parent.spanId(),
                        TraceFlags.getSampled(),
                        TraceState.getDefault())));
  }

  private static String summary(StatementSpan noted) {
    StringBuilder summary = new StringBuilder(noted.operation);
    for (String table : noted.tables) {
      if (summary.length() + 1 + table.length() > LONGEST_SUMMARY) {
        break;
      }
      summary.append(' ').append(table);
    }
    return summary.toString();
  }
}
