package dev.heimdall.cdk;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.cdk.config.Deployment;
import dev.heimdall.cdk.config.DocumentPlace;
import dev.heimdall.cdk.config.OwnFacts;
import dev.heimdall.cdk.config.Region;
import dev.heimdall.cdk.documents.DocumentStores;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.ConfigurationException;
import dev.heimdall.model.ConfigurationReader;
import dev.heimdall.model.RegionFacts;
import dev.heimdall.model.SecretPlaces;
import dev.heimdall.model.VirtualDatabase;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/**
 * The first documents of a region's configuration: what people have in a directory, and a {@code
 * node.json} that says besides what only the stacks know. All is judged before anything is
 * deployed, by the reader that nodes have.
 */
final class InitialDocuments {
  private static final String NODE = "node.json";

  /** A load balancer goes on to send clients for some seconds after it was told not to. */
  private static final String NOTICE = "20s";

  private static final String JSON_FILE = ".json";

  /** Token that only CloudFormation can resolve. */
  private static final Pattern TOKEN = Pattern.compile("\\$\\{Token\\[[^]]*]}");

  /** The template holds them, whose limit is 1 MB, and so does what calls the function. */
  private static final int MOST_BYTES = 150_000;

  /**
   * Size limit of a secret's content, without the placeholders of names that are shorter here than
   * there.
   */
  private static final int MOST_IN_SECRET = 64_000;

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final Deployment deployment;
  private final Region region;
  private final SortedMap<String, String> texts;

  private InitialDocuments(Deployment deployment, Region region, SortedMap<String, String> texts) {
    this.deployment = deployment;
    this.region = region;
    this.texts = texts;
  }

  /**
   * Reads and judges them.
   *
   * @param directory where people have them
   * @param facts of the region, as its nodes have them; what only CloudFormation knows is judged as
   *     if it were a name
   * @return all of them, by name
   */
  static SortedMap<String, String> read(
      Path directory, Deployment deployment, Region region, String facts)
      throws DeploymentException {
    String place =
        "$.regions[%d]%s: "
            .formatted(
                deployment.regions().indexOf(region),
                deployment.hasCopy(region)
                    ? ", with a copy of the documents that are edited in "
                        + deployment.editedIn().orElseThrow()
                    : ".documents.initial");
    try {
      if (!Files.isDirectory(directory)) {
        throw new DeploymentException(place + "there is no directory " + directory);
      }
      InitialDocuments read = new InitialDocuments(deployment, region, texts(directory, place));
      return read.checked(TOKEN.matcher(facts).replaceAll("made"), place + directory + ": ");
    } catch (IOException e) {
      throw new DeploymentException(place + directory + " cannot be read: " + e);
    }
  }

