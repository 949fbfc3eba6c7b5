package dev.heimdall.test.aws;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.test.aws.CustomResource.Response;
import dev.heimdall.test.fixture.AwsEmulator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The function that connects networks, with the nodes' network and that of their databases in one
 * region: called as CloudFormation does by the stack that makes the nodes' network itself.
 */
@Tag("long")
class PeeringOfOneRegionIT {
  private static final String WEST = "eu-west-1";

  private static AwsEmulator aws;
  private static CustomResource function;
  private static EmulatedNetworks networks;

  @BeforeAll
  static void start() {
    aws = AwsEmulator.shared();
    function = CustomResource.joining(aws, "peering.py");
    networks = new EmulatedNetworks(function);
  }

  @AfterAll
  static void stop() {
    if (function != null) {
      function.close();
    }
  }

  @BeforeEach
  void forget() {
    aws.reset();
    function.open();
  }

  /** As the stack names a network that it makes in the same round. */
  private static Map<String, Object> made(String addresses) {
    Map<String, Object> network = new HashMap<>(networks.given(WEST, addresses, 2));
    network.put("MadeVpc", network.remove("Vpc"));
    resolves((String) network.get("MadeVpc"));
    return network;
  }

  private static void resolves(String vpc) {
    function.call(
        "ec2",
        "modify_vpc_attribute",
        WEST,
        Map.of("VpcId", vpc, "EnableDnsHostnames", Map.of("Value", true)));
  }

  private static Map<String, Object> way(Map<String, Object> nodes, Map<String, Object> databases) {
    return Map.of("Fleet", "shop", "One", nodes, "Other", databases);
  }

  private static void succeeded(Response response) {
    assertThat(response.status()).as(response.reason()).isEqualTo("SUCCESS");
  }

  private static Set<?> tables(Map<String, Object> network) {
    return Set.copyOf((List<?>) network.get("RouteTables"));
  }

  @Test
  void nodesAndDatabasesAreConnectedWithRoutesOnBothSides() {
    Map<String, Object> nodes = made("10.41.0.0/16");
    Map<String, Object> databases = networks.given(WEST, "10.40.0.0/16", 1);
    resolves((String) databases.get("Vpc"));

    Response response = function.request("Create", way(nodes, databases));

    succeeded(response);
    assertThat(response.id()).isEqualTo("shop eu-west-1 eu-west-1/" + databases.get("Vpc"));
    JsonNode connection = networks.connections(WEST).get(0);
    assertThat(connection.at("/Status/Code").asText()).isEqualTo("active");
    assertThat(connection.at("/RequesterVpcInfo/VpcId").asText()).isEqualTo(nodes.get("MadeVpc"));
    assertThat(connection.at("/AccepterVpcInfo/VpcId").asText()).isEqualTo(databases.get("Vpc"));
    assertThat(connection.get("Tags").toString())
        .contains("{\"Key\":\"heimdall:fleet\",\"Value\":\"shop\"}");
    Map<String, Set<String>> routes = networks.routes(WEST);
    assertThat(routes).hasSize(3);
    tables(nodes).forEach(one -> assertThat(routes.get(one)).containsExactly("10.40.0.0/16"));
    tables(databases).forEach(one -> assertThat(routes.get(one)).containsExactly("10.41.0.0/16"));
    for (String side : List.of("Requester", "Accepter")) {
      assertThat(
              connection.at(
                  "/%sVpcInfo/PeeringOptions/AllowDnsResolutionFromRemoteVpc".formatted(side)))
          .as("names lead the %s to private addresses", side)
          .hasToString("true");
    }
  }

  @Test
  void aNetworkThatIsReplacedIsConnectedAnewAndTheOldWayGoes() {
    Map<String, Object> databases = networks.given(WEST, "10.40.0.0/16", 1);
    Map<String, Object> before = way(made("10.41.0.0/16"), databases);
    succeeded(function.request("Create", before));
    Map<String, Object> nodes = made("10.42.0.0/16");
    Map<String, Object> after = way(nodes, databases);

    Response response = function.update(after, before);

    succeeded(response);
    assertThat(response.id())
        .as("it is no other one")
        .endsWith(" eu-west-1/" + databases.get("Vpc"));
    assertThat(networks.connections(WEST))
        .singleElement()
        .extracting(one -> one.at("/RequesterVpcInfo/VpcId").asText())
        .isEqualTo(nodes.get("MadeVpc"));
    Map<String, Set<String>> routes = networks.routes(WEST);
    assertThat(routes).hasSize(3);
    tables(databases).forEach(one -> assertThat(routes.get(one)).containsExactly("10.42.0.0/16"));
  }

  @Test
  void severalNetworksOfDatabasesHaveAWayEach() {
    Map<String, Object> nodes = made("10.41.0.0/16");
    Map<String, Object> orders = networks.given(WEST, "10.40.0.0/16", 1);
    Map<String, Object> stock = networks.given(WEST, "10.8.0.0/16", 1);
    succeeded(function.request("Create", way(nodes, orders)));
    succeeded(function.request("Create", way(nodes, stock)));
    assertThat(networks.connections(WEST)).hasSize(2);

    succeeded(function.request("Delete", way(nodes, orders)));

    assertThat(networks.connections(WEST)).hasSize(1);
    Map<String, Set<String>> routes = networks.routes(WEST);
    tables(nodes).forEach(one -> assertThat(routes.get(one)).containsExactly("10.8.0.0/16"));
    tables(orders).forEach(one -> assertThat(routes).doesNotContainKey((String) one));
    succeeded(function.request("Delete", way(nodes, stock)));
    assertThat(networks.connections(WEST)).isEmpty();
    assertThat(networks.routes(WEST)).isEmpty();
  }

  /** EC2 would find out only behind the request; a block that no route leads to counts as well. */
  @Test
  void networksThatShareAddressesAreNamedWithWhatToDo() {
    Map<String, Object> nodes = made("10.41.0.0/16");
    Map<String, Object> databases = networks.given(WEST, "10.40.0.0/16", 1);
    function.call(
        "ec2",
        "associate_vpc_cidr_block",
        WEST,
        Map.of("VpcId", databases.get("Vpc"), "CidrBlock", "10.41.128.0/20"));

    Response response = function.request("Create", way(nodes, databases));

    assertThat(response.status()).isEqualTo("FAILED");
    assertThat(response.reason())
        .isEqualTo(
            ("%s (eu-west-1) has the addresses 10.41.0.0/16, and %s (eu-west-1) has 10.41.128.0/20:"
                    + " nothing connects networks that share addresses. Give a network that is made"
                    + " others (network.addresses)")
                .formatted(nodes.get("MadeVpc"), databases.get("Vpc")));
    assertThat(networks.connections(WEST)).isEmpty();
  }
}
