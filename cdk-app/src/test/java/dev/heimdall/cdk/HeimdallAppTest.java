package dev.heimdall.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.model.ConfigurationReader;
import dev.heimdall.model.NodeSettings;
import dev.heimdall.model.RegionFacts;
import dev.heimdall.model.SecretReference;
import dev.heimdall.model.StoreMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the app makes of the sample with two regions, which has one of everything. */
class HeimdallAppTest extends TwoRegionsSample {
  private static final Path SNAPSHOTS = Path.of("src", "test", "resources", "snapshots");

  @Test
  void theRulesOfTheAwsSolutionsPackAndOfTheSchemasHaveNothingToSay() {
    assertThat(made.complaints()).isEmpty();
  }

  /** Of the other samples {@link ScannersTest} shows it. */
  @Test
  @Tag("ci")
  void cfnLintFindsNothingInAnyStack(@TempDir Path folder) throws Exception {
    List<String> files = new ArrayList<>();
    for (Map.Entry<String, JsonNode> stack : made.templates().entrySet()) {
      files.add(
          Files.writeString(
                  folder.resolve(stack.getKey() + ".json"), stack.getValue().toPrettyString())
              .toString());
    }
    InstalledScanner.Said said = new InstalledScanner(folder, "moto", "cfn-lint").run(files);
    assertThat(said.text()).isBlank();
    assertThat(said.status()).isZero();
  }

  @Test
  void nothingHasToBeAskedOfAwsForIt() {
    assertThat(made.questions()).isEmpty();
  }

  @Test
  void eachStackIsAsItWas() throws IOException {
    for (Map.Entry<String, JsonNode> template : made.templates().entrySet()) {
      Path snapshot = SNAPSHOTS.resolve(template.getKey() + ".json");
      String text =
          JSON.writeValueAsString(JSON.treeToValue(template.getValue(), Object.class)) + "\n";
      if (System.getProperty("regenerate") != null) {
        Files.createDirectories(SNAPSHOTS);
        Files.writeString(snapshot, text);
      }
      assertThat(snapshot).hasContent(text);
    }
    try (var snapshots = Files.list(SNAPSHOTS)) {
      assertThat(snapshots.map(file -> file.getFileName().toString().replace(".json", "")))
          .containsExactlyInAnyOrderElementsOf(made.templates().keySet());
    }
  }

  @Test
  void aRegionWithoutNetworkGetsOneAndAnotherUsesItsOwn() {
    assertThat(made.resources(EU, "AWS::EC2::VPC")).hasSize(1);
    assertThat(made.resources(US, "AWS::EC2::VPC")).isEmpty();
    assertThat(made.resources(US, "Fleet", "AWS::AutoScaling::AutoScalingGroup").values())
        .extracting(group -> group.at("/Properties/VPCZoneIdentifier").toString())
        .containsExactly("[\"subnet-0a1b2c3d\"]", "[\"subnet-0b1c2d3e\"]");
  }

  @Test
  void theStoreTellsOfKeysAndWantsTlsAndAPassword() {
    JsonNode parameters = made.resource(EU, "Store", "AWS::ElastiCache::ParameterGroup");
    assertThat(parameters.at("/Properties/notify-keyspace-events").asText()).isEqualTo("AE");
    JsonNode store = made.resource(EU, "Store", "AWS::ElastiCache::ReplicationGroup");
    assertThat(store.get("Engine").asText()).isEqualTo("valkey");
    assertThat(store.get("TransitEncryptionEnabled").asBoolean()).isTrue();
    assertThat(store.get("AtRestEncryptionEnabled").asBoolean()).isTrue();
    assertThat(store.get("AuthToken").toString()).contains("{{resolve:secretsmanager:");
    assertThat(store.get("AutomaticFailoverEnabled").asBoolean()).isTrue();
    JsonNode clustered = made.resource(US, "Store", "AWS::ElastiCache::ParameterGroup");
    assertThat(clustered.at("/Properties/cluster-enabled").asText()).isEqualTo("yes");
    assertThat(clustered.get("CacheParameterGroupFamily").asText()).isEqualTo("redis7");
  }

  @Test
  void whatHoldsDataOutlivesItsStack() {
    for (String type : List.of("AWS::S3::Bucket", "AWS::KMS::Key", "AWS::EFS::FileSystem")) {
      Map<String, JsonNode> kept = made.resources(EU, "Documents", type);
      assertThat(kept).as(type).isNotEmpty();
      assertThat(kept.values()).allSatisfy(HeimdallAppTest::outlivesItsStack);
    }
    outlivesItsStack(
        made.resources(EU, "Documents", "AWS::SecretsManager::Secret").get("Configuration"));
    JsonNode bucket = made.resource(EU, "Documents", "AWS::S3::Bucket");
    assertThat(bucket.at("/VersioningConfiguration/Status").asText()).isEqualTo("Enabled");
    assertThat(bucket.at("/PublicAccessBlockConfiguration/BlockPublicAcls").asBoolean()).isTrue();
    assertThat(made.resource(EU, "Documents", "AWS::KMS::Key").get("EnableKeyRotation").asBoolean())
        .isTrue();
  }

  /** But for one whose first deployment fails, which can be tried again. */
  private static void outlivesItsStack(JsonNode resource) {
    assertThat(resource.get("DeletionPolicy").asText()).isEqualTo("RetainExceptOnCreate");
    assertThat(resource.get("UpdateReplacePolicy").asText()).isEqualTo("Retain");
  }

