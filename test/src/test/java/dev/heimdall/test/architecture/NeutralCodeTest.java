package dev.heimdall.test.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is written once for all engines names none, whatever its comments explain. */
class NeutralCodeTest {
  private static final Path ENGINE =
      Path.of("../proxy-node/engine/src/main/java/dev/heimdall/engine");

  private static final String SOURCES = "/src/main/java/dev/heimdall/";

  private static final Pattern COMMENT = Pattern.compile("/\\*.*?\\*/|//[^\n]*", Pattern.DOTALL);

  /** Products, and what one of them alone calls so: settings, commands, system tables. */
  private static final Pattern NAME =
      Pattern.compile(
          "postgres|mysql|mariadb|sql_?server|\\bpg_|\\boid\\b|search_path|set_config"
              + "|\"discard|in_hot_standby|default_transaction|session_authorization|datestyle",
          Pattern.CASE_INSENSITIVE);

  /** Five characters, of which one is a digit, in quotes. */
  private static final Pattern SQLSTATE = Pattern.compile("\"(?=[A-Z]{0,4}[0-9])[0-9A-Z]{5}\"");

  /** Files of the engine whose code, without comments, has something like this. */
  private static Set<String> filesWith(Pattern pattern) throws IOException {
    Set<String> found = new TreeSet<>();
    try (Stream<Path> files = Files.walk(ENGINE)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        String code = COMMENT.matcher(Files.readString(file)).replaceAll("");
        if (pattern.matcher(code).find()) {
          found.add(ENGINE.relativize(file).toString());
        }
      }
    }
    return found;
  }

  @Test
  void neutralCodeNamesNoEngine() throws IOException {
    assertThat(filesWith(NAME)).isEmpty();
  }

  @Test
  void neutralCodeCallsSqlstatesByTheirNames() throws IOException {
    assertThat(filesWith(SQLSTATE)).containsExactly("wire/Sqlstate.java");
  }

  /** As a word of Java or of documents: what compares, looks up or lists engines needs one. */
  private static final Pattern WORD =
      Pattern.compile(
          "\\b(POSTGRESQL|MYSQL|MARIADB|SQLSERVER)\\b"
              + "|\"(postgres|postgresql|mysql|mariadb|sqlserver)\"");

  /** Beginnings of the files that may, below the sources of their modules. */
  private static final Set<String> MAY =
      Set.of(
          // The descriptions, and what they are made of.
          "model/Engine.java",
          "model/PostgresqlEngine.java",
          "model/MysqlEngine.java",
          "model/SqlServerEngine.java",
          "model/ClusterKind.java",
          // How drivers write URLs.
          "model/Driver.java",
          "model/TemplateVariable.java",
          "model/UrlDialect.java",
          "model/UrlTemplate.java",
          // Servers that the launcher itself starts, of programs that it knows.
          "launcher/DemoCommand.java",
          "launcher/demo/",
          "launcher/embedded/",
          "launcher/mysql/",
          "launcher/postgres/",
          // What other proxies' files call it.
          "launcher/moving/MaxScale",
          "launcher/moving/PgBouncer",
          "launcher/moving/ProxySql");

  @Test
  void whoAsksAnEngineDoesNotAskWhichItIs() throws Exception {
    Set<String> naming = new TreeSet<>();
    Set<String> needless = new TreeSet<>(MAY);
    for (String file : CommittedFilesTest.files()) {
      Path path = CommittedFilesTest.ROOT.resolve(file);
      int sources = file.indexOf(SOURCES);
      if (sources >= 0 && !file.startsWith("proxy-node/dialect-") && Files.exists(path)) {
        String name = file.substring(sources + SOURCES.length());
        if (WORD.matcher(COMMENT.matcher(Files.readString(path)).replaceAll("")).find()
            && !needless.removeIf(name::startsWith)
            && MAY.stream().noneMatch(name::startsWith)) {
          naming.add(name);
        }
      }
    }

    assertThat(naming).isEmpty();
    assertThat(needless).as("allowed to files that do not").isEmpty();
  }
}
