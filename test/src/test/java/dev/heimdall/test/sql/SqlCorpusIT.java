package dev.heimdall.test.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.postgres.PostgresCluster;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What is said of statements against what PostgreSQL takes them for, over public corpora. {@code
 * -Dregenerate} writes the numbers into docs/sql.md anew:
 *
 * <pre>mvn verify -Dit.test=SqlCorpusIT -Dtest=NoUnitTest -Dsurefire.failIfNoSpecifiedTests=false
 * -Dfailsafe.failIfNoSpecifiedTests=false -Dregenerate</pre>
 */
@Tag("ci")
class SqlCorpusIT {
  private static final Path PAGE = Path.of("../docs/sql.md");
  private static final String BEGIN = "<!-- judged: begin -->";
  private static final String END = "<!-- judged: end -->";

  private static PostgresCluster cluster;
  private static final Map<String, CorpusRun> RUNS = new LinkedHashMap<>();

  /** Those with most to say of reads and writes; the first makes their tables. */
  private static final Set<String> SOME =
      Set.of("test_setup", "copydml", "merge", "returning", "rules", "subselect", "union", "with");

  @BeforeAll
  static void start() {
    cluster =
        PostgresCluster.builder()
            .ephemeralPorts()
            .replicas(0)
            .setting("max_prepared_transactions", "10")
            .start();
  }

  @AfterAll
  static void stop() throws IOException {
    cluster.close();
    if (System.getProperty("regenerate") != null) {
      String page = Files.readString(PAGE);
      int begin = page.indexOf(BEGIN) + BEGIN.length();
      Files.writeString(
          PAGE, page.substring(0, begin) + table() + page.substring(page.indexOf(END)));
    }
  }

  private static String table() {
    StringBuilder table =
        new StringBuilder("\n| corpus | judged | understood | conservative | wrong |\n")
            .append("|---|---|---|---|---|\n");
    RUNS.forEach(
        (name, run) ->
            table.append(
                String.format(
                    Locale.ROOT,
                    "| %s | %d | %d (%.1f %%) | %d | %d |%n",
                    name,
                    run.judged(),
                    run.understood(),
                    100.0 * run.understood() / run.judged(),
                    run.judged() - run.understood(),
                    run.wrong().size())));
    return table.toString();
  }

  @Test
  @Tag("long")
  void regressionTestsOfPostgres() throws IOException, SQLException {
    CorpusRun run = begin("PostgreSQL 16 regression tests");
    regressionTests(run, "regression", script -> true);
    judge(run, 10_000, 0.985);
  }

  @Test
  void someRegressionTestsOfPostgres() throws IOException, SQLException {
    CorpusRun run = new CorpusRun();
    regressionTests(run, "some_of_regression", SOME::contains);
    judge(run, 1_000, 0.9);
  }

  private static void regressionTests(CorpusRun run, String database, Predicate<String> wished)
      throws IOException, SQLException {
    try (InputStream resource = resource("postgres-regress.zip");
        ZipInputStream zip = new ZipInputStream(resource)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        if (entry.getName().endsWith(".sql") && wished.test(entry.getName().replace(".sql", ""))) {
          String script = new String(zip.readAllBytes(), StandardCharsets.UTF_8);
          runIn(database, run, script);
        }
      }
    }
  }

  @Test
  void queriesOfTheShapeOfTpch() throws IOException, SQLException {
    judge(run("tpch.sql", "TPC-H-like"), 25, 1);
  }

  @Test
  void queriesOfTheShapeOfTpcds() throws IOException, SQLException {
    judge(run("tpcds.sql", "TPC-DS-like"), 15, 1);
  }

  @Test
  void statementsOfAnApplication() throws IOException, SQLException {
    judge(run("pagila.sql", "Pagila-like"), 45, 1);
  }

  private static CorpusRun begin(String name) {
    CorpusRun run = new CorpusRun();
    RUNS.put(name, run);
    return run;
  }

  private static CorpusRun run(String file, String name) throws IOException, SQLException {
    CorpusRun run = begin(name);
    try (InputStream resource = resource(file)) {
      String script = new String(resource.readAllBytes(), StandardCharsets.UTF_8);
      runIn(file.replace(".sql", ""), run, script);
    }
    return run;
  }

  private static void runIn(String database, CorpusRun run, String script) throws SQLException {
    if (cluster
        .primary()
        .queryValue(
            "postgres", "SELECT count(*) FROM pg_database WHERE datname = '" + database + "'")
        .equals("0")) {
      cluster.primary().execute("CREATE DATABASE " + database);
    }
    try (Connection connection = cluster.primary().connect(database)) {
      run.run(connection, script);
    } catch (SQLException lost) {
      // A script may end its session; what was judged until then counts.
      if (!"08".equals(String.valueOf(lost.getSQLState()).substring(0, 2))) {
        throw lost;
      }
    }
  }

  private static InputStream resource(String name) {
    InputStream resource = SqlCorpusIT.class.getResourceAsStream("/corpora/" + name);
    if (resource == null) {
      throw new UncheckedIOException(new IOException("no resource corpora/" + name));
    }
    return resource;
  }

  private static void judge(CorpusRun run, int atLeast, double share) {
    assertThat(run.wrong()).isEmpty();
    assertThat(run.judged()).isGreaterThanOrEqualTo(atLeast);
    assertThat((double) run.understood() / run.judged()).isGreaterThanOrEqualTo(share);
  }
}
