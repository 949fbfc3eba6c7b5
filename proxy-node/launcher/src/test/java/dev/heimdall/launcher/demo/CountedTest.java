package dev.heimdall.launcher.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CountedTest {
  private static final Counted SEEN =
      Counted.in(
          Stream.of(
              "# TYPE heimdall_query_cache_hits_total counter",
              "heimdall_query_cache_hits_total{user=\"shop\",vdb=\"shop\"} 20.0",
              "heimdall_query_cache_hits_total{user=\"admin\",vdb=\"shop\"} 10.0",
              "heimdall_query_cache_misses_total{user=\"shop\",vdb=\"shop\"} 10.0",
              "heimdall_query_cache_removed_total{reason=\"written\",vdb=\"shop\"} 4.0",
              "heimdall_query_cache_removed_total{reason=\"size\",vdb=\"shop\"} 7.0",
              "heimdall_replica_reads_total{user=\"shop\",vdb=\"shop\"} 1.5E3",
              "heimdall_ready 1.0"));

  @Test
  void theNodesNumbersAreAddedUp() {
    assertThat(SEEN).isEqualTo(new Counted(1500, 30, 10, 4));
    assertThat(SEEN.hitPercent()).isEqualTo(75);
  }

  @Test
  void whatWasCountedInASecondIsTheDifference() {
    Counted later = new Counted(1600, 60, 10, 5);
    assertThat(later.since(SEEN)).isEqualTo(new Counted(100, 30, 0, 1));
    assertThat(Counted.NOTHING.hitPercent()).isZero();
  }
}
