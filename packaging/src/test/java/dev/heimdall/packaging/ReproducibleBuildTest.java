package dev.heimdall.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Shipped jars and their list, of this build and of one of the same sources at another path, in
 * another time zone and with another umask. That packages of the same jars have the same bytes
 * shows {@link PackagesTest}.
 */
@Tag("ci")
class ReproducibleBuildTest {
  private static final Path SOURCES = Path.of("..").toAbsolutePath().normalize();
  private static final Path LAUNCHER = Path.of("proxy-node/launcher/target");
  private static final Set<String> NO_SOURCES = Set.of("target", "node_modules", ".git", "cdk.out");

  /** As {@code ./release} builds. */
  private static final String BUILD =
      "umask 027 && exec mvn -q -B -Dquick -Dmaven.test.skip=true -pl packaging -am package";

  private static final Duration LONGEST = Duration.ofMinutes(12);

  @TempDir private Path work;

  @Test
  @Timeout(value = 15, unit = TimeUnit.MINUTES)
  void anotherBuildOfTheSameSourcesHasTheSameBytes() throws Exception {
    assumeTrue(
        Files.isDirectory(SOURCES.resolve(LAUNCHER).resolve("lib")),
        "libraries are there once the launcher was packed");
    Path copy = work.resolve("a copy");
    copySources(copy);
    ProcessBuilder build = new ProcessBuilder("bash", "-c", BUILD).directory(copy.toFile());
    build.environment().put("TZ", "America/New_York");
    build.environment().remove("MAVEN_OPTS");
    Path log = work.resolve("log");
    Process process = build.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      assertThat(process.waitFor(LONGEST.toSeconds(), TimeUnit.SECONDS))
          .as("it has ended")
          .isTrue();
    } finally {
      process.descendants().forEach(ProcessHandle::destroy);
      process.destroy();
    }
    assertThat(process.exitValue()).as(() -> text(log)).isZero();

    Map<String, String> here = shipped(SOURCES.resolve(LAUNCHER), work.resolve("here"));
    Map<String, String> there = shipped(copy.resolve(LAUNCHER), work.resolve("there"));

    assertThat(there).isEqualTo(here).hasSizeGreaterThan(100);
  }

  private static String text(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static void copySources(Path to) throws IOException {
    Files.walkFileTree(
        SOURCES,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
              throws IOException {
            if (NO_SOURCES.contains(folder.getFileName().toString())) {
              return FileVisitResult.SKIP_SUBTREE;
            }
            Files.createDirectories(to.resolve(SOURCES.relativize(folder).toString()));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.copy(file, to.resolve(SOURCES.relativize(file).toString()));
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** Sums of the jars as they are shipped, and of their list. */
  private static Map<String, String> shipped(Path launcher, Path folder) throws IOException {
    Map<String, Path> jars = Packages.storedJars(launcher, Files.createDirectories(folder));
    Files.write(
        folder.resolve("list"),
        BillOfMaterials.text(
            BillOfMaterials.ofShipped(launcher.resolve("heimdall-bom.json"), jars)));
    Map<String, String> sums = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        sums.put(file.getFileName().toString(), sum(file));
      }
    }
    return sums;
  }

  private static String sum(Path file) throws IOException {
    MessageDigest digest = Digests.by("SHA-256");
    digest.update(Files.readAllBytes(file));
    return Digests.hex(digest);
  }
}
