package dev.heimdall.test.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Transactions that define tables and use them: the node adds no statements of its own where their
 * text says all, and lets nobody find a trace where it does not. The pool has one connection.
 */
@Tag("ci")
class MigrationsIT {
  private static final String DATABASE = "migrations";

  private static final String TRACES =
      "SELECT concat_ws(' ', nullif('leak=' || current_setting('my.leak', true), 'leak='),"
          + " (SELECT string_agg('lock ' || objid, ',') FROM pg_locks"
          + " WHERE pid = pg_backend_pid() AND locktype = 'advisory'))";

  private static TestNode node;

  @BeforeAll
  static void start() throws Exception {
    SharedPostgres.createDatabase(DATABASE);
    SharedPostgres.primary()
        .executeIn(
            DATABASE,
            "ALTER DATABASE " + DATABASE + " SET log_statement = 'all'",
            "CREATE SCHEMA later AUTHORIZATION app",
            "SET ROLE app",
            plpgsql("locks()", "int", "PERFORM pg_advisory_lock(6); RETURN 1;"),
            plpgsql("checks(v text)", "boolean", "PERFORM pg_advisory_lock(7); RETURN true;"),
            plpgsql("computes(a int)", "int IMMUTABLE", "PERFORM locks(); RETURN a;"),
            plpgsql("triggered()", "trigger", "PERFORM locks(); RETURN coalesce(new, old);"),
            plpgsql("operates(a int, b int)", "boolean", "PERFORM locks(); RETURN true;"),
            "CREATE OPERATOR ### (LEFTARG = int, RIGHTARG = int, FUNCTION = operates)",
            "CREATE DOMAIN checked AS text CHECK (checks(VALUE))",
            "CREATE TABLE plain (a int PRIMARY KEY)",
            "INSERT INTO plain VALUES (1)",
            "CREATE TABLE defaulted (a int DEFAULT locks())",
            "CREATE TABLE watched (a int)",
            "INSERT INTO watched VALUES (1)",
            "CREATE TRIGGER t BEFORE INSERT OR DELETE ON watched FOR EACH ROW EXECUTE FUNCTION"
                + " triggered()",
            "CREATE TABLE divided (a int) PARTITION BY LIST (a)",
            "CREATE TRIGGER t BEFORE INSERT ON divided FOR EACH ROW EXECUTE FUNCTION triggered()",
            "CREATE TABLE later.shadowed (a int)",
            "CREATE TRIGGER t BEFORE INSERT ON later.shadowed FOR EACH ROW EXECUTE FUNCTION"
                + " triggered()",
            "CREATE TABLE shadowed (a int)",
            "CREATE TABLE indexed (a int)",
            "CREATE INDEX ON indexed (computes(a))",
            "INSERT INTO indexed VALUES (1)",
            "RESET ROLE",
            "SELECT pg_advisory_unlock_all()");
    node =
        TestNode.start(
            c ->
                c.node("loops", 1)
                    .user("app", "admin", true)
                    .vdb("pool.size", 1)
                    .vdb("databases", Map.of("app", DATABASE)));
  }

