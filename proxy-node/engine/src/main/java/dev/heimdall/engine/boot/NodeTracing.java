package dev.heimdall.engine.boot;

import dev.heimdall.engine.fleet.FleetNumbers;
import dev.heimdall.engine.observe.Metrics;
import dev.heimdall.engine.observe.NodeCounter;
import dev.heimdall.engine.tracing.Tracing;
import dev.heimdall.model.NodeSettings;
import java.util.Optional;

/** The traces that a node sends, if it is to. */
final class NodeTracing {
  private NodeTracing() {}

  static Optional<Tracing> of(
      NodeSettings settings, NodeObserver observer, FleetNumbers numbers, Metrics metrics) {
    if (!settings.tracing().enabled()) {
      return Optional.empty();
    }
    String name = observer.name().orElse(settings.tracing().serviceName() + "-" + numbers.node());
    return Optional.of(
        new Tracing(
            settings.tracing(),
            new Tracing.Node(name, Version.current()),
            spans -> metrics.count(NodeCounter.SPANS_SENT, spans),
            spans -> metrics.count(NodeCounter.SPANS_DROPPED, spans)));
  }
}
