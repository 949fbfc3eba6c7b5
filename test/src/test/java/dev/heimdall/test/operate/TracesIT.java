package dev.heimdall.test.operate;

import static dev.heimdall.test.fixture.Jdbc.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.launcher.mysql.MysqlCluster;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.FreePort;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.RunningNode;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Statements are traced, in both protocols; a collector that is away harms nobody. */
@Tag("ci")
class TracesIT {
  private static final MysqlCluster MARIADB = MysqlRelease.MARIADB.shared();
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String SPAN = "b7ad6b7169203331";
  private static final String COMMENT =
      " /*db_driver='any',traceparent='00-" + TRACE + "-" + SPAN + "-01'*/";

  private static TestConfiguration traced(TestConfiguration c, String url, int oneIn) {
    return c.node("tracing.enabled", true)
        .node("tracing.endpoint", url)
        .node("tracing.headers", "Authorization: Bearer s3cret")
        .node("tracing.oneIn", oneIn)
        .node("tracing.delay", "10ms");
  }

  private static void ruled(TestConfiguration c) {
    c.vdb("cache.enabled", true)
        .vdb("rules", List.of("mine"))
        .rules(
            "mine",
            "{\"match\": \"tr_kept\", \"action\": \"cache\"}",
            "{\"match\": \"tr_never\", \"action\": \"drop\"}");
  }

  @Test
  void statementsOfPostgresqlAreTraced() throws SQLException {
    try (TraceCollector collector = new TraceCollector();
        TestNode node =
            TestNode.start(
                c -> ruled(traced(c, collector.url(), 1).cluster(SharedPostgres.cluster())));
        Connection client = node.connect();
        Connection text = node.connect("preferQueryMode", "simple")) {
      execute(client, "DROP TABLE IF EXISTS tr_kept");
      execute(client, "CREATE TABLE tr_kept (id int, name text)");
      useIt(collector, client, text, "postgresql");
      fails(text, "SELECT * FROM tr_absent WHERE a = 's3cret'");
      fails(text, "SELECT tr_never");
      Span failed = one(collector, "select * from tr_absent where a = ?");
      assertThat(failed.getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_ERROR);
      assertThat(TraceCollector.attributes(failed))
          .containsEntry("db.response.status_code", "42P01");
      assertRejected(one(collector, "select tr_never"));
      execute(client, "DROP TABLE tr_kept");
      assertQuiet(node, collector);
    }
  }

  @Test
  void statementsOfMysqlAreTraced() throws SQLException {
    try (TraceCollector collector = new TraceCollector();
        MysqlNode node =
            MysqlNode.start(
                MysqlRelease.MARIADB,
                c -> ruled(traced(c, collector.url(), 1).cluster(MARIADB).catalog(MARIADB)));
        Connection client = node.connect("useServerPrepStmts", "true");
        Connection text = node.connect("useServerPrepStmts", "false")) {
      execute(client, "DROP TABLE IF EXISTS tr_kept");
      execute(client, "CREATE TABLE tr_kept (id int, name text)");
      useIt(collector, client, text, "mariadb");
      fails(text, "SELECT * FROM tr_absent WHERE a = 's3cret'");
      fails(text, "SELECT tr_never");
      assertThat(TraceCollector.attributes(one(collector, "select * from tr_absent where a = ?")))
          .containsEntry("db.response.status_code", "1146");
      assertRejected(one(collector, "select tr_never"));
      execute(client, "DROP TABLE tr_kept");
      assertQuiet(node, collector);
    }
  }

