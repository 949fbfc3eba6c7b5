package dev.heimdall.engine.observe;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Metrics of virtual databases in the last whole interval. */
final class VdbGauges {
  private final MultiGauge rate;
  private final List<MeanGauge> means;

  private record MeanGauge(
      MultiGauge gauge, Function<VdbFigures, VdbFigures.Mean> of, double divisor) {}

  VdbGauges(MeterRegistry registry) {
    rate =
        MultiGauge.builder("heimdall.vdb.query.rate")
            .description("Queries a second that servers answered, in the last interval")
            .register(registry);
    means =
        List.of(
            mean(
                registry,
                "heimdall.vdb.query.time",
                "seconds",
                "Time that servers took for a query on average, in the last interval",
                VdbFigures::queryMillis,
                1e3),
            mean(
                registry,
                "heimdall.vdb.response.time",
                "seconds",
                "Time that clients waited for a query on average, in the last interval",
                VdbFigures::responseMillis,
                1e3),
            mean(
                registry,
                "heimdall.vdb.read.percent",
                null,
                "Statements that only read, of those that read or write, in the last interval",
                VdbFigures::readPercent,
                1),
            mean(
                registry,
                "heimdall.vdb.transaction.percent",
                null,
                "Queries that were part of a transaction, in the last interval",
                VdbFigures::transactionPercent,
                1),
            mean(
                registry,
                "heimdall.vdb.cache.hit.percent",
                null,
                "Queries that were found in the cache, of those looked for, in the last interval",
                VdbFigures::cacheHitPercent,
                1));
  }

  private static MeanGauge mean(
      MeterRegistry registry,
      String name,
      String unit,
      String description,
      Function<VdbFigures, VdbFigures.Mean> of,
      double divisor) {
    MultiGauge gauge =
        MultiGauge.builder(name).baseUnit(unit).description(description).register(registry);
    return new MeanGauge(gauge, of, divisor);
  }

  /** Virtual databases that are gone are forgotten; a mean of nothing is left out. */
  void update(List<VdbFigures> figures) {
    List<MultiGauge.Row<?>> rates = new ArrayList<>();
    for (VdbFigures one : figures) {
      rates.add(MultiGauge.Row.of(Tags.of("vdb", one.vdb()), one.queryRate()));
    }
    rate.register(rates, true);
    for (MeanGauge mean : means) {
      List<MultiGauge.Row<?>> rows = new ArrayList<>();
      for (VdbFigures one : figures) {
        VdbFigures.Mean value = mean.of().apply(one);
        if (value.known()) {
          rows.add(MultiGauge.Row.of(Tags.of("vdb", one.vdb()), value.value() / mean.divisor()));
        }
      }
      mean.gauge().register(rows, true);
    }
  }
}
