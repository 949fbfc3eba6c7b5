package dev.heimdall.test.aws;

import static dev.heimdall.test.aws.EmulatedDeployment.stack;
import static dev.heimdall.test.aws.EmulatedDeployment.texts;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.test.fixture.AwsEmulator;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Networks that the CDK command connects and parts, against the emulator. */
class CdkNetworksIT {
  private static final String WEST = "eu-west-1";
  private static final String EAST = "us-east-1";
  private static final String NODES_WEST = "10.40.0.0/16";
  private static final String NODES_EAST = "10.133.0.0/16";
  private static final String DATABASES = "10.8.0.0/16";

  @TempDir private Path folder;

  private EmulatedDeployment deployed;
  private CustomResource calls;
  private EmulatedNetworks networks;
  private ObjectNode west;
  private ObjectNode east;

  @BeforeEach
  void begin() throws Exception {
    deployed = new EmulatedDeployment(folder);
    calls = CustomResource.joining(AwsEmulator.shared(), "peering.py");
    networks = new EmulatedNetworks(calls);
    west = deployed.region(WEST);
    east = deployed.region(EAST);
    west.withObject("/fleet").put("protect", false);
    east.withObject("/fleet").put("protect", false);
  }

  @AfterEach
  void end() {
    calls.close();
  }

  private void deploy(String join) throws Exception {
    deployed.save(deployed.deployment(west, east).put("join", join));
    deployed.deploy();
  }

  /** A security group of databases, in their network. */
  private String group(String vpc) {
    return calls
        .call(
            "ec2",
            "create_security_group",
            WEST,
            Map.of("GroupName", "databases", "Description", "databases", "VpcId", vpc))
        .get("GroupId")
        .asText();
  }

  /** The networks that a group lets in; that of the nodes is let in by their group. */
  private Set<String> letIn(String group) {
    Set<String> networks = new TreeSet<>();
    calls
        .call("ec2", "describe_security_groups", WEST, Map.of("GroupIds", List.of(group)))
        .at("/SecurityGroups/0/IpPermissions")
        .forEach(
            rule -> {
              rule.get("IpRanges").forEach(range -> networks.add(range.get("CidrIp").asText()));
              rule.get("UserIdGroupPairs").forEach(pair -> networks.add("nodes"));
            });
    return networks;
  }

  /** Where connections lead from a region's route tables. */
  private Set<String> destinations(String region) {
    Set<String> all = new TreeSet<>();
    networks.routes(region).values().forEach(all::addAll);
    return all;
  }

  private static void put(ObjectNode region, JsonNode network) {
    region.withObject("/network").withArray("peered").add(network);
  }

  /** Databases are in a network that is there, nodes of both regions in networks that are made. */
  @Test
  @Tag("long")
  void networksAreConnectedAndPartedByChangesOfTheFile() throws Exception {
    Map<String, Object> given = networks.given(WEST, DATABASES, 1);
    String vpc = (String) given.get("Vpc");
    String group = group(vpc);
    west.withArray("databases").addObject().put("cluster", "shop").put("securityGroup", group);
    ObjectNode peered = west.objectNode().put("vpc", vpc).put("addresses", DATABASES);
    ((List<?>) given.get("RouteTables"))
        .forEach(table -> peered.withArray("routeTables").add((String) table));
    put(west, peered);
    deployed.save(deployed.deployment(west, east).put("join", "peering"));
    deployed.bootstrap();

    deployed.deploy();
    assertThat(deployed.standing(EAST).at("/" + stack(EAST) + "-joined/status").asText())
        .isEqualTo("CREATE_COMPLETE");
    assertThat(networks.connections(WEST))
        .as("of the nodes with the databases and the other nodes, and of these with the databases")
        .hasSize(3);
    assertThat(networks.connections(EAST)).hasSize(2);
    assertThat(destinations(WEST)).containsExactlyInAnyOrder(NODES_WEST, NODES_EAST, DATABASES);
    assertThat(destinations(EAST)).containsExactlyInAnyOrder(NODES_WEST, DATABASES);
    assertThat(letIn(group)).containsExactlyInAnyOrder("nodes", NODES_EAST);

    // The databases have moved into the nodes' network, say.
    west.withObject("/network").remove("peered");
    deploy("peering");
    assertThat(networks.connections(WEST)).hasSize(1);
    assertThat(destinations(WEST)).containsExactly(NODES_EAST);
    assertThat(destinations(EAST)).containsExactly(NODES_WEST);

    put(west, peered);
    deploy("peering");
    assertThat(networks.connections(WEST)).hasSize(3);
    assertThat(destinations(WEST)).containsExactlyInAnyOrder(NODES_WEST, NODES_EAST, DATABASES);

    protectedRegionsStayAndTheirWaysComeBack();

    deployed.destroy();
    assertThat(deployed.standing(WEST)).isEmpty();
    assertThat(deployed.standing(EAST)).isEmpty();
    assertThat(networks.connections(WEST)).isEmpty();
    assertThat(destinations(WEST)).isEmpty();
    assertThat(letIn(group)).isEmpty();
  }

  private void protectedRegionsStayAndTheirWaysComeBack() throws Exception {
    protect(true);
    assertThat(deployed.destroyIsRefused())
        .contains("] cannot be deleted while TerminationProtection is enabled");
    assertThat(deployed.standing(WEST).has(stack(WEST))).isTrue();
    assertThat(deployed.standing(EAST).has(stack(EAST))).isTrue();
    assertThat(networks.connections(EAST)).as("ways go first").isEmpty();

    protect(false);
    assertThat(networks.connections(EAST)).hasSize(2);
    assertThat(destinations(WEST)).containsExactlyInAnyOrder(NODES_WEST, NODES_EAST, DATABASES);
  }

  private void protect(boolean on) throws Exception {
    west.withObject("/fleet").put("protect", on);
    east.withObject("/fleet").put("protect", on);
    deploy("peering");
  }

  /** What connects them is people's: the deployment opens what is behind it. */
  @Test
  @Tag("long")
  void withWaysOfPeopleTheOtherRegionIsLetInAndNothingIsConnected() throws Exception {
    deployed.save(deployed.deployment(west, east));
    deployed.bootstrap();
    deployed.deploy();
    JsonNode apart = deployed.made(WEST);
    assertThat(texts(apart.get("sources"))).doesNotContain(NODES_EAST);

    deploy("existing");
    assertThat(texts(deployed.made(WEST).get("sources"))).contains(NODES_EAST);
    assertThat(texts(deployed.made(EAST).get("sources"))).contains(NODES_WEST);
    assertThat(networks.connections(WEST)).isEmpty();
    assertThat(deployed.standing(EAST)).hasSize(1);

    deploy("none");
    assertThat(texts(deployed.made(WEST).get("sources"))).isEqualTo(texts(apart.get("sources")));
  }
}
