package dev.heimdall.engine.observe;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Metrics of the process whose place this one takes. */
final class TakeOverGauges {
  private final MultiGauge clients;

  TakeOverGauges(MeterRegistry registry) {
    clients =
        MultiGauge.builder("heimdall.take.over.clients")
            .description("Clients that the process before still has, by why they have not moved")
            .register(registry);
  }

  /**
   * @param remaining by reason; all reasons that there are
   */
  void update(Map<String, Integer> remaining) {
    List<MultiGauge.Row<?>> rows = new ArrayList<>();
    remaining.forEach(
        (reason, number) -> rows.add(MultiGauge.Row.of(Tags.of("reason", reason), number)));
    clients.register(rows, true);
  }
}
