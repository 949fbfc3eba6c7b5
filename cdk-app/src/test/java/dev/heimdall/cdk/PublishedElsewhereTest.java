package dev.heimdall.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What functions of several regions publish to each other, and may. */
@Tag("ci")
class PublishedElsewhereTest {
  private static final String WEST = "heimdall-eu-west-1";
  private static final String EAST = "heimdall-us-east-1";
  private static final String RULE = "AWS::EC2::SecurityGroupIngress";

  @TempDir private Path work;

  private Assembly assembly(String more, String west, String east) throws Exception {
    return Assembly.of(
        """
        {%s "regions": [
          {"region": "eu-west-1", %s "fleet": {"ports": [5432], "clients": ["10.0.0.0/8"]}},
          {"region": "us-east-1", %s
           "fleet": {"ports": [5432], "clients": ["10.0.0.0/8"], "httpPort": 5060}}]}
        """
            .formatted(more, west, east),
        work);
  }

  private static JsonNode environment(Assembly assembly, String stack) {
    return assembly
        .resource(stack, "ConfigSync", "AWS::Lambda::Function")
        .at("/Environment/Variables");
  }

  private static List<JsonNode> statements(Assembly assembly, String stack) {
    return StreamSupport.stream(
            assembly
                .resources(stack, "ConfigSync", "AWS::IAM::Role")
                .get("FunctionRole")
                .at("/Properties/Policies/0/PolicyDocument/Statement")
                .spliterator(),
            false)
        .filter(statement -> statement.get("Sid").asText().contains("Elsewhere"))
        .toList();
  }

  private static List<String> pushes(Assembly assembly, String stack) {
    return assembly.resources(stack, "Fleet", RULE).entrySet().stream()
        .filter(rule -> rule.getKey().startsWith("PushArrivesFrom"))
        .map(rule -> rule.getValue().get("Properties"))
        .map(rule -> rule.get("CidrIp").asText() + " " + rule.get("FromPort").asInt())
        .toList();
  }

  @Test
  void connectedRegionsWriteTheirDocumentToEachOthersBucketsAndPushItToTheNodes() throws Exception {
    Assembly assembly = assembly("\"join\": \"peering\",", "", "");

    assertThat(environment(assembly, WEST).get("HEIMDALL_OTHER_STORES").asText())
        .isEqualTo("us-east-1");
    assertThat(environment(assembly, WEST).get("HEIMDALL_PUSH_REGIONS").asText())
        .isEqualTo("us-east-1");
    assertThat(environment(assembly, EAST).get("HEIMDALL_PUSH_REGIONS").asText())
        .isEqualTo("eu-west-1");
    assertThat(pushes(assembly, WEST)).containsExactly("10.133.0.0/16 5059");
    assertThat(pushes(assembly, EAST)).containsExactly("10.40.0.0/16 5060");
    assertThat(assembly.resources(EAST, "Fleet", "AWS::AutoScaling::AutoScalingGroup").values())
        .allSatisfy(
            group ->
                assertThat(group.at("/Properties/Tags").toString())
                    .contains("heimdall:topology", "DocumentsBucket"));
  }

  /** The one document that is its own, in buckets of the fleet, by S3 in that region only. */
  @Test
  void theFunctionMayWriteItsOwnDocumentThereAndNoOther() throws Exception {
    List<JsonNode> statements = statements(assembly("", "", ""), WEST);

    assertThat(statements).hasSize(4);
    assertThat(statements)
        .filteredOn(statement -> statement.get("Action").toString().contains("s3:PutObject"))
        .singleElement()
        .satisfies(
            statement ->
                assertThat(statement.get("Resource").toString())
                    .contains("/topology/${AWS::Region}.json", "heimdall-*"));
    assertThat(statements)
        .filteredOn(statement -> statement.get("Action").toString().contains("s3:"))
        .allSatisfy(
            statement ->
                assertThat(statement.get("Condition").toString()).contains("aws:ResourceAccount"));
    assertThat(statements)
        .filteredOn(statement -> statement.get("Action").toString().contains("kms:"))
        .singleElement()
        .satisfies(
            statement -> {
              assertThat(statement.get("Resource").toString()).contains("us-east-1");
              assertThat(statement.get("Condition").toString())
                  .contains(
                      "kms:ViaService",
                      "s3.${OtherRegions}.amazonaws.com*",
                      "kms:EncryptionContext");
            });
  }

