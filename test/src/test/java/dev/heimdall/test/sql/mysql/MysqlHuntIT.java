package dev.heimdall.test.sql.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.mysql.MysqlCluster;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.Toolchain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Runs the statements of the regression tests of MariaDB and MySQL on their own server, and
 * compares what it reports with what the classifier claims.
 *
 * <p>Scripts come in an order by chance: {@code -Dhunt.seed} repeats it, {@code -Dhunt.scripts} is
 * a pattern for their names, {@code -Dhunt.seconds} how long each of the two goes on.
 */
@Tag("long")
class MysqlHuntIT {
  private static final long SEED = Long.getLong("hunt.seed", System.nanoTime());
  private static final Pattern NAMES = Pattern.compile(System.getProperty("hunt.scripts", ".*"));
  private static final String USER = "hunter";

  /** What would end the server, or keep everybody else from working. */
  private static final Pattern LEFT_OUT =
      Pattern.compile(
          "(?is).*\\b(shutdown|restart|kill|install|uninstall|clone|read_only|offline_mode|sleep|benchmark|"
              + "with\\s+read\\s+lock|backup|debug|debug_sync|keyring|max_connections|gtid_mode|change|slave|replica|"
              + "wait_for_executed_gtid_set|master_pos_wait|init_connect|outfile|drop\\s+user|set\\s+password|alter\\s+user|"
              + "require_secure_transport|skip_networking|mysql\\.|event_scheduler|wsrep|tablespace|reset|purge|global|persist)\\b.*");

  /** Whose scripts run for how long. */
  private enum Corpus {
    MARIADB(MysqlRelease.MARIADB_NEW, "mariadb-suite", "share/mariadb/mariadb-test", 900),
    /** Each of its definitions and log entries costs some milliseconds. */
    MYSQL(MysqlRelease.MYSQL, "mysql-suite", "lib/mysql-test", 1800);

    private final MysqlRelease release;
    private final String toolchain;
    private final String folder;
    private final long seconds;

    Corpus(MysqlRelease release, String toolchain, String folder, long seconds) {
      this.release = release;
      this.toolchain = toolchain;
      this.folder = folder;
      this.seconds = Long.getLong("hunt.seconds", seconds);
    }

    List<Path> scripts() throws IOException {
      Toolchain.need(toolchain);
      Path home = Toolchain.built(toolchain).toRealPath().resolve("root/usr").resolve(folder);
      List<Path> scripts;
      try (Stream<Path> files = Files.walk(home)) {
        scripts =
            new ArrayList<>(
                files
                    .filter(file -> file.toString().endsWith(".test"))
                    .filter(file -> NAMES.matcher(file.getFileName().toString()).matches())
                    .sorted()
                    .toList());
      }
      Collections.shuffle(scripts, new Random(SEED));
      return scripts;
    }
  }

  @ParameterizedTest
  @EnumSource
  @Timeout(value = 2, unit = TimeUnit.HOURS)
  void nothingHappensThatWasNotClaimed(Corpus corpus) throws IOException {
    List<Path> scripts = corpus.scripts();
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(corpus.seconds);
    System.out.printf("hunt on %s: seed %d, %d s%n", corpus, SEED, corpus.seconds);
    try (MysqlCluster cluster =
        corpus
            .release
            .cluster()
            .option("local-infile", "ON")
            .option("innodb-use-native-aio", "OFF")
            .option("log-bin-trust-function-creators", "1")
            .atStart(
                "CREATE USER IF NOT EXISTS hunter@'%'",
                "GRANT ALL ON *.* TO hunter@'%' WITH GRANT OPTION",
                "CREATE DATABASE IF NOT EXISTS probe",
                "CREATE TABLE IF NOT EXISTS probe.p (a int) ENGINE=InnoDB")
            .start()) {
      MysqlServer server = cluster.primary();
      int done = 0;
      try (Claims claims = new Claims(server.port(), USER, "probe.p")) {
        for (Path script : scripts) {
          if (System.nanoTime() > until) {
            break;
          }
          done++;
          try {
            run(claims, script, until);
          } catch (IOException e) {
            System.out.println(script.getFileName() + ": " + e.getMessage());
            server.restart();
          }
        }
        System.out.printf(
            "%s: %d of %d scripts, judged %d, refused %d, conservative %d, wrong %d%n",
            corpus,
            done,
            scripts.size(),
            claims.judged,
            claims.refused,
            claims.conservative,
            claims.wrong.size());
        claims.unreported.forEach(what -> System.out.println("claimed " + what));
        claims.wrong.forEach(System.out::println);
        assertThat(claims.wrong).isEmpty();
        assertThat(claims.judged).isPositive();
      }
    }
  }

  private static void run(Claims claims, Path script, long until) throws IOException {
    claims.begin("test");
    String text = new String(Files.readAllBytes(script), StandardCharsets.UTF_8);
    for (String statement : TestScript.statements(text)) {
      if (System.nanoTime() > until) {
        return;
      }
      if (!LEFT_OUT.matcher(statement).matches() && statement.length() < 100_000) {
        claims.judge(statement);
      }
    }
  }
}
