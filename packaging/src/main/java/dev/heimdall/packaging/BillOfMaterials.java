package dev.heimdall.packaging;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * CycloneDX list of the libraries of a release, made from the one that Maven writes of a build. A
 * release has fewer libraries (the demo's databases stay behind), and its jars are rewritten
 * ({@link StoredJar}), so that Maven's hashes are those of no file that anyone installs.
 */
final class BillOfMaterials {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> ALGORITHMS = List.of("SHA-256", "SHA-512");
  private static final String CLASSIFIER = "classifier=";

  private BillOfMaterials() {}

  /**
   * Reads Maven's list, and leaves in it what is shipped, each with the hashes of its jar.
   *
   * @param built Maven's list of the build
   * @param jars shipped jars by their file names
   * @throws IOException the list has no entry for a jar, or cannot be read
   */
  static ObjectNode ofShipped(Path built, Map<String, Path> jars) throws IOException {
    ObjectNode list = (ObjectNode) JSON.readTree(built.toFile());
    Set<String> unlisted = new TreeSet<>(jars.keySet());
    Set<String> left = new HashSet<>();
    Iterator<JsonNode> components = list.withArray("components").elements();
    while (components.hasNext()) {
      ObjectNode component = (ObjectNode) components.next();
      String name = fileName(component);
      if (jars.containsKey(name)) {
        hash(component, jars.get(name));
        unlisted.remove(name);
      } else {
        left.add(component.path("bom-ref").asText());
        components.remove();
      }
    }
    if (list.path("metadata").path("component") instanceof ObjectNode command) {
      String name = fileName(command);
      if (unlisted.remove(name)) {
        hash(command, jars.get(name));
      }
    }
    if (!unlisted.isEmpty()) {
      throw new IOException(
          "%s does not list %s: build anew with Maven online"
              .formatted(built, String.join(", ", unlisted)));
    }
    withoutReferences(list.withArray("dependencies"), left);
    return list;
  }

  /** Writes it as Maven's plug-in does, indented. */
  static byte[] text(ObjectNode list) throws IOException {
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(list);
  }

  private static void withoutReferences(ArrayNode dependencies, Set<String> left) {
    Iterator<JsonNode> each = dependencies.elements();
    while (each.hasNext()) {
      JsonNode dependency = each.next();
      if (left.contains(dependency.path("ref").asText())) {
        each.remove();
      } else if (dependency.path("dependsOn") instanceof ArrayNode on) {
        Iterator<JsonNode> needed = on.elements();
        while (needed.hasNext()) {
          if (left.contains(needed.next().asText())) {
            needed.remove();
          }
        }
      }
    }
  }

  /** File name of a component's jar as Maven's dependency plug-in copies it. */
  private static String fileName(JsonNode component) {
    String purl = component.path("purl").asText();
    String classifier = "";
    for (String qualifier : purl.substring(purl.indexOf('?') + 1).split("&")) {
      if (qualifier.startsWith(CLASSIFIER)) {
        classifier =
            "-"
                + URLDecoder.decode(
                    qualifier.substring(CLASSIFIER.length()), StandardCharsets.UTF_8);
      }
    }
    return "%s-%s%s.jar"
        .formatted(component.path("name").asText(), component.path("version").asText(), classifier);
  }

  private static void hash(ObjectNode component, Path jar) throws IOException {
    ArrayNode hashes = JSON.createArrayNode();
    for (String algorithm : ALGORITHMS) {
      MessageDigest digest = Digests.by(algorithm);
      try (InputStream in = Files.newInputStream(jar);
          OutputStream sum = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
        in.transferTo(sum);
      }
      hashes.addObject().put("alg", algorithm).put("content", Digests.hex(digest));
    }
    component.set("hashes", hashes);
  }
}