  /** Their nodes read the bucket, to which NAT gateways lead. */
  @Test
  void regionsThatAreNotConnectedArePublishedToAndNotPushedTo() throws Exception {
    Assembly assembly = assembly("", "", "");

    assertThat(environment(assembly, WEST).get("HEIMDALL_OTHER_STORES").asText())
        .isEqualTo("us-east-1");
    assertThat(environment(assembly, WEST).get("HEIMDALL_PUSH_REGIONS").asText()).isEmpty();
    assertThat(pushes(assembly, EAST)).isEmpty();
  }

  @Test
  void aWayThatTheFileNamesOnBothSidesIsOneForPushesToo() throws Exception {
    Assembly assembly =
        assembly(
            "",
            "\"network\": {\"routes\": [{\"to\": \"10.133.0.0/16\", \"by\":"
                + " \"tgw-0a1b2c3d\"}]},",
            "\"network\": {\"routes\": [{\"to\": \"10.40.0.0/16\", \"by\": \"tgw-1a1b2c3d\"}]},");

    assertThat(environment(assembly, WEST).get("HEIMDALL_PUSH_REGIONS").asText())
        .isEqualTo("us-east-1");
    assertThat(pushes(assembly, EAST)).containsExactly("10.40.0.0/16 5060");
  }

  @Test
  void networksOfYoursThatAreConnectedAlreadyArePushedTo() throws Exception {
    Assembly assembly =
        assembly(
            "\"join\": \"existing\",",
            "\"network\": {\"routes\": [{\"to\": \"10.8.0.0/16\", \"by\":"
                + " \"tgw-0a1b2c3d\"}]},",
            "\"network\": {\"vpc\": \"vpc-0a1b2c3d\", \"subnets\": [\"subnet-0a1b2c3d\"],"
                + " \"addresses\": \"10.8.0.0/20\"}, \"cache\": {\"replicas\": 0},");

    assertThat(environment(assembly, WEST).get("HEIMDALL_PUSH_REGIONS").asText())
        .isEqualTo("us-east-1");
    assertThat(environment(assembly, EAST).get("HEIMDALL_PUSH_REGIONS").asText())
        .isEqualTo("eu-west-1");
    assertThat(pushes(assembly, WEST)).containsExactly("10.8.0.0/20 5059");
    assertThat(pushes(assembly, EAST)).containsExactly("10.40.0.0/16 5060");
    assertThat(assembly.templates()).containsOnlyKeys(WEST, EAST);
  }

  @Test
  void aNetworkOfYoursThatNothingIsSaidOfIsNotPushedToAndSynthSaysSo() throws Exception {
    String given =
        "\"network\": {\"vpc\": \"vpc-0a1b2c3d\", \"subnets\": [\"subnet-0a1b2c3d\"]},"
            + " \"cache\": {\"replicas\": 0},";

    Assembly assembly = assembly("", "", given);

    assertThat(environment(assembly, WEST).get("HEIMDALL_PUSH_REGIONS").asText()).isEmpty();
    assertThat(assembly.complaints())
        .singleElement()
        .asString()
        .startsWith("INFO /heimdall-us-east-1 ")
        .contains(
            "those of eu-west-1 reach its nodes by the bucket only",
            "Write \"join\": \"existing\"",
            "$.regions[1].network.addresses");
  }

  @Test
  void aRegionWithoutAWayToOthersKeepsToItselfAndHearsOfThem() throws Exception {
    Assembly assembly =
        assembly(
            "\"join\": \"peering\",",
            "\"network\": {\"natGateways\": 0, \"endpoints\": true},",
            "");

    assertThat(environment(assembly, WEST).has("HEIMDALL_OTHER_STORES")).isFalse();
    assertThat(environment(assembly, WEST).has("HEIMDALL_PUSH_REGIONS")).isFalse();
    assertThat(statements(assembly, WEST)).isEmpty();
    assertThat(pushes(assembly, EAST)).isEmpty();
    assertThat(environment(assembly, EAST).get("HEIMDALL_PUSH_REGIONS").asText())
        .isEqualTo("eu-west-1");
    assertThat(pushes(assembly, WEST)).containsExactly("10.133.0.0/16 5059");
  }

  @Test
  void regionsOfOtherAccountsAreLeftAlone() throws Exception {
    Assembly assembly =
        assembly("", "\"account\": \"123456789012\",", "\"account\": \"210987654321\",");

    assertThat(environment(assembly, WEST).has("HEIMDALL_OTHER_STORES")).isFalse();
    assertThat(statements(assembly, EAST)).isEmpty();
  }
}
