package dev.heimdall.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What several regions have in common, and what connects their networks. */
@Tag("ci") // each test puts an app of its own together
class ConnectedRegionsTest extends TwoRegionsSample {
  @Test
  void allRegionsOfAnAccountHaveOneKeyForPushes() {
    JsonNode key =
        made.resources(EU, "Documents", "AWS::SecretsManager::Secret").values().stream()
            .map(secret -> secret.get("Properties"))
            .filter(secret -> secret.get("Name").asText().endsWith("/push-key"))
            .findFirst()
            .orElseThrow();
    assertThat(key.at("/ReplicaRegions/0/Region").asText()).isEqualTo("us-east-1");
    assertThat(made.resources(US, "Documents", "AWS::SecretsManager::Secret").toString())
        .doesNotContain("push-key");
  }

  @Test
  void nodesOfAllRegionsHaveOneKeyOfTheirOwn() {
    String secrets = "AWS::SecretsManager::Secret";
    assertThat(made.resources(EU, "Documents", secrets).values())
        .filteredOn(secret -> secret.at("/Properties/Name").asText().endsWith("/fleet-key"))
        .singleElement()
        .satisfies(
            key ->
                assertThat(key.at("/Properties/GenerateSecretString/PasswordLength").asInt())
                    .isEqualTo(48))
        .satisfies(
            key ->
                assertThat(key.at("/Properties/ReplicaRegions/0/Region").asText())
                    .as("a name is looked up in the node's own region")
                    .isEqualTo("us-east-1"));
    assertThat(made.resources(US, "Documents", secrets).toString()).doesNotContain("fleet-key");
  }

  @Test
  void eachRegionWritesItsOwnLatencyRecord() {
    for (String region : List.of("eu-west-1", "us-east-1")) {
      JsonNode set = made.resource("orders-db-" + region, "Names", "AWS::Route53::RecordSet");
      assertThat(set.get("Region").asText()).isEqualTo(region);
      assertThat(set.get("SetIdentifier").asText()).isEqualTo(region);
      assertThat(set.get("Name").asText()).isEqualTo("orders.db.example.com.");
      assertThat(set.at("/AliasTarget/EvaluateTargetHealth").asBoolean()).isTrue();
    }
  }

  @Test
  void nodesOfANetworkThatIsMadeReachOtherNetworksByRoutes(@TempDir Path small) throws Exception {
    Assembly assembly =
        Assembly.of(
            """
        {"regions": [
          {"region": "eu-west-1", "fleet": {"ports": [5432], "clients": ["10.133.0.0/16"]},
           "network": {"routes": [{"to": "10.133.0.0/16", "by": "pcx-0a1b2c3d"},
                                  {"to": "10.9.0.0/16", "by": "tgw-0a1b2c3d"}]}}]}
        """,
            small);
    assertThat(assembly.complaints()).isEmpty();
    List<JsonNode> routes =
        assembly.resources("heimdall-eu-west-1", "AWS::EC2::Route").values().stream()
            .map(route -> route.get("Properties"))
            .toList();
    for (String by : List.of("VpcPeeringConnectionId", "TransitGatewayId")) {
      assertThat(routes)
          .filteredOn(route -> route.has(by))
          .hasSize(3)
          .extracting(route -> route.at("/RouteTableId/Ref").asText())
          .doesNotHaveDuplicates()
          .allMatch(table -> table.startsWith("NetworkNodesSubnet"));
    }
  }

  /** The networks of both regions are connected by a function, which needs no way of its own. */
  @Test
  void regionsThatAreJoinedHaveAStackThatConnectsThem() {
    String stack = US + "-joined";
    JsonNode way =
        made.resources(stack, "AWS::CloudFormation::CustomResource").values().iterator().next();
    assertThat(way.at("/Properties/Fleet").asText()).isEqualTo("orders-db");
    assertThat(way.at("/Properties/One"))
        .isEqualTo(
            tree(
                """
                {"Region": "eu-west-1", "Addresses": "10.40.0.0/16", "Stack": "%s",
                 "Shape": "3 zones, no NAT gateway"}
                """
                    .formatted(EU)));
    assertThat(way.at("/Properties/Other"))
        .isEqualTo(
            tree(
                """
                {"Region": "us-east-1", "Addresses": "10.8.0.0/16", "Vpc": "vpc-0a1b2c3d",
                 "RouteTables": ["rtb-0a1b2c3d"]}
                """));
    JsonNode function =
        made.resources(stack, "AWS::Lambda::Function").values().iterator().next().get("Properties");
    assertThat(function.has("VpcConfig")).isFalse();
    assertThat(function.at("/Code/ZipFile").asText()).contains("def serve(", "def connect(");
    assertThat(made.templates().get(stack).at("/Outputs/PeeringWitheuwest1/Value").toString())
        .contains("\"Peering\"");
  }

