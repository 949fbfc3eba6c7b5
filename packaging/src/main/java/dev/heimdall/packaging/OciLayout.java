package dev.heimdall.packaging;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * OCI's image layout (image-spec 1.1): each content under its digest; an index that has a manifest
 * for each architecture; the manifest has a configuration and layers.
 */
final class OciLayout {
  private static final String OCI = "application/vnd.oci.image.";
  private static final String SHA256 = "sha256:";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path blobs;
  private final List<Object> manifests = new ArrayList<>();

  /** Something under its digest, as others name it. */
  record Blob(String mediaType, String digest, long size) {
    Map<String, Object> descriptor() {
      Map<String, Object> descriptor = new LinkedHashMap<>();
      descriptor.put("mediaType", mediaType);
      descriptor.put("digest", digest);
      descriptor.put("size", size);
      return descriptor;
    }
  }

  /**
   * A layer.
   *
   * @param blob it, compressed
   * @param content the digest of it as it was before
   */
  record Layer(Blob blob, String content) {}

  /** Writes of a layer's tar. */
  private interface Content {
    void write(OutputStream out) throws IOException;
  }

  /**
   * An empty one.
   *
   * @param blobs an empty folder, in which it is made ready
   */
  OciLayout(Path blobs) {
    this.blobs = blobs;
  }

  Layer layer(Tree tree, Instant time) throws IOException {
    return layer(out -> Tar.write(tree, "", time, out));
  }

  /** A tar file as it is. */
  Layer layer(Path tar) throws IOException {
    return layer(out -> Files.copy(tar, out));
  }

  private Layer layer(Content content) throws IOException {
    MessageDigest outer = sha256();
    MessageDigest inner = sha256();
    Path file = Files.createTempFile(blobs, "layer", ".new");
    try (OutputStream out = new DigestOutputStream(Files.newOutputStream(file), outer);
        OutputStream packed = Gzip.into(out);
        OutputStream seen = new DigestOutputStream(packed, inner)) {
      content.write(seen);
    }
    String digest = hex(outer);
    long size = Files.size(file);
    Files.move(file, blobs.resolve(digest), StandardCopyOption.REPLACE_EXISTING);
    return new Layer(
        new Blob(OCI + "layer.v1.tar+gzip", SHA256 + digest, size), SHA256 + hex(inner));
  }

  /**
   * An image of one architecture.
   *
   * @param settings what a container of it is started with
   * @param history where each layer is from
   */
  void image(
      String architecture,
      Instant time,
      Map<String, Object> settings,
      List<Layer> layers,
      List<String> history)
      throws IOException {
    Map<String, Object> configuration = new LinkedHashMap<>(platform(architecture));
    configuration.put("created", time.toString());
    configuration.put("config", settings);
    Map<String, Object> contents = new LinkedHashMap<>();
    contents.put("type", "layers");
    contents.put("diff_ids", layers.stream().map(Layer::content).toList());
    configuration.put("rootfs", contents);
    List<Object> lines = new ArrayList<>();
    for (String line : history) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("created", time.toString());
      one.put("created_by", line);
      lines.add(one);
    }
    configuration.put("history", lines);
    Map<String, Object> manifest = new LinkedHashMap<>();
    manifest.put("schemaVersion", 2);
    manifest.put("mediaType", OCI + "manifest.v1+json");
    manifest.put("config", blob("config.v1+json", configuration).descriptor());
    manifest.put("layers", layers.stream().map(layer -> layer.blob().descriptor()).toList());
    Map<String, Object> descriptor = blob("manifest.v1+json", manifest).descriptor();
    descriptor.put("platform", platform(architecture));
    manifests.add(descriptor);
  }

  private static Map<String, Object> platform(String architecture) {
    Map<String, Object> platform = new LinkedHashMap<>();
    platform.put("architecture", architecture);
    platform.put("os", "linux");
    return platform;
  }

  /** All of it in one file, which names the index by the version. */
  Path archive(Path file, About about) throws IOException {
    Map<String, Object> index = new LinkedHashMap<>();
    index.put("schemaVersion", 2);
    index.put("mediaType", OCI + "index.v1+json");
    index.put("manifests", manifests);
    index.put("annotations", ContainerImage.labels(about));
    Map<String, Object> top = blob("index.v1+json", index).descriptor();
    top.put("annotations", Map.of("org.opencontainers.image.ref.name", about.version()));
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("schemaVersion", 2);
    entry.put("mediaType", OCI + "index.v1+json");
    entry.put("manifests", List.of(top));
    Tree tree = new Tree();
    tree.add("oci-layout", Entry.File.of("{\"imageLayoutVersion\":\"1.0.0\"}", Entry.PLAIN));
    tree.add("index.json", Entry.File.of(text(entry), Entry.PLAIN));
    try (Stream<Path> all = Files.list(blobs)) {
      for (Path blob : all.toList()) {
        tree.add("blobs/sha256/" + blob.getFileName(), Entry.File.of(blob, Entry.PLAIN));
      }
    }
    try (OutputStream out = Files.newOutputStream(file)) {
      Tar.write(tree, "", about.time(), out);
    }
    return file;
  }

  private Blob blob(String type, Map<String, Object> content) throws IOException {
    byte[] bytes = text(content).getBytes(StandardCharsets.UTF_8);
    MessageDigest digest = sha256();
    digest.update(bytes);
    String name = hex(digest);
    Files.write(blobs.resolve(name), bytes);
    return new Blob(OCI + type, SHA256 + name, bytes.length);
  }

  private static String text(Map<String, Object> content) {
    try {
      return JSON.writeValueAsString(content);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }
}
