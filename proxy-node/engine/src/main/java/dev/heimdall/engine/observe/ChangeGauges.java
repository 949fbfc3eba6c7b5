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
import java.util.function.ToLongFunction;

/** Metrics of those who hear what is written past the nodes. */
final class ChangeGauges {
  private final MeterRegistry registry;
  private final Supplier<List<NodeGauges.Changes>> feeds;
  private final MultiGauge following;
  private final MultiGauge behind;
  private final Set<Tags> counted = new HashSet<>();

  ChangeGauges(MeterRegistry registry, Supplier<List<NodeGauges.Changes>> feeds) {
    this.registry = registry;
    this.feeds = feeds;
    following =
        MultiGauge.builder("heimdall.changes.following")
            .description("1 while whatever is written past the nodes is heard")
            .register(registry);
    behind =
        MultiGauge.builder("heimdall.changes.behind")
            .baseUnit("bytes")
            .description("Bytes of the writer's log that were not read yet")
            .register(registry);
  }

  void update() {
    List<MultiGauge.Row<?>> follow = new ArrayList<>();
    List<MultiGauge.Row<?>> late = new ArrayList<>();
    for (NodeGauges.Changes feed : feeds.get()) {
      Tags tags = tags(feed);
      follow.add(MultiGauge.Row.of(tags, feed.following() ? 1 : 0));
      if (feed.behind() >= 0) {
        late.add(MultiGauge.Row.of(tags, feed.behind()));
      }
      if (counted.add(tags)) {
        count("heard", "Tables that transactions wrote, once for each", tags, f -> f.heard());
        count("known", "Of these, what the node knew already", tags, f -> f.known());
        count("gaps", "How often it stopped to be heard what is written", tags, f -> f.gaps());
      }
    }
    following.register(follow, true);
    behind.register(late, true);
  }

  private void count(
      String name, String description, Tags tags, ToLongFunction<NodeGauges.Changes> value) {
    FunctionCounter.builder("heimdall.changes." + name, feeds, now -> sum(now.get(), tags, value))
        .description(description)
        .tags(tags)
        .register(registry);
  }

  private static long sum(
      List<NodeGauges.Changes> now, Tags tags, ToLongFunction<NodeGauges.Changes> value) {
    return now.stream().filter(feed -> tags(feed).equals(tags)).mapToLong(value).sum();
  }

  private static Tags tags(NodeGauges.Changes feed) {
    return Tags.of("source", feed.source(), "way", feed.way(), "database", feed.database());
  }
}
