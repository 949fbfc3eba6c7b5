package dev.heimdall.engine.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FiguresTest {
  private final Metrics metrics = new Metrics("1", 2, 2);
  private final AtomicLong clock = new AtomicLong();
  private final Set<String> vdbs = new TreeSet<>(Set.of("shop"));
  private final List<VdbFigures> told = new ArrayList<>();
  private final Figures figures = new Figures(metrics, () -> vdbs, told::addAll, clock::get);

  @AfterEach
  void close() {
    figures.close();
    metrics.close();
  }

  private List<VdbFigures> after(int seconds) {
    told.clear();
    clock.addAndGet(seconds * 1_000_000_000L);
    figures.next();
    return List.copyOf(told);
  }

  @Test
  void theyAreAboutTheIntervalOnlyAndAllItsUsersAndLoops() {
    for (int user = 0; user < 4; user++) { // more than have counters of their own
      PoolMetrics pool = metrics.loop(user % 2).pool("shop", "shop", "user" + user);
      for (int i = 0; i < 5; i++) {
        pool.queryFinished(2_000, 3_000);
        pool.readSent();
      }
      pool.writeSent();
      pool.queryInTransaction();
    }
    VdbFigures first = after(10).get(0);
    assertThat(first.responseTimes().groups(120))
        .singleElement()
        .satisfies(
            group -> {
              assertThat(group.count()).isEqualTo(20);
              assertThat(group.micros()).isBetween(2_900.0, 3_100.0);
            });
    assertThat(first)
        .isEqualTo(
            new VdbFigures(
                "shop",
                2.0,
                new VdbFigures.Mean(2.0, 20),
                new VdbFigures.Mean(3.0, 20),
                first.responseTimes(),
                new VdbFigures.Mean(2000.0 / 24, 24),
                new VdbFigures.Mean(20.0, 20),
                new VdbFigures.Mean(Double.NaN, 0)));

    metrics.loop(1).pool("shop", "shop", "user1").queryFinished(8_000, 8_000);
    VdbFigures second = after(5).get(0);
    assertThat(second.queryRate()).isEqualTo(0.2);
    assertThat(second.queryMillis()).isEqualTo(new VdbFigures.Mean(8.0, 1));
    assertThat(second.transactionPercent()).isEqualTo(new VdbFigures.Mean(0, 1));
    assertThat(second.responseTimes().count()).isEqualTo(1);
    assertThat(second.readPercent().known()).isFalse();
  }

  @Test
  void nothingIsSaidOfTheMeanOfNothing() {
    VdbFigures idle = after(10).get(0);
    assertThat(idle.queryRate()).isZero();
    assertThat(idle.queryMillis().known()).isFalse();
    assertThat(idle.transactionPercent().known()).isFalse();
    assertThat(metrics.scrape(false))
        .contains("heimdall_vdb_query_rate{vdb=\"shop\"} 0.0")
        .doesNotContain("heimdall_vdb_query_time_seconds{")
        .doesNotContain("heimdall_vdb_read_percent{");
  }

  @Test
  void whatTheCacheAnsweredIsNoQueryOfTheServer() {
    PoolMetrics pool = metrics.loop(0).pool("shop", "shop", "ann");
    for (int i = 0; i < 6; i++) { // each as a session counts it
      pool.cached(true);
      pool.queryFinished(0, 0);
    }
    for (int i = 0; i < 2; i++) {
      pool.cached(false);
      pool.queryFinished(4_000, 4_000);
    }
    VdbFigures figures = after(2).get(0);
    assertThat(figures.queryRate()).isEqualTo(1.0);
    assertThat(figures.queryMillis()).isEqualTo(new VdbFigures.Mean(4.0, 2));
    assertThat(figures.responseMillis()).isEqualTo(new VdbFigures.Mean(1.0, 8));
    assertThat(figures.cacheHitPercent()).isEqualTo(new VdbFigures.Mean(75.0, 8));
    assertThat(metrics.scrape(false).lines())
        .contains("heimdall_vdb_cache_hit_percent{vdb=\"shop\"} 75.0");
  }

  @Test
  void whatIsRefusedIsAResponseAndNoQuery() {
    PoolMetrics pool = metrics.loop(0).pool("shop", "shop", "ann");
    pool.queryFinished(2_000, 2_000);
    pool.refused(10_000_000);
    VdbFigures figures = after(1).get(0);
    assertThat(figures.queryMillis()).isEqualTo(new VdbFigures.Mean(2.0, 1));
    assertThat(figures.responseMillis()).isEqualTo(new VdbFigures.Mean(5_001.0, 2));
    PoolTotals totals = metrics.totals().get(0);
    assertThat(totals.errors()).isEqualTo(1);
    assertThat(totals.queryTimes().percentile(99)).isLessThan(3_000);
    assertThat(totals.responseTimes().percentile(99)).isGreaterThanOrEqualTo(10_000_000);
  }

  @Test
  void aScraperIsToldThemToo() {
    PoolMetrics pool = metrics.loop(0).pool("shop", "shop", "ann");
    for (int i = 0; i < 4; i++) {
      pool.queryFinished(500_000, 750_000);
    }
    pool.readSent();
    pool.writeSent();
    pool.queryInTransaction();
    after(2);
    assertThat(metrics.scrape(false).lines())
        .contains(
            "heimdall_vdb_query_rate{vdb=\"shop\"} 2.0",
            "heimdall_vdb_query_time_seconds{vdb=\"shop\"} 0.5",
            "heimdall_vdb_response_time_seconds{vdb=\"shop\"} 0.75",
            "heimdall_vdb_read_percent{vdb=\"shop\"} 50.0",
            "heimdall_vdb_transaction_percent{vdb=\"shop\"} 25.0");
  }

  @Test
  void aVirtualDatabaseThatIsGoneIsForgotten() {
    metrics.loop(0).pool("shop", "shop", "ann").queryFinished(1, 1);
    after(1);
    vdbs.clear();
    vdbs.add("new");
    assertThat(after(1)).extracting(VdbFigures::vdb).containsExactly("new");
    assertThat(metrics.scrape(false)).doesNotContain("heimdall_vdb_query_rate{vdb=\"shop\"}");
  }
}
