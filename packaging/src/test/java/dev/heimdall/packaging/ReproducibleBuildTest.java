package dev.heimdall.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * Builds of a copy of the sources at another path, in another time zone and with another umask have
 * the bytes of this one: shipped jars and their list, and all that {@code ./release} makes.
 */
class ReproducibleBuildTest {
  private static final Path SOURCES = Path.of("..").toAbsolutePath().normalize();
  private static final Path LAUNCHER = Path.of("proxy-node/launcher/target");
  private static final Set<String> NO_SOURCES = Set.of("target", "node_modules", ".git", "cdk.out");
  private static final String MAINTAINER = "Somebody <somebody@example.com>";
  private static final String SUMS = "SHA256SUMS";

  private static final String BUILD =
      "umask 027 && exec mvn -q -B -Dquick -Dmaven.test.skip=true -pl packaging -am package";

  private static final String RELEASE =
      "umask 027 && chmod -R o-rwx . && exec ./release --maintainer '%s' --output made"
          .formatted(MAINTAINER);

  private static final Duration LONGEST = Duration.ofMinutes(12);

  @TempDir private Path work;

  @Test
  @Tag("ci")
  @Timeout(value = 15, unit = TimeUnit.MINUTES)
  void anotherBuildOfTheSameSourcesShipsTheSameJars() throws Exception {
    Path copy = copied();
    run(BUILD, copy);

    assertThat(shipped(copy.resolve(LAUNCHER), work.resolve("there")))
        .isEqualTo(shipped(SOURCES.resolve(LAUNCHER), work.resolve("here")))
        .hasSizeGreaterThan(100);
  }

  @Test
  @Tag("long")
  @Timeout(value = 15, unit = TimeUnit.MINUTES)
  void anotherReleaseOfTheSameSourcesHasTheSameBytes() throws Exception {
    Path copy = copied();
    run(RELEASE, copy);
    Path here = packed(work.resolve("here"));

    Map<String, String> there = sums(copy.resolve("made"));
    assertThat(there.remove(SUMS)).isNotNull();
    assertThat(there).isEqualTo(sums(here)).hasSize(4);
    listHasTheHashesOfTheArchivesJars(here);
  }

  private Path copied() throws IOException {
    assumeTrue(
        Files.isDirectory(SOURCES.resolve(LAUNCHER).resolve("lib")),
        "libraries are there once the launcher was packed");
    Path copy = work.resolve("a copy");
    copySources(copy);
    return copy;
  }

  /** Sums of the jars as they are shipped, and of their list. */
  private static Map<String, String> shipped(Path launcher, Path folder) throws IOException {
    Map<String, Path> jars = Packages.storedJars(launcher, Files.createDirectories(folder));
    Files.write(
        folder.resolve("list"),
        BillOfMaterials.text(
            BillOfMaterials.ofShipped(launcher.resolve("heimdall-bom.json"), jars)));
    return sums(folder);
  }

  private void run(String command, Path copy) throws Exception {
    ProcessBuilder build = new ProcessBuilder("bash", "-c", command).directory(copy.toFile());
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
  }

  /** Packs this build, in the time zone and with the umask that this process has. */
  private static Path packed(Path to) throws IOException {
    String pom = Files.readString(SOURCES.resolve("pom.xml"));
    int code =
        new CommandLine(new Packages())
            .execute(
                "--source=" + SOURCES,
                "--version=" + first(pom, "version"),
                "--time=" + first(pom, "project.build.outputTimestamp"),
                "--maintainer=" + MAINTAINER,
                "--output=" + to);
    assertThat(code).isZero();
    return to;
  }

  private static String first(String pom, String element) {
    Matcher found = Pattern.compile("<" + element + ">(.*)</").matcher(pom);
    assertThat(found.find()).as(element).isTrue();
    return found.group(1);
  }

  private static void listHasTheHashesOfTheArchivesJars(Path packages) throws IOException {
    Map<String, String> shipped = new TreeMap<>();
    String listed = "";
    try (Stream<Path> files = Files.list(packages)) {
      for (Path file : files.toList()) {
        if (file.toString().endsWith(".tar.gz")) {
          jars(file, shipped);
        } else if (file.toString().endsWith(".cdx.json")) {
          listed = Files.readString(file);
        }
      }
    }
    JsonNode list = new ObjectMapper().readTree(listed);
    Set<String> hashes = new TreeSet<>();
    for (JsonNode each : list.at("/components").findValues("hashes")) {
      hashes.add(each.at("/0/content").asText());
    }
    assertThat(shipped).hasSizeGreaterThan(100);
    assertThat(hashes).isEqualTo(shipped.keySet());
  }

  /** Adds the jars of an archive by their sums. */
  private static void jars(Path archive, Map<String, String> bySum) throws IOException {
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(new GZIPInputStream(Files.newInputStream(archive)))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        if (entry.getName().endsWith(".jar")) {
          bySum.put(sum(tar), entry.getName());
        }
      }
    }
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

  private static Map<String, String> sums(Path folder) throws IOException {
    Map<String, String> sums = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        try (InputStream in = Files.newInputStream(file)) {
          sums.put(file.getFileName().toString(), sum(in));
        }
      }
    }
    return sums;
  }

  private static String sum(InputStream in) throws IOException {
    MessageDigest digest = Digests.by("SHA-256");
    in.transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
    return Digests.hex(digest);
  }
}
