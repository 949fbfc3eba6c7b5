package dev.heimdall.test.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The repository holds what people have written, and nothing that a tool has left there. */
class CommittedFilesTest {
  static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  /** What lies beside the folders. */
  private static final Set<String> AT_THE_ROOT =
      Set.of(
          ".gitignore",
          "CHANGELOG.md",
          "CONTRIBUTING.md",
          "LICENSE",
          "README.md",
          "SECURITY.md",
          "heimdall",
          "pom.xml",
          "release",
          "run-test");

  /** What is fetched, built, unpacked or written while something runs. */
  private static final Set<String> LEFT_BEHIND =
      Set.of(
          "whl", "egg", "pyc", "jar", "war", "class", "jmod", "so", "o", "a", "exe", "dll", "log",
          "out", "pid", "tmp", "bak", "orig", "rej", "swp", "zip", "gz", "tgz", "bz2", "xz", "zst",
          "7z", "tar", "deb", "rpm", "hprof", "jfr", "dump", "core", "pcap", "db", "sqlite", "pem",
          "key", "p12", "jks");

  private static final Set<String> MEANT =
      Set.of(
          "cdk-app/src/test/resources/certificates/rds-root-2019-expired.pem",
          "cdk-app/src/test/resources/releases/0.1.0.zip",
          "cdk-app/src/test/resources/releases/2026-11-24.zip",
          "test/src/test/resources/corpora/postgres-regress.zip");

  private static boolean isLeftBehind(String file) {
    String name = file.substring(file.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
    int dot = name.lastIndexOf('.');
    return !MEANT.contains(file)
        && (dot >= 0 && LEFT_BEHIND.contains(name.substring(dot + 1))
            || name.startsWith("hs_err_")
            || name.equals("core")
            || file.indexOf('/') < 0 && !AT_THE_ROOT.contains(file));
  }

  @Test
  void nothingIsCommittedThatToolsHaveLeftBehind() throws Exception {
    Set<String> files = files();

    assertThat(files).containsAll(AT_THE_ROOT).containsAll(MEANT);
    assertThat(files).filteredOn(CommittedFilesTest::isLeftBehind).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "selenium-4.51.0-py3-none-any.whl",
        "test/seq1.log",
        "test/drivers/java/driver.JAR",
        "proxy-node/engine/java_pid17.hprof",
        "proxy-node/engine/hs_err_pid17.txt",
        "notes.txt",
      })
  void whatToolsLeaveBehindIsFound(String file) {
    assertThat(isLeftBehind(file)).isTrue();
  }

  /** Those of the index; those that lie there where the tree came without it. */
  static Set<String> files() throws IOException, InterruptedException {
    if (!Files.exists(ROOT.resolve(".git"))) {
      return filesOfTheTree();
    }
    Process git =
        new ProcessBuilder("git", "ls-files", "-z", "--cached")
            .directory(ROOT.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String listed = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    // Git shows nothing of a tree that belongs to another user.
    return git.waitFor() == 0 ? new TreeSet<>(Arrays.asList(listed.split("\0"))) : filesOfTheTree();
  }

  private static Set<String> filesOfTheTree() throws IOException {
    List<String> notOurs = List.of("target", "node_modules", "__pycache__");
    Set<String> files = new TreeSet<>();
    Files.walkFileTree(
        ROOT,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes of) {
            String name = folder.getFileName().toString();
            boolean hidden = name.startsWith(".") && !folder.equals(ROOT);
            return hidden || notOurs.contains(name)
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes of) {
            files.add(ROOT.relativize(file).toString().replace('\\', '/'));
            return FileVisitResult.CONTINUE;
          }
        });
    return files;
  }
}
