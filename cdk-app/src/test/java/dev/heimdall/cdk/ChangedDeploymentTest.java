package dev.heimdall.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each ordinary change of a deployment, and its way back, is taken by CloudFormation, as {@link
 * ChangeJudge} has its rules.
 */
@Tag("ci")
class ChangedDeploymentTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What nothing ordinary may replace: clients and data would notice. */
  static final Set<String> STAYS =
      Set.of(
          "AWS::ElasticLoadBalancingV2::LoadBalancer",
          "AWS::AutoScaling::AutoScalingGroup",
          "AWS::EC2::VPC",
          "AWS::EC2::Subnet",
          "AWS::S3::Bucket",
          "AWS::KMS::Key",
          "AWS::EFS::FileSystem",
          "AWS::SecretsManager::Secret",
          "AWS::ElastiCache::ReplicationGroup",
          "AWS::Lambda::Function",
          // What people have let in elsewhere names them.
          "AWS::EC2::SecurityGroup");

  @TempDir private static Path work;

  private static ChangeJudge judge;
  private static Map<String, JsonNode> before;

  /** Templates by the text of what was deployed: several changes lead to the same. */
  private static final Map<String, Map<String, JsonNode>> MADE = new HashMap<>();

  /**
   * An ordinary change of the sample with two regions.
   *
   * @param place the part of a region that has another value for a setting; empty where more is
   *     changed
   * @param setting the setting of it; empty where something is taken away, with what others set
   */
  record Change(
      String name, Optional<String> place, Optional<String> setting, Consumer<ObjectNode> edit) {
    Change and(Change other) {
      return new Change(
          name + ", " + other.name, Optional.empty(), Optional.empty(), edit.andThen(other.edit));
    }

    /** True if both are seen when they are made together. */
    boolean goesWith(Change other) {
      return !place.equals(other.place)
          || setting.isPresent() && other.setting.isPresent() && !setting.equals(other.setting);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  @BeforeAll
  static void make() throws Exception {
    judge = new ChangeJudge();
    before = stacks(deployment -> {});
  }

  /** The templates of the sample as it is edited. */
  private static Map<String, JsonNode> stacks(Consumer<ObjectNode> edit) throws Exception {
    ObjectNode deployment =
        (ObjectNode) JSON.readTree(Path.of("samples", "two-regions.json").toFile());
    edit.accept(deployment);
    String text = deployment.toString();
    Map<String, JsonNode> templates = MADE.get(text);
    if (templates == null) {
      Path there = Files.createDirectories(work.resolve(Integer.toString(MADE.size())));
      templates = Assembly.of(text, there).templates();
      MADE.put(text, templates);
    }
    return templates;
  }

  private static Change change(String name, Consumer<ObjectNode> edit) {
    return new Change(name, Optional.empty(), Optional.empty(), edit);
  }

  /** A change of the first region, which has a network of its own, or of the second. */
  private static Change change(int region, String name, Consumer<ObjectNode> edit) {
    return change(
        name, deployment -> edit.accept((ObjectNode) deployment.get("regions").get(region)));
  }

  private static Change set(int region, String part, String setting, Object value) {
    Change change =
        change(
            region,
            part + "." + setting + " = " + JSON.valueToTree(value) + " in region " + region,
            at -> at.withObject("/" + part).set(setting, JSON.valueToTree(value)));
    return new Change(
        change.name(),
        Optional.of(region + part),
        value.equals(false) ? Optional.empty() : Optional.of(setting),
        change.edit());
  }

  static Stream<Change> changes() {
    return Stream.of(
        set(0, "fleet", "ports", new int[] {5432, 5433, 5434}),
        set(0, "fleet", "ports", new int[] {5434, 5432, 5433}),
        set(0, "fleet", "ports", new int[] {5432}),
        set(0, "fleet", "ports", new int[] {5433}),
        set(0, "fleet", "ports", new int[] {6432, 5433}),
        set(0, "fleet", "clients", new String[] {"10.1.0.0/16"}),
        set(0, "fleet", "clients", new String[] {"10.2.0.0/16", "10.1.0.0/16", "10.0.0.0/16"}),
        set(0, "fleet", "instanceType", "m7g.large"),
        set(0, "fleet", "fewest", 0),
        set(0, "fleet", "most", 12),
        set(0, "fleet", "httpPort", 5060),
        set(0, "fleet", "protect", false),
        set(0, "facts", "database", "orders.example"),
        set(1, "facts", "subnets", new String[] {"10.8.0.0/24"}),
        set(1, "fleet", "architecture", "arm64"),
        set(0, "network", "zones", 2),
        set(0, "network", "zones", 4),
        set(0, "network", "natGateways", 2),
        set(
            0,
            "network",
            "routes",
            List.of(
                Map.of("to", "10.18.0.0/16", "by", "pcx-0a1b2c3d"),
                Map.of("to", "10.19.0.0/16", "by", "tgw-0a1b2c3d"))),
        change(
            0,
            "a NAT gateway in place of endpoints",
            at -> at.withObject("/network").put("endpoints", false).put("natGateways", 1)),
        set(
            1,
            "network",
            "subnets",
            new String[] {"subnet-0a1b2c3d", "subnet-0b1c2d3e", "subnet-0c1d2e3f"}),
        set(0, "observability", "enabled", false),
        set(0, "observability", "vdbs", new String[] {"orders", "stock"}),
        set(0, "cache", "enabled", false),
        set(0, "cache", "nodeType", "cache.r7g.large"),
        set(0, "cache", "replicas", 0),
        set(1, "cache", "shards", 3),
        set(0, "configSync", "enabled", false),
        set(0, "configSync", "every", "3m"),
        set(0, "manager", "enabled", false),
        set(0, "manager", "clients", new String[] {"10.1.8.0/24"}),
        set(1, "manager", "size", 1),
        set(1, "manager", "enabled", false),
        set(0, "manager", "port", 8088),
        change(
            1,
            "a manager without certificate",
            at -> at.withObject("/manager").remove("certificate")),
        set(
            0,
            "manager",
            "certificate",
            "arn:aws:acm:eu-west-1:123456789012:certificate/0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f"),
        set(0, "fleet", "imageParameter", "/our/ami"),
        set(
            0,
            "fleet",
            "managedPolicies",
            new String[] {"arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"}),
        set(0, "fleet", "clientZones", "own-zone"),
        change(
            0,
            "a database's security group",
            at -> ((ObjectNode) at.get("databases").get(0)).put("securityGroup", "sg-0a1b2c3d")),
        set(0, "observability", "keepLogs", 90),
        set(0, "instances", "logs", false),
        set(0, "instances", "keepLogs", 90),
        set(0, "instances", "sessionManager", true),
        set(0, "instances", "keepFailed", true),
        set(1, "instances", "sessionManager", true),
        set(
            0,
            "instances",
            "logsKey",
            "arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f"),
        change(
            0, "alarms that nobody hears", at -> at.withObject("/observability").remove("topic")),
        set(1, "documents", "place", "bucket"),
        set(1, "fleet", "ports", new int[] {5432, 5433}),
        set(1, "cache", "shards", 1),
        set(0, "cache", "shards", 2),
        set(0, "cache", "engine", "redis"),
        set(1, "cache", "engine", "valkey"),
        set(0, "documents", "fileSystem", false),
        set(
            0,
            "network",
            "peered",
            List.of(
                Map.of(
                    "vpc",
                    "vpc-0c1d2e3f",
                    "addresses",
                    "10.9.0.0/16",
                    "routeTables",
                    List.of("rtb-0c1d2e3f")))),
        set(
            1,
            "network",
            "peered",
            List.of(
                Map.of("vpc", "vpc-0e1f2a3b", "addresses", "10.11.0.0/16"),
                Map.of("vpc", "vpc-0d1e2f3a", "addresses", "10.10.0.0/16"))),
        change("a third region", ChangedDeploymentTest::thirdRegion),
        change("networks that are not joined", deployment -> deployment.put("join", "none")),
        change("ways of one's own", deployment -> deployment.put("join", "existing")),
        change(
            1,
            "another route table of the other region",
            at ->
                at.withObject("/network")
                    .putArray("routeTables")
                    .add("rtb-0a1b2c3d")
                    .add("rtb-0b1c2d3e")),
        change("one region less", deployment -> ((ArrayNode) deployment.get("regions")).remove(1)),
        change(
            "no latency records",
            deployment -> deployment.withObject("/routing").put("enabled", false)),
        change(
            "another zone",
            deployment -> deployment.withObject("/routing").put("zoneId", "Z9876543210XYZ")),
        change(
            "a zone that the first region makes",
            deployment -> deployment.withObject("/routing").remove("zoneId")));
  }

  private static void thirdRegion(ObjectNode deployment) {
    try {
      ((ArrayNode) deployment.get("regions"))
          .add(
              JSON.readTree(
                  """
                  {"region": "ap-southeast-2", "account": "123456789012",
                   "network": {"addresses": "10.60.0.0/16"},
                   "fleet": {"ports": [5432], "clients": ["10.60.0.0/16"]}}
                  """));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** All of them, with those put together of which none takes away what another one is seen by. */
  static List<Change> together() {
    List<Change> all = new ArrayList<>();
    List<List<Change>> groups = new ArrayList<>();
    for (Change change : changes().toList()) {
      if (change.place().isEmpty()) {
        all.add(change);
        continue;
      }
      List<Change> group =
          groups.stream()
              .filter(one -> one.stream().allMatch(change::goesWith))
              .findFirst()
              .orElse(null);
      if (group == null) {
        group = new ArrayList<>();
        groups.add(group);
      }
      group.add(change);
    }
    groups.forEach(group -> all.add(group.stream().reduce(Change::and).orElseThrow()));
    return all;
  }

  @ParameterizedTest
  @MethodSource("together")
  void isTakenThereAndBack(Change change) throws Exception {
    thereAndBack(change);
  }

  @ParameterizedTest
  @MethodSource("changes")
  @Tag("long")
  void isTakenThereAndBackAlone(Change change) throws Exception {
    thereAndBack(change);
  }

  private static void thereAndBack(Change change) throws Exception {
    Map<String, JsonNode> after = stacks(change.edit());
    assertThat(after.equals(before)).as("nothing has changed").isFalse();

    ChangeJudge.Verdict there = judge.judge(before, after, Set.of());
    assertThat(there.refused()).as("there").isEmpty();
    assertThat(there.replaced()).as("there").doesNotContainAnyElementsOf(STAYS);
    ChangeJudge.Verdict back = judge.judge(after, before, judge.left(before, after));
    assertThat(back.refused()).as("back").isEmpty();
    assertThat(back.replaced()).as("back").doesNotContainAnyElementsOf(STAYS);
  }

  /** Destinations are unique in a table: none may be made while another has its own still. */
  @Test
  void routesMayChangePlacesAndWhatTheyGoThrough() throws Exception {
    Map<String, JsonNode> one = stacks(routes("10.18.0.0/16", "pcx-0a1b2c3d", "10.19.0.0/16"));
    Map<String, JsonNode> other = stacks(routes("10.19.0.0/16", "pcx-0b1b2c3d", "10.18.0.0/16"));
    ChangeJudge.Verdict verdict = judge.judge(one, other, Set.of());
    assertThat(verdict.refused()).isEmpty();
    assertThat(verdict.replaced()).isEmpty();
  }

  private static Consumer<ObjectNode> routes(String to, String by, String last) {
    return set(
            0,
            "network",
            "routes",
            List.of(Map.of("to", to, "by", by), Map.of("to", last, "by", "pcx-0c1b2c3d")))
        .edit();
  }

  /** Of networks that are made, none says what addresses it has. */
  private static void networksOfTheirOwn(ObjectNode deployment, String... names) {
    ArrayNode regions = (ArrayNode) deployment.get("regions");
    ObjectNode first = (ObjectNode) regions.get(0);
    first.withObject("/network").remove("addresses");
    regions.removeAll().add(first);
    for (String name : names) {
      thirdRegion(deployment);
      ObjectNode added = (ObjectNode) regions.get(regions.size() - 1);
      added.put("region", name).remove("network");
    }
  }

  /** Before the first region had addresses by default, they were those that it has now. */
  @Test
  void aRegionBetweenOthersReplacesNoNetworkAndHasAddressesOfItsOwn() throws Exception {
    Map<String, JsonNode> two = stacks(file -> networksOfTheirOwn(file, "us-east-1"));
    Map<String, JsonNode> three =
        stacks(file -> networksOfTheirOwn(file, "ap-southeast-2", "us-east-1"));
    ChangeJudge.Verdict there = judge.judge(two, three, Set.of());
    assertThat(there.refused()).isEmpty();
    assertThat(there.replaced()).doesNotContainAnyElementsOf(STAYS);
    ChangeJudge.Verdict back = judge.judge(three, two, judge.left(two, three));
    assertThat(back.refused()).isEmpty();
    assertThat(back.replaced()).doesNotContainAnyElementsOf(STAYS);
    assertThat(three.values())
        .extracting(
            stack ->
                stack
                    .get("Resources")
                    .valueStream()
                    .filter(one -> one.get("Type").asText().equals("AWS::EC2::VPC"))
                    .map(one -> one.at("/Properties/CidrBlock").asText())
                    .toList())
        .filteredOn(networks -> !networks.isEmpty())
        .containsExactlyInAnyOrder(
            List.of("10.40.0.0/16"), List.of("10.109.0.0/16"), List.of("10.133.0.0/16"));
    Map<String, JsonNode> one = stacks(file -> networksOfTheirOwn(file));
    assertThat(judge.judge(before, one, Set.of()).replaced()).doesNotContainAnyElementsOf(STAYS);
  }

  /** A server of the store cannot leave its subnet: the first two of the network have them. */
  @Test
  void theFirstSubnetsStayWithTheStore() throws Exception {
    Map<String, JsonNode> after =
        stacks(
            set(1, "network", "subnets", new String[] {"subnet-0c1d2e3f", "subnet-0b1c2d3e"})
                .edit());
    assertThat(judge.judge(before, after, Set.of()).refused())
        .containsExactly("orders-db-us-east-1: the store may be in \"subnet-0a1b2c3d\"");
  }

  /** It holds the configuration, so that it is kept, under its name. */
  @ParameterizedTest
  @ValueSource(strings = {"bucket", "file-system"})
  void theConfigurationThatWasKeptInASecretIsNamedOnTheWayBack(String place) throws Exception {
    Map<String, JsonNode> after = stacks(set(0, "documents", "place", place).edit());
    assertThat(judge.judge(before, after, Set.of()).refused()).isEmpty();
    Set<String> left = judge.left(before, after);
    assertThat(judge.judge(after, before, left).refused())
        .singleElement()
        .asString()
        .contains("was kept")
        .contains("orders-db/configuration");
    Map<String, JsonNode> named =
        stacks(set(0, "documents", "secret", "orders-db/configuration").edit());
    assertThat(judge.judge(after, named, left).refused()).isEmpty();
    assertThat(judge.judge(before, named, Set.of()).refused()).isEmpty();
  }

  /** Of a region that leaves the file the stack has to be destroyed, which the documents say. */
  @Test
  void aStackForEachRegionAndOneForItsWaysToOthersIsAllThereIs() throws Exception {
    assertThat(before)
        .containsOnlyKeys(
            "orders-db-eu-west-1", "orders-db-us-east-1", "orders-db-us-east-1-joined");
    Map<String, JsonNode> after =
        stacks(deployment -> ((ArrayNode) deployment.get("regions")).remove(1));
    assertThat(judge.judge(before, after, Set.of()).left())
        .containsExactly("orders-db-us-east-1", "orders-db-us-east-1-joined");
  }

  /** The ids of a stack's resources of a type. */
  private static Set<String> ids(Map<String, JsonNode> stacks, String stack, String type) {
    Set<String> ids = new TreeSet<>();
    stacks
        .get(stack)
        .get("Resources")
        .properties()
        .forEach(
            one -> {
              if (one.getValue().get("Type").asText().equals(type)) {
                ids.add(one.getKey());
              }
            });
    return ids;
  }

  private static Set<String> joiners(Map<String, JsonNode> stacks, String stack) {
    return ids(stacks, stack, "AWS::CloudFormation::CustomResource");
  }

  /** A pair of regions stays in its stack, whatever regions come and go, or in which order. */
  @Test
  void aPairOfRegionsNeverMovesToAnotherStack() throws Exception {
    Map<String, JsonNode> three = stacks(ChangedDeploymentTest::thirdRegion);
    String east = "orders-db-us-east-1-joined";
    assertThat(joiners(three, east)).hasSize(2).containsAll(joiners(before, east));
    assertThat(joiners(three, "orders-db-eu-west-1-joined")).hasSize(1);
    Map<String, JsonNode> turned =
        stacks(
            deployment -> {
              thirdRegion(deployment);
              ArrayNode regions = (ArrayNode) deployment.get("regions");
              regions.add(regions.remove(1));
            });
    for (String stack : List.of(east, "orders-db-eu-west-1-joined")) {
      assertThat(turned.get(stack)).isEqualTo(three.get(stack));
    }
  }

  /**
   * Of a network with another id the old way is deleted by the role that it was made with: that of
   * the new one may no longer touch it.
   */
  @Test
  void aWayToAnotherNetworkIsAnotherOneWithItsOwnRole() throws Exception {
    Map<String, JsonNode> moved =
        stacks(change(1, "", at -> at.withObject("/network").put("vpc", "vpc-0b1c2d3e")).edit());
    String east = "orders-db-us-east-1-joined";
    assertThat(joiners(moved, east)).hasSize(1).doesNotContainAnyElementsOf(joiners(before, east));
    assertThat(ids(moved, east, "AWS::IAM::Role"))
        .hasSize(1)
        .doesNotContainAnyElementsOf(ids(before, east, "AWS::IAM::Role"));
  }

  private static Set<String> associations(Map<String, JsonNode> stacks, String stack) {
    Set<String> found = new TreeSet<>(joiners(stacks, stack));
    found.removeIf(id -> !id.startsWith("ZoneAssociation"));
    return found;
  }

  /**
   * The association with another zone, or of another network, is another one: the role of the new
   * one may not touch what the old one has done, which goes with its own.
   */
  @Test
  void whatSeesAnotherZoneIsAssociatedByAnotherRole() throws Exception {
    String east = "orders-db-us-east-1";
    String west = "orders-db-eu-west-1";
    assertThat(associations(before, east)).hasSize(1);
    for (String stack : List.of(east, west)) {
      Map<String, JsonNode> zone =
          stacks(file -> file.withObject("/routing").put("zoneId", "Z9876543210XYZ"));
      assertThat(associations(zone, stack))
          .hasSize(1)
          .doesNotContainAnyElementsOf(associations(before, stack));
    }
    Map<String, JsonNode> network =
        stacks(change(1, "", at -> at.withObject("/network").put("vpc", "vpc-0b1c2d3e")).edit());
    assertThat(associations(network, east))
        .hasSize(1)
        .doesNotContainAnyElementsOf(associations(before, east));
    assertThat(associations(network, west)).isEqualTo(associations(before, west));
    Map<String, JsonNode> addresses = stacks(set(0, "network", "addresses", "10.44.0.0/16").edit());
    assertThat(associations(addresses, west))
        .hasSize(1)
        .doesNotContainAnyElementsOf(associations(before, west));
    Map<String, JsonNode> off = stacks(file -> file.withObject("/routing").put("enabled", false));
    assertThat(associations(off, east)).isEmpty();
  }

  /** The first region's zone stays what it is, whichever regions come and go behind it. */
  @Test
  void aRegionMoreSeesTheZoneThatTheFirstHasMade() throws Exception {
    Consumer<ObjectNode> noZone = file -> file.withObject("/routing").remove("zoneId");
    Map<String, JsonNode> one =
        stacks(noZone.andThen(file -> ((ArrayNode) file.get("regions")).remove(1)));
    Map<String, JsonNode> two = stacks(noZone);
    Map<String, JsonNode> three = stacks(noZone.andThen(ChangedDeploymentTest::thirdRegion));
    String zone = "AWS::Route53::HostedZone";
    for (List<Map<String, JsonNode>> change : List.of(List.of(one, two), List.of(two, three))) {
      ChangeJudge.Verdict there = judge.judge(change.get(0), change.get(1), Set.of());
      assertThat(there.refused()).isEmpty();
      assertThat(there.replaced()).doesNotContain(zone, "AWS::Route53::RecordSet");
      ChangeJudge.Verdict back =
          judge.judge(change.get(1), change.get(0), judge.left(change.get(0), change.get(1)));
      assertThat(back.refused()).isEmpty();
      assertThat(back.replaced()).doesNotContain(zone, "AWS::Route53::RecordSet");
    }
    assertThat(ids(three, "orders-db-eu-west-1", zone)).hasSize(1);
    assertThat(associations(three, "orders-db-eu-west-1")).isEmpty();
    assertThat(associations(three, "orders-db-us-east-1")).hasSize(1);
    assertThat(associations(three, "orders-db-ap-southeast-2")).hasSize(1);
  }

  /** The first region of an account makes the keys that the others have copies of. */
  @Test
  void aRegionThatBecomesTheFirstCannotMakeTheKeys() throws Exception {
    Map<String, JsonNode> moved =
        stacks(
            deployment -> {
              ArrayNode regions = (ArrayNode) deployment.get("regions");
              regions.add(regions.remove(0));
            });
    assertThat(judge.judge(before, moved, Set.of()).refused())
        .contains(
            "orders-db-us-east-1 makes orders-db/push-key of orders-db-us-east-1, which"
                + " orders-db-eu-west-1 has made",
            "orders-db-us-east-1 makes orders-db/fleet-key of orders-db-eu-west-1, which"
                + " orders-db-eu-west-1 has made");
    Map<String, JsonNode> less =
        stacks(deployment -> ((ArrayNode) deployment.get("regions")).remove(0));
    assertThat(judge.judge(before, less, Set.of()).refused()).isNotEmpty();
  }

  @Test
  void anotherReleaseReplacesNothingButInstances() throws Exception {
    Map<String, JsonNode> after = new TreeMap<>();
    before.forEach(
        (stack, template) -> {
          if (stack.endsWith("-joined")) {
            after.put(stack, template);
            return;
          }
          String asset = template.toString().replaceAll(".*\\\\nrelease='([0-9a-f]+)'.*", "$1");
          assertThat(asset).matches("[0-9a-f]{12}");
          after.put(stack, template(template.toString().replace(asset, "0123456789ab")));
        });
    assertThat(after.equals(before)).as("nothing has changed").isFalse();
    ChangeJudge.Verdict verdict = judge.judge(before, after, Set.of());
    assertThat(verdict.refused()).isEmpty();
    assertThat(verdict.replaced()).isEmpty();
  }

  private static JsonNode template(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
