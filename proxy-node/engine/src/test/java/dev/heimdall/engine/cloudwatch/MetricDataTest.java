package dev.heimdall.engine.cloudwatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.observe.LatencyHistogram;
import dev.heimdall.engine.observe.LatencySnapshot;
import dev.heimdall.engine.observe.VdbFigures;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.cloudwatch.model.Dimension;
import software.amazon.awssdk.services.cloudwatch.model.MetricDatum;

class MetricDataTest {
  private static final Instant AT = Instant.ofEpochSecond(60);
  private static final VdbFigures FIGURES =
      new VdbFigures(
          "shop",
          2.5,
          new VdbFigures.Mean(1.5, 150),
          new VdbFigures.Mean(2, 150),
          LatencySnapshot.none(),
          new VdbFigures.Mean(80, 100),
          new VdbFigures.Mean(10, 150),
          new VdbFigures.Mean(75, 40));

  @Test
  void eachFigureHasItsWellKnownNameAndOneDimension() {
    List<MetricDatum> data = new MetricData(Optional.empty()).of(FIGURES, AT);
    assertThat(data)
        .extracting(MetricDatum::metricName)
        .containsExactly(
            "DB Query Rate",
            "DB Query Time",
            "Avg Response Time",
            "DB Read Percent",
            "DB Transaction Percent",
            "Cache Hit Percent");
    assertThat(data)
        .allSatisfy(
            one -> {
              assertThat(one.timestamp()).isEqualTo(AT);
              assertThat(one.dimensions())
                  .containsExactly(Dimension.builder().name("VDB").value("shop").build());
            });
  }

  @Test
  void aMeanCountsAsOftenAsWhatItIsTheMeanOf() {
    List<MetricDatum> data = new MetricData(Optional.empty()).of(FIGURES, AT);
    assertThat(data.get(0).value()).isEqualTo(2.5);
    assertThat(data.get(1).values()).containsExactly(1.5);
    assertThat(data.get(1).counts()).containsExactly(150.0);
    assertThat(data.get(1).unitAsString()).isEqualTo("Milliseconds");
    assertThat(data.get(3).counts()).containsExactly(100.0);
    assertThat(data.get(3).unitAsString()).isEqualTo("Percent");
    assertThat(data.get(5).values()).containsExactly(75.0);
    assertThat(data.get(5).counts()).containsExactly(40.0);
  }

  @Test
  void theMeanOfNothingIsNotSent() {
    VdbFigures.Mean nothing = new VdbFigures.Mean(Double.NaN, 0);
    assertThat(
            new MetricData(Optional.empty())
                .of(
                    new VdbFigures(
                        "shop",
                        0,
                        nothing,
                        nothing,
                        LatencySnapshot.none(),
                        nothing,
                        nothing,
                        nothing),
                    AT))
        .extracting(MetricDatum::metricName)
        .containsExactly("DB Query Rate");
  }

  @Test
  void percentilesOfResponseTimesAreThoseOfClientsAndTheirMeanIsRight() {
    LatencyHistogram times = new LatencyHistogram();
    double sum = 0;
    for (int i = 1; i <= 10_000; i++) {
      long micros = 50L * i * i / 100; // 0 to 50 s
      times.record(micros);
      sum += micros / 1e3;
    }
    VdbFigures.Mean nothing = new VdbFigures.Mean(Double.NaN, 0);
    VdbFigures.Mean mean = new VdbFigures.Mean(sum / 10_000, 10_000);
    MetricDatum sent =
        new MetricData(Optional.empty())
            .of(
                new VdbFigures(
                    "shop", 0, nothing, mean, times.snapshot(), nothing, nothing, nothing),
                AT)
            .get(1);
    assertThat(sent.metricName()).isEqualTo("Avg Response Time");
    assertThat(sent.values()).hasSizeBetween(30, MetricData.MOST_VALUES).isSorted();
    double counted = 0;
    double all = 0;
    double median = 0;
    for (int i = 0; i < sent.values().size(); i++) {
      counted += sent.counts().get(i);
      all += sent.values().get(i) * sent.counts().get(i);
      median = median == 0 && counted >= 5_000 ? sent.values().get(i) : median;
    }
    assertThat(counted).isEqualTo(10_000);
    assertThat(all / counted).isCloseTo(mean.value(), Offset.offset(0.001));
    assertThat(median).isBetween(11_000.0, 14_000.0); // 12.5 s
    assertThat(sent.values().get(sent.values().size() - 1)).isBetween(44_000.0, 50_000.0);
  }

  @Test
  void theNodeIsADimensionOnlyWhereThatIsWanted() {
    assertThat(new MetricData(Optional.of("7")).of(FIGURES, AT))
        .hasSize(12)
        .filteredOn(one -> one.dimensions().size() == 2)
        .hasSize(6)
        .allSatisfy(
            one ->
                assertThat(one.dimensions())
                    .contains(Dimension.builder().name("Node").value("7").build()));
  }
}
