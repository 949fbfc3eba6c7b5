package dev.heimdall.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestNameTest {
  @ParameterizedTest
  @CsvSource({
    "size, size",
    "sze, size",
    "siez, size",
    "SIZE, size",
    "queue_timeout, queueTimeout",
    "queuetimeuot, queueTimeout",
    "queue, queueTimeout",
    "max,",
    "nonsense,",
    "x,",
  })
  void slipFindsItsName(String written, String meant) {
    assertThat(NearestName.of(written, List.of("size", "queueTimeout", "reset")))
        .isEqualTo(Optional.ofNullable(meant));
  }

  @ParameterizedTest
  @CsvSource({
    "abc, abc, 0",
    "abc, abd, 1",
    "abc, ab, 1",
    "abc, acb, 1",
    "abc, xyz, 3",
    "'', abc, 3"
  })
  void distanceCountsSlips(String a, String b, int slips) {
    assertThat(NearestName.distance(a, b)).isEqualTo(slips);
    assertThat(NearestName.distance(b, a)).isEqualTo(slips);
  }
}