  private static String plpgsql(String name, String returns, String body) {
    return "CREATE FUNCTION %s RETURNS %s LANGUAGE plpgsql AS $f$ BEGIN %s END $f$"
        .formatted(name, returns, body);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static RawClient logIn() throws IOException {
    return RawClient.logIn(node.target());
  }

  private static void awaitCatalogue() throws Exception {
    try (Connection operator = node.connect("preferQueryMode", "simple")) {
      Await.until(
          "the catalogue is there and confirmed",
          () -> {
            operator.createStatement().execute("SELECT 1 FROM plain");
            Map<String, String> info = Jdbc.queryInfo(operator);
            return "confirmed".equals(info.get("catalog now"));
          });
    }
  }

  /** What the server has run on the connection of clients from here on, text by text. */
  private static List<String> ran(long from) throws IOException {
    Path log = SharedPostgres.primary().log();
    byte[] all = Files.readAllBytes(log);
    return new String(all, (int) from, (int) (all.length - from), StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.contains("app@" + DATABASE))
        .map(line -> line.replaceFirst(".*LOG: +(statement|execute [^:]*): ", ""))
        .toList();
  }

  private static void migrate(Statement statement, int number) throws SQLException {
    String table = "made_" + number;
    for (String sql :
        List.of(
            "CREATE TABLE %s (id bigserial PRIMARY KEY, name text DEFAULT 'x', at timestamptz"
                + " DEFAULT now(), parent int REFERENCES plain ON DELETE CASCADE)",
            "INSERT INTO %s (name) VALUES ('a'), ('b')",
            "ALTER TABLE %s ADD COLUMN more numeric(10,2) DEFAULT 0, ALTER name SET NOT NULL",
            "CREATE INDEX ON %s (lower(name), at DESC) WHERE more > 0",
            "UPDATE %s SET more = 1",
            "DELETE FROM %s WHERE name = 'a'")) {
      statement.execute(sql.formatted(table));
    }
    statement.getConnection().commit();
  }

  @Test
  void whatItDefinesItselfNeedsNothingOfTheNode() throws Exception {
    awaitCatalogue();
    try (Connection client = node.target().jdbc();
        Statement statement = client.createStatement()) {
      client.setAutoCommit(false);
      migrate(statement, 0);
      long from = Files.size(SharedPostgres.primary().log());
      for (int i = 1; i <= 10; i++) {
        migrate(statement, i);
      }
      assertThat(ran(from))
          .filteredOn(sql -> sql.matches("(?s)COMMIT|DISCARD.*|DO .*|.*(setseed|set_config).*"))
          .containsOnly("COMMIT")
          .hasSize(10);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE TABLE m (a int DEFAULT locks()); INSERT INTO m DEFAULT VALUES",
        "CREATE TABLE m (a int, b int GENERATED ALWAYS AS (computes(a)) STORED);"
            + " INSERT INTO m VALUES (1)",
        "CREATE TABLE m (a int CHECK (a ### 1)); INSERT INTO m VALUES (1)",
        "CREATE TABLE m (a checked); INSERT INTO m VALUES ('x')",
        "CREATE TABLE m (a checked[]); INSERT INTO m VALUES ('{x}')",
        "CREATE TYPE k AS (a checked); CREATE TABLE m (a k); INSERT INTO m VALUES ('(x)')",
        "CREATE DOMAIN k AS int CHECK (computes(VALUE) > 0); CREATE TABLE m (a k);"
            + " INSERT INTO m VALUES (1)",
        "CREATE TABLE m (a text DEFAULT set_config('my.leak', 'x', false));"
            + " INSERT INTO m DEFAULT VALUES",
        "CREATE TABLE m (LIKE defaulted INCLUDING ALL); INSERT INTO m DEFAULT VALUES",
        "CREATE TABLE m () INHERITS (defaulted); INSERT INTO m DEFAULT VALUES",
        "CREATE TABLE m PARTITION OF divided DEFAULT; INSERT INTO m VALUES (1)",
        "CREATE TABLE m (a int); ALTER TABLE divided ATTACH PARTITION m DEFAULT;"
            + " INSERT INTO m VALUES (1)",
        "CREATE TABLE m (a int); INSERT INTO m VALUES (1);"
            + " ALTER TABLE m ADD b int DEFAULT locks()",
        "CREATE TABLE m (a int); ALTER TABLE m ALTER a SET DEFAULT locks();"
            + " INSERT INTO m DEFAULT VALUES",
        "CREATE TABLE m (a int); ALTER TABLE m ADD CHECK (computes(a) > 0);"
            + " INSERT INTO m VALUES (1)",
        "CREATE TABLE m (a int); INSERT INTO m VALUES (1);"
            + " ALTER TABLE m ALTER a TYPE text USING locks()::text",
        "CREATE TABLE m (a int); CREATE INDEX ON m (computes(a)); INSERT INTO m VALUES (1)",
        "CREATE TABLE m (a int); CREATE INDEX ON m (a) WHERE computes(a) > 0;"
            + " INSERT INTO m VALUES (1)",
        "CREATE TABLE m (a int); CREATE TRIGGER t BEFORE INSERT ON m FOR EACH ROW"
            + " EXECUTE FUNCTION triggered(); INSERT INTO m VALUES (1)",
        "CREATE TABLE m (a int); SAVEPOINT s; CREATE TRIGGER t BEFORE INSERT ON m FOR EACH ROW"
            + " EXECUTE FUNCTION triggered(); INSERT INTO m VALUES (1); ROLLBACK TO s",
        "CREATE TABLE m (a int); CREATE RULE r AS ON INSERT TO m DO ALSO SELECT locks();"
            + " INSERT INTO m VALUES (1)",
        "CREATE TABLE m (a int); INSERT INTO m VALUES (1); ALTER TABLE m ENABLE ROW LEVEL SECURITY;"
            + " ALTER TABLE m FORCE ROW LEVEL SECURITY; CREATE POLICY p ON m USING (locks() = 1);"
            + " UPDATE m SET a = 2",
        "ALTER TABLE watched RENAME TO m; INSERT INTO m VALUES (1)",
        "SET LOCAL search_path = public, later; DROP TABLE shadowed;"
            + " INSERT INTO shadowed VALUES (1)",
        "DELETE FROM watched WHERE a > 1; ALTER TABLE watched ADD FOREIGN KEY (a) REFERENCES plain"
            + " ON DELETE CASCADE; DELETE FROM plain WHERE a = 1",
        "CREATE TABLE m (a int); DO $$ BEGIN EXECUTE 'CREATE TRIGGER t BEFORE INSERT ON m FOR EACH"
            + " ROW EXECUTE FUNCTION triggered()'; END $$; INSERT INTO m VALUES (1)",
        "ALTER TABLE indexed ADD b float DEFAULT random()",
        "ALTER TABLE indexed ALTER a TYPE bigint",
        "CREATE TABLE m (a int); INSERT INTO watched VALUES (1)",
        "CREATE TABLE m (a int); SELECT locks() FROM plain",
        "CREATE TABLE m (a int); INSERT INTO m VALUES (locks())",
        "CREATE TABLE m (a int); INSERT INTO m VALUES ((pg_advisory_lock(3) IS NULL)::int)",
        "CREATE TABLE m (a int); INSERT INTO m SELECT 1 WHERE pg_advisory_lock(3) IS NOT NULL",
      })
  void whatItDefinesBesidesLeavesNoTrace(String statements) throws Exception {
    awaitCatalogue();
    for (String end : List.of("COMMIT", "ROLLBACK")) {
      for (boolean oneQuery : new boolean[] {false, true}) {
        try (RawClient client = logIn()) {
          if (oneQuery) {
            client.query("BEGIN; " + statements + "; " + end);
          } else {
            client.query("BEGIN");
            for (String statement : statements.split("; (?!END)")) {
              client.query(statement);
            }
            client.query(end);
          }
          client.query("ROLLBACK");
        }
        try (RawClient next = logIn()) {
          assertThat(next.value(TRACES)).as(end + (oneQuery ? " in one" : "")).isEmpty();
          next.query("ALTER TABLE m RENAME TO watched");
          next.query("ALTER TABLE watched DROP CONSTRAINT watched_a_fkey");
          next.query("DROP TABLE m");
          next.query("DROP TYPE k");
          next.query("CREATE TABLE shadowed (a int)");
          next.query("ALTER TABLE indexed DROP b");
          next.query("ALTER TABLE indexed ALTER a TYPE int");
          next.query("INSERT INTO plain VALUES (1)");
        }
        awaitCatalogue();
      }
    }
  }
}
