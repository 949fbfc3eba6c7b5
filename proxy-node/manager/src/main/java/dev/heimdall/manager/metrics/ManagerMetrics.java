package dev.heimdall.manager.metrics;

import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.audit.Action;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.manager.fleet.Fleet;
import dev.heimdall.manager.fleet.Presence;
import dev.heimdall.manager.rest.Operation;
import dev.heimdall.manager.rest.OperationText;
import dev.heimdall.manager.rest.Resource;
import dev.heimdall.manager.rest.Shape;
import dev.heimdall.manager.web.Answer;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** {@code /metrics} of the manager. */
public final class ManagerMetrics implements Resource, AutoCloseable {
  /** Path of the metrics. */
  public static final String PATH = "/metrics";

  private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics garbageCollection = new JvmGcMetrics();

  /**
   * @param version of the manager
   */
  public ManagerMetrics(String version, Fleet fleet, AuditLog audit, Requests requests) {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    garbageCollection.bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    Gauge.builder("heimdall_manager_version", () -> 1)
        .description("1, with the manager's version.")
        .tag("version", version)
        .register(registry);
    for (Presence presence : Presence.values()) {
      Gauge.builder("heimdall_manager_nodes", fleet, all -> count(all, presence))
          .description("Nodes that report, and such as did, by state: live, late or lost.")
          .tag("state", presence.spelling())
          .register(registry);
    }
    for (Action action : Action.values()) {
      FunctionCounter.builder("heimdall_manager_audit", audit, log -> log.noted(action))
          .description("What was done, by the actions of the audit log.")
          .tag("action", action.spelling())
          .register(registry);
    }
    for (Requests.Endpoint endpoint : Requests.Endpoint.values()) {
      for (Requests.Outcome outcome : Requests.Outcome.values()) {
        FunctionCounter.builder(
                "heimdall_manager_requests", requests, all -> all.answered(endpoint, outcome))
            .description(
                "Requests that were answered: rest, pages, or reports of nodes; by status class.")
            .tag("endpoint", endpoint.spelling())
            .tag("status", outcome.spelling())
            .register(registry);
      }
    }
  }

  private static long count(Fleet fleet, Presence presence) {
    return fleet.nodes().stream().filter(node -> fleet.presence(node) == presence).count();
  }

  @Override
  public List<Operation> operations() {
    return List.of(
        Operation.get(
                PATH,
                Permission.READ_CONFIGURATION,
                call -> Answer.of(200, TEXT, registry.scrape().getBytes(StandardCharsets.UTF_8)))
            .saying(
                OperationText.of("Gives the manager's metrics in Prometheus' text format")
                    .answers("text/plain", Shape.text(""))));
  }

  @Override
  public void close() {
    garbageCollection.close();
    registry.close();
  }
}
