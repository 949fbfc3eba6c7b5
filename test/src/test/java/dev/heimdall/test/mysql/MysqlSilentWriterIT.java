package dev.heimdall.test.mysql;

import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.mysql.MysqlCluster;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;

/** A writer that answers nothing for so short that it does not count as down. */
@Tag("long")
class MysqlSilentWriterIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final String COUNT = "SELECT count(*) FROM other";

  private static MysqlNode start(MysqlCluster cluster) {
    return MysqlNode.start(
        cluster,
        c ->
            c.node("loops", 1)
                .cluster(cluster)
                .source("cluster.reads", "all")
                .source("cluster.lag.maxStaleness", "60s")
                .source("cluster.failover.queueTimeout", "60s")
                .source("cluster.failover.staleReads", "5m")
                .source("cluster.probe.positionInterval", "50ms")
                .source("cluster.probe.timeout", "1m")
                .user("app", "admin", true));
  }

  private static String writerState(MysqlNode node) {
    return node.admin("SHOW NODES").stream()
        .filter(row -> "writer".equals(row.get("role")))
        .map(row -> row.get("state"))
        .findFirst()
        .orElse("none");
  }

  private static void awaitCatalogue(MysqlNode node) throws SQLException {
    try (Connection operator = node.target().as("admin", "admin").jdbc()) {
      Await.until(
          "the catalogue was read",
          () -> {
            value(operator, COUNT);
            Map<String, String> info = Jdbc.queryInfo(operator);
            return "tables".equals(info.get("rests on"))
                && "confirmed".equals(info.get("catalog now"));
          });
    }
  }

  private static String first(ResultSet consumed) throws SQLException {
    try (consumed) {
      consumed.next();
      return consumed.getString(1);
    }
  }

  private static CompletableFuture<String> meanwhile(PreparedStatement statement) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return first(statement.executeQuery());
          } catch (SQLException e) {
            throw new CompletionException(e);
          }
        });
  }

  private static String answer(CompletableFuture<String> read) throws Exception {
    return read.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  /** What a connection does not have of a client's statements it is asked about first. */
  @MariadbAndMysql
  void aReadWhoseStatementIsPreparedAnewDoesNotWaitForIt(MysqlRelease release) throws Exception {
    try (MysqlCluster cluster = release.cluster().replicas(1).start()) {
      cluster.primary().executeIn("app", "CREATE TABLE other (i int)");
      cluster.primary().executeIn("app", "INSERT INTO other VALUES (1)");
      cluster.awaitReplay(PATIENCE);
      try (MysqlNode node = start(cluster);
          Connection client = node.target().jdbc("useServerPrepStmts", "true");
          PreparedStatement prepared = client.prepareStatement(COUNT);
          Connection writes = node.target().jdbc("useServerPrepStmts", "true")) {
        awaitCatalogue(node);
        String noun = release == MysqlRelease.MYSQL ? "REPLICA" : "SLAVE";
        cluster.replicas().get(0).execute("STOP " + noun + " SQL_THREAD");
        try (Statement insert = writes.createStatement()) {
          insert.execute("INSERT INTO other VALUES (2)");
        }
        assertThat(first(prepared.executeQuery())).as("at the writer").isEqualTo("2");
        node.admin("RECONNECT");
        assertThat(value(writes, COUNT)).as("over a connection without it").isEqualTo("2");

        cluster.primary().freeze();
        try {
          CompletableFuture<String> read = meanwhile(prepared);
          assertThat(answer(read)).as("the replica has no more").isEqualTo("1");
          assertThat(answer(meanwhile(prepared))).as("the next").isEqualTo("1");
          assertThat(writerState(node)).as("it is not down").isEqualTo("suspect");
        } finally {
          cluster.primary().thaw();
        }
        Await.until("it is back", () -> "up".equals(writerState(node)));
        assertThat(answer(meanwhile(prepared))).isEqualTo("2");
      }
    }
  }

  @MariadbAndMysql
  void aReadThatIsOnlyPreparedDoesNotWaitForIt(MysqlRelease release) throws Exception {
    try (MysqlCluster cluster = release.cluster().replicas(1).start()) {
      cluster.primary().executeIn("app", "CREATE TABLE other (i int)");
      cluster.primary().executeIn("app", "INSERT INTO other VALUES (1)");
      cluster.awaitReplay(PATIENCE);
      try (MysqlNode node = start(cluster);
          Connection client = node.target().jdbc("useServerPrepStmts", "true");
          Connection writes = node.target().jdbc("useServerPrepStmts", "true")) {
        awaitCatalogue(node);
        assertThat(value(client, COUNT)).isEqualTo("1");
        assertThat(value(writes, COUNT)).isEqualTo("1");

        CompletableFuture<PreparedStatement> write;
        cluster.primary().freeze();
        try {
          CompletableFuture<PreparedStatement> read =
              preparedMeanwhile(client, "SELECT i FROM other");
          write = preparedMeanwhile(writes, "INSERT INTO other VALUES (2)");
          assertThat(first(read.get(60, TimeUnit.SECONDS).executeQuery())).isEqualTo("1");
          assertThat(
                  preparedMeanwhile(client, "SELECT i + 1 FROM other")
                      .get(60, TimeUnit.SECONDS)
                      .getMetaData()
                      .getColumnCount())
              .as("one that begins later")
              .isEqualTo(1);
          assertThat(write.isDone()).as("a write is for the writer").isFalse();
          assertThat(writerState(node)).as("it is not down").isEqualTo("suspect");
        } finally {
          cluster.primary().thaw();
        }
        write.get(60, TimeUnit.SECONDS).execute();
        // Until then staleReads lets a replica answer that misses the session's own write.
        Await.until("it is back", () -> "up".equals(writerState(node)));
        assertThat(value(writes, COUNT)).isEqualTo("2");
      }
    }
  }

  private static CompletableFuture<PreparedStatement> preparedMeanwhile(
      Connection client, String sql) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return client.prepareStatement(sql);
          } catch (SQLException e) {
            throw new CompletionException(e);
          }
        });
  }
}
