package dev.heimdall.test.cache;

import static dev.heimdall.test.cache.DriverWays.OTHER;
import static dev.heimdall.test.cache.DriverWays.SECOND;
import static dev.heimdall.test.cache.DriverWays.ways;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RunningNode;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import dev.heimdall.test.fixture.Toolchain;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The ways in which drivers of other languages than Java read: from which run on the same read is a
 * hit. Their programs are {@code hits.*} in {@code test/drivers}; each prints a line for each way:
 * its name, and what {@code SHOW QUERYINFO} said of each run.
 */
@Tag("ci")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LanguageDriverHitsIT {
  private static final int MOST_TRIES = 3;

  /** More than any driver has ways: each reads a row of its own. */
  private static final int ROWS = 20;

  private static final String HITS = "heimdall_query_cache_hits_total";

  private TestNode postgres;
  private MysqlNode mysql;

  @TempDir Path folder;

  private static void cached(TestConfiguration c) {
    c.vdb("cache.enabled", true)
        .vdb("cache.dmlThreshold", 100)
        .vdb("rules", List.of("cached"))
        .rules(
            "cached",
            "{\"match\": \"(?i)^select n from dh\", \"action\": \"cache\","
                + " \"inTransaction\": true}");
  }

  @BeforeAll
  void start() throws SQLException {
    postgres =
        TestNode.start(
            c -> {
              c.cluster(SharedPostgres.cluster());
              cached(c);
            });
    MysqlRelease release = MysqlRelease.MARIADB;
    mysql =
        MysqlNode.start(
            release,
            c -> {
              c.cluster(release.shared()).catalog(release.shared());
              cached(c);
            });
    withRows(postgres);
    withRows(mysql);
  }

  @AfterAll
  void end() throws SQLException {
    for (RunningNode node : List.of(postgres, mysql)) {
      try (node;
          Connection owner = node.connect()) {
        Jdbc.execute(owner, "DROP TABLE IF EXISTS dh_rows");
      }
    }
  }

  private static void withRows(RunningNode node) throws SQLException {
    try (Connection owner = node.connect()) {
      Jdbc.execute(owner, "DROP TABLE IF EXISTS dh_rows");
      Jdbc.execute(owner, "CREATE TABLE dh_rows (id int PRIMARY KEY, n int)");
      for (int id = 0; id < ROWS; id++) {
        Jdbc.execute(owner, "INSERT INTO dh_rows VALUES (%d, %d)".formatted(id, id));
      }
      Await.until(
          "it is cached",
          () -> {
            double before = node.metricOrZero(HITS);
            Jdbc.value(owner, "SELECT n FROM dh_rows WHERE id = 0");
            return node.metricOrZero(HITS) > before;
          });
    }
  }

  private static Map<String, String> endpoint(
      RunningNode node, String host, int port, String user, String password, String database) {
    return Map.of(
        "HD_HTTP_PORT", Integer.toString(node.httpPort()),
        "HD_HOST", host,
        "HD_PORT", Integer.toString(port),
        "HD_USER", user,
        "HD_PASSWORD", password,
        "HD_DATABASE", database);
  }

  private void ofPostgres(String driver, Map<String, String> expected, String... command)
      throws IOException, InterruptedException, SQLException {
    Target target = postgres.target();
    judge(
        postgres,
        driver,
        expected,
        endpoint(
            postgres,
            target.host(),
            target.port(),
            target.user(),
            target.password(),
            target.database()),
        command);
  }

  private void ofMysql(String driver, Map<String, String> expected, String... command)
      throws IOException, InterruptedException, SQLException {
    MysqlTarget target = mysql.target();
    judge(
        mysql,
        driver,
        expected,
        endpoint(
            mysql,
            target.host(),
            target.port(),
            target.user(),
            target.password(),
            target.database()),
        command);
  }

  /** Once more where the catalogue was being read meanwhile, with others' definitions in it. */
  private void judge(
      RunningNode node,
      String driver,
      Map<String, String> expected,
      Map<String, String> endpoint,
      String... command)
      throws IOException, InterruptedException, SQLException {
    Map<String, String> found = Map.of(driver, "unknown");
    for (int i = 0; i < MOST_TRIES && found.containsValue("unknown"); i++) {
      try (Connection owner = node.connect()) {
        Jdbc.execute(owner, "UPDATE dh_rows SET n = id"); // nothing is kept of other drivers
      }
      found = DriverWays.run(folder, driver, endpoint, command);
    }
    assertThat(found).isEqualTo(expected);
  }

  private static String[] python(String driver) {
    Toolchain.need(driver);
    return new String[] {
      Toolchain.built(driver).resolve("bin/python").toString(),
      "-B",
      Toolchain.scripts(driver).resolve("hits.py").toString()
    };
  }

  private static String[] node(String driver) {
    Toolchain.need(driver);
    return new String[] {"node", Toolchain.built(driver).resolve("hits.js").toString()};
  }

  private static String[] go(String driver) {
    Toolchain.need(driver);
    return new String[] {Toolchain.built(driver).resolve("matrix").toString(), "hits"};
  }

  private static String[] rust(String driver) {
    Toolchain.need(driver);
    return new String[] {Toolchain.built(driver).resolve("debug/matrix").toString(), "hits"};
  }

  @Test
  void psycopg() throws Exception {
    ofPostgres(
        "psycopg",
        ways(
            "simple", SECOND,
            "unnamed", SECOND,
            "becomes prepared", SECOND,
            "prepared", SECOND,
            "binary", SECOND,
            "stream", SECOND,
            "in a transaction", SECOND,
            "each in a transaction", SECOND,
            "pipeline of one", "shape",
            "pipeline, fetched one by one", "shape",
            "pipeline", OTHER,
            "executemany", OTHER,
            "server-side cursor", OTHER),
        python("psycopg"));
  }

  @Test
  void asyncpg() throws Exception {
    ofPostgres(
        "asyncpg",
        ways(
            "fetch", SECOND,
            "fetchval", SECOND,
            "prepared", SECOND,
            "fetch, no statement cache", SECOND,
            "fetchval, no statement cache", SECOND,
            // The first run of a text parses it, within a transaction: the server answers that.
            "in a transaction", "hit from run 3",
            "each in a transaction", "hit from run 3",
            "fetchmany", "shape",
            "cursor", "hit from run 3"),
        python("asyncpg"));
  }

  @Test
  void nodePostgres() throws Exception {
    ofPostgres(
        "node-postgres",
        ways(
            "simple", SECOND,
            "unnamed", SECOND,
            "named", SECOND,
            "binary", SECOND,
            "several at once", "hit from run 1",
            "in a transaction", SECOND,
            "in a transaction, READ COMMITTED", SECOND,
            "rows by tens", "shape",
            "pg-cursor", "shape",
            "pg-query-stream", "shape"),
        node("node-postgres"));
  }

  @Test
  void pgx() throws Exception {
    ofPostgres(
        "pgx",
        ways(
            "cache_statement", SECOND,
            "cache_describe", SECOND,
            "describe_exec", SECOND,
            "exec", SECOND,
            "simple_protocol", SECOND,
            "prepared", SECOND,
            "in a transaction", SECOND,
            "batch of one", SECOND,
            "batch", OTHER),
        go("pgx"));
  }

  @Test
  void libPq() throws Exception {
    Toolchain.need("pq");
    ofPostgres(
        "pq",
        ways(
            "simple", SECOND,
            "query", SECOND,
            "query, binary_parameters", SECOND,
            "prepared", SECOND,
            "in a transaction", SECOND),
        Toolchain.built("pq").resolve("hits").toString());
  }

  @Test
  void tokioPostgres() throws Exception {
    ofPostgres(
        "tokio-postgres",
        ways(
            "simple", SECOND,
            "query", SECOND,
            "prepared", SECOND,
            "query_typed", "shape",
            "query_raw", SECOND,
            "portal", "shape",
            "in a transaction", SECOND,
            "each in a transaction", SECOND),
        rust("tokio-postgres"));
  }

  @Test
  void pymysql() throws Exception {
    ofMysql(
        "pymysql",
        ways(
            "text", SECOND,
            "streamed", SECOND,
            "autocommit off", "isolation",
            "autocommit off, READ COMMITTED", SECOND,
            "autocommit off, each in a transaction", SECOND),
        python("pymysql"));
  }

  @Test
  void mysqlConnectorPython() throws Exception {
    ofMysql(
        "mysql-connector-python",
        ways(
            "text", SECOND,
            "buffered", SECOND,
            "prepared", SECOND,
            "prepared and kept", SECOND,
            "autocommit off", "isolation"),
        python("mysql-connector-python"));
  }

  @Test
  void mysql2() throws Exception {
    ofMysql(
        "mysql2",
        ways(
            "query", SECOND,
            "execute", SECOND,
            "stream", SECOND,
            "several at once", "hit from run 1",
            "in a transaction", "isolation",
            "in a transaction, READ COMMITTED", SECOND),
        node("mysql2"));
  }

  @Test
  void goSqlDriver() throws Exception {
    ofMysql(
        "go-sql-driver",
        ways(
            "prepared for each", SECOND,
            "prepared and kept", SECOND,
            "interpolateParams", SECOND,
            "in a transaction", "isolation",
            "in a transaction, READ COMMITTED", SECOND),
        go("go-sql-driver"));
  }

  @Test
  void sqlx() throws Exception {
    ofMysql(
        "sqlx",
        ways(
            "text", SECOND,
            "query", SECOND,
            "query, not kept", SECOND,
            "stream", SECOND,
            "each in a transaction", "isolation",
            "each in a transaction, READ COMMITTED", SECOND),
        rust("sqlx"));
  }
}
