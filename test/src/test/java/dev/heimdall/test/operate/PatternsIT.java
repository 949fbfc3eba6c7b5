package dev.heimdall.test.operate;

import static dev.heimdall.test.fixture.Jdbc.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.launcher.mysql.MysqlCluster;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.RunningNode;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What is counted of statements by their pattern, in both protocols. */
class PatternsIT {
  private static final MysqlCluster MARIADB = MysqlRelease.MARIADB.shared();
  private static final String CACHED = "{\"match\": \"pi_kept\", \"action\": \"cache\"}";
  private static final String BLOCKED = "{\"match\": \"pi_never\", \"action\": \"drop\"}";

  private static void configure(TestConfiguration c) {
    c.vdb("cache.enabled", true).vdb("rules", List.of("mine")).rules("mine", CACHED, BLOCKED);
  }

  @Test
  void statementsOfPostgresqlAreCountedByTheirPattern() throws SQLException {
    try (TestNode node = TestNode.start(c -> configure(c.cluster(SharedPostgres.cluster())));
        Connection client = node.connect();
        Connection text = node.connect("preferQueryMode", "simple")) {
      execute(client, "DROP TABLE IF EXISTS pi_kept");
      execute(client, "CREATE TABLE pi_kept (id int, name text)");
      useIt(node, client, text);

      execute(client, "SET application_name = s3cret");
      execute(client, "SELECT $s3cret$s3cret$s3cret$ /* s3cret */ -- s3cret");
      fails(text, "CREATE USER pi_kept PASSWORD s3cret");
      fails(text, "SELECT 's3cret");
      assertThat(node.admin("SHOW PATTERNS"))
          .noneMatch(row -> row.values().toString().contains("s3cret"))
          .anySatisfy(
              row -> {
                assertThat(row.get("statement")).isEqualTo("create user pi_kept password …");
                assertThat(row.get("errors")).isEqualTo("1");
              });

      client.setAutoCommit(false);
      execute(client, "SELECT count(*) FROM pi_kept");
      client.commit();
      assertThat(pattern(node, "select count(*) from pi_kept"))
          .containsEntry("calls", "1")
          .containsEntry("hits", "0");
      assertThat(pattern(node, "begin")).containsEntry("tables", null);
      client.setAutoCommit(true);
      execute(client, "DROP TABLE pi_kept");
    }
  }

  @Test
  void statementsOfMysqlAreCountedByTheirPattern() throws SQLException {
    try (MysqlNode node =
            MysqlNode.start(
                MysqlRelease.MARIADB, c -> configure(c.cluster(MARIADB).catalog(MARIADB)));
        Connection client = node.connect("useServerPrepStmts", "true");
        Connection text = node.connect("useServerPrepStmts", "false")) {
      execute(client, "DROP TABLE IF EXISTS pi_kept");
      execute(client, "CREATE TABLE pi_kept (id int, name text)");
      useIt(node, client, text);

      execute(client, "SET @a = 's3cret', @b = \"s3cret\" /* s3cret */");
      fails(client, "CREATE USER pi_kept IDENTIFIED BY s3cret");
      execute(client, "SELECT \"s3cret\", 's3cret' # s3cret");
      assertThat(node.admin("SHOW PATTERNS"))
          .isNotEmpty()
          .noneMatch(row -> row.values().toString().contains("s3cret"));
      execute(client, "DROP TABLE pi_kept");
    }
  }

  private static void useIt(RunningNode node, Connection client, Connection text)
      throws SQLException {
    try (PreparedStatement insert =
        client.prepareStatement("INSERT INTO pi_kept VALUES (?, 'secret')")) {
      for (int i = 0; i < 3; i++) {
        insert.setInt(1, i);
        insert.executeUpdate();
      }
    }
    for (int i = 0; i < 4; i++) {
      execute(text, "INSERT INTO pi_kept VALUES (" + i + ", 'other')");
    }
    Map<String, String> inserted = pattern(node, "insert into pi_kept values(?, ?)");
    assertThat(inserted)
        .containsEntry("calls", "7")
        .containsEntry("errors", "0")
        .containsEntry("hits", "0");
    assertThat(inserted.get("not_cached")).isNotNull();
    assertThat(inserted.get("tables")).endsWith(".pi_kept");
    assertThat(inserted.get("rules")).contains("mine #1");
    long total = Long.parseLong(inserted.get("total_us"));
    long most = Long.parseLong(inserted.get("max_us"));
    assertThat(total).isPositive();
    assertThat(most).isPositive().isLessThanOrEqualTo(total);

    AtomicInteger reads = new AtomicInteger();
    Await.until(
        "some reads were answered from the cache",
        () -> {
          execute(text, "SELECT name FROM pi_kept WHERE id = " + reads.incrementAndGet() % 2);
          String hits = pattern(node, "select name from pi_kept where id = ?").get("hits");
          return Long.parseLong(hits) == 3;
        });
    Map<String, String> read = pattern(node, "select name from pi_kept where id = ?");
    assertThat(read).containsEntry("calls", reads.toString());
    assertThat(Long.parseLong(read.get("bytes"))).isPositive();
    assertThat(read.get("not_cached")).isNotNull();
    assertThat(read.get("last")).isNotNull();

    fails(text, "SELECT pi_never");
    assertThat(pattern(node, "select pi_never"))
        .containsEntry("calls", "1")
        .containsEntry("total_us", "0")
        .containsEntry("rules", "mine #2");
  }

  private static Map<String, String> pattern(RunningNode node, String statement) {
    List<Map<String, String>> rows = node.admin("SHOW PATTERNS");
    return rows.stream()
        .filter(row -> row.get("statement").equalsIgnoreCase(statement))
        .findFirst()
        .orElseThrow(() -> new AssertionError(statement + " is not among " + rows));
  }

  private static void fails(Connection client, String sql) {
    assertThatThrownBy(() -> execute(client, sql)).isInstanceOf(SQLException.class);
  }
}
