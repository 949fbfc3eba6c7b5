package dev.heimdall.test.aws;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heimdall.test.aws.CustomResource.Response;
import dev.heimdall.test.fixture.AwsEmulator;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The function that connects the networks of two regions, called as CloudFormation does. The
 * emulator accepts a connection at once, and has its tags in both regions where EC2 keeps them
 * apart.
 */
@Tag("ci")
class VpcPeeringIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String WEST = "eu-west-1";
  private static final String EAST = "us-east-1";
  private static final String SYDNEY = "ap-southeast-2";

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

  // ---- what is there

  /** A stack as a region's has a network that it makes: two route tables of nodes, and another. */
  private static String template(String addresses, int tables) throws Exception {
    Map<String, Object> resources = new TreeMap<>();
    resources.put(
        "Network",
        Map.of(
            "Type",
            "AWS::EC2::VPC",
            "Properties",
            Map.of("CidrBlock", addresses, "EnableDnsSupport", true, "EnableDnsHostnames", true)));
    List<Object> nodes = new ArrayList<>();
    for (int i = 0; i <= tables; i++) {
      resources.put(
          "Table" + i,
          Map.of(
              "Type",
              "AWS::EC2::RouteTable",
              "Properties",
              Map.of("VpcId", Map.of("Ref", "Network"))));
      if (i > 0) {
        nodes.add(Map.of("Ref", "Table" + i));
      }
    }
    return JSON.writeValueAsString(
        Map.of(
            "Resources",
            resources,
            "Outputs",
            Map.of(
                "NetworkVpc",
                Map.of("Value", Map.of("Ref", "Network")),
                "NetworkRouteTables",
                Map.of("Value", Map.of("Fn::Join", List.of(",", nodes))))));
  }

  private static Map<String, Object> made(String region, String addresses) throws Exception {
    function.call(
        "cloudformation",
        "create_stack",
        region,
        Map.of("StackName", "shop-" + region, "TemplateBody", template(addresses, 2)));
    // The emulator passes this over in templates.
    function.call(
        "ec2",
        "modify_vpc_attribute",
        region,
        Map.of("VpcId", output(region, "NetworkVpc"), "EnableDnsHostnames", Map.of("Value", true)));
    return Map.of("Region", region, "Stack", "shop-" + region, "Addresses", addresses);
  }

  /** The emulator deletes a network before its route tables, unless these are gone. */
  private static void destroy(String region) {
    function
        .call("ec2", "describe_route_tables", region, Map.of())
        .get("RouteTables")
        .forEach(
            table -> {
              if (table.get("VpcId").asText().equals(output(region, "NetworkVpc"))
                  && table.get("Associations").isEmpty()) {
                function.call(
                    "ec2",
                    "delete_route_table",
                    region,
                    Map.of("RouteTableId", table.get("RouteTableId").asText()));
              }
            });
    function.call("cloudformation", "delete_stack", region, Map.of("StackName", "shop-" + region));
  }

  private static Map<String, Object> way(Map<String, Object> one, Map<String, Object> other) {
    return Map.of("Fleet", "shop", "One", one, "Other", other);
  }

  private static Map<String, Object> with(Map<String, Object> end, String key, Object value) {
    Map<String, Object> changed = new HashMap<>(end);
    changed.put(key, value);
    return changed;
  }

  private static Set<String> tablesOfNodes(String region) {
    return new HashSet<>(List.of(output(region, "NetworkRouteTables").split(",")));
  }

  private static String output(String region, String name) {
    JsonNode outputs =
        function
            .call(
                "cloudformation", "describe_stacks", region, Map.of("StackName", "shop-" + region))
            .at("/Stacks/0/Outputs");
    return StreamSupport.stream(outputs.spliterator(), false)
        .filter(output -> output.get("OutputKey").asText().equals(name))
        .map(output -> output.get("OutputValue").asText())
        .findFirst()
        .orElseThrow();
  }

  private static void succeeded(Response response) {
    assertThat(response.status()).as(response.reason()).isEqualTo("SUCCESS");
  }

  private static String failed(Response response) {
    assertThat(response.status()).isEqualTo("FAILED");
    return response.reason();
  }

  // ---- networks that are made

  @Test
  void theNetworksOfTwoRegionsAreConnectedWithRoutesOnBothSides() throws Exception {
    Map<String, Object> way = way(made(WEST, "10.40.0.0/16"), made(EAST, "10.133.0.0/16"));

    Response response = function.request("Create", way);

    succeeded(response);
    assertThat(response.id()).isEqualTo("shop eu-west-1 us-east-1");
    assertThat(networks.connections(EAST)).hasSize(1);
    JsonNode connection = networks.connections(WEST).get(0);
    assertThat(connection.at("/Status/Code").asText()).isEqualTo("active");
    assertThat(connection.get("VpcPeeringConnectionId").asText())
        .isEqualTo(response.answer().at("/Data/Peering").asText());
    assertThat(connection.get("Tags").toString())
        .contains("{\"Key\":\"heimdall:fleet\",\"Value\":\"shop\"}");
    assertThat(networks.routes(WEST).keySet()).isEqualTo(tablesOfNodes(WEST));
    assertThat(networks.routes(WEST).values()).containsOnly(Set.of("10.133.0.0/16"));
    assertThat(networks.routes(EAST).keySet()).isEqualTo(tablesOfNodes(EAST));
    assertThat(networks.routes(EAST).values()).containsOnly(Set.of("10.40.0.0/16"));
    assertThat(response.calls()).contains("ec2:ModifyVpcPeeringConnectionOptions");
  }

  @Test
  void whatIsThereIsFoundAgain() throws Exception {
    Map<String, Object> way = way(made(WEST, "10.40.0.0/16"), made(EAST, "10.133.0.0/16"));
    String peering = function.request("Create", way).answer().at("/Data/Peering").asText();

    for (Response again : List.of(function.request("Create", way), function.update(way, way))) {
      succeeded(again);
      assertThat(again.answer().at("/Data/Peering").asText()).isEqualTo(peering);
      assertThat(again.id()).isEqualTo("shop eu-west-1 us-east-1");
      assertThat(again.calls())
          .doesNotContain("ec2:CreateRoute", "ec2:ReplaceRoute", "ec2:CreateVpcPeeringConnection");
    }
    assertThat(networks.connections(WEST)).hasSize(1);
  }

  @ParameterizedTest
  @Tag("long")
  @CsvSource({
    "ec2:CreateTags, us-east-1 eu-west-1",
    "ec2:AcceptVpcPeeringConnection, us-east-1",
    "ec2:ModifyVpcPeeringConnectionOptions, eu-west-1",
    "ec2:CreateRoute, eu-west-1"
  })
  void aFailedAttemptIsGoneOnWith(String action, String regions) throws Exception {
    Map<String, Object> way = way(made(WEST, "10.40.0.0/16"), made(EAST, "10.133.0.0/16"));
    function.refuse(action, "InternalFailure", "An internal error has occurred");
    String reason = failed(function.request("Create", way));
    assertThat(List.of(regions.split(" "))).anyMatch(reason::startsWith);
    assertThat(reason).contains(action + " failed: InternalFailure: An internal error");
    String before = networks.connections(WEST).get(0).get("VpcPeeringConnectionId").asText();
    function.open();

    Response again = function.request("Create", way);

    succeeded(again);
    assertThat(again.answer().at("/Data/Peering").asText()).isEqualTo(before);
    assertThat(networks.connections(WEST)).hasSize(1);
    assertThat(networks.connections(WEST).get(0).at("/Status/Code").asText()).isEqualTo("active");
    assertThat(networks.routes(EAST)).hasSize(2);
  }

  @Test
  void aZoneMoreGetsRoutes() throws Exception {
    Map<String, Object> way = way(made(WEST, "10.40.0.0/16"), made(EAST, "10.133.0.0/16"));
    succeeded(function.request("Create", way));
    function.call(
        "cloudformation",
        "update_stack",
        EAST,
        Map.of("StackName", "shop-us-east-1", "TemplateBody", template("10.133.0.0/16", 3)));

    succeeded(function.update(way, way));

    assertThat(networks.routes(EAST)).hasSize(3);
    assertThat(networks.routes(EAST).keySet()).isEqualTo(tablesOfNodes(EAST));
    assertThat(networks.routes(WEST)).hasSize(2);
  }

  @Test
  @Tag("long")
  void aNetworkThatWasReplacedIsConnectedAnew() throws Exception {
    Map<String, Object> west = made(WEST, "10.40.0.0/16");
    Map<String, Object> before = way(west, made(EAST, "10.133.0.0/16"));
    succeeded(function.request("Create", before));
    String old = networks.connections(WEST).get(0).get("VpcPeeringConnectionId").asText();
    destroy(EAST);
    Map<String, Object> after = way(west, made(EAST, "10.134.0.0/16"));

    Response response = function.update(after, before);

    succeeded(response);
    assertThat(response.id()).isEqualTo("shop eu-west-1 us-east-1");
    assertThat(networks.connections(WEST))
        .extracting(one -> one.get("VpcPeeringConnectionId").asText())
        .singleElement()
        .isNotEqualTo(old);
    assertThat(networks.routes(WEST).values()).hasSize(2).containsOnly(Set.of("10.134.0.0/16"));
    assertThat(networks.routes(EAST).values()).hasSize(2).containsOnly(Set.of("10.40.0.0/16"));
  }

  @Test
  @Tag("long")
  void eachOfThreeRegionsIsConnectedWithEachOther() throws Exception {
    Map<String, Object> west = made(WEST, "10.40.0.0/16");
    Map<String, Object> east = made(EAST, "10.133.0.0/16");
    Map<String, Object> sydney = made(SYDNEY, "10.109.0.0/16");
    succeeded(function.request("Create", way(west, east)));
    succeeded(function.request("Create", way(sydney, west)));
    succeeded(function.request("Create", way(sydney, east)));
    for (String region : List.of(WEST, EAST, SYDNEY)) {
      assertThat(networks.connections(region)).hasSize(2);
      assertThat(networks.routes(region).values()).hasSize(2).allMatch(to -> to.size() == 2);
    }

    succeeded(function.request("Delete", way(sydney, east)));

    assertThat(networks.routes(EAST).values()).containsOnly(Set.of("10.40.0.0/16"));
    assertThat(networks.routes(SYDNEY).values()).containsOnly(Set.of("10.40.0.0/16"));
    assertThat(networks.connections(WEST)).hasSize(2);
  }

  @Test
  void deletingTakesRoutesAndConnectionAwayAndMayBeRepeated() throws Exception {
    Map<String, Object> way = way(made(WEST, "10.40.0.0/16"), made(EAST, "10.133.0.0/16"));
    succeeded(function.request("Create", way));

    for (int i = 0; i < 2; i++) {
      succeeded(function.request("Delete", way));
      assertThat(networks.connections(WEST)).isEmpty();
      assertThat(networks.routes(WEST)).isEmpty();
      assertThat(networks.routes(EAST)).isEmpty();
    }
  }

  @Test
  @Tag("long")
  void aRegionThatWasDestroyedBeforeIsNoHindrance() throws Exception {
    Map<String, Object> way = way(made(WEST, "10.40.0.0/16"), made(EAST, "10.133.0.0/16"));
    succeeded(function.request("Create", way));
    destroy(EAST);

    succeeded(function.request("Delete", way));

    assertThat(networks.connections(WEST)).isEmpty();
    assertThat(networks.routes(WEST)).isEmpty();
  }

  @Test
  void theDeletionOfWhatWasNeverMadeSucceeds() {
    succeeded(
        function.request(
            "Delete",
            way(
                Map.of("Region", WEST, "Stack", "shop-eu-west-1", "Addresses", "10.40.0.0/16"),
                Map.of("Region", EAST, "Stack", "shop-us-east-1", "Addresses", "10.41.0.0/16"))));
  }

  // ---- networks that are there

  @Test
  @Tag("long")
  void ofANetworkOfYoursOnlyTheNamedRouteTablesGetRoutes() throws Exception {
    Map<String, Object> west = made(WEST, "10.40.0.0/16");
    Map<String, Object> east = networks.given(EAST, "10.8.0.0/16", 3);
    List<?> tables = (List<?>) east.get("RouteTables");
    Map<String, Object> first = way(west, with(east, "RouteTables", tables.subList(0, 2)));
    Response created = function.request("Create", first);
    succeeded(created);
    assertThat(created.id()).isEqualTo("shop eu-west-1 us-east-1/" + east.get("Vpc"));
    assertThat(networks.routes(EAST)).hasSize(2).doesNotContainKey((String) tables.get(2));
    // Names of the made network are resolved, those of the other one are not.
    assertThat(created.calls()).doesNotContain("ec2:ModifyVpcPeeringConnectionOptions");

    Map<String, Object> second = way(west, with(east, "RouteTables", tables.subList(1, 3)));
    succeeded(function.update(second, first));
    assertThat(networks.routes(EAST)).hasSize(2).doesNotContainKey((String) tables.get(0));

    Map<String, Object> none = way(west, with(east, "RouteTables", List.of()));
    succeeded(function.update(none, second));
    assertThat(networks.routes(EAST)).isEmpty();
    assertThat(networks.routes(WEST)).hasSize(2);
  }

  @Test
  @Tag("long")
  void addressesThatTheFileCorrectsChangeTheRoutesOfTheOtherSide() throws Exception {
    Map<String, Object> west = made(WEST, "10.40.0.0/16");
    Map<String, Object> east = networks.given(EAST, "10.8.0.0/16", 1);
    Map<String, Object> narrow = way(west, with(east, "Addresses", "10.8.16.0/20"));
    succeeded(function.request("Create", narrow));
    assertThat(networks.routes(WEST).values()).containsOnly(Set.of("10.8.16.0/20"));

    succeeded(function.update(way(west, east), narrow));

    assertThat(networks.routes(WEST).values()).containsOnly(Set.of("10.8.0.0/16"));
  }

  @Test
  @Tag("long")
  void routesOfYoursOverTheConnectionStayUntilItGoes() throws Exception {
    Map<String, Object> west = made(WEST, "10.40.0.0/16");
    Map<String, Object> east = networks.given(EAST, "10.8.0.0/16", 1);
    Map<String, Object> way = way(west, with(east, "RouteTables", List.of()));
    String peering = function.request("Create", way).answer().at("/Data/Peering").asText();
    String mine = (String) ((List<?>) east.get("RouteTables")).get(0);
    function.call(
        "ec2",
        "create_route",
        EAST,
        Map.of(
            "RouteTableId",
            mine,
            "DestinationCidrBlock",
            "10.40.0.0/20",
            "VpcPeeringConnectionId",
            peering));

    succeeded(function.update(way, way));
    assertThat(networks.routes(EAST)).containsEntry(mine, Set.of("10.40.0.0/20"));

    succeeded(function.request("Delete", way));
    assertThat(networks.routes(EAST)).isEmpty();
  }

  // ---- what goes wrong

  @Test
  @Tag("long")
  void aConnectionThatPeopleHaveMadeIsNamedAndCanBeHandedOver() throws Exception {
    Map<String, Object> west = networks.given(WEST, "10.9.0.0/16", 1);
    Map<String, Object> east = networks.given(EAST, "10.8.0.0/16", 1);
    String peering =
        function
            .call(
                "ec2",
                "create_vpc_peering_connection",
                EAST,
                Map.of("VpcId", east.get("Vpc"), "PeerVpcId", west.get("Vpc"), "PeerRegion", WEST))
            .at("/VpcPeeringConnection/VpcPeeringConnectionId")
            .asText();

    assertThat(failed(function.request("Create", way(west, east))))
        .contains(west.get("Vpc") + " (eu-west-1) and " + east.get("Vpc") + " (us-east-1)")
        .contains(peering + " already, which this deployment has not made")
        .contains("the tag heimdall:fleet=shop");

    function.call(
        "ec2",
        "create_tags",
        EAST,
        Map.of(
            "Resources",
            List.of(peering),
            "Tags",
            List.of(Map.of("Key", "heimdall:fleet", "Value", "shop"))));
    Response handedOver = function.request("Create", way(west, east));
    succeeded(handedOver);
    assertThat(handedOver.answer().at("/Data/Peering").asText()).isEqualTo(peering);
    succeeded(function.request("Delete", way(west, east)));
    assertThat(networks.connections(WEST)).isEmpty();
  }

  @Test
  void aRouteThatLeadsElsewhereIsNotTaken() throws Exception {
    Map<String, Object> west = networks.given(WEST, "10.9.0.0/16", 1);
    Map<String, Object> east = networks.given(EAST, "10.8.0.0/16", 1);
    String gateway =
        function
            .call("ec2", "create_transit_gateway", WEST, Map.of())
            .at("/TransitGateway/TransitGatewayId")
            .asText();
    String table = (String) ((List<?>) west.get("RouteTables")).get(0);
    function.call(
        "ec2",
        "create_route",
        WEST,
        Map.of(
            "RouteTableId",
            table,
            "DestinationCidrBlock",
            "10.8.0.0/16",
            "TransitGatewayId",
            gateway));

    assertThat(failed(function.request("Create", way(west, east))))
        .isEqualTo(
            "eu-west-1: the route table %s leads 10.8.0.0/16 to %s already: take that route away"
                .formatted(table, gateway));
  }

  @Test
  @Tag("long")
  void whatDoesNotExistIsNamed() throws Exception {
    Map<String, Object> west = made(WEST, "10.40.0.0/16");
    Map<String, Object> east = networks.given(EAST, "10.8.0.0/16", 1);
    Map<String, Object> nowhere =
        Map.of("Region", EAST, "Stack", "shop-us-east-1", "Addresses", "10.41.0.0/16");
    assertThat(failed(function.request("Create", way(west, nowhere))))
        .isEqualTo("us-east-1: there is no stack shop-us-east-1: deploy it first");
    assertThat(failed(function.request("Create", way(west, with(east, "Vpc", "vpc-0a1b2c3d")))))
        .isEqualTo("us-east-1: there is no network vpc-0a1b2c3d");
    assertThat(
            failed(function.request("Create", way(west, with(east, "Addresses", "10.7.0.0/16")))))
        .isEqualTo(
            ("us-east-1: the addresses in the file are 10.7.0.0/16, and %s has 10.8.0.0/16: name"
                    + " one of these")
                .formatted(east.get("Vpc")));
    assertThat(
            failed(
                function.request(
                    "Create", way(west, with(east, "RouteTables", List.of("rtb-0a1b2c3d"))))))
        .startsWith("us-east-1: ec2:DescribeRouteTables failed: InvalidRouteTableID.NotFound");
  }

  @Test
  @Tag("long")
  void aStackOfAnEarlierReleaseIsToBeDeployedFirst() throws Exception {
    function.call(
        "cloudformation",
        "create_stack",
        EAST,
        Map.of(
            "StackName",
            "shop-us-east-1",
            "TemplateBody",
            "{\"Resources\": {\"Q\": {\"Type\": \"AWS::SQS::Queue\"}}}"));
    assertThat(
            failed(
                function.request(
                    "Create",
                    way(
                        made(WEST, "10.40.0.0/16"),
                        Map.of(
                            "Region",
                            EAST,
                            "Stack",
                            "shop-us-east-1",
                            "Addresses",
                            "10.1.0.0/16")))))
        .startsWith("us-east-1: the stack shop-us-east-1 has no output NetworkRouteTables");
  }

  /** EC2 finds out about some things only behind the request, such as addresses that overlap. */
  @Test
  @Tag("long")
  void whyAConnectionFailedIsPassedOn() throws Exception {
    Map<String, Object> way = way(made(WEST, "10.40.0.0/16"), made(EAST, "10.133.0.0/16"));
    function.refuse("ec2:AcceptVpcPeeringConnection", "InternalFailure", "later");
    failed(function.request("Create", way));
    String peering = networks.connections(WEST).get(0).get("VpcPeeringConnectionId").asText();
    function.open();
    function.answer(
        "ec2:AcceptVpcPeeringConnection",
        "<AcceptVpcPeeringConnectionResponse><requestId>r</requestId>"
            + "</AcceptVpcPeeringConnectionResponse>",
        1);
    function.call(
        "ec2", "reject_vpc_peering_connection", EAST, Map.of("VpcPeeringConnectionId", peering));

    // One that was rejected is none any more, and another one is made; it stays unaccepted.
    Response response = function.request("Create", way, Map.of(), 18);

    assertThat(failed(response))
        .startsWith("The time limit of 18 s ended during: the peering connection pcx-")
        .contains("is not active in us-east-1. Deploy again.");
    assertThat(networks.connections(WEST))
        .filteredOn(one -> one.at("/Status/Code").asText().equals("pending-acceptance"))
        .hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "cloudformation:DescribeStacks, AccessDenied",
    "ec2:DescribeVpcs, UnauthorizedOperation",
    "ec2:DescribeVpcAttribute, UnauthorizedOperation",
    "ec2:DescribeVpcPeeringConnections, UnauthorizedOperation",
    "ec2:DescribeRouteTables, UnauthorizedOperation",
    "ec2:CreateVpcPeeringConnection, UnauthorizedOperation",
    "ec2:CreateTags, UnauthorizedOperation",
    "ec2:AcceptVpcPeeringConnection, UnauthorizedOperation",
    "ec2:ModifyVpcPeeringConnectionOptions, UnauthorizedOperation",
    "ec2:CreateRoute, UnauthorizedOperation"
  })
  void aMissingPermissionIsNamedWithItsRegion(String action, String code) throws Exception {
    Map<String, Object> way = way(made(WEST, "10.40.0.0/16"), made(EAST, "10.133.0.0/16"));
    function.refuse(action, code, "You are not authorized to perform this operation. x".repeat(99));

    assertThat(failed(function.request("Create", way)))
        .matches(
            "(eu-west-1|us-east-1): the permission %s is missing, or a policy of the organization"
                    .formatted(action)
                + " denies it \\(%s\\)".formatted(code));
  }

  @ParameterizedTest
  @Tag("long")
  @CsvSource({"ec2:DeleteRoute", "ec2:DeleteVpcPeeringConnection"})
  void aDeletionThatMayNotBeIsNoSuccess(String action) throws Exception {
    Map<String, Object> way = way(made(WEST, "10.40.0.0/16"), made(EAST, "10.133.0.0/16"));
    succeeded(function.request("Create", way));
    function.refuse(action, "UnauthorizedOperation", "no");
    assertThat(failed(function.request("Delete", way))).contains("the permission " + action);
    function.open();
    succeeded(function.request("Delete", way));
    assertThat(networks.connections(WEST)).isEmpty();
  }

  /** What a role may do is known everywhere some seconds after it was made. */
  @Test
  void aRoleThatIsNewIsTriedAgain() throws Exception {
    Map<String, Object> way = way(made(WEST, "10.40.0.0/16"), made(EAST, "10.133.0.0/16"));
    function.refuse("ec2:CreateVpcPeeringConnection", "UnauthorizedOperation", "not yet", 3);
    succeeded(function.request("Create", way));
  }

  @Test
  @Tag("long")
  void throttlingIsWaitedFor() throws Exception {
    Map<String, Object> way = way(made(WEST, "10.40.0.0/16"), made(EAST, "10.133.0.0/16"));
    function.refuse("ec2:CreateRoute", "RequestLimitExceeded", "Request limit exceeded.", 2);
    succeeded(function.request("Create", way));
    assertThat(networks.routes(WEST)).hasSize(2);
  }

  @Test
  @Tag("long")
  void cloudFormationHearsInTimeWhenARegionDoesNotAnswer() throws Exception {
    Map<String, Object> way = way(made(WEST, "10.40.0.0/16"), made(EAST, "10.133.0.0/16"));
    function.keepWaiting("ec2:CreateRoute");
    long begin = System.nanoTime();

    Response response = function.request("Create", way, Map.of(), 18);

    assertThat(failed(response))
        .isEqualTo(
            "The time limit of 18 s ended during: ec2:CreateRoute in eu-west-1. Deploy again.");
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(100));
    assertThat(response.id()).isEqualTo("shop eu-west-1 us-east-1");
  }

  @Test
  @Tag("long")
  void aResponseThatIsNotTakenIsSentAgain() throws Exception {
    function.unanswered(500, 503);
    succeeded(
        function.request("Create", way(made(WEST, "10.40.0.0/16"), made(EAST, "10.133.0.0/16"))));
  }

  @Test
  @Tag("long")
  void aRequestWithoutWhatItNeedsFailsWithAResponse() {
    Response response = function.request("Create", Map.of("Fleet", "shop"));
    assertThat(failed(response)).isEqualTo("KeyError: 'One'");
    assertThat(response.id()).isEqualTo("Way");
  }

  /** As EC2 has it when a network went: the route is there, and the emulator does not know that. */
  private static Response routeThatLeadsNowhere(Map<String, Object> way) {
    String table = tablesOfNodes(WEST).iterator().next();
    function.answer(
        "ec2:DescribeRouteTables",
        """
        <DescribeRouteTablesResponse><requestId>r</requestId><routeTableSet><item>
          <routeTableId>%s</routeTableId><routeSet><item>
            <destinationCidrBlock>10.133.0.0/16</destinationCidrBlock>
            <vpcPeeringConnectionId>pcx-0a1b2c3d</vpcPeeringConnectionId>
            <state>blackhole</state></item></routeSet></item></routeTableSet>
        </DescribeRouteTablesResponse>
        """
            .formatted(table),
        1);
    return function.update(way, way);
  }

  @Test
  @Tag("long")
  void aRouteThatLeadsNowhereIsTaken() throws Exception {
    Map<String, Object> way = way(made(WEST, "10.40.0.0/16"), made(EAST, "10.133.0.0/16"));
    succeeded(function.request("Create", way));

    Response response = routeThatLeadsNowhere(way);

    succeeded(response);
    assertThat(response.calls()).contains("ec2:ReplaceRoute");
    assertThat(networks.routes(WEST).values()).hasSize(2).containsOnly(Set.of("10.133.0.0/16"));
  }

  /** The role allows what is called, and nothing else. */
  @Test
  void everythingThatIsAllowedIsCalled() throws Exception {
    Set<String> calls = new TreeSet<>();
    Map<String, Object> west = made(WEST, "10.40.0.0/16");
    Map<String, Object> before = way(west, made(EAST, "10.133.0.0/16"));
    calls.addAll(function.request("Create", before).calls());
    calls.addAll(routeThatLeadsNowhere(before).calls());
    calls.addAll(function.request("Delete", before).calls());
    Set<String> allowed = new TreeSet<>();
    JSON.readTree(Path.of("..", "templates", "iam", "peering.json").toFile())
        .get("Statement")
        .forEach(
            statement -> statement.get("Action").forEach(action -> allowed.add(action.asText())));
    allowed.removeIf(action -> action.startsWith("logs:"));
    assertThat(calls).isEqualTo(allowed);
  }
}
