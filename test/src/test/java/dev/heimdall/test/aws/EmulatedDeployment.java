package dev.heimdall.test.aws;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreLocation;
import dev.heimdall.test.fixture.AwsEmulator;
import dev.heimdall.test.fixture.Ended;
import dev.heimdall.test.fixture.HeimdallJvm;
import dev.heimdall.test.fixture.Toolchain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A folder with a deployment file, and the commands that people run there, against the emulator.
 * What would be built is stood in for.
 */
final class EmulatedDeployment {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path APP = Path.of("..", "cdk-app", "target").toAbsolutePath().normalize();
  private static final String FILE = "deployment.json";

  private final AwsEmulator aws = AwsEmulator.shared();

  /** It looks for buckets in the path only where this is the name of its host. */
  private final String endpoint = "http://localhost:" + aws.endpoint().getPort();

  private final Path folder;

  /** In an empty folder, with an emulator that forgets everything. */
  EmulatedDeployment(Path folder) throws IOException {
    this.folder = folder;
    Toolchain.need("cdk", "the CDK command");
    aws.reset();
    Files.writeString(folder.resolve("release.tar.gz"), "a release");
    try (ZipOutputStream jar =
        new ZipOutputStream(Files.newOutputStream(folder.resolve("function.jar")))) {
      jar.putNextEntry(new ZipEntry("nothing"));
    }
    writeDocuments("[5432]");
  }

  /** The first documents, with a virtual database at these ports. */
  void writeDocuments(String ports) throws IOException {
    write("documents/sources/shop.json", "{\"url\": \"jdbc:postgresql://shop.example/shop\"}");
    write(
        "documents/vdbs/shop.json",
        "{\"source\": \"shop\", \"ports\": "
            + ports
            + ", \"proxyProtocol\": {\"enabled\": true, \"trusted\": [\"10.40.0.0/16\"]}}");
  }

  /** A region with these documents. */
  ObjectNode region(String name) {
    ObjectNode region = JSON.createObjectNode().put("region", name);
    ObjectNode fleet = region.withObject("/fleet").put("release", path("release.tar.gz"));
    fleet.withArray("ports").add(5432);
    fleet.withArray("clients").add("10.40.0.0/16");
    region.withObject("/configSync").put("jar", path("function.jar"));
    region.withObject("/documents").put("initial", path("documents"));
    return region;
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  /** A deployment file with these regions, as it is now. */
  ObjectNode deployment(ObjectNode... regions) {
    ObjectNode deployment = JSON.createObjectNode();
    deployment.putArray("regions").addAll(List.of(regions));
    return deployment;
  }

  void save(ObjectNode deployment) throws IOException {
    write(FILE, deployment.toString());
  }

  void write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  /** What a file says. */
  JsonNode read(String name) throws IOException {
    return JSON.readTree(folder.resolve(name).toFile());
  }

  private Ended ended(List<String> command) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith("AWS_"));
    environment.putAll(aws.environment());
    environment.put("AWS_ENDPOINT_URL", endpoint);
    environment.put("AWS_REGION", "eu-west-1");
    environment.put("AWS_EC2_METADATA_DISABLED", "true");
    environment.put("HOME", folder.toString());
    environment.put("CI", "true");
    environment.put("CDK_DISABLE_VERSION_CHECK", "1");
    environment.put("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "true");
    environment.put("JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION", "true");
    return Ended.of(builder, folder.resolve("said"), 10);
  }

  private String run(List<String> command) throws Exception {
    return ended(command).well();
  }

  private List<String> cdk(String... arguments) throws IOException {
    String cdk = Toolchain.built("cdk").resolve("node_modules/.bin/cdk").toString();
    return Stream.concat(
            Stream.of(cdk), Stream.concat(Stream.of(arguments), Stream.of("--app", app())))
        .toList();
  }

  private String app() throws IOException {
    return "%s -cp %s:%s dev.heimdall.cdk.AppMain %s"
        .formatted(
            Path.of(System.getProperty("java.home"), "bin", "java"),
            APP.resolve("classes"),
            Files.readString(APP.resolve("class-path")).strip(),
            folder.resolve(FILE));
  }

  /** The first of the two commands: of all regions that the file has. */
  void bootstrap() throws Exception {
    run(cdk("bootstrap"));
  }

  /** The second one, or with the stacks that are named and those that they need. */
  void deploy(String... stacks) throws Exception {
    run(cdk(with(stacks, "deploy", "--require-approval", "never")));
  }

  /** The same, where it is refused; with what was printed. */
  String deployIsRefused(String... stacks) throws Exception {
    return refused(cdk(with(stacks, "deploy", "--require-approval", "never")));
  }

  /**
   * Everything, or the stacks that are named and those that need them, with options before them.
   */
  void destroy(String... stacks) throws Exception {
    run(cdk(with(stacks, "destroy", "--force")));
  }

  /** The same, where it is refused; with what was printed. */
  String destroyIsRefused(String... stacks) throws Exception {
    return refused(cdk(with(stacks, "destroy", "--force")));
  }

  private String refused(List<String> command) throws Exception {
    Ended refused = ended(command);
    assertThat(refused.exitCode()).as(refused.text()).isNotZero();
    return refused.text();
  }

  private static String[] with(String[] stacks, String... command) {
    return Stream.concat(
            Stream.of(command), stacks.length == 0 ? Stream.of("--all") : Stream.of(stacks))
        .toArray(String[]::new);
  }

  /** Heimdall's own command. */
  void heimdall(String... words) throws Exception {
    run(HeimdallJvm.command(List.of(words)));
  }

  /** One of the scripts beside the emulator, with what it prints. */
  private JsonNode told(String script, String... arguments) throws Exception {
    return JSON.readTree(
        run(
            Stream.concat(
                    Stream.of(
                        Toolchain.built("moto").resolve("bin/python").toString(),
                        Toolchain.scripts("moto").resolve(script).toString(),
                        endpoint),
                    Stream.of(arguments))
                .toList()));
  }

  /** What became of the stack of a region, which is there. */
  JsonNode made(String region) throws Exception {
    return told("deployed.py", stack(region), region);
  }

  /** The stacks of a region, without that of the bootstrap. */
  JsonNode standing(String region) throws Exception {
    return ((ObjectNode) told("standing.py", region)).without("CDKToolkit");
  }

  static String stack(String region) {
    return "heimdall-" + region;
  }

  /** Where the documents of a bucket or a secret are, as {@code heimdall config} has it. */
  String place(String what, String region, String... options) {
    return Stream.concat(
            Stream.of("region=" + region, "endpoint=" + aws.endpoint()), Stream.of(options))
        .collect(Collectors.joining("&", what + "?", ""));
  }

  /** The same of the documents in a bucket. */
  String inBucket(String bucket, String region, String... options) {
    return place("s3://" + bucket + "/config", region, options);
  }

  DocumentStore open(String place) throws Exception {
    return DocumentStore.open(StoreLocation.of(place), aws.credentials());
  }

  /** A text that is there. */
  static String text(DocumentStore documents, String name) throws Exception {
    return new String(documents.read().contents().get(name).bytes(), StandardCharsets.UTF_8);
  }

  static List<String> texts(JsonNode list) {
    return list.valueStream().map(JsonNode::asText).toList();
  }
}
