package dev.heimdall.engine.observe;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** Metrics of topology documents and of those who push them. */
final class FeedGauges {
  private final MeterRegistry registry;
  private final Supplier<NodeGauges.Feed> feed;
  private final MultiGauge age;
  private final MultiGauge version;
  private final Set<String> outcomes = new HashSet<>();

  FeedGauges(MeterRegistry registry, Supplier<NodeGauges.Feed> feed) {
    this.registry = registry;
    this.feed = feed;
    age =
        MultiGauge.builder("heimdall.topology.age")
            .baseUnit("seconds")
            .description("How long ago it was heard that a topology document is the last one")
            .register(registry);
    version =
        MultiGauge.builder("heimdall.topology.version")
            .description("The version of the topology document that the node has")
            .register(registry);
    FunctionCounter.builder(
            "heimdall.topology.pushes.previous.key", feed, now -> now.get().byPreviousKey())
        .description("Pushes that were let in by another key than the newest")
        .register(registry);
  }

  void update() {
    NodeGauges.Feed now = feed.get();
    List<MultiGauge.Row<?>> ages = new ArrayList<>();
    List<MultiGauge.Row<?>> versions = new ArrayList<>();
    for (NodeGauges.Document document : now.documents()) {
      Tags tags = Tags.of("source", document.source());
      ages.add(MultiGauge.Row.of(tags.and("by", document.by()), document.age().toMillis() * 1e-3));
      versions.add(MultiGauge.Row.of(tags, document.version()));
    }
    age.register(ages, true);
    version.register(versions, true);
    for (String outcome : now.pushes().keySet()) {
      if (outcomes.add(outcome)) {
        FunctionCounter.builder(
                "heimdall.topology.pushes",
                feed,
                latest -> latest.get().pushes().getOrDefault(outcome, 0L))
            .description("Topology documents that were pushed, by what became of them")
            .tags("outcome", outcome)
            .register(registry);
      }
    }
  }
}