  private static void useIt(
      TraceCollector collector, Connection client, Connection text, String system)
      throws SQLException {
    try (PreparedStatement insert =
        client.prepareStatement("INSERT INTO tr_kept VALUES (?, 's3cret')")) {
      insert.setInt(1, 987_654_321);
      insert.executeUpdate();
    }
    Span inserted = one(collector, "insert into tr_kept values(?, ?)");
    assertThat(inserted.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_CLIENT);
    assertThat(inserted.getParentSpanId()).isEmpty();
    assertThat(inserted.getEndTimeUnixNano()).isGreaterThan(inserted.getStartTimeUnixNano());
    assertThat(inserted.getName()).startsWith("INSERT ").endsWith("tr_kept");
    assertThat(inserted.getEventsList())
        .singleElement()
        .satisfies(sent -> assertThat(sent.getName()).isEqualTo("heimdall.sent"));
    Map<String, String> attributes = TraceCollector.attributes(inserted);
    assertThat(attributes)
        .containsEntry("db.system.name", system)
        .containsEntry("db.namespace", "app")
        .containsEntry("db.operation.name", "INSERT")
        .containsEntry("heimdall.vdb", "app")
        .containsEntry("heimdall.route", "writer")
        .containsEntry("heimdall.cache.hit", "false")
        .containsEntry("heimdall.rules", "[mine #1 cache]")
        .containsEntry("network.peer.address", "127.0.0.1")
        .containsKeys("server.address", "server.port", "heimdall.wait.micros")
        .doesNotContainKey("db.response.status_code");

    Await.until(
        "a read was answered from the cache",
        () -> {
          execute(text, "SELECT name FROM tr_kept WHERE name = 's3cret' OR id = 987654321");
          return collector.spans("select name from tr_kept where name = ? or id = ?").stream()
              .anyMatch(span -> "cache".equals(route(span)));
        });
    assertThat(collector.spans("select name from tr_kept where name = ? or id = ?"))
        .filteredOn(span -> "cache".equals(route(span)))
        .allSatisfy(
            span -> {
              assertThat(span.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_INTERNAL);
              assertThat(TraceCollector.attributes(span))
                  .containsEntry("heimdall.cache.hit", "true")
                  .doesNotContainKey("server.address");
            });

    execute(text, "SELECT 17 + id FROM tr_kept" + COMMENT);
    assertChild(one(collector, "select ? + id from tr_kept"));
    try (PreparedStatement read =
        client.prepareStatement("SELECT 18 - id FROM tr_kept WHERE id = ?" + COMMENT)) {
      read.setInt(1, 987_654_321);
      read.executeQuery().close();
    }
    Await.until("it is traced", () -> difference(collector).isPresent());
    assertChild(difference(collector).orElseThrow());
    execute(text, "SELECT 19 % id FROM tr_kept" + COMMENT.replace("-01'", "-00'"));
  }

  /** Of the prepared statement, whose parameters are not spelled alike. */
  private static Optional<Span> difference(TraceCollector collector) {
    return collector.spans().stream()
        .filter(
            span ->
                TraceCollector.attributes(span)
                    .getOrDefault("db.query.text", "")
                    .toLowerCase(Locale.ROOT)
                    .contains("- id from tr_kept"))
        .findFirst();
  }

  private static String route(Span span) {
    return TraceCollector.attributes(span).get("heimdall.route");
  }

  private static void assertChild(Span span) {
    assertThat(TraceCollector.hex(span.getTraceId())).isEqualTo(TRACE);
    assertThat(TraceCollector.hex(span.getParentSpanId())).isEqualTo(SPAN);
  }

  private static void assertRejected(Span span) {
    assertThat(span.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_INTERNAL);
    assertThat(TraceCollector.attributes(span))
        .containsEntry("heimdall.route", "node")
        .containsEntry("heimdall.rules", "[mine #2 drop]")
        .containsEntry("db.response.status_code", "42501");
  }

  /** What came after all else is there, and nothing that is nobody's business. */
  private static void assertQuiet(RunningNode node, TraceCollector collector) {
    one(collector, "drop table tr_kept");
    assertThat(collector.spans("select ? % id from tr_kept")).isEmpty();
    assertThat(collector.all())
        .contains("service.instance.id", "telemetry.sdk.language")
        .doesNotContain("s3cret", "987654321");
    assertThat(collector.authorizations()).containsOnly("Bearer s3cret");
    assertThat(node.metric("heimdall_spans_dropped_total")).isZero();
    assertThat(node.metric("heimdall_spans_sent_total")).isPositive();
  }

  private static Span one(TraceCollector collector, String pattern) {
    Await.until(pattern + " is traced", () -> !collector.spans(pattern).isEmpty());
    return collector.spans(pattern).get(0);
  }

