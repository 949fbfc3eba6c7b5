package dev.heimdall.packaging;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
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
  private final ArrayNode manifests = JSON.createArrayNode();

  /**
   * A layer.
   *
   * @param descriptor how others name it, compressed
   * @param content the digest of it as it was before
   */
  record Layer(ObjectNode descriptor, String content) {}

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
    MessageDigest outer = Digests.by("SHA-256");
    MessageDigest inner = Digests.by("SHA-256");
    Path file = Files.createTempFile(blobs, "layer", ".new");
    try (OutputStream out = new DigestOutputStream(Files.newOutputStream(file), outer);
        OutputStream packed = Gzip.into(out);
        OutputStream seen = new DigestOutputStream(packed, inner)) {
      content.write(seen);
    }
    String digest = Digests.hex(outer);
    long size = Files.size(file);
    Files.move(file, blobs.resolve(digest), StandardCopyOption.REPLACE_EXISTING);
    return new Layer(descriptor("layer.v1.tar+gzip", digest, size), SHA256 + Digests.hex(inner));
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
      ObjectNode settings,
      List<Layer> layers,
      List<String> history)
      throws IOException {
    ObjectNode configuration = platform(architecture);
    configuration.put("created", time.toString());
    configuration.set("config", settings);
    ArrayNode contents =
        configuration.putObject("rootfs").put("type", "layers").putArray("diff_ids");
    layers.forEach(layer -> contents.add(layer.content()));
    ArrayNode lines = configuration.putArray("history");
    history.forEach(
        line -> lines.addObject().put("created", time.toString()).put("created_by", line));
    ObjectNode manifest = document("manifest.v1+json");
    manifest.set("config", blob("config.v1+json", configuration));
    ArrayNode parts = manifest.putArray("layers");
    layers.forEach(layer -> parts.add(layer.descriptor()));
    ObjectNode descriptor = blob("manifest.v1+json", manifest);
    descriptor.set("platform", platform(architecture));
    manifests.add(descriptor);
  }

  private static ObjectNode platform(String architecture) {
    return JSON.createObjectNode().put("architecture", architecture).put("os", "linux");
  }

  private static ObjectNode document(String type) {
    return JSON.createObjectNode().put("schemaVersion", 2).put("mediaType", OCI + type);
  }

  /** All of it in one file, which names the index by the version. */
  Path archive(Path file, About about) throws IOException {
    ObjectNode index = document("index.v1+json");
    index.set("manifests", manifests);
    index.set("annotations", ContainerImage.labels(about));
    ObjectNode top = blob("index.v1+json", index);
    top.putObject("annotations")
        .put("org.opencontainers.image.ref.name", about.version())
        // By which docker load and podman load name what they have read.
        .put("io.containerd.image.name", "docker.io/library/heimdall:" + about.version());
    ObjectNode entry = document("index.v1+json");
    entry.putArray("manifests").add(top);
    Tree tree = new Tree();
    tree.add("oci-layout", Entry.File.of("{\"imageLayoutVersion\":\"1.0.0\"}", Entry.PLAIN));
    tree.add("index.json", Entry.File.of(JSON.writeValueAsBytes(entry), Entry.PLAIN));
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

  /** Writes it under its digest; how others name it. */
  private ObjectNode blob(String type, ObjectNode content) throws IOException {
    byte[] bytes = JSON.writeValueAsBytes(content);
    MessageDigest digest = Digests.by("SHA-256");
    digest.update(bytes);
    String name = Digests.hex(digest);
    Files.write(blobs.resolve(name), bytes);
    return descriptor(type, name, bytes.length);
  }

  private static ObjectNode descriptor(String type, String digest, long size) {
    return JSON.createObjectNode()
        .put("mediaType", OCI + type)
        .put("digest", SHA256 + digest)
        .put("size", size);
  }
}
