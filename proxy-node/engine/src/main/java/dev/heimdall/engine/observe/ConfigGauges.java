package dev.heimdall.engine.observe;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.function.Supplier;

/** Metrics of where the configuration comes from. */
final class ConfigGauges {
  private final Supplier<NodeGauges.Config> config;
  private final MultiGauge info;
  private final MultiGauge looked;

  ConfigGauges(MeterRegistry registry, Supplier<NodeGauges.Config> config) {
    this.config = config;
    info =
        MultiGauge.builder("heimdall.config.info")
            .description("Always 1; the labels tell where the configuration comes from, and which")
            .register(registry);
    looked =
        MultiGauge.builder("heimdall.config.store.looked")
            .baseUnit("seconds")
            .description("How long ago the place of the configuration could be looked at")
            .register(registry);
    Gauge.builder("heimdall.config.store.up", () -> config.get().up() ? 1 : 0)
        .description("1 while the place of the configuration can be read")
        .register(registry);
    Gauge.builder("heimdall.config.valid", () -> config.get().valid() ? 1 : 0)
        .description("1 while what stands there is what the node runs with")
        .register(registry);
    Gauge.builder("heimdall.config.on.copy", () -> config.get().onCopy() ? 1 : 0)
        .description("1 while the node runs on its copy of what was right last")
        .register(registry);
  }

  void update() {
    NodeGauges.Config now = config.get();
    info.register(
        List.of(
            MultiGauge.Row.of(
                Tags.of("place", now.place(), "version", now.version(), "hash", now.hash()), 1)),
        true);
    List<MultiGauge.Row<?>> ages =
        now.lookedAgo()
            .<List<MultiGauge.Row<?>>>map(
                age -> List.of(MultiGauge.Row.of(Tags.empty(), age.toMillis() * 1e-3)))
            .orElse(List.of());
    looked.register(ages, true);
  }
}
