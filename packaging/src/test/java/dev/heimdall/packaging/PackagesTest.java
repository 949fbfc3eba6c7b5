package dev.heimdall.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Packages of a small build with the command's and templates' own files. */
class PackagesTest {
  private static final String TIME = "2026-11-20T00:00:00Z";

  @TempDir private Path directory;
  private Path source;

  @BeforeEach
  void build() throws IOException {
    source = directory.resolve("source");
    Path repository = Path.of("..").toAbsolutePath().normalize();
    for (String file :
        List.of(
            "heimdall",
            "LICENSE",
            "templates/config/heimdall.conf",
            "templates/dashboards/pools.json",
            "templates/instance/heimdall.service",
            "templates/instance/heimdall-in-place",
            "templates/instance/heimdall-release",
            "templates/instance/heimdall-release.service",
            "templates/instance/90-heimdall.conf")) {
      Path copy = source.resolve(file);
      Files.createDirectories(copy.getParent());
      Files.copy(repository.resolve(file), copy);
    }
    Path target = source.resolve("proxy-node/launcher/target");
    jar(target.resolve("heimdall-launcher-1.2.3.jar"), "dev/heimdall/launcher/Heimdall.class");
    jar(
        target.resolve("lib/zstd-jni-1.jar"),
        "META-INF/MANIFEST.MF",
        "META-INF/INDEX.LIST",
        "com/github/luben/zstd/Zstd.class",
        "darwin/aarch64/libzstd.dylib",
        "linux/aarch64/libzstd.so",
        "linux/amd64/libzstd.so",
        "linux/s390x/libzstd.so",
        "win/amd64/libzstd.dll");
    jar(target.resolve("lib/netty-transport-4.2-linux-x86_64.jar"), "META-INF/MANIFEST.MF");
    Files.writeString(
        target.resolve("heimdall-bom.json"),
        """
        {"metadata": {"component":
            {"bom-ref": "l", "group": "dev.heimdall", "name": "heimdall-launcher",
             "version": "1.2.3", "purl": "pkg:maven/dev.heimdall/heimdall-launcher@1.2.3?type=jar"}},
         "components": [
          {"bom-ref": "z", "group": "com.github.luben", "name": "zstd-jni", "version": "1",
           "purl": "pkg:maven/com.github.luben/zstd-jni@1?type=jar",
           "hashes": [{"alg": "MD5", "content": "of the jar before it was rewritten"}],
           "licenses": [{"license": {"id": "BSD-2-Clause"}}]},
          {"bom-ref": "n", "group": "io.netty", "name": "netty-transport", "version": "4.2",
           "purl": "pkg:maven/io.netty/netty-transport@4.2?classifier=linux-x86_64&type=jar",
           "licenses": [{"license": {"id": "Apache-2.0"}}]},
          {"bom-ref": "d", "group": "org.example", "name": "database-of-the-demo", "version": "1",
           "purl": "pkg:maven/org.example/database-of-the-demo@1?type=jar",
           "licenses": [{"license": {"id": "MIT"}}]}],
         "dependencies": [
          {"ref": "l", "dependsOn": ["z", "d"]},
          {"ref": "d", "dependsOn": ["n"]}]}
        """);
  }