  @Test
  void spansSayWhichServerWasAskedAndHowThatEnded() throws SQLException {
    List<PostgresServer> servers = SharedPostgres.cluster().servers();
    String hosts =
        servers.stream()
            .map(server -> server.host() + ":" + server.port())
            .collect(Collectors.joining(","));
    try (TraceCollector collector = new TraceCollector();
        TestNode node =
            TestNode.start(
                c ->
                    traced(c, collector.url(), 1)
                        .vdb("transactionReplay.enabled", true)
                        .source("url", "jdbc:postgresql://" + hosts + "/app")
                        .source("cluster.reads", "all")
                        .cluster(SharedPostgres.cluster()));
        Connection client = node.connect("preferQueryMode", "simple")) {
      execute(client, "DROP TABLE IF EXISTS tr_where");
      execute(client, "CREATE TABLE tr_where (id int)");
      Await.until(
          "a replica was asked",
          () -> {
            execute(client, "SELECT count(*) FROM tr_where");
            return collector.spans("select count(*) from tr_where").stream()
                .anyMatch(span -> "replica".equals(route(span)));
          });
      assertThat(collector.spans("select count(*) from tr_where"))
          .allSatisfy(
              span -> {
                Map<String, String> attributes = TraceCollector.attributes(span);
                String port = attributes.get("server.port");
                assertThat(attributes).containsEntry("network.peer.port", port);
                assertThat(port.equals(Integer.toString(SharedPostgres.primary().port())))
                    .isEqualTo("writer".equals(route(span)));
              });

      try (Statement late = client.createStatement()) {
        late.setQueryTimeout(1);
        assertThatThrownBy(() -> late.execute("SELECT pg_sleep(600)"))
            .isInstanceOf(SQLException.class);
      }
      Span cancelled = one(collector, "select pg_sleep(?)");
      assertThat(TraceCollector.attributes(cancelled))
          .containsEntry("db.response.status_code", "57014")
          .containsEntry("error.type", "57014");

      try (Connection extended = node.connect();
          Statement batch = extended.createStatement()) {
        batch.addBatch("INSERT INTO tr_where SELECT 16");
        batch.addBatch("INSERT INTO tr_where VALUES (16 / 0)");
        batch.addBatch("DELETE FROM tr_where WHERE id = 16");
        assertThatThrownBy(batch::executeBatch).isInstanceOf(SQLException.class);
      }
      assertThat(error(one(collector, "delete from tr_where where id = ?"))).isEqualTo("skipped");
      assertThat(collector.spans())
          .filteredOn(span -> span.getName().equals("INSERT app.tr_where"))
          .extracting(TracesIT::error)
          .containsExactly(null, "22012");

      client.setAutoCommit(false);
      execute(client, "INSERT INTO tr_where VALUES (17)");
      SharedPostgres.value(
          "SELECT count(pg_terminate_backend(pid, 20000)) FROM pg_stat_activity"
              + " WHERE state = 'idle in transaction' AND query LIKE '%tr_where VALUES (17)%'");
      execute(client, "UPDATE tr_where SET id = 18"); // the transaction is carried out once more
      client.commit();
      client.setAutoCommit(true);
      execute(client, "DROP TABLE tr_where");
      one(collector, "drop table tr_where");
      assertThat(ends(collector, "insert into tr_where values(?)"))
          .containsExactly("answered", "replayed");
      assertThat(ends(collector, "update tr_where set id = ?")).containsExactly("answered");
      assertThat(ends(collector, "commit")).containsExactly("answered");
      assertThat(node.metric("heimdall_spans_dropped_total")).isZero();
    }
  }