  private static SortedMap<String, String> texts(Path directory, String place)
      throws IOException, DeploymentException {
    SortedMap<String, String> texts = new TreeMap<>();
    long bytes = 0;
    List<Path> files;
    try (Stream<Path> all = Files.walk(directory)) {
      files = all.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      String name = directory.relativize(file).toString().replace('\\', '/');
      if (name.startsWith(".") || name.contains("/.") || name.endsWith(".md")) {
        continue;
      }
      byte[] content = Files.readAllBytes(file);
      bytes += content.length;
      try {
        texts.put(name, StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)) + "");
      } catch (CharacterCodingException e) {
        throw new DeploymentException(place + name + " is no text in UTF-8");
      }
      hidden(name, texts.get(name), place);
    }
    if (bytes > MOST_BYTES) {
      throw new DeploymentException(
          place
              + "the documents have %,d bytes, at most %,d can be written by a deployment: write"
                  .formatted(bytes, MOST_BYTES)
              + " the others with heimdall config push");
    }
    return texts;
  }

  /** Rejects secrets in a document: all users with access to the stack can read its template. */
  private static void hidden(String name, String text, String place) throws DeploymentException {
    boolean json = name.endsWith(JSON_FILE);
    if (json && SecretPlaces.in(text).filter(places -> !places.isEmpty()).isPresent()
        || text.contains("PRIVATE KEY")) {
      throw new DeploymentException(
          place
              + name
              + " holds a secret, which would stand in the template: let it name one of Secrets"
              + " Manager, {\"secret\": \"NAME\", \"key\": \"KEY\"}, and name that in"
              + " documents.secrets");
    }
    if (text.contains("{{resolve:")) {
      throw new DeploymentException(
          place + name + " has \"{{resolve:\", which CloudFormation would replace");
    }
  }

  private SortedMap<String, String> checked(String facts, String place)
      throws IOException, DeploymentException {
    Path beside = Files.createTempDirectory("heimdall-documents");
    try {
      Path known = Files.writeString(beside.resolve(region.region() + ".json"), facts);
      Path judged = Files.createDirectory(beside.resolve("documents"));
      SortedMap<String, String> all = all();
      for (Map.Entry<String, String> text : all.entrySet()) {
        Path file = judged.resolve(text.getKey());
        Files.createDirectories(file.getParent());
        Files.writeString(file, text.getValue());
      }
      fits(ConfigurationReader.check(judged, RegionFacts.read(known), any -> {}), place);
      if (region.documents().place() == DocumentPlace.SECRET) {
        fitsSecret(all, place);
      }
      return all;
    } catch (ConfigurationException e) {
      throw new DeploymentException(place + e.getMessage());
    } catch (JsonProcessingException e) {
      throw new DeploymentException(place + NODE + " is no JSON object");
    } finally {
      try (Stream<Path> tree = Files.walk(beside)) {
        for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  /** A fleet that does not answer its load balancer would never be deployed. */
  private void fits(Configuration read, String place) throws DeploymentException {
    int http = read.node().http().port();
    if (http != region.fleet().httpPort()) {
      throw new DeploymentException(
          place
              + "http.port of node.json is %d, and fleet.httpPort of the deployment %d: they have"
                  .formatted(http, region.fleet().httpPort())
              + " to be the same");
    }
    for (int port : region.fleet().ports()) {
      Optional<VirtualDatabase> vdb =
          read.vdbs().values().stream().filter(one -> one.ports().contains(port)).findFirst();
      if (vdb.isEmpty()) {
        throw new DeploymentException(
            place + "no document in vdbs has the port " + port + " of fleet.ports");
      }
      if (!vdb.get().proxyProtocol().enabled()) {
        throw new DeploymentException(
            place
                + "vdbs/%s.json is behind the load balancer, which sends PROXY headers: it needs"
                    .formatted(vdb.get().name())
                + " \"proxyProtocol\": {\"enabled\": true, \"trusted\": [NETWORKS]}, with the"
                + " addresses of the fleet's network");
      }
    }
  }

  /** As the function would write them: in Base64, compressed. */
  private static void fitsSecret(SortedMap<String, String> all, String place)
      throws IOException, DeploymentException {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
      gzip.write(JSON.writeValueAsBytes(all));
    }
    int bytes = compressed.size() / 3 * 4;
    if (bytes > MOST_IN_SECRET) {
      throw new DeploymentException(
          place
              + "the documents have %,d bytes compressed, a secret holds %,d: take fewer, or the"
                  .formatted(bytes, MOST_IN_SECRET)
              + " \"place\" \"bucket\"");
    }
  }

  private SortedMap<String, String> all() throws JsonProcessingException {
    SortedMap<String, String> all = new TreeMap<>(texts);
    all.put(NODE, JSON.writeValueAsString(node()) + "\n");
    return all;
  }

  /**
   * Returns the document: values written by people take precedence over those that the stacks know,
   * which are in the facts of each region. So it is the same in all regions of a deployment.
   */
  private JsonNode node() throws JsonProcessingException {
    JsonNode written = JSON.readTree(texts.getOrDefault(NODE, "{}"));
    if (!(written instanceof ObjectNode node)) {
      return written; // the reader says what is wrong with it
    }
    String fleet = deployment.name();
    ObjectNode http = section(node, "http");
    absent(http, "address", JSON.valueToTree("0.0.0.0"));
    absent(http, "port", fact(OwnFacts.HTTP_PORT));
    absent(node, "drainNotice", JSON.valueToTree(NOTICE));
    absent(node, "peerNetworks", JSON.createArrayNode().add(fact(OwnFacts.SUBNETS)));
    absent(node, "fleetKey", secret(fleet + DocumentStores.FLEET_KEY));
    ObjectNode topology = section(node, "topology");
    absent(topology, "key", secret(fleet + DocumentStores.PUSH_KEY));
    absent(topology, "store", JSON.valueToTree("s3://${region." + OwnFacts.BUCKET + "}/topology"));
    // Signed with fleetKey, which managers may read.
    ObjectNode manager = section(node, "manager");
    if (!manager.has("urls")) {
      absent(manager, "instances", fact(OwnFacts.MANAGERS));
    }
    absent(manager, "urls", JSON.createArrayNode().add(fact(OwnFacts.MANAGER)));
    if (!node.has("store")) {
      ObjectNode store = node.putObject("store");
      store.putArray("servers").add(fact(OwnFacts.STORE));
      store.set("mode", fact(OwnFacts.STORE_MODE));
      store.set("password", JSON.createObjectNode().set("secret", fact(OwnFacts.STORE_PASSWORD)));
      store.putObject("tls").set("mode", fact(OwnFacts.STORE_TLS));
      store.set("scope", fact(OwnFacts.STORE_SCOPE));
    }
    return node;
  }

  private static ObjectNode section(ObjectNode node, String key) {
    return node.path(key) instanceof ObjectNode there
        ? there
        : node.has(key) ? JSON.createObjectNode() : node.putObject(key);
  }

  private static void absent(ObjectNode node, String key, JsonNode value) {
    if (!node.has(key)) {
      node.set(key, value);
    }
  }

  private static JsonNode fact(String name) {
    return JSON.getNodeFactory().textNode("${region." + name + "}");
  }

  private static JsonNode secret(String name) {
    return JSON.createObjectNode().put("secret", name);
  }
}