  private static JsonNode tree(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** It may touch what has the fleet's tag, and what the file names, and nothing else. */
  @Test
  void whatConnectsRegionsMayTouchNothingElse() {
    String policy =
        made.resources(US + "-joined", "AWS::IAM::Role").values().iterator().next().toString();
    assertThat(policy)
        .contains("vpc/${GivenVpcs}")
        .contains("\"aws:ResourceTag/heimdall:fleet\":{\"Fn::Sub\":[\"${FleetName}\"");
    assertThat(made.resources(EU, "Network", "AWS::EC2::VPC").get("").toString())
        .contains("{\"Key\":\"heimdall:fleet\",\"Value\":\"orders-db\"}");
    assertThat(made.resources(EU, "Network", "AWS::EC2::RouteTable").values())
        .isNotEmpty()
        .allSatisfy(
            table ->
                assertThat(table.toString())
                    .contains("{\"Key\":\"heimdall:fleet\",\"Value\":\"orders-db\"}"));
    assertThat(made.templates().get(EU).at("/Outputs/NetworkRouteTables/Value").toString())
        .contains("NetworkNodesSubnet1RouteTable", "NetworkNodesSubnet3RouteTable");
  }

  @Test
  void balancersAndDatabasesAreOpenToTheNetworksOfOtherRegions(@TempDir Path small)
      throws Exception {
    Assembly assembly =
        Assembly.of(
            """
        {"join": "peering", "regions": [
          {"region": "eu-west-1", "fleet": {"ports": [5432], "clients": ["10.0.0.0/16"]},
           "databases": [{"cluster": "orders", "securityGroup": "sg-0a1b2c3d", "port": 3306}]},
          {"region": "us-east-1", "fleet": {"ports": [5432], "clients": ["10.0.0.0/8"]}},
          {"region": "ap-southeast-2", "fleet": {"ports": [5432], "clients": ["10.109.0.0/16"]}}]}
        """,
            small);
    assertThat(assembly.complaints()).allMatch(said -> said.startsWith("INFO"));
    Map<String, JsonNode> rules =
        assembly.resources("heimdall-eu-west-1", "Fleet", "AWS::EC2::SecurityGroupIngress");
    for (String network : List.of("10.133.0.0/16", "10.109.0.0/16")) {
      assertThat(rules.values())
          .filteredOn(rule -> rule.at("/Properties/CidrIp").asText().equals(network))
          .extracting(rule -> rule.at("/Properties/FromPort").asInt())
          .containsExactlyInAnyOrder(3306, 5432, 5059);
    }
    assertThat(rules.get("Databasesg0a1b2c3dAt3306From10x133x0x0x16").get("Properties"))
        .isEqualTo(
            tree(
                """
                {"GroupId": "sg-0a1b2c3d", "IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306,
                 "CidrIp": "10.133.0.0/16", "Description": "Heimdall nodes of another region"}
                """));
    // A network of clients has them in it already.
    assertThat(
            assembly
                .resources("heimdall-us-east-1", "Fleet", "AWS::EC2::SecurityGroupIngress")
                .values())
        .filteredOn(rule -> rule.at("/Properties/FromPort").asInt() != 5059)
        .extracting(rule -> rule.at("/Properties/CidrIp").asText())
        .doesNotContain("10.40.0.0/16", "10.109.0.0/16");
    assertThat(assembly.templates())
        .containsOnlyKeys(
            "heimdall-ap-southeast-2",
            "heimdall-eu-west-1",
            "heimdall-eu-west-1-joined",
            "heimdall-us-east-1",
            "heimdall-us-east-1-joined");
    assertThat(
            assembly.resources("heimdall-us-east-1-joined", "AWS::CloudFormation::CustomResource"))
        .hasSize(2);
  }

  private static JsonNode associated(Assembly assembly, String stack) {
    return assembly
        .resources(stack, "ZoneAssociation", "AWS::CloudFormation::CustomResource")
        .values()
        .iterator()
        .next()
        .get("Properties");
  }

  /** A private zone that is there is seen from no network that is not associated with it. */
  @Test
  void theNetworkOfEachRegionIsLetToSeeTheZoneThatTheFileNames() {
    JsonNode given = associated(made, US);
    assertThat(given.get("Zone").asText()).isEqualTo("Z0123456789ABC");
    assertThat(given.get("Vpc").asText()).isEqualTo("vpc-0a1b2c3d");
    assertThat(given.get("Network").asText()).isEqualTo("given");
    assertThat(given.get("Region").asText()).isEqualTo("us-east-1");
    JsonNode own = associated(made, EU);
    assertThat(own.at("/Vpc/Ref").asText()).startsWith("Network");
    assertThat(own.get("Network").asText()).isEqualTo("made");
    for (String stack : List.of(EU, US)) {
      String record = made.resources(stack, "Names", "AWS::Route53::RecordSet").values().toString();
      assertThat(record)
          .contains("\"HostedZoneId\":\"Z0123456789ABC\"")
          .contains("\"DependsOn\":[\"ZoneAssociation");
      assertThat(made.templates().get(stack).at("/Outputs").has("NamesAssociation")).isFalse();
    }
    assertThat(made.templates().get(EU).at("/Outputs/NetworkVpc/Value/Ref").asText())
        .startsWith("Network");
  }

  /** Each may let its own network see this zone, and touches no other network and no record. */
  @Test
  void whatAssociatesANetworkMayTouchNoOtherOne() {
    String policy =
        made.resources(US, "ZoneAssociation", "AWS::IAM::Role")
            .values()
            .iterator()
            .next()
            .toString();
    assertThat(policy)
        .contains("hostedzone/${HostedZone}\",{\"HostedZone\":\"Z0123456789ABC\"}")
        .contains(
            "{\"ForAnyValue:StringEquals\":{\"route53:VPCs\":{\"Fn::Sub\":"
                + "[\"VPCId=${Vpc},VPCRegion=${AWS::Region}\",{\"Vpc\":\"vpc-0a1b2c3d\"}]}}}")
        .doesNotContain("cloudformation:", "ChangeResourceRecordSets");
  }

  /** What the first region has made, the others find by its stack's output. */
  @Test
  void aZoneThatTheFileDoesNotNameIsMadeByTheFirstRegionForAll(@TempDir Path small)
      throws Exception {
    Assembly assembly =
        Assembly.of(
            """
        {"regions": [
          {"region": "us-east-1", "fleet": {"ports": [5432], "clients": ["10.0.0.0/16"]}},
          {"region": "ap-southeast-2", "fleet": {"ports": [5432], "clients": ["10.0.0.0/16"]}}],
         "routing": {"enabled": true, "zone": "db.example.com"}}
        """,
            small);
    assertThat(assembly.complaints()).allMatch(said -> said.startsWith("INFO"));
    String first = "heimdall-us-east-1";
    String other = "heimdall-ap-southeast-2";
    assertThat(assembly.resources(first, "AWS::Route53::HostedZone")).hasSize(1);
    assertThat(assembly.resources(first, "AWS::CloudFormation::CustomResource").keySet())
        .noneMatch(id -> id.startsWith("ZoneAssociation"));
    assertThat(assembly.templates().get(first).at("/Outputs/NamesZone/Value/Ref").asText())
        .startsWith("NamesZone");
    JsonNode told = associated(assembly, other);
    assertThat(told.has("Zone")).isFalse();
    assertThat(told.get("ZoneStack").asText()).isEqualTo(first);
    assertThat(told.get("ZoneRegion").asText()).isEqualTo("us-east-1");
    assertThat(assembly.resources(other, "AWS::Route53::HostedZone")).isEmpty();
    assertThat(
            assembly
                .resource(other, "Names", "AWS::Route53::RecordSet")
                .at("/HostedZoneId/Fn::GetAtt/1")
                .asText())
        .isEqualTo("Zone");
    String policy =
        assembly
            .resources(other, "ZoneAssociation", "AWS::IAM::Role")
            .values()
            .iterator()
            .next()
            .toString();
    assertThat(policy)
        .contains("cloudformation:DescribeStacks", "\"ZoneStack\":\"heimdall-us-east-1\"");
    assertThat(manifest(small).at("/artifacts/" + other + "/dependencies").toString())
        .contains(first);
  }

  private static JsonNode manifest(Path work) throws IOException {
    return JSON.readTree(work.resolve("out/manifest.json").toFile());
  }

  @Test
  void regionsWhoseNetworksOverlapAreWarnedOf(@TempDir Path small) throws Exception {
    Path file = small.resolve("deployment.json");
    Files.writeString(
        file,
        """
        {"regions": [
          {"region": "eu-west-1", "fleet": {"ports": [5432], "clients": ["10.0.0.0/16"]}},
          {"region": "us-east-1", "network": {"addresses": "10.40.0.0/17"},
           "fleet": {"ports": [5432], "clients": ["10.0.0.0/16"]}},
          {"region": "eu-west-2", "fleet": {"ports": [5432], "clients": ["10.0.0.0/16"]}}]}
        """);
    assertThat(Assembly.of(file, small).complaints())
        .hasSize(3)
        .anyMatch(
            said ->
                said.startsWith("INFO")
                    && said.contains("regions[2].network.addresses: 10.125.0.0/16, as the file"))
        .anyMatch(said -> said.contains("regions[0].network.addresses: 10.40.0.0/16 overlaps"))
        .anyMatch(
            said ->
                said.contains("regions[1].network.addresses: 10.40.0.0/17 overlaps the network of")
                    && said.contains("eu-west-1"));
  }
}
