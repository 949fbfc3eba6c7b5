package dev.heimdall.test.sql.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Runs the scripts of a folder for mysqltest on a server, and compares with what was claimed. */
@Tag("long")
class MysqlHuntIT {
  /** What would end the server, or keep everybody else from working. */
  private static final Pattern LEFT_OUT =
      Pattern.compile(
          "(?is).*\\b(shutdown|restart|kill|install|uninstall|clone|read_only|offline_mode|sleep|benchmark|"
              + "with\\s+read\\s+lock|backup|debug|debug_sync|keyring|max_connections|get_lock|gtid_mode|change|slave|replica|"
              + "wait_for_executed_gtid_set|master_pos_wait|init_connect|outfile|drop\\s+user|set\\s+password|alter\\s+user|"
              + "require_secure_transport|skip_networking|mysql\\.|event_scheduler|wsrep|tablespace|reset|purge|global|persist)\\b.*");

  @Test
  @EnabledIfSystemProperty(named = "mysql.scripts", matches = ".+")
  void scripts() throws IOException {
    int port = Integer.getInteger("mysql.port");
    Pattern names = Pattern.compile(System.getProperty("mysql.names", ".*"));
    long until = System.nanoTime() + Long.getLong("mysql.seconds", 120L) * 1_000_000_000L;
    List<Path> scripts;
    try (Stream<Path> files = Files.walk(Path.of(System.getProperty("mysql.scripts")))) {
      scripts =
          files
              .filter(file -> file.toString().endsWith(".test"))
              .filter(file -> names.matcher(file.getFileName().toString()).matches())
              .sorted()
              .toList();
    }
    try (TrackedConnection setUp = new TrackedConnection(port, "hunter")) {
      setUp.query("CREATE DATABASE IF NOT EXISTS probe");
      setUp.query("CREATE TABLE IF NOT EXISTS probe.p (a int) ENGINE=InnoDB");
    }
    int done = 0;
    try (Claims claims = new Claims(port, "hunter", "probe.p")) {
      for (Path script : scripts) {
        if (System.nanoTime() > until) {
          break;
        }
        done++;
        try {
          run(claims, script, until);
        } catch (IOException e) {
          System.out.println(script.getFileName() + ": " + e.getMessage());
        }
      }
      System.out.printf(
          "%d of %d scripts, judged %d, refused %d, conservative %d, wrong %d%n",
          done,
          scripts.size(),
          claims.judged,
          claims.refused,
          claims.conservative,
          claims.wrong.size());
      claims.unreported.forEach(what -> System.out.println("claimed " + what));
      claims.wrong.forEach(System.out::println);
      assertThat(claims.wrong).isEmpty();
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
