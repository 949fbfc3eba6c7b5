package dev.heimdall.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** First documents: where they are written, by whom, and who waits for them. */
@Tag("ci") // each test puts an app of its own together
class FilledPlacesTest extends TwoRegionsSample {
  private static void firstDocuments(Path work) throws IOException {
    Path documents = Path.of("samples", "first-documents");
    Path stood = work.resolve("base/cdk-app/samples/first-documents");
    try (var files = Files.walk(documents)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = stood.resolve(documents.relativize(file));
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy);
      }
    }
  }

  @Test
  void aFileSystemIsFilledByTheManagerBeforeNodesBoot(@TempDir Path small) throws Exception {
    firstDocuments(small);
    Assembly assembly =
        Assembly.of(
            """
        {"regions": [
          {"region": "eu-west-1",
           "fleet": {"ports": [5432], "clients": ["10.0.0.0/16"]},
           "documents": {"place": "file-system", "initial": "cdk-app/samples/first-documents"},
           "cache": {"enabled": false},
           "manager": {"enabled": true, "clients": ["10.0.0.0/16"]}}]}
        """,
            small);
    assertThat(assembly.complaints()).isEmpty();
    String stack = "heimdall-eu-west-1";
    JsonNode written =
        assembly.resource(stack, "FirstDocuments", "AWS::CloudFormation::CustomResource");
    assertThat(written.at("/Documents/0/Text").toString())
        .contains("heimdall/fleet-key", "${region.manager}", "${region.storePassword}");
    // Where there is no store, the name of a secret that nodes may read.
    assertThat(RegionFactsOf.of(assembly, stack, "Fleet"))
        .isEqualTo(
            JSON.readTree(
                """
                {"name": "eu-west-1", "addresses": "10.40.0.0/16", "bucket": "made", "httpPort": 5059,
                 "manager": "http://made:8087", "managers": 1, "store": [], "storeMode": "standalone",
                 "storePassword": "heimdall/fleet-key", "storeScope": "auto", "storeTls": "verify-full",
                 "subnets": ["10.40.0.0/20", "10.40.16.0/20", "10.40.32.0/20"]}
                """));
    assertThat(RegionFactsOf.of(assembly, stack, "Manager"))
        .isEqualTo(RegionFactsOf.of(assembly, stack, "Fleet"));
    String groups = "AWS::AutoScaling::AutoScalingGroup";
    assertThat(assembly.resources(stack, "Fleet", groups).values())
        .isNotEmpty()
        .allSatisfy(
            group -> assertThat(group.get("DependsOn").toString()).contains("\"ManagerInstances"));
    assertThat(assembly.resources(stack, "Manager", groups).values())
        .singleElement()
        .satisfies(
            group -> assertThat(group.get("DependsOn").toString()).contains("\"FirstDocuments"));
  }

  @Test
  void aSecretIsFilledBeforeNodesBootByWhoMayWriteNoOther(@TempDir Path small) throws Exception {
    firstDocuments(small);
    Assembly assembly = Assembly.of(inSecret(""), small);
    assertThat(assembly.complaints()).isEmpty();
    String stack = "heimdall-eu-west-1";
    Map<String, JsonNode> resources =
        assembly.resources(stack, "FirstDocuments", "AWS::CloudFormation::CustomResource");
    assertThat(resources).containsOnlyKeys("", "NoOtherSecret");
    JsonNode written = resources.get("");
    assertThat(written.at("/Properties/Secret").asText()).isEqualTo("heimdall/configuration");
    assertThat(written.get("Properties").has("Bucket")).isFalse();
    assertThat(written.get("DependsOn").toString()).contains("\"DocumentsConfiguration");
    JsonNode secret =
        assembly.resources(stack, "Documents", "AWS::SecretsManager::Secret").get("Configuration");
    assertThat(secret.get("DependsOn").toString()).contains("\"FirstDocumentsNoOtherSecret");
    assertThat(resources.get("NoOtherSecret").at("/Properties/Makes").asText())
        .startsWith("DocumentsConfiguration");
    String role = assembly.resource(stack, "FirstDocuments", "AWS::IAM::Role").toString();
    assertThat(role)
        .contains("secretsmanager:PutSecretValue", "kms:Decrypt", "DescribeStackResource")
        .contains("\"ConfigurationSecret\":\"heimdall/configuration\"")
        .doesNotContain("s3:", "\"Resource\":\"*\"");
    assertThat(assembly.resources(stack, "Fleet", "AWS::AutoScaling::AutoScalingGroup").values())
        .isNotEmpty()
        .allSatisfy(
            group -> assertThat(group.get("DependsOn").toString()).contains("\"FirstDocuments"));
  }

  @Test
  void aSecretOfOthersIsFilledWithTheKeysThatAreNamed(@TempDir Path small) throws Exception {
    firstDocuments(small);
    String key = "arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d";
    Assembly assembly =
        Assembly.of(
            inSecret(", \"secret\": \"prod/heimdall\", \"secretKeys\": [\"" + key + "\"]"), small);
    String stack = "heimdall-eu-west-1";
    assertThat(assembly.resources(stack, "FirstDocuments", "AWS::CloudFormation::CustomResource"))
        .containsOnlyKeys("");
    assertThat(assembly.resource(stack, "FirstDocuments", "AWS::IAM::Role").toString())
        .contains("\"ConfigurationSecret\":\"prod/heimdall\"", key, "kms:GenerateDataKey")
        .doesNotContain("DescribeSecret", "cloudformation:");
  }

  private static String inSecret(String more) {
    return """
        {"regions": [
          {"region": "eu-west-1",
           "fleet": {"ports": [5432], "clients": ["10.0.0.0/16"]},
           "documents": {"place": "secret", "initial": "cdk-app/samples/first-documents"%s}}]}
        """
        .formatted(more);
  }

  @Test
  void oneRoundMakesAFleetThatFindsItsFirstDocuments(@TempDir Path sample) throws Exception {
    firstDocuments(sample);
    Assembly assembly = Assembly.of(Path.of("samples", "in-one-round.json"), sample);
    assertThat(assembly.complaints()).isEmpty();
    String stack = "heimdall-eu-west-1";
    JsonNode written =
        assembly.resource(stack, "FirstDocuments", "AWS::CloudFormation::CustomResource");
    assertThat(written.get("Prefix").asText()).isEqualTo("config");
    assertThat(written.get("Documents").findValuesAsText("Name"))
        .containsExactly(
            "node.json", "sources/orders.json", "users/orders_app.json", "vdbs/orders.json");
    assertThat(written.at("/Documents/0/Text").toString())
        .contains("${region.store}", "${region.subnets}", "s3://${region.bucket}/topology");
    JsonNode facts = RegionFactsOf.of(assembly, stack, "Fleet");
    assertThat(facts.get("store").asText()).isEqualTo("made:6379");
    assertThat(facts.get("storePassword").asText()).isEqualTo("heimdall/store-password");
    assertThat(facts.get("manager")).isEmpty();
    assertThat(assembly.resource(stack, "FirstDocuments", "AWS::IAM::Role").toString())
        .contains("s3:PutObject", "kms:GenerateDataKey")
        .doesNotContain("s3:GetObject", "s3:DeleteObject", "kms:Decrypt");
    assertThat(assembly.resources(stack, "Fleet", "AWS::AutoScaling::AutoScalingGroup").values())
        .isNotEmpty()
        .allSatisfy(
            group -> assertThat(group.get("DependsOn").toString()).contains("\"FirstDocuments"));
    JsonNode rule =
        assembly
            .resources("heimdall-eu-west-1", "Fleet", "AWS::EC2::SecurityGroupIngress")
            .get("Databasesg0a1b2c3d4e5f6a7b8At5432")
            .get("Properties");
    assertThat(rule.get("GroupId").asText()).isEqualTo("sg-0a1b2c3d4e5f6a7b8");
    assertThat(rule.get("SourceSecurityGroupId").toString()).contains("NodeSecurityGroup");
    assertThat(
            assembly
                .resource("heimdall-eu-west-1", "Fleet", "AWS::IAM::Role")
                .get("ManagedPolicyArns"))
        .hasSize(1);
    assertThat(assembly.resource("heimdall-eu-west-1", "Fleet", "AWS::IAM::Role").toString())
        .contains("\"CredentialSecrets\":\"orders/people\"", "\"Clusters\":\"orders\"");
  }
}
