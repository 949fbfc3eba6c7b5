package dev.heimdall.test.suites;

import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.Toolchain;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What a test of a suite printed, and how it ended.
 *
 * @param code 0, or 62 where the test found that it cannot run here; anything else is a failure, -1
 *     one to end in time
 */
record ScriptRun(int code, String printed) {
  private static final int SKIPPED = 62;
  private static final long SECONDS = 40;

  /**
   * Runs a test in the database {@code test}.
   *
   * @param home the folder from which tests include each other
   * @param files an empty folder for the files of the test
   * @param server the server that is behind that port
   */
  static ScriptRun of(
      SqlSuite suite, Path home, String script, int port, MysqlServer server, Path files) {
    try {
      Files.createDirectories(files.resolve("tmp"));
      Files.createDirectories(files.resolve("log"));
      List<String> command = new ArrayList<>(suite.client());
      List<String> place =
          List.of("--protocol=tcp", "--host=127.0.0.1", "--port=" + port, "--user=root");
      command.addAll(place);
      command.addAll(protocol());
      command.addAll(
          List.of(
              "--plugin-dir=" + suite.root().resolve("lib/x86_64-linux-gnu/libmariadb3/plugin"),
              "--basedir=" + home + "/",
              "--tmpdir=" + files.resolve("tmp"),
              "--logdir=" + files.resolve("log"),
              "--max-connect-retries=20",
              "--test-file=" + script + ".test",
              "test"));
      ProcessBuilder builder =
          new ProcessBuilder(command).directory(home.toFile()).redirectErrorStream(true);
      Path own = server.dataDirectory().getParent();
      empty(own.resolve("tmp"));
      Map<String, String> environment = builder.environment();
      environment.keySet().removeIf(name -> name.startsWith("MYSQL") || name.startsWith("MARIADB"));
      environment.put("LC_ALL", "C");
      environment.put("MYSQL_TEST_DIR", home.toString());
      environment.put("MYSQLTEST_VARDIR", own.toString());
      environment.put("MYSQL_TMP_DIR", files.resolve("tmp").toString());
      environment.put("MYSQL_TEST_LOGIN_FILE", files.resolve("tmp/login").toString());
      environment.put("MASTER_MYPORT", "" + port);
      environment.put("MASTER_MYSOCK", server.socket().toString());
      environment.put("MYSQL_SHAREDIR", suite.root().resolve("share").toString());
      environment.put("MYSQL_BINDIR", suite.root().toString());
      environment.put("MYSQL_CHARSETSDIR", suite.root().resolve("share/mysql/charsets").toString());
      environment.put("DEFAULT_MASTER_PORT", "" + port);
      environment.put("MYSQLTEST_FILE", script);
      String cli = suite == SqlSuite.MARIADB ? "mariadb" : "mysql";
      environment.put("MYSQL", program(suite, "bin/" + cli, place));
      environment.put(
          "MYSQL_DUMP",
          program(suite, "bin/" + cli + (suite == SqlSuite.MARIADB ? "-dump" : "dump"), place));
      environment.put(
          "MYSQLADMIN",
          program(suite, "bin/" + cli + (suite == SqlSuite.MARIADB ? "-admin" : "admin"), place));
      Path output = files.resolve("printed");
      Process process = builder.redirectOutput(output.toFile()).start();
      process.getOutputStream().close();
      boolean ended;
      try {
        ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while " + script + " ran", e);
      } finally {
        Toolchain.end(process);
      }
      String printed =
          Files.readString(output, StandardCharsets.ISO_8859_1)
              .replace(files.toString(), "FILES")
              .replace(own.toString(), "VARDIR")
              // What the optimizer of MySQL expects depends on samples that it takes.
              .replaceAll("\\(cost=[-0-9.e+]+ rows=[-0-9.e+]+\\)", "(cost)")
              .replaceAll("(?<=VARDIR/tmp/?)[A-Za-z0-9_]{6,8}\\b", "NAME")
              .replaceAll("\\b(%d|%d)\\b".formatted(port, server.port()), "PORT");
      return new ScriptRun(ended ? process.exitValue() : -1, printed);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where tests have the server write files and read them: it must be there, without any. */
  private static void empty(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    try (Stream<Path> left = Files.walk(folder)) {
      for (Path path : left.sorted(Comparator.reverseOrder()).toList()) {
        if (!path.equals(folder)) {
          Files.delete(path);
        }
      }
    }
  }

  private static List<String> protocol() {
    String named = System.getProperty("regression.protocol", "");
    return switch (named) {
      case "ps" -> List.of("--ps-protocol");
      case "cursor" -> List.of("--ps-protocol", "--cursor-protocol");
      case "sp" -> List.of("--sp-protocol");
      case "view" -> List.of("--view-protocol");
      case "" -> List.of();
      default -> throw new IllegalArgumentException("regression.protocol: " + named);
    };
  }

  boolean skipped() {
    return code == SKIPPED;
  }

  boolean timedOut() {
    return code == -1;
  }

  private static String program(SqlSuite suite, String name, List<String> place) {
    List<String> all = new ArrayList<>(suite.run(name));
    all.addAll(place);
    return String.join(" ", all);
  }
}
