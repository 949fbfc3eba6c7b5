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

  private static final Pattern COMMENT = Pattern.compile("/\\*.*?\\*/|//[^\n]*", Pattern.DOTALL);

  private static final Pattern NAME =
      Pattern.compile("postgres|mysql|mariadb|sql_?server", Pattern.CASE_INSENSITIVE);

  /** These still name one, or a driver's classes do: the list gets shorter, never longer. */
  private static final Set<String> STILL =
      Set.of(
          "admin/DriverQueries.java", // as which server the console answers to drivers
          "net/TlsContexts.java",
          "users/AuthQuery.java");

  @Test
  void neutralCodeNamesNoEngine() throws IOException {
    Set<String> naming = new TreeSet<>();
    try (Stream<Path> files = Files.walk(ENGINE)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        String name = ENGINE.relativize(file).toString();
        String code = COMMENT.matcher(Files.readString(file)).replaceAll("");
        if (NAME.matcher(code).find()) {
          naming.add(name);
        }
      }
    }

    assertThat(naming).isEqualTo(new TreeSet<>(STILL));
  }
}
