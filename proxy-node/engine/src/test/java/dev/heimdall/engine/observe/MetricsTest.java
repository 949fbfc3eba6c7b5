package dev.heimdall.engine.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MetricsTest {
  private static final NodeGauges.Feed NO_FEED = new NodeGauges.Feed(List.of(), Map.of(), 0);
  private static final NodeGauges.Config CONFIG =
      new NodeGauges.Config("/conf", "", "1", true, true, false, Optional.empty());

  private final Metrics metrics = new Metrics("1.2.3", 2, 3);

  @AfterEach
  void close() {
    metrics.close();
  }

  @Test
  void countersOfAllLoopsAreSummed() {
    PoolMetrics first = metrics.loop(0).pool("shop", "shop", "ann");
    PoolMetrics second = metrics.loop(1).pool("shop", "shop", "ann");
    first.queryFinished(100, 100);
    first.waited(50);
    second.queryFinished(300, 300);
    second.transactionFinished(400);
    second.bytesFromClient(10);
    second.bytesToClient(20);

    assertThat(metrics.totals()).hasSize(1);
    PoolTotals totals = metrics.totals().get(0);
    assertThat(totals.key()).isEqualTo(new TrafficLabels("shop", "shop", "ann"));
    assertThat(totals.queries()).isEqualTo(2);
    assertThat(totals.queryMicros()).isEqualTo(400);
    assertThat(totals.transactions()).isEqualTo(1);
    assertThat(totals.transactionMicros()).isEqualTo(400);
    assertThat(totals.waits()).isEqualTo(1);
    assertThat(totals.waitMicros()).isEqualTo(50);
    assertThat(totals.bytesIn()).isEqualTo(10);
    assertThat(totals.bytesOut()).isEqualTo(20);
    assertThat(totals.queryTimes().count()).isEqualTo(2);
    assertThat(totals.waitTimes().count()).isEqualTo(1);
  }

  @Test
  void reportsHaveEachVirtualDatabaseOverAllLoopsAndUsers() {
    metrics.loop(0).pool("shop", "shop", "ann").queryFinished(100, 100);
    metrics.loop(0).pool("shop", "shop", "ann").cached(true);
    metrics.loop(1).pool("shop", "shop", "bob").queryFinished(100, 100);
    metrics.loop(1).pool("shop", "shop", "bob").queryFinished(7, 7);
    metrics.loop(1).pool("other", "shop", "bob").loggedIn();

    Map<String, VdbTotals> totals = VdbTotals.of(metrics);
    assertThat(totals).containsOnlyKeys("shop", "other");
    VdbTotals shop = totals.get("shop");
    assertThat(shop.counts())
        .containsEntry("queries", 3L)
        .containsEntry("queryMicros", 207L)
        .containsEntry("cacheHits", 1L)
        .containsEntry("logins", 0L);
    assertThat(shop.times().pairs()).containsExactly(7L, 1L, 103L, 2L);
    assertThat(totals.get("other").counts()).containsEntry("logins", 1L);
  }

  @Test
  void severalEventsAreCountedAtOnce() {
    metrics.count(NodeCounter.ASYNC_LOST, 7);
    metrics.count(NodeCounter.ASYNC_LOST);
    metrics.loop(0).count(NodeCounter.ASYNC_LOST);
    assertThat(metrics.total(NodeCounter.ASYNC_LOST)).isEqualTo(9);
  }

  @Test
  void everyCounterIsScrapedUnderItsName() {
    PoolMetrics pool = metrics.loop(1).pool("shop", "orders", "ann");
    pool.queryFinished(2_000_000, 2_000_000);
    pool.transactionFinished(3_000_000);
    pool.waitTimedOut(500_000);
    pool.serverAssigned();
    pool.bytesFromClient(11);
    pool.bytesToClient(12);
    pool.loggedIn();
    pool.loginFailed();
    pool.errorSent();
    pool.preparedHit();
    pool.preparedParsed();
    pool.stateReplayed();
    pool.pinned();
    pool.cancelled();
    String text = metrics.scrape(false);
    String labels = "{database=\"orders\",user=\"ann\",vdb=\"shop\"} ";
    assertThat(text.lines())
        .contains(
            "heimdall_queries_total" + labels + "1.0",
            "heimdall_query_time_seconds_total" + labels + "2.0",
            "heimdall_transactions_total" + labels + "1.0",
            "heimdall_transaction_time_seconds_total" + labels + "3.0",
            "heimdall_pool_waits_total" + labels + "1.0",
            "heimdall_pool_wait_time_seconds_total" + labels + "0.5",
            "heimdall_pool_wait_timeouts_total" + labels + "1.0",
            "heimdall_server_assignments_total" + labels + "1.0",
            "heimdall_client_received_bytes_total" + labels + "11.0",
            "heimdall_client_sent_bytes_total" + labels + "12.0",
            "heimdall_logins_total" + labels + "1.0",
            "heimdall_login_failures_total" + labels + "1.0",
            "heimdall_errors_total" + labels + "1.0",
            "heimdall_prepared_hits_total" + labels + "1.0",
            "heimdall_prepared_parses_total" + labels + "1.0",
            "heimdall_state_replays_total" + labels + "1.0",
            "heimdall_pins_total" + labels + "1.0",
            "heimdall_cancels_total" + labels + "1.0",
            "heimdall_build_info{version=\"1.2.3\"} 1");
  }

  @Test
  void theHistogramOfQueryTimesIsCumulative() {
    PoolMetrics pool = metrics.loop(0).pool("shop", "shop", "ann");
    pool.queryFinished(63, 63);
    pool.queryFinished(64, 64);
    pool.queryFinished(1_000, 1_000);
    pool.queryFinished(100_000_000, 100_000_000);
    String text = metrics.scrape(false);
    assertThat(text.lines())
        .contains(
            "heimdall_query_duration_seconds_bucket{vdb=\"shop\",le=\"6.4E-5\"} 1",
            "heimdall_query_duration_seconds_bucket{vdb=\"shop\",le=\"1.28E-4\"} 2",
            "heimdall_query_duration_seconds_bucket{vdb=\"shop\",le=\"0.001024\"} 3",
            "heimdall_query_duration_seconds_bucket{vdb=\"shop\",le=\"67.108864\"} 3",
            "heimdall_query_duration_seconds_bucket{vdb=\"shop\",le=\"+Inf\"} 4",
            "heimdall_query_duration_seconds_count{vdb=\"shop\"} 4");
  }

  @Test
  void nodeCountersAndRefusalsAreScraped() {
    metrics.loop(0).count(NodeCounter.SERVER_CONNECT_FAILURES);
    metrics.loop(1).count(NodeCounter.SERVER_CONNECT_FAILURES);
    metrics.loop(1).refused(Refusal.UNKNOWN_DATABASE);
    assertThat(metrics.total(NodeCounter.SERVER_CONNECT_FAILURES)).isEqualTo(2);
    assertThat(metrics.total(Refusal.UNKNOWN_DATABASE)).isEqualTo(1);
    assertThat(metrics.scrape(false).lines())
        .contains(
            "heimdall_server_connect_failures_total 2.0",
            "heimdall_clients_accepted_total 0.0",
            "heimdall_clients_refused_total{reason=\"unknown_database\"} 1.0",
            "heimdall_clients_refused_total{reason=\"timeout\"} 0.0");
  }

  @Test
  void eventsOfAnyThreadAddToThoseOfTheLoops() {
    metrics.loop(0).count(NodeCounter.CONFIG_RELOADS);
    metrics.count(NodeCounter.CONFIG_RELOADS);
    metrics.loop(1).refused(Refusal.DRAINING);
    metrics.refused(Refusal.DRAINING);
    assertThat(metrics.total(NodeCounter.CONFIG_RELOADS)).isEqualTo(2);
    assertThat(metrics.scrape(false).lines())
        .contains("heimdall_clients_refused_total{reason=\"draining\"} 2.0");
  }

  @Test
  void gaugesShowTheLastObservationAndForgetPoolsThatAreGone() {
    metrics.observe(
        new NodeGauges(
            true,
            false,
            Map.of("shop", true, "old", false),
            Map.of("tls", 2, "pinned", 0),
            List.of(pool("shop", "ann", false), pool("old", "bob", true)),
            List.of(
                new NodeGauges.ClusterNode("main", "one:5432", "writer", true, 0, 0),
                new NodeGauges.ClusterNode("main", "two:5432", "replica", false, 16, -1)),
            List.of(
                new NodeGauges.Region("main", "us-east-1", 219, -1),
                new NodeGauges.Region("main", "eu-west-1", -1, -1)),
            List.of(),
            new NodeGauges.Feed(
                List.of(new NodeGauges.Document("eu-west-1", "push", 7, Duration.ofMillis(1500))),
                Map.of("taken", 3L, "replayed", 2L),
                1),
            CONFIG,
            NodeGauges.Caches.NONE));
    assertThat(metrics.scrape(false).lines())
        .contains(
            "heimdall_ready 1.0",
            "heimdall_draining 0.0",
            "heimdall_take_over_clients{reason=\"tls\"} 2.0",
            "heimdall_take_over_clients{reason=\"pinned\"} 0.0",
            "heimdall_vdb_reachable{vdb=\"old\"} 0.0",
            "heimdall_vdb_reachable{vdb=\"shop\"} 1.0",
            "heimdall_pool_clients{database=\"db\",state=\"waiting\",user=\"ann\",vdb=\"shop\"}"
                + " 3.0",
            "heimdall_pool_servers{database=\"db\",state=\"login\",user=\"ann\",vdb=\"shop\"} 8.0",
            "heimdall_pool_size{database=\"db\",user=\"ann\",vdb=\"shop\"} 20.0",
            "heimdall_pool_max_wait_seconds{database=\"db\",user=\"ann\",vdb=\"shop\"} 1.5",
            "heimdall_pool_prepared_statements{database=\"db\",user=\"ann\",vdb=\"shop\"} 30.0",
            "heimdall_pool_prepared_bytes{database=\"db\",user=\"ann\",vdb=\"shop\"} 4000.0",
            "heimdall_pool_paused{database=\"db\",user=\"bob\",vdb=\"old\"} 1.0",
            "heimdall_cluster_node_up{node=\"one:5432\",role=\"writer\",source=\"main\"} 1.0",
            "heimdall_cluster_node_up{node=\"two:5432\",role=\"replica\",source=\"main\"} 0.0",
            "heimdall_cluster_node_lag_bytes{node=\"two:5432\",role=\"replica\",source=\"main\"}"
                + " 16.0",
            "heimdall_cluster_region_lag_seconds{region=\"us-east-1\",source=\"main\"} 0.219",
            "heimdall_topology_age_seconds{by=\"push\",source=\"eu-west-1\"} 1.5",
            "heimdall_topology_version{source=\"eu-west-1\"} 7.0",
            "heimdall_topology_pushes_total{outcome=\"taken\"} 3.0",
            "heimdall_topology_pushes_total{outcome=\"replayed\"} 2.0",
            "heimdall_topology_pushes_previous_key_total 1.0")
        .noneMatch(line -> line.startsWith("heimdall_cluster_node_lag_seconds{node=\"two"))
        .noneMatch(line -> line.startsWith("heimdall_cluster_region_rpo_seconds{"))
        .noneMatch(line -> line.contains("region=\"eu-west-1\""));

    metrics.observe(
        new NodeGauges(
            false,
            true,
            Map.of("shop", true),
            Map.of(),
            List.of(pool("shop", "ann", false)),
            List.of(),
            List.of(),
            List.of(),
            NO_FEED,
            CONFIG,
            NodeGauges.Caches.NONE));
    String later = metrics.scrape(false);
    assertThat(later.lines()).contains("heimdall_ready 0.0", "heimdall_draining 1.0");
    assertThat(later).doesNotContain("vdb=\"old\"");
  }

  @Test
  void labelSetsBeyondTheLimitShareOneWithoutLosingCounts() {
    for (int i = 0; i < 10; i++) {
      metrics.loop(i % 2).pool("shop", "shop", "user" + i).queryFinished(1, 1);
    }
    assertThat(metrics.totals()).hasSize(4);
    assertThat(metrics.totals().stream().mapToLong(PoolTotals::queries).sum()).isEqualTo(10);
    assertThat(metrics.totals().get(0).key())
        .isEqualTo(new TrafficLabels("shop", TrafficLabels.OTHER, TrafficLabels.OTHER));
    assertThat(metrics.totals().get(0).queries()).isEqualTo(7);
  }

  @Test
  void readersSeeWhatOtherThreadsCounted() throws Exception {
    int loops = 2;
    int events = 200_000;
    CountDownLatch done = new CountDownLatch(loops);
    for (int i = 0; i < loops; i++) {
      PoolMetrics pool = metrics.loop(i).pool("shop", "shop", "ann");
      Thread writer =
          new Thread(
              () -> {
                for (int n = 0; n < events; n++) {
                  pool.queryFinished(n & 1023, n & 1023);
                }
                done.countDown();
              });
      writer.start();
    }
    long last = 0;
    while (done.getCount() > 0) {
      long now = metrics.totals().get(0).queries();
      assertThat(now).isGreaterThanOrEqualTo(last);
      last = now;
    }
    done.await();
    PoolTotals totals = metrics.totals().get(0);
    assertThat(totals.queries()).isEqualTo((long) loops * events);
    assertThat(totals.queryTimes().count()).isEqualTo((long) loops * events);
    assertThat(totals.queryTimes().sum()).isEqualTo(totals.queryMicros());
  }

  @Test
  void memoryAndProcessAreScrapedInBothFormats() {
    assertThat(metrics.scrape(false))
        .contains("jvm_memory_used_bytes", "heimdall_direct_memory_used_bytes", "process_uptime")
        .contains("jvm_gc_", "heimdall_loop_lag_seconds{loop=\"1\"}")
        .doesNotContain("# EOF");
    assertThat(metrics.scrape(true)).endsWith("# EOF\n");
  }

  @Test
  void poolsOfAClusterAreToldByServerAndTogether() {
    metrics.observe(
        new NodeGauges(
            true,
            false,
            Map.of("shop", true),
            Map.of(),
            List.of(pool("shop", "ann", false, "w:5432"), pool("shop", "ann", true, "r:5432")),
            List.of(),
            List.of(),
            List.of(),
            NO_FEED,
            CONFIG,
            NodeGauges.Caches.NONE));

    assertThat(metrics.scrape(false))
        .contains(
            "heimdall_pool_servers{database=\"db\",state=\"idle\",user=\"ann\",vdb=\"shop\"} 12.0")
        .contains("heimdall_pool_size{database=\"db\",user=\"ann\",vdb=\"shop\"} 20.0")
        .contains(
            "heimdall_cluster_pool_servers{database=\"db\",server=\"r:5432\",state=\"idle\","
                + "user=\"ann\",vdb=\"shop\"} 6.0")
        .contains(
            "heimdall_cluster_pool_waiting{database=\"db\",server=\"w:5432\",user=\"ann\","
                + "vdb=\"shop\"} 3.0");
  }

  private static NodeGauges.Caches caches(long removed, NodeGauges.FarCache far) {
    return new NodeGauges.Caches(
        List.of(
            new NodeGauges.NearCache(
                "shop",
                12,
                3400,
                65536,
                20,
                8,
                Map.of("written", removed),
                2,
                7,
                Map.of("same", 5L, "different", 1L))),
        Optional.ofNullable(far),
        Map.of("hit", 7L, "late", 2L),
        Map.of("kept", 9L));
  }

  @Test
  void whatCachesKeepIsShownByVirtualDatabaseAndReason() {
    LatencyHistogram times = new LatencyHistogram();
    times.record(100);
    metrics.observe(
        observed(
            caches(
                3,
                new NodeGauges.FarCache(
                    true, true, 40, 1, Map.of("reads", "open"), 5, 6, times.snapshot()))));
    assertThat(metrics.scrape(false).lines())
        .contains(
            "heimdall_query_cache_results{vdb=\"shop\"} 12.0",
            "heimdall_query_cache_used_bytes{vdb=\"shop\"} 3400.0",
            "heimdall_query_cache_max_bytes{vdb=\"shop\"} 65536.0",
            "heimdall_query_cache_stored_total{vdb=\"shop\"} 20.0",
            "heimdall_query_cache_far_outdated_total{vdb=\"shop\"} 8.0",
            "heimdall_query_cache_waiting{vdb=\"shop\"} 2.0",
            "heimdall_query_cache_waited_total{vdb=\"shop\"} 7.0",
            "heimdall_query_cache_compared_total{result=\"same\",vdb=\"shop\"} 5.0",
            "heimdall_query_cache_compared_total{result=\"different\",vdb=\"shop\"} 1.0",
            "heimdall_query_cache_removed_total{reason=\"written\",vdb=\"shop\"} 3.0",
            "heimdall_far_cache_gets_total{outcome=\"hit\"} 7.0",
            "heimdall_far_cache_gets_total{outcome=\"late\"} 2.0",
            "heimdall_far_cache_puts_total{outcome=\"kept\"} 9.0",
            "heimdall_far_cache_deletes_total 5.0",
            "heimdall_far_cache_probes_total 6.0",
            "heimdall_far_cache_connected 1.0",
            "heimdall_far_cache_tracked 1.0",
            "heimdall_far_cache_keys 40.0",
            "heimdall_far_cache_in_flight 1.0",
            "heimdall_far_cache_breaker{of=\"reads\",state=\"closed\"} 0.0",
            "heimdall_far_cache_breaker{of=\"reads\",state=\"open\"} 1.0",
            "heimdall_far_cache_get_duration_seconds_bucket{le=\"1.28E-4\"} 1",
            "heimdall_far_cache_get_duration_seconds_count 1");

    metrics.observe(observed(caches(4, null)));
    assertThat(metrics.scrape(false))
        .contains("heimdall_query_cache_removed_total{reason=\"written\",vdb=\"shop\"} 4.0")
        .contains("heimdall_far_cache_deletes_total 0.0")
        .doesNotContain("heimdall_far_cache_connected ");
  }

  private static NodeGauges observed(NodeGauges.Caches caches) {
    return new NodeGauges(
        true, false, Map.of(), Map.of(), List.of(), List.of(), List.of(), List.of(), NO_FEED,
        CONFIG, caches);
  }

  @Test
  void aNodeWithoutLoopsIsRefused() {
    assertThatThrownBy(() -> new Metrics("1", 0, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0");
  }

  private static NodeGauges.Pool pool(String vdb, String user, boolean paused) {
    return pool(vdb, user, paused, null);
  }

  private static NodeGauges.Pool pool(String vdb, String user, boolean paused, String server) {
    return new NodeGauges.Pool(
        new TrafficLabels(vdb, "db", user),
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        8,
        20,
        1_500_000,
        paused,
        30,
        4_000,
        server);
  }
}
