package dev.heimdall.engine.cloudwatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.observe.VdbFigures;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
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
                .of(new VdbFigures("shop", 0, nothing, nothing, nothing, nothing, nothing), AT))
        .extracting(MetricDatum::metricName)
        .containsExactly("DB Query Rate");
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
