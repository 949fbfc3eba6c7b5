package dev.heimdall.test.aws;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.secrets.Change;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreLocation;
import dev.heimdall.test.fixture.AwsEmulator;
import dev.heimdall.test.fixture.HeimdallJvm;
import dev.heimdall.test.fixture.Toolchain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A file and the two commands of the CDK, against the emulator: a fleet whose first documents are
 * written by the deployment, and an ordinary change of it.
 */
class CdkDeployIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path APP = Path.of("..", "cdk-app", "target").toAbsolutePath().normalize();
  private static final String STACK = "heimdall-eu-west-1";

  /** What the emulator makes nothing of; docs/aws.md says so. */
  private static final List<String> PASSED_OVER =
      List.of(
          "AWS::AutoScaling::ScalingPolicy",
          "AWS::CloudWatch::Alarm",
          "AWS::EC2::SecurityGroupEgress",
          "AWS::ElastiCache::ParameterGroup",
          "AWS::ElastiCache::SubnetGroup",
          "AWS::Lambda::EventInvokeConfig",
          "AWS::S3::BucketPolicy",
          "AWS::SQS::QueuePolicy");

  @TempDir private Path folder;

  private final AwsEmulator aws = AwsEmulator.shared();

  /** It looks for buckets in the path only where this is the name of its host. */
  private final String endpoint = "http://localhost:" + aws.endpoint().getPort();

  @BeforeEach
  void begin() throws Exception {
    Toolchain.install("cdk").ifPresent(why -> Toolchain.unavailable("the CDK command", why));
    aws.reset();
    Files.writeString(folder.resolve("release.tar.gz"), "a release");
    try (ZipOutputStream jar =
        new ZipOutputStream(Files.newOutputStream(folder.resolve("function.jar")))) {
      jar.putNextEntry(new ZipEntry("nothing"));
    }
    write("documents/sources/shop.json", "{\"url\": \"jdbc:postgresql://shop.example/shop\"}");
  }

  private void write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private void writeDeployment(String ports) throws IOException {
    write(
        "documents/vdbs/shop.json",
        "{\"source\": \"shop\", \"ports\": "
            + ports
            + ", \"proxyProtocol\": {\"enabled\": true, \"trusted\": [\"10.40.0.0/16\"]}}");
    write(
        "deployment.json",
        JSON.writeValueAsString(Map.of("regions", List.of(region("eu-west-1", ports, false)))));
  }

  private Map<String, Object> region(String name, String ports, boolean managed)
      throws IOException {
    return Map.of(
        "region",
        name,
        "fleet",
        Map.of(
            "ports",
            JSON.readTree(ports),
            "clients",
            List.of("10.40.0.0/16"),
            "release",
            folder.resolve("release.tar.gz").toString()),
        "configSync",
        Map.of("jar", folder.resolve("function.jar").toString()),
        "documents",
        Map.of("initial", folder.resolve("documents").toString()),
        "manager",
        Map.of("enabled", managed, "clients", List.of("10.40.0.0/16")));
  }

  /** Two of them, the first one with or without a manager. */
  private void writeTwoRegions(boolean managed) throws IOException {
    writeDeployment("[5432]");
    write(
        "deployment.json",
        JSON.writeValueAsString(
            Map.of(
                "regions",
                List.of(
                    region("eu-west-1", "[5432]", managed),
                    region("us-east-1", "[5432]", false)))));
  }

  private String run(List<String> command) throws Exception {
    Path said = folder.resolve("said");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile());
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
    Process process = builder.start();
    process.getOutputStream().close();
    if (!process.waitFor(10, TimeUnit.MINUTES)) {
      Toolchain.end(process);
      process.waitFor();
    }
    String text = Files.readString(said, StandardCharsets.UTF_8);
    assertThat(process.exitValue()).as(text).isZero();
    return text;
  }

  private String cdk(String... arguments) throws Exception {
    String cdk = Toolchain.built("cdk").resolve("node_modules/.bin/cdk").toString();
    return run(Stream.concat(Stream.of(cdk), Stream.of(arguments)).toList());
  }

  private String app() throws IOException {
    return "%s -cp %s:%s dev.heimdall.cdk.AppMain %s"
        .formatted(
            Path.of(System.getProperty("java.home"), "bin", "java"),
            APP.resolve("classes"),
            Files.readString(APP.resolve("class-path")).strip(),
            folder.resolve("deployment.json"));
  }

  private void deployAll() throws Exception {
    cdk("deploy", "--all", "--require-approval", "never", "--app", app());
  }

  /** The stacks of a region, without that of the bootstrap. */
  private JsonNode standing(String region) throws Exception {
    ObjectNode stacks =
        (ObjectNode)
            JSON.readTree(
                run(
                    List.of(
                        Toolchain.built("moto").resolve("bin/python").toString(),
                        Toolchain.scripts("moto").resolve("standing.py").toString(),
                        endpoint,
                        region)));
    return stacks.without("CDKToolkit");
  }

  private JsonNode deploy() throws Exception {
    deployAll();
    return JSON.readTree(
        run(
            List.of(
                Toolchain.built("moto").resolve("bin/python").toString(),
                Toolchain.scripts("moto").resolve("deployed.py").toString(),
                endpoint,
                STACK)));
  }

  private static List<String> texts(JsonNode list) {
    return list.valueStream().map(JsonNode::asText).toList();
  }

  private static String text(DocumentStore documents, String name) throws Exception {
    return new String(documents.read().contents().get(name).bytes(), StandardCharsets.UTF_8);
  }

  /** As an instance's own file of facts has them, with the command that people have. */
  private void judgedWithItsFacts(DocumentStore documents, JsonNode made) throws Exception {
    List<String> lines = texts(made.get("facts"));
    assertThat(lines).singleElement().asString().matches("facts='[^']*'");
    String facts = lines.get(0).substring("facts='".length(), lines.get(0).length() - 1);
    JsonNode outputs = made.get("outputs");
    assertThat(JSON.readTree(facts).get("name").asText()).isEqualTo("eu-west-1");
    assertThat(JSON.readTree(facts).get("bucket")).isEqualTo(outputs.get("DocumentsBucket"));
    assertThat(JSON.readTree(facts).get("store").asText())
        .isEqualTo(outputs.get("StoreServer").asText() + ":6379");
    assertThat(text(documents, "node.json"))
        .contains("${region.store}", "${region.storePassword}")
        .doesNotContain(outputs.get("StoreServer").asText());
    write("facts.json", facts);
    for (String name : documents.read().contents().keySet()) {
      write("written/" + name, text(documents, name));
    }
    run(
        HeimdallJvm.command(
            List.of(
                "check",
                "--region-facts=" + folder.resolve("facts.json"),
                folder.resolve("written").toString())));
  }

  @Test
  void twoCommandsMakeAFleetAndASecondDeploymentOpensAPort() throws Exception {
    writeDeployment("[5432]");
    cdk("bootstrap", "aws://123456789012/eu-west-1");
    JsonNode made = deploy();

    assertThat(made.get("status").asText()).isEqualTo("CREATE_COMPLETE");
    assertThat(texts(made.get("passedOver"))).isEqualTo(PASSED_OVER);
    assertThat(texts(made.get("listeners"))).containsExactly("TCP 5432");
    assertThat(texts(made.get("ports"))).containsExactly("1", "1", "1");
    JsonNode outputs = made.get("outputs");
    try (DocumentStore documents =
        DocumentStore.open(
            StoreLocation.of(
                "s3://%s/config?region=eu-west-1&endpoint=%s"
                    .formatted(outputs.get("DocumentsBucket").asText(), aws.endpoint())),
            aws.credentials())) {
      assertThat(documents.read().contents())
          .containsOnlyKeys("node.json", "sources/shop.json", "vdbs/shop.json");
      judgedWithItsFacts(documents, made);
      documents.write(
          List.of(
              Change.replace(
                  "sources/shop.json",
                  Content.of("{\"url\": \"jdbc:postgresql://other.example/shop\"}"),
                  documents.read().versionOf("sources/shop.json").orElseThrow())));

      writeDeployment("[5432, 5433]");
      JsonNode changed = deploy();

      assertThat(changed.get("status").asText()).isEqualTo("UPDATE_COMPLETE");
      assertThat(changed.get("balancer")).isEqualTo(made.get("balancer"));
      assertThat(changed.get("outputs")).isEqualTo(outputs);
      assertThat(texts(changed.get("listeners"))).containsExactly("TCP 5432", "TCP 5433");
      assertThat(texts(changed.get("ports"))).containsExactly("2", "2", "2");
      assertThat(texts(changed.get("open"))).contains("5432", "5433");
      assertThat(text(documents, "sources/shop.json")).contains("other.example");
    }
  }

  /** Balancers of clients, and of the manager. */
  private static int balancers(JsonNode stacks, String stack) {
    return stacks.at("/" + stack + "/made/AWS::ElasticLoadBalancingV2::LoadBalancer").asInt();
  }

  /** The emulator keeps nothing of what AWS would keep. */
  @Test
  @Tag("long")
  void aManagerComesAndGoesInOneOfTwoRegionsAndDestroyTakesBothAway() throws Exception {
    writeTwoRegions(false);
    cdk("bootstrap", "aws://123456789012/eu-west-1", "aws://123456789012/us-east-1");
    deployAll();
    for (String region : List.of("eu-west-1", "us-east-1")) {
      String stack = "heimdall-" + region;
      JsonNode stacks = standing(region);
      assertThat(stacks.at("/" + stack + "/status").asText()).isEqualTo("CREATE_COMPLETE");
      assertThat(balancers(stacks, stack)).isOne();
    }

    writeTwoRegions(true);
    deployAll();
    JsonNode managed = standing("eu-west-1");
    assertThat(managed.at("/" + STACK + "/status").asText()).isEqualTo("UPDATE_COMPLETE");
    assertThat(balancers(managed, STACK)).isEqualTo(2);

    writeTwoRegions(false);
    deployAll();
    assertThat(balancers(standing("eu-west-1"), STACK)).isOne();
    assertThat(balancers(standing("us-east-1"), "heimdall-us-east-1")).isOne();

    cdk("destroy", "--all", "--force", "--app", app());
    assertThat(standing("eu-west-1")).isEmpty();
    assertThat(standing("us-east-1")).isEmpty();
  }
}