  @Test
  void whatIsMadeByItselfGoesWithItsStackAndItsNameIsFreeAgain() {
    assertThat(made.resources(EU, "AWS::SecretsManager::Secret").entrySet())
        .filteredOn(secret -> !secret.getKey().startsWith("DocumentsConfiguration"))
        .hasSize(4)
        .allSatisfy(
            secret ->
                assertThat(secret.getValue().path("DeletionPolicy").asText("Delete"))
                    .isEqualTo("Delete"));
  }

  /** What CloudFormation would put out, with some text for what only it knows. */
  private static String output(String stack, String beginning) {
    JsonNode outputs = made.templates().get(stack).get("Outputs");
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, JsonNode> output : outputs.properties()) {
      if (output.getKey().startsWith(beginning)) {
        for (JsonNode part : output.getValue().at("/Value/Fn::Join/1")) {
          text.append(part.isTextual() ? part.asText() : "made-by-aws");
        }
      }
    }
    return text.toString();
  }

  @Test
  void whatIsPutOutForTheNodesIsRightAndHoldsNoSecret(@TempDir Path conf) throws Exception {
    for (String region : List.of(EU, US)) {
      String node =
          "{"
              + output(region, "DocumentsNodeSettings")
              + ", "
              + output(region, "StoreSettings")
              + "}";
      Files.createDirectories(conf.resolve("sources"));
      Files.createDirectories(conf.resolve("vdbs"));
      Files.writeString(conf.resolve("node.json"), node);
      Files.writeString(
          conf.resolve("sources/db.json"), "{\"url\": \"jdbc:postgresql://db.example\"}");
      Files.writeString(conf.resolve("vdbs/a.json"), "{\"ports\": [5432], \"source\": \"db\"}");

      NodeSettings settings = ConfigurationReader.check(conf).node();
      assertThat(settings.fleetKey().orElseThrow().isUnread()).isTrue();
      assertThat(settings.topology().key().orElseThrow().isUnread()).isTrue();
      assertThat(settings.topology().store()).contains("s3://made-by-aws/topology");
      assertThat(settings.store().password().orElseThrow().isUnread()).isTrue();
      assertThat(settings.store().mode())
          .isEqualTo(region.equals(US) ? StoreMode.CLUSTER : StoreMode.STANDALONE);
      assertThat(SecretReference.namedIn(node, RegionFacts.none()))
          .containsExactly("orders-db/fleet-key", "orders-db/push-key", "orders-db/store-password");
    }
  }

  @Test
  void theBoardHasTheSixMetricsByTheirNames() {
    String board = made.resource(EU, "Watch", "AWS::CloudWatch::Dashboard").toString();
    assertThat(board)
        .contains(
            "DB Query Rate",
            "DB Query Time",
            "Avg Response Time",
            "DB Read Percent",
            "DB Transaction Percent",
            "Cache Hit Percent");
    assertThat(made.resources(EU, "Watch", "AWS::CloudWatch::Alarm").keySet())
        .anyMatch(alarm -> alarm.startsWith("NodesNotTold"));
    assertThat(made.resources(EU, "Watch", "AWS::CloudWatch::Alarm").values())
        .isNotEmpty()
        .allSatisfy(
            alarm ->
                assertThat(alarm.at("/Properties/AlarmActions/0").asText())
                    .isEqualTo("arn:aws:sns:eu-west-1:123456789012:oncall"));
  }

  /** In which each setting is what its check lets pass last. */
  @Test
  void aSmallNetworkAndAStoreOfShardsWithoutReplicasCanBeMade(@TempDir Path small)
      throws Exception {
    Assembly assembly =
        Assembly.of(
            """
        {"regions": [
          {"region": "eu-west-1",
           "network": {"addresses": "10.40.0.0/24", "zones": 3, "natGateways": 3},
           "fleet": {"ports": [5432], "clients": ["10.0.0.0/16"]},
           "cache": {"shards": 2, "replicas": 0}},
          {"region": "us-east-1",
           "network": {"addresses": "10.41.0.0/23", "zones": 6, "natGateways": 6},
           "fleet": {"ports": [5432], "clients": ["10.0.0.0/16"]}}]}
        """,
            small);
    assertThat(assembly.resources("heimdall-eu-west-1", "Network", "AWS::EC2::Subnet")).hasSize(6);
    assertThat(assembly.resources("heimdall-us-east-1", "Network", "AWS::EC2::Subnet")).hasSize(12);
    JsonNode store =
        assembly.resource("heimdall-eu-west-1", "Store", "AWS::ElastiCache::ReplicationGroup");
    assertThat(store.get("AutomaticFailoverEnabled").asBoolean()).isTrue();
    assertThat(store.get("MultiAZEnabled").asBoolean()).isFalse();
  }

  /**
   * The CDK command counts flags that are not set and would be set otherwise in a new app, and says
   * so at each synth: `cdk.json` says what each one is.
   */
  @Test
  void noFlagIsLeftOpen() {
    List<String> open = new ArrayList<>();
    made.flags()
        .properties()
        .forEach(
            flag -> {
              JsonNode better = flag.getValue().get("recommendedValue");
              JsonNode byDefault = flag.getValue().at("/unconfiguredBehavesLike/v2");
              if (better.isBoolean()
                  && better.asBoolean() != byDefault.asBoolean(false)
                  && !flag.getValue().has("userValue")) {
                open.add(flag.getKey());
              }
            });
    assertThat(made.flags()).hasSizeGreaterThan(50);
    assertThat(open).isEmpty();
  }
}
