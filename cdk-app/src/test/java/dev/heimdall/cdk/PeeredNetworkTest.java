package dev.heimdall.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Databases in another network than the nodes are connected with them in the same round. */
@Tag("ci") // each test puts an app of its own together
class PeeredNetworkTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String WEST = "heimdall-eu-west-1";
  private static final String EAST = "heimdall-us-east-1";

  private static final String MADE =
      """
      {%s "regions": [
        {"region": "eu-west-1",
         "network": {"addresses": "10.41.0.0/16", "zones": 2, "peered": [
           {"vpc": "vpc-0a1b2c3d", "addresses": "10.40.0.0/16", "routeTables": ["rtb-0a1b2c3d"]}]},
         "fleet": {"ports": [5432], "clients": ["10.40.0.0/16"]},
         "databases": [{"cluster": "orders", "securityGroup": "sg-0a1b2c3d"}]}%s]}
      """;

  private static final String SECOND =
      """
      , {"region": "us-east-1",
         "network": {"addresses": "10.43.0.0/16", "zones": 2, "peered": [
           {"vpc": "vpc-0b1c2d3e", "addresses": "10.42.0.0/16", "routeTables": ["rtb-0b1c2d3e"]}]},
         "fleet": {"ports": [5432], "clients": ["10.42.0.0/16"]},
         "databases": [{"cluster": "orders", "securityGroup": "sg-0b1c2d3e"}]}
      """;

  @TempDir private Path work;

  private static JsonNode tree(String text) throws IOException {
    return JSON.readTree(text);
  }

  /** The properties of what connects networks, by the networks that are there. */
  private static Map<String, JsonNode> ways(Assembly assembly, String stack) {
    Map<String, JsonNode> ways = new TreeMap<>();
    assembly
        .resources(stack, "Peering", "AWS::CloudFormation::CustomResource")
        .values()
        .forEach(
            way -> {
              JsonNode properties = way.get("Properties");
              ways.put(
                  properties.at("/One/Vpc").asText() + " " + properties.at("/Other/Vpc").asText(),
                  properties);
            });
    return ways;
  }

  @Test
  void theNetworkThatIsMadeIsConnectedWithThatOfTheDatabases() throws Exception {
    Assembly assembly = Assembly.of(MADE.formatted("", ""), work);

    assertThat(assembly.complaints()).isEmpty();
    assertThat(assembly.templates()).containsOnlyKeys(WEST);
    JsonNode way = ways(assembly, WEST).get(" vpc-0a1b2c3d");
    assertThat(way.get("One"))
        .isEqualTo(
            tree(
                """
                {"Region": "eu-west-1", "Addresses": "10.41.0.0/16",
                 "MadeVpc": {"Ref": "NetworkFF0BE0E7"},
                 "RouteTables": [{"Ref": "NetworkNodesSubnet1RouteTableF5E3C2C4"},
                                 {"Ref": "NetworkNodesSubnet2RouteTable3F8A2B6E"}]}
                """
                    .replace(
                        "NetworkFF0BE0E7",
                        assembly.resources(WEST, "AWS::EC2::VPC").keySet().iterator().next())
                    .replace("NetworkNodesSubnet1RouteTableF5E3C2C4", table(assembly, 1))
                    .replace("NetworkNodesSubnet2RouteTable3F8A2B6E", table(assembly, 2))));
    assertThat(way.get("Other"))
        .isEqualTo(
            tree(
                """
                {"Region": "eu-west-1", "Addresses": "10.40.0.0/16", "Vpc": "vpc-0a1b2c3d",
                 "RouteTables": ["rtb-0a1b2c3d"]}
                """));
    assertThat(
            assembly.templates().get(WEST).at("/Outputs/PeeringWithvpc0a1b2c3d/Value").toString())
        .contains("\"Peering\"");
  }

  private static String table(Assembly assembly, int zone) {
    return assembly.resources(WEST, "AWS::EC2::RouteTable").keySet().stream()
        .filter(id -> id.startsWith("NetworkNodesSubnet" + zone))
        .findFirst()
        .orElseThrow();
  }

  /** A rule that names a group of another network is rejected while nothing connects the two. */
  @Test
  void theDatabasesAreOpenedOnceTheNetworksAreConnected() throws Exception {
    Assembly assembly = Assembly.of(MADE.formatted("", ""), work);

    JsonNode rule =
        assembly
            .resources(WEST, "Fleet", "AWS::EC2::SecurityGroupIngress")
            .get("Databasesg0a1b2c3dAt5432");
    assertThat(rule.at("/Properties/GroupId").asText()).isEqualTo("sg-0a1b2c3d");
    assertThat(rule.at("/Properties/SourceSecurityGroupId").isObject()).isTrue();
    String way =
        assembly.resources(WEST, "AWS::CloudFormation::CustomResource").keySet().stream()
            .filter(id -> id.startsWith("Peering"))
            .findFirst()
            .orElseThrow();
    assertThat(rule.get("DependsOn")).extracting(JsonNode::asText).containsExactly(way);
  }

  /** Networks that have the fleet's tag, and the one that the file names. */
  @Test
  void theFunctionMayTouchNoOtherNetwork() throws Exception {
    Assembly assembly = Assembly.of(MADE.formatted("", ""), work);

    String policy =
        assembly.resources(WEST, "Peering", "AWS::IAM::Role").values().iterator().next().toString();
    assertThat(policy)
        .contains("\"GivenVpcs\":\"vpc-0a1b2c3d\"", "\"JoinedRegions\":\"eu-west-1\"")
        .contains("\"aws:ResourceTag/heimdall:fleet\"")
        .doesNotContain("cloudformation:DescribeStacks");
  }

  @Test
  void aNetworkOfYoursIsConnectedTheSameWay() throws Exception {
    Assembly assembly =
        Assembly.of(
            """
            {"regions": [
              {"region": "eu-west-1",
               "network": {"vpc": "vpc-0d1e2f3a", "subnets": ["subnet-0a1b2c3d", "subnet-0b1c2d3e"],
                           "addresses": "10.41.0.0/16", "routeTables": ["rtb-0d1e2f3a"],
                           "peered": [{"vpc": "vpc-0a1b2c3d", "addresses": "10.40.0.0/16"}]},
               "fleet": {"ports": [5432], "clients": ["10.40.0.0/16"]}}]}
            """,
            work);

    JsonNode way = ways(assembly, WEST).get("vpc-0d1e2f3a vpc-0a1b2c3d");
    assertThat(way.at("/One/RouteTables/0").asText()).isEqualTo("rtb-0d1e2f3a");
    assertThat(way.at("/Other/RouteTables")).isEmpty();
  }

  /** Peering passes nothing on, so nodes of one region reach the other's databases by their own. */
  @Test
  void regionsThatAreJoinedReachEachOthersDatabases() throws Exception {
    Assembly assembly = Assembly.of(MADE.formatted("\"join\": \"peering\",", SECOND), work);

    assertThat(assembly.complaints()).isEmpty();
    assertThat(ways(assembly, WEST)).containsOnlyKeys(" vpc-0a1b2c3d");
    assertThat(ways(assembly, EAST)).containsOnlyKeys(" vpc-0b1c2d3e");
    Map<String, JsonNode> joined = ways(assembly, EAST + "-joined");
    assertThat(joined).containsOnlyKeys(" ", "vpc-0a1b2c3d ", " vpc-0b1c2d3e");
    assertThat(joined.get("vpc-0a1b2c3d ").at("/Other/Stack").asText()).isEqualTo(EAST);
    assertThat(joined.get(" vpc-0b1c2d3e").at("/One/Stack").asText()).isEqualTo(WEST);
    assertThat(assembly.templates().get(EAST + "-joined").get("Outputs").properties())
        .extracting(Map.Entry::getKey)
        .containsExactlyInAnyOrder(
            "PeeringWitheuwest1", "PeeringWitheuwest1vpc0a1b2c3d", "PeeringWitheuwest1vpc0b1c2d3e");
    // Clients are where the databases are: they reach the other region's nodes as well.
    assertThat(
            assembly.resources(WEST, "Fleet", "AWS::EC2::SecurityGroupIngress").values().stream()
                .filter(rule -> rule.at("/Properties/FromPort").asInt() == 5432)
                .map(rule -> rule.at("/Properties/CidrIp").asText())
                .filter(network -> !network.isEmpty()))
        .contains("10.43.0.0/16", "10.42.0.0/16");
  }

  @Test
  void clientsInThePeeredNetworkSeeTheNameOfTheFleets() throws Exception {
    String routing = "\"routing\": {\"enabled\": true, \"zone\": \"db.example.com\"},";
    Assembly assembly = Assembly.of(MADE.formatted(routing, SECOND), work);

    assertThat(assembly.complaints()).allMatch(said -> said.startsWith("INFO"));
    for (String stack : List.of(WEST, EAST)) {
      String peered = stack.equals(WEST) ? "vpc-0a1b2c3d" : "vpc-0b1c2d3e";
      List<JsonNode> seers =
          assembly
              .resources(stack, "ZoneAssociation", "AWS::CloudFormation::CustomResource")
              .values()
              .stream()
              .map(one -> one.get("Properties"))
              .toList();
      assertThat(seers)
          .filteredOn(one -> one.get("Vpc").asText().equals(peered))
          .singleElement()
          .satisfies(
              one -> {
                assertThat(one.get("Network").asText()).isEqualTo("given");
                assertThat(one.get("Zone").isObject()).as("it is known when it is made").isTrue();
              });
      assertThat(seers).hasSize(stack.equals(WEST) ? 1 : 2);
    }
  }
}
