package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.Toolchain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** MySQL's own mysqldump, and what it has written loaded back, through a node. */
@Timeout(120)
@Tag("long")
class MysqlDumpIT {
  private static final MysqlServer SERVER = MysqlRelease.MYSQL.shared().primary();
  private static final String FROM = "dumped_from";
  private static final String INTO = "dumped_into";

  @TempDir Path files;

  @Test
  void aDumpIsTheSameAsADirectOneAndIsLoadedBack() throws Exception {
    fill();
    MysqlTarget direct = MysqlTarget.of(SERVER);
    try (MysqlNode node = MysqlNode.start(MysqlRelease.MYSQL, c -> c.vdb("pool.size", 3))) {
      for (List<String> options :
          List.of(
              List.of("--single-transaction", "--routines", "--events", "--triggers"),
              List.of("--lock-tables", "--hex-blob", "--order-by-primary", "--skip-opt"),
              List.of("--single-transaction", "--no-data", "--routines", "--skip-triggers"))) {
        byte[] expected = Files.readAllBytes(dump(direct, FROM, options));
        assertThat(new String(expected, StandardCharsets.ISO_8859_1)).contains("CREATE TABLE");
        assertThat(dump(node.target(), FROM, options)).as("%s", options).hasBinaryContent(expected);
      }
      List<String> tables = List.of("--single-transaction", "--skip-triggers");
      Path dump = dump(node.target(), FROM, tables);
      load(node.target().in(INTO), dump);
      assertThat(dump(direct, INTO, tables)).hasSameBinaryContentAs(dump(direct, FROM, tables));
    }
  }

  private static void fill() throws SQLException {
    for (String database : List.of(FROM, INTO)) {
      SERVER.execute(
          "DROP DATABASE IF EXISTS " + database,
          "CREATE DATABASE " + database,
          "GRANT ALL ON " + database + ".* TO " + MysqlRelease.USER + "@'%'");
    }
    try (Connection connection = MysqlTarget.of(SERVER).in(FROM).jdbc();
        Statement statement = connection.createStatement()) {
      for (String sql :
          List.of(
              "CREATE TABLE a (id INT PRIMARY KEY AUTO_INCREMENT, t VARCHAR(100), b BLOB,"
                  + " d DATETIME(6), j JSON, n DECIMAL(30, 10), g GEOMETRY, e ENUM('x', 'y'))",
              "CREATE TABLE b (id INT PRIMARY KEY, a INT, FOREIGN KEY (a) REFERENCES a (id))",
              "CREATE PROCEDURE p (IN x INT) BEGIN DECLARE i INT DEFAULT 0; WHILE i < x DO"
                  + " INSERT INTO a (t, b, d, j, n, g, e) VALUES (CONCAT('t€', i, '''\"\\\\'),"
                  + " UNHEX(SHA2(i, 256)), '2020-01-01 00:00:00.123456' + INTERVAL i SECOND,"
                  + " JSON_OBJECT('i', i), i / 7, POINT(i, i), 'y'); SET i = i + 1;"
                  + " END WHILE; END",
              "CALL p(3000)",
              "INSERT INTO b SELECT id, id FROM a LIMIT 500",
              "CREATE VIEW v AS SELECT a.id, t FROM a JOIN b ON a.id = b.a",
              "CREATE EVENT ev ON SCHEDULE EVERY 1 DAY STARTS '2090-01-01 00:00:00' DO SET @x ="
                  + " 1")) {
        statement.execute(sql);
      }
    }
    SERVER.execute(
        "CREATE TRIGGER "
            + FROM
            + ".tr BEFORE INSERT ON "
            + FROM
            + ".b FOR EACH ROW SET NEW.a = 1");
  }

  private Path dump(MysqlTarget target, String database, List<String> options) throws IOException {
    List<String> words =
        new ArrayList<>(List.of("--set-gtid-purged=OFF", "--no-tablespaces", "--skip-comments"));
    words.addAll(options);
    words.add(database);
    Path written = Files.createTempFile(files, "dump", ".sql");
    run("mysqldump", target, words, Path.of("/dev/null"), written);
    return written;
  }

  private void load(MysqlTarget target, Path dump) throws IOException {
    run("mysql", target, List.of(target.database()), dump, files.resolve("loaded"));
  }

  private void run(String program, MysqlTarget target, List<String> words, Path in, Path out)
      throws IOException {
    Path options = files.resolve("options");
    Files.writeString(
        options,
        "[client]\nhost=%s\nport=%d\nuser=%s\npassword=%s\ndefault-character-set=utf8mb4\n"
            .formatted(target.host(), target.port(), target.user(), target.password()));
    List<String> command =
        new ArrayList<>(
            List.of(
                Toolchain.built("mysql-server").resolve("run").toString(),
                "bin/" + program,
                "--defaults-file=" + options));
    command.addAll(words);
    Path errors = files.resolve("errors");
    Process process =
        new ProcessBuilder(command)
            .redirectInput(in.toFile())
            .redirectOutput(out.toFile())
            .redirectError(errors.toFile())
            .start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("%s has ended", program).isTrue();
      assertThat(process.exitValue())
          .as("%s %s says %s", program, words, Files.readString(errors))
          .isZero();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + program + " ran", e);
    } finally {
      Toolchain.end(process);
    }
  }
}