  private static void jar(Path file, String... names) throws IOException {
    Files.createDirectories(file.getParent());
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (String name : names) {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(("what is in " + name).getBytes(StandardCharsets.UTF_8));
        zip.closeEntry();
      }
    }
  }

  private Path packed(String output, String version, String... more) throws IOException {
    Path folder = directory.resolve(output);
    List<String> words = new ArrayList<>(List.of(more));
    words.add("--source=" + source);
    words.add("--version=" + version);
    words.add("--time=" + TIME);
    words.add("--maintainer=Somebody <somebody@example.com>");
    words.add("--output=" + folder);
    int code = new CommandLine(new Packages()).execute(words.toArray(String[]::new));
    assertThat(code).isZero();
    return folder;
  }

  private static Map<String, byte[]> bytes(Path folder) throws IOException {
    Map<String, byte[]> all = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        all.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    return all;
  }

  private static List<TarArchiveEntry> entries(Path archive) throws IOException {
    List<TarArchiveEntry> entries = new ArrayList<>();
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(new GZIPInputStream(Files.newInputStream(archive)))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        entries.add(entry);
      }
    }
    return entries;
  }

  @Test
  void theSameSourcesGiveTheSameBytesWheneverAndWhereverTheyWereWritten() throws Exception {
    Map<String, byte[]> first = bytes(packed("first", "1.2.3"));
    try (Stream<Path> files = Files.walk(source)) {
      for (Path file : files.toList()) {
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000_000_000L));
      }
    }

    Map<String, byte[]> second;
    TimeZone zone = TimeZone.getDefault();
    try {
      TimeZone.setDefault(TimeZone.getTimeZone("America/New_York"));
      second = bytes(packed("second", "1.2.3"));
    } finally {
      TimeZone.setDefault(zone);
    }

    assertThat(first)
        .containsOnlyKeys(
            "heimdall-1.2.3.tar.gz",
            "heimdall_1.2.3_all.deb",
            "heimdall-1.2.3-1.noarch.rpm",
            "heimdall-1.2.3.cdx.json");
    first.forEach((name, content) -> assertThat(second.get(name)).as(name).isEqualTo(content));
  }

  /** Of whoever signs the next release: {@code heimdall-release} looks for them there. */
  @Test
  void keysOfTheReleaseAreBesideTheCommand() throws Exception {
    Path keys = Files.writeString(directory.resolve("keys"), "public keys");

    Path folder = packed("signed", "1.2.3", "--release-keys=" + keys);

    assertThat(entries(folder.resolve("heimdall-1.2.3.tar.gz")))
        .extracting(TarArchiveEntry::getName)
        .contains("heimdall-1.2.3/release-keys.gpg");
    assertThat(folder.resolve("heimdall_1.2.3_all.deb")).isNotEmptyFile();
    assertThat(Files.size(folder.resolve("heimdall-1.2.3-1.noarch.rpm")))
        .isGreaterThan(
            Files.size(packed("unsigned", "1.2.3").resolve("heimdall-1.2.3-1.noarch.rpm")));
  }

  @Test
  void theArchiveHasAllInOneFolder() throws Exception {
    List<TarArchiveEntry> entries =
        entries(packed("packed", "1.2.3").resolve("heimdall-1.2.3.tar.gz"));

    assertThat(entries)
        .extracting(TarArchiveEntry::getName)
        .containsExactly(
            "heimdall-1.2.3/LICENSE",
            "heimdall-1.2.3/THIRD-PARTY.txt",
            "heimdall-1.2.3/dashboards/",
            "heimdall-1.2.3/dashboards/pools.json",
            "heimdall-1.2.3/heimdall",
            "heimdall-1.2.3/heimdall-in-place",
            "heimdall-1.2.3/heimdall.1",
            "heimdall-1.2.3/heimdall.bash-completion",
            "heimdall-1.2.3/heimdall.conf",
            "heimdall-1.2.3/heimdall.service",
            "heimdall-1.2.3/lib/",
            "heimdall-1.2.3/lib/heimdall-launcher-1.2.3.jar",
            "heimdall-1.2.3/lib/netty-transport-4.2-linux-x86_64.jar",
            "heimdall-1.2.3/lib/zstd-jni-1.jar");
    assertThat(entries).allSatisfy(entry -> assertThat(entry.getLongUserId()).isZero());
    assertThat(entries.get(4).getMode() & 0777).isEqualTo(0755);
  }

  @Test
  void aSnapshotIsOlderThanItsRelease() throws Exception {
    assertThat(bytes(packed("packed", "1.2.3-SNAPSHOT")))
        .containsKeys("heimdall_1.2.3~SNAPSHOT_all.deb", "heimdall-1.2.3~SNAPSHOT-1.noarch.rpm");
  }

  @Test
  void jarsAreNotCompressedAndHaveNoCodeOfSystemsThatNodesDoNotRunOn() throws Exception {
    Path stored = directory.resolve("stored.jar");
    StoredJar.copy(source.resolve("proxy-node/launcher/target/lib/zstd-jni-1.jar"), stored);

    try (ZipFile jar = new ZipFile(stored.toFile())) {
      assertThat(jar.stream().map(ZipEntry::getName))
          .containsExactly(
              "META-INF/MANIFEST.MF",
              "com/github/luben/zstd/Zstd.class",
              "linux/aarch64/libzstd.so",
              "linux/amd64/libzstd.so");
      assertThat(jar.stream())
          .allSatisfy(entry -> assertThat(entry.getMethod()).isEqualTo(ZipEntry.STORED));
      assertThat(
              new String(
                  jar.getInputStream(jar.getEntry("linux/amd64/libzstd.so")).readAllBytes(),
                  StandardCharsets.UTF_8))
          .isEqualTo("what is in linux/amd64/libzstd.so");
    }
  }

  @Test
  void theListOfLibrariesHasTheHashOfEachJarThatIsShippedAndNoOther() throws Exception {
    Path folder = packed("packed", "1.2.3");

    JsonNode list = new ObjectMapper().readTree(folder.resolve("heimdall-1.2.3.cdx.json").toFile());
    Map<String, String> shipped = new TreeMap<>();
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(
            new GZIPInputStream(Files.newInputStream(folder.resolve("heimdall-1.2.3.tar.gz"))))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        if (entry.getName().endsWith(".jar")) {
          MessageDigest digest = Digests.by("SHA-256");
          digest.update(tar.readAllBytes());
          shipped.put(Digests.hex(digest), entry.getName());
        }
      }
    }
    List<JsonNode> listed = new ArrayList<>(List.of(list.at("/metadata/component")));
    list.path("components").forEach(listed::add);
    assertThat(listed)
        .extracting(component -> component.path("name").asText())
        .containsExactly("heimdall-launcher", "zstd-jni", "netty-transport");
    assertThat(listed)
        .extracting(component -> shipped.get(component.at("/hashes/0/content").asText()))
        .containsExactly(
            "heimdall-1.2.3/lib/heimdall-launcher-1.2.3.jar",
            "heimdall-1.2.3/lib/zstd-jni-1.jar",
            "heimdall-1.2.3/lib/netty-transport-4.2-linux-x86_64.jar");
    assertThat(list.findValuesAsText("alg")).containsOnly("SHA-256", "SHA-512");
    assertThat(list.path("dependencies").toString())
        .isEqualTo("[{\"ref\":\"l\",\"dependsOn\":[\"z\"]}]");
  }

  @Test
  void aJarThatIsNotListedIsNotPacked() throws Exception {
    Path list = source.resolve("proxy-node/launcher/target/heimdall-bom.json");
    Files.writeString(list, "{\"components\": []}");

    assertThatThrownBy(
            () -> BillOfMaterials.ofShipped(list, Map.of("a-1.jar", list, "b-2.jar", list)))
        .isInstanceOf(IOException.class)
        .hasMessage(list + " does not list a-1.jar, b-2.jar: build anew with Maven online");
  }

  @Test
  void aLibraryWithoutALicenceIsNotPacked() throws Exception {
    assertThat(
            Licences.of(
                new ObjectMapper()
                    .readTree(
                        source.resolve("proxy-node/launcher/target/heimdall-bom.json").toFile())))
        .contains("com.github.luben:zstd-jni 1: BSD-2-Clause")
        .doesNotContain("heimdall-launcher");
    assertThatThrownBy(
            () ->
                Licences.of(
                    new ObjectMapper()
                        .readTree(
                            "{\"components\": [{\"group\": \"a\", \"name\": \"b\", \"version\":"
                                + " \"1\"}]}")))
        .hasMessage("no licence is known of a:b 1");
  }
}
