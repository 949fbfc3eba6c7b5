package dev.heimdall.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An image of a few files, read as a container engine does. */
class ContainerImageTest {
  private static final About ABOUT =
      new About("1.2.3", Instant.parse("2026-11-20T00:00:00Z"), "Somebody <somebody@example.com>");

  @TempDir private Path directory;
  private final Map<String, Path> bases = new LinkedHashMap<>();
  private final Map<String, Path> caches = new LinkedHashMap<>();

  @BeforeEach
  void bases() throws IOException {
    for (String architecture : new String[] {"arm64", "amd64"}) {
      Path base = directory.resolve(architecture + ".tar");
      try (OutputStream out = Files.newOutputStream(base)) {
        Tar.write(
            new Tree()
                .add("opt/java/bin/java", Entry.File.of("java of " + architecture, Entry.RUN)),
            "./",
            ABOUT.time(),
            out);
      }
      bases.put(architecture, base);
    }
  }

  private Map<String, byte[]> image(String name) throws IOException {
    Tree home = new Tree();
    home.add("heimdall", Entry.File.of("the command", Entry.RUN));
    home.add("heimdall.1", Entry.File.of("a page", Entry.PLAIN));
    home.add("LICENSE", Entry.File.of("a licence", Entry.PLAIN));
    home.add("lib/netty.jar", Entry.File.of("netty", Entry.PLAIN));
    home.add("lib/heimdall-engine.jar", Entry.File.of("engine", Entry.PLAIN));
    Path folder = Files.createDirectory(directory.resolve(name));
    Path work = Files.createDirectory(directory.resolve(name + "-work"));
    Path file = ContainerImage.write(home, "hdRole = proxy\n", bases, caches, ABOUT, work, folder);
    assertThat(file).hasFileName("heimdall-1.2.3-image.tar");
    try (var left = Files.list(folder)) {
      assertThat(left).containsExactly(file);
    }
    return files(new TarArchiveInputStream(Files.newInputStream(file)));
  }