  @Test
  void spansOfMysqlSayItToo() throws Exception {
    try (TraceCollector collector = new TraceCollector();
        MysqlNode node =
            MysqlNode.start(
                MARIADB,
                c ->
                    traced(c, collector.url(), 1)
                        .cluster(MARIADB)
                        .source("cluster.reads", "all")
                        .catalog(MARIADB));
        Connection client = node.connect()) {
      execute(client, "DROP TABLE IF EXISTS tr_lost");
      execute(client, "CREATE TABLE tr_lost (id int)");
      Await.until(
          "a replica was asked",
          () -> {
            execute(client, "SELECT count(*) FROM tr_lost");
            return collector.spans("select count(*) from tr_lost").stream()
                .anyMatch(span -> "replica".equals(route(span)));
          });
      assertThat(collector.spans("select count(*) from tr_lost"))
          .filteredOn(span -> "replica".equals(route(span)))
          .allSatisfy(
              span ->
                  assertThat(TraceCollector.attributes(span))
                      .containsEntry("db.system.name", "mariadb")
                      .containsEntry(
                          "server.port", Integer.toString(MARIADB.replicas().get(0).port())));

      whileItRuns(client, "INSERT INTO tr_lost SELECT 1 + SLEEP(600)", "KILL QUERY ");
      assertThat(error(one(collector, "insert into tr_lost select ? + sleep(?)")))
          .isEqualTo("1317");
      whileItRuns(client, "INSERT INTO tr_lost SELECT 2 * SLEEP(600)", "KILL CONNECTION ");
      assertThat(error(one(collector, "insert into tr_lost select ? * sleep(?)")))
          .isEqualTo("connection_lost");
      execute(client, "DROP TABLE tr_lost");
      one(collector, "drop table tr_lost");
      assertThat(collector.spans("insert into tr_lost select ? * sleep(?)")).hasSize(1);
    }
  }

  /** Its client gets an error, as somebody ends it on the server. */
  private static void whileItRuns(Connection client, String sql, String kill) {
    CompletableFuture<Void> over =
        CompletableFuture.runAsync(
            () ->
                Await.until(
                    "it runs",
                    () -> {
                      String id =
                          MARIADB
                              .primary()
                              .queryValue(
                                  "",
                                  "SELECT max(id) FROM information_schema.processlist WHERE info ="
                                      + " '"
                                      + sql
                                      + "'");
                      if (id != null) {
                        MARIADB.primary().execute(kill + id);
                      }
                      return id != null;
                    }));
    fails(client, sql);
    over.join();
  }

  private static String error(Span span) {
    return TraceCollector.attributes(span).get("error.type");
  }

  private static List<String> ends(TraceCollector collector, String pattern) {
    return collector.spans(pattern).stream()
        .map(TraceCollector::attributes)
        .map(
            span ->
                span.containsKey("error.type")
                    ? "failed"
                    : span.containsKey("heimdall.replayed") ? "replayed" : "answered")
        .toList();
  }

  @Test
  void aSlowCollectorHoldsNobodyUp() throws SQLException {
    try (TraceCollector collector = new TraceCollector();
        TestNode node =
            TestNode.start(
                c ->
                    traced(c, collector.url(), 1)
                        .node("tracing.queue", 2)
                        .node("tracing.batch", 1)
                        .node("tracing.timeout", "1m"));
        Connection client = node.connect()) {
      CountDownLatch door = collector.shut();
      for (int i = 0; i < 20; i++) {
        execute(client, "SELECT 1");
      }
      assertThat(node.metric("heimdall_spans_dropped_total")).isGreaterThanOrEqualTo(17);
      door.countDown();
      Await.until("it goes on", () -> node.metric("heimdall_spans_sent_total") > 0);
    }
  }

  @Test
  void aCollectorThatIsAwayHarmsNobody() throws SQLException {
    String nowhere = "http://127.0.0.1:" + FreePort.any();
    try (TestNode node =
            TestNode.start(c -> traced(c, nowhere, 1).node("tracing.timeout", "100ms"));
        Connection client = node.connect()) {
      Await.until(
          "spans are dropped",
          () -> {
            execute(client, "SELECT 1");
            return node.metric("heimdall_spans_dropped_total") > 0;
          });
      assertThat(node.metric("heimdall_spans_sent_total")).isZero();
    }
  }

  private static void fails(Connection client, String sql) {
    assertThatThrownBy(() -> execute(client, sql)).isInstanceOf(SQLException.class);
  }
}