  private static Map<String, byte[]> files(TarArchiveInputStream tar) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (tar) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        files.put(entry.getName(), entry.isFile() ? tar.readAllBytes() : new byte[0]);
      }
    }
    return files;
  }

  private static JsonNode json(byte[] text) throws IOException {
    return new ObjectMapper().readTree(text);
  }

  private static String digest(byte[] bytes) throws Exception {
    return "sha256:" + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  /** What a descriptor leads to, which is what it says. */
  private static byte[] blob(Map<String, byte[]> image, JsonNode descriptor) throws Exception {
    String digest = descriptor.path("digest").asText();
    byte[] bytes = image.get("blobs/sha256/" + digest.substring("sha256:".length()));
    assertThat(bytes).as(digest).hasSize(descriptor.path("size").asInt());
    assertThat(digest(bytes)).isEqualTo(digest);
    return bytes;
  }

  private static JsonNode index(Map<String, byte[]> image) throws Exception {
    JsonNode top = json(image.get("index.json"));
    assertThat(top.path("manifests")).hasSize(1);
    JsonNode only = top.path("manifests").get(0);
    assertThat(only.at("/annotations/org.opencontainers.image.ref.name").asText())
        .isEqualTo("1.2.3");
    assertThat(only.at("/annotations/io.containerd.image.name").asText())
        .isEqualTo(
            "docker.io/library/heimdall:"
                + only.at("/annotations/org.opencontainers.image.ref.name").asText());
    return json(blob(image, only));
  }

  @Test
  void eachArchitectureHasItsBaseAndAllHaveTheRestInCommon() throws Exception {
    Map<String, byte[]> image = image("image");

    assertThat(new String(image.get("oci-layout"), StandardCharsets.UTF_8))
        .isEqualTo("{\"imageLayoutVersion\":\"1.0.0\"}");
    JsonNode manifests = index(image).path("manifests");
    assertThat(manifests.findValuesAsText("architecture")).containsExactly("amd64", "arm64");
    JsonNode first = json(blob(image, manifests.get(0))).path("layers");
    JsonNode second = json(blob(image, manifests.get(1))).path("layers");
    assertThat(first).hasSize(3);
    assertThat(first.get(0)).isNotEqualTo(second.get(0));
    assertThat(first.get(1)).isEqualTo(second.get(1));
    assertThat(first.get(2)).isEqualTo(second.get(2));
    // Nothing but what the index leads to: it, two manifests and configurations, four layers.
    assertThat(image.keySet()).filteredOn(name -> name.matches("blobs/sha256/.+")).hasSize(9);
  }

  @Test
  void layersAreWhatTheConfigurationSays() throws Exception {
    Map<String, byte[]> image = image("image");
    JsonNode manifest = json(blob(image, index(image).path("manifests").get(1)));
    JsonNode configuration = json(blob(image, manifest.path("config")));
    Map<String, byte[]> root = new TreeMap<>();
    for (int i = 0; i < 3; i++) {
      byte[] layer = blob(image, manifest.path("layers").get(i));
      byte[] tar = new GZIPInputStream(new ByteArrayInputStream(layer)).readAllBytes();
      assertThat(digest(tar)).isEqualTo(configuration.at("/rootfs/diff_ids/" + i).asText());
      root.putAll(files(new TarArchiveInputStream(new ByteArrayInputStream(tar))));
    }

    assertThat(configuration.path("architecture").asText()).isEqualTo("arm64");
    assertThat(root.get("./opt/java/bin/java")).asString().isEqualTo("java of arm64");
    assertThat(root.keySet())
        .contains(
            "opt/heimdall/heimdall",
            "opt/heimdall/LICENSE",
            "opt/heimdall/lib/netty.jar",
            "opt/heimdall/lib/heimdall-engine.jar",
            "usr/bin/heimdall",
            "etc/heimdall.conf")
        .doesNotContain("opt/heimdall/heimdall.1");
    JsonNode settings = configuration.path("config");
    assertThat(settings.path("User").asText()).isEqualTo("65532:65532");
    assertThat(settings.at("/Entrypoint/0").asText()).isEqualTo("/opt/heimdall/heimdall");
    assertThat(settings.at("/Healthcheck/Test/1").asText()).contains("/livez");
    assertThat(settings.at("/Labels/org.opencontainers.image.version").asText()).isEqualTo("1.2.3");
  }

  @Test
  void theSameFilesGiveTheSameBytes() throws Exception {
    Map<String, byte[]> first = image("first");
    Map<String, byte[]> second = image("second");

    assertThat(second.keySet()).isEqualTo(first.keySet());
    assertThat(directory.resolve("second/heimdall-1.2.3-image.tar"))
        .hasSameBinaryContentAs(directory.resolve("first/heimdall-1.2.3-image.tar"));
  }

  @Test
  void theChartHasTheVersionOfTheRelease() throws Exception {
    Path chart = HelmChart.write(Path.of("helm"), ABOUT, directory);

    Map<String, byte[]> files =
        files(new TarArchiveInputStream(new GZIPInputStream(Files.newInputStream(chart))));
    assertThat(files)
        .containsKeys("heimdall/values.schema.json", "heimdall/templates/deployment.yaml");
    assertThat(new String(files.get("heimdall/Chart.yaml"), StandardCharsets.UTF_8))
        .contains("\nversion: 1.2.3\nappVersion: 1.2.3\n");
  }

  @Test
  void theCacheOfClassesIsThatOfItsArchitecture() throws Exception {
    caches.put("arm64", Files.writeString(directory.resolve("classes"), "loaded"));

    Map<String, byte[]> image = image("image");

    JsonNode manifests = index(image).path("manifests");
    JsonNode without = json(blob(image, manifests.get(0)));
    JsonNode with = json(blob(image, manifests.get(1)));
    assertThat(without.path("layers")).hasSize(3);
    assertThat(with.path("layers")).hasSize(4);
    assertThat(with.path("layers").get(2)).isEqualTo(without.path("layers").get(2));
    byte[] layer = blob(image, with.path("layers").get(3));
    assertThat(
            files(new TarArchiveInputStream(new GZIPInputStream(new ByteArrayInputStream(layer)))))
        .hasEntrySatisfying(
            "opt/heimdall/cache/classes",
            content -> assertThat(content).asString().isEqualTo("loaded"));
    String named = "HEIMDALL_CLASS_CACHE=/opt/heimdall/cache/classes";
    assertThat(json(blob(image, with.path("config"))).at("/config/Env").toString()).contains(named);
    assertThat(json(blob(image, without.path("config"))).at("/config/Env").toString())
        .doesNotContain(named);
  }
}
