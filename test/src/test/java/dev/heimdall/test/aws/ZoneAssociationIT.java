package dev.heimdall.test.aws;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heimdall.test.aws.CustomResource.Response;
import dev.heimdall.test.fixture.AwsEmulator;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The function that lets a region's network see a private zone, called as CloudFormation does. The
 * emulator has each change done at once, takes a network twice, and knows no other account: what
 * Route 53 says of these is said in its place.
 */
@Tag("ci")
class ZoneAssociationIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String EAST = "us-east-1";
  private static final String WEST = "eu-west-1";
  private static final String ASSOCIATE = "route53:AssociateVPCWithHostedZone";
  private static final String DISASSOCIATE = "route53:DisassociateVPCFromHostedZone";

  private static AwsEmulator aws;
  private static CustomResource function;

  @BeforeAll
  static void start() {
    aws = AwsEmulator.shared();
    function = CustomResource.joining(aws, "zone-association.py");
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

  private static String pending() {
    return """
        <GetChangeResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><ChangeInfo>
        <Id>/change/C0123456789</Id><Status>PENDING</Status>
        <SubmittedAt>2026-11-25T12:00:00Z</SubmittedAt></ChangeInfo></GetChangeResponse>
        """;
  }

  private static String network(String region, String addresses) {
    return function
        .call("ec2", "create_vpc", region, Map.of("CidrBlock", addresses))
        .at("/Vpc/VpcId")
        .asText();
  }

  /** A private zone, which a network of another region sees. */
  private static String zone() {
    return zone(
        Map.of(
            "Name",
            "db.example.com",
            "CallerReference",
            "once",
            "HostedZoneConfig",
            Map.of("PrivateZone", true),
            "VPC",
            Map.of("VPCRegion", WEST, "VPCId", network(WEST, "10.40.0.0/16"))));
  }

  private static String zone(Map<String, Object> with) {
    return function
        .call("route53", "create_hosted_zone", EAST, with)
        .at("/HostedZone/Id")
        .asText()
        .replace("/hostedzone/", "");
  }

  /** The networks that see a zone. */
  private static Set<String> seers(String zone) {
    Set<String> seers = new TreeSet<>();
    JsonNode found = function.call("route53", "get_hosted_zone", EAST, Map.of("Id", zone));
    found.get("VPCs").forEach(vpc -> seers.add(vpc.get("VPCId").asText()));
    return seers;
  }

  private static void associateByHand(String zone, String vpc) {
    function.call(
        "route53",
        "associate_vpc_with_hosted_zone",
        EAST,
        Map.of("HostedZoneId", zone, "VPC", Map.of("VPCRegion", EAST, "VPCId", vpc)));
  }

  private static Map<String, Object> asked(String zone, String vpc, String network) {
    return Map.of("Fleet", "shop", "Region", EAST, "Vpc", vpc, "Network", network, "Zone", zone);
  }

  private static Response succeeded(Response response) {
    assertThat(response.status()).as(response.reason()).isEqualTo("SUCCESS");
    return response;
  }

  private static String failed(Response response) {
    assertThat(response.status()).isEqualTo("FAILED");
    return response.reason();
  }

  // ---- made, found again, and taken away

  @ParameterizedTest
  @ValueSource(strings = {"made", "given"})
  void aNetworkSeesTheZoneUntilItsRegionIsDeleted(String network) {
    String zone = zone();
    String vpc = network(EAST, "10.133.0.0/16");
    Map<String, Object> asked = asked(zone, vpc, network);

    Response made = succeeded(function.request("Create", asked));

    assertThat(made.id()).isEqualTo(zone + " " + vpc + " associated");
    assertThat(made.answer().at("/Data/Zone").asText()).isEqualTo(zone);
    assertThat(seers(zone)).hasSize(2).contains(vpc);
    succeeded(function.request("Delete", asked, made.id()));
    assertThat(seers(zone)).hasSize(1).doesNotContain(vpc);
    succeeded(function.request("Delete", asked, made.id()));
  }

  @Test
  @Tag("long")
  void whatIsThereIsFoundAgainAndWhatPeopleHaveTakenAwayComesBack() {
    String zone = zone();
    String vpc = network(EAST, "10.133.0.0/16");
    Map<String, Object> asked = asked(zone, vpc, "given");
    String id = succeeded(function.request("Create", asked)).id();

    Response again = succeeded(function.request("Update", asked, id));
    assertThat(again.id()).isEqualTo(id);
    assertThat(again.calls()).containsExactly("route53:GetHostedZone");

    function.call(
        "route53",
        "disassociate_vpc_from_hosted_zone",
        EAST,
        Map.of("HostedZoneId", zone, "VPC", Map.of("VPCRegion", EAST, "VPCId", vpc)));
    assertThat(succeeded(function.request("Update", asked, id)).id()).isEqualTo(id);
    assertThat(seers(zone)).contains(vpc);
  }

  /** As earlier releases asked for by a command. */
  @Test
  @Tag("long")
  void aNetworkOfYoursThatHasSeenTheZoneBeforeGoesOnToSeeIt() {
    String zone = zone();
    String vpc = network(EAST, "10.8.0.0/16");
    associateByHand(zone, vpc);
    Map<String, Object> asked = asked(zone, vpc, "given");

    Response found = succeeded(function.request("Create", asked));

    assertThat(found.id()).isEqualTo(zone + " " + vpc + " was-associated");
    assertThat(found.calls()).containsExactly("route53:GetHostedZone");
    succeeded(function.request("Delete", asked, found.id()));
    assertThat(seers(zone)).contains(vpc);
  }

  @Test
  void aNetworkThatGoesWithItsStackLeavesTheZoneWhoeverAssociatedIt() {
    String zone = zone();
    String vpc = network(EAST, "10.133.0.0/16");
    associateByHand(zone, vpc);
    Map<String, Object> asked = asked(zone, vpc, "made");

    String id = succeeded(function.request("Create", asked)).id();
    succeeded(function.request("Delete", asked, id));

    assertThat(seers(zone)).doesNotContain(vpc);
  }

  @Test
  @Tag("long")
  void aPublicZoneIsSeenByEverybody() {
    String zone = zone(Map.of("Name", "example.com", "CallerReference", "once"));
    String vpc = network(EAST, "10.133.0.0/16");
    Map<String, Object> asked = asked(zone, vpc, "made");

    Response response = succeeded(function.request("Create", asked));

    assertThat(response.id()).isEqualTo(zone + " " + vpc + " public");
    assertThat(response.calls()).containsExactly("route53:GetHostedZone");
    Response deleted = succeeded(function.request("Delete", asked, response.id()));
    assertThat(deleted.calls()).isEmpty();
  }

  // ---- a zone that the first region's stack has made

  /** The emulator makes no private zone for a stack: one that is there is what it puts out. */
  private static String zoneOfAStack() throws Exception {
    String zone = zone();
    function.call(
        "cloudformation",
        "create_stack",
        WEST,
        Map.of(
            "StackName",
            "shop-eu-west-1",
            "TemplateBody",
            JSON.writeValueAsString(
                Map.of(
                    "Resources",
                    Map.of("Q", Map.of("Type", "AWS::SQS::Queue")),
                    "Outputs",
                    Map.of("NamesZone", Map.of("Value", zone))))));
    return zone;
  }

  private static Map<String, Object> askedOfStack(String vpc) {
    Map<String, Object> asked = new HashMap<>(asked("", vpc, "made"));
    asked.remove("Zone");
    asked.put("ZoneRegion", WEST);
    asked.put("ZoneStack", "shop-eu-west-1");
    return asked;
  }

  @Test
  void theZoneThatTheFirstRegionHasMadeIsFoundByItsStack() throws Exception {
    String zone = zoneOfAStack();
    String vpc = network(EAST, "10.133.0.0/16");

    Response made = succeeded(function.request("Create", askedOfStack(vpc)));

    assertThat(made.answer().at("/Data/Zone").asText()).isEqualTo(zone);
    assertThat(seers(zone)).contains(vpc);
    // It stays without its stack; and whoever goes asks for none.
    function.call("cloudformation", "delete_stack", WEST, Map.of("StackName", "shop-eu-west-1"));
    Response deleted = succeeded(function.request("Delete", askedOfStack(vpc), made.id()));
    assertThat(deleted.calls()).containsExactly(DISASSOCIATE);
  }

  @Test
  @Tag("long")
  void aStackThatHasMadeNoZoneIsNamed() throws Exception {
    assertThat(failed(function.request("Create", askedOfStack("vpc-0a1b2c3d"))))
        .isEqualTo("eu-west-1: there is no stack shop-eu-west-1: deploy it first");
    function.call(
        "cloudformation",
        "create_stack",
        WEST,
        Map.of(
            "StackName",
            "shop-eu-west-1",
            "TemplateBody",
            "{\"Resources\": {\"Q\": {\"Type\": \"AWS::SQS::Queue\"}}}"));
    assertThat(failed(function.request("Create", askedOfStack("vpc-0a1b2c3d"))))
        .startsWith("eu-west-1: the stack shop-eu-west-1 has no output NamesZone");
  }

  /** CloudFormation deletes what had another id once the update is through. */
  @Test
  @Tag("long")
  void anotherZoneOfTheStackIsAnotherResource() throws Exception {
    String former = zone();
    String vpc = network(EAST, "10.133.0.0/16");
    String before = succeeded(function.request("Create", asked(former, vpc, "made"))).id();
    String zone = zoneOfAStack();

    Response moved = succeeded(function.request("Update", askedOfStack(vpc), before));

    assertThat(moved.id()).isEqualTo(zone + " " + vpc + " associated");
    succeeded(function.request("Delete", askedOfStack(vpc), before));
    assertThat(seers(former)).doesNotContain(vpc);
    assertThat(seers(zone)).contains(vpc);
  }

  // ---- what goes wrong

  @Test
  @Tag("long")
  void aZoneOfAnotherAccountIsToldApart() {
    String vpc = network(EAST, "10.133.0.0/16");
    function.refuse(
        "route53:GetHostedZone",
        "AccessDenied",
        "User: arn:aws:sts::123456789012:assumed-role/a/b is not authorized to access this"
            + " resource");

    String reason = failed(function.request("Create", asked("Z0123456789ABC", vpc, "made")));

    assertThat(reason)
        .startsWith("us-east-1: the hosted zone Z0123456789ABC is of another account")
        .contains("heimdall routing apply")
        .contains(
            "aws route53 create-vpc-association-authorization --hosted-zone-id Z0123456789ABC --vpc"
                + " VPCRegion=us-east-1,VPCId="
                + vpc)
        .contains("aws route53 associate-vpc-with-hosted-zone --hosted-zone-id Z0123456789ABC");
  }

  /** A network of another account, which shares its subnets. */
  @Test
  void aNetworkOfAnotherAccountIsToBeAuthorized() {
    String zone = zone();
    function.refuse(
        ASSOCIATE, "NotAuthorizedException", "User is not authorized to associate the VPC");
    assertThat(failed(function.request("Create", asked(zone, "vpc-0a1b2c3d", "given"))))
        .startsWith("us-east-1: vpc-0a1b2c3d is of another account")
        .contains("here aws route53 create-vpc-association-authorization --hosted-zone-id " + zone)
        .endsWith("Then deploy again");
  }

  @Test
  @Tag("long")
  void aNetworkThatSeesAnotherZoneOfTheNameCannotSeeBoth() {
    String zone = zone();
    function.refuse(ASSOCIATE, "ConflictingDomainExists", "conflicting domain");
    assertThat(failed(function.request("Create", asked(zone, "vpc-0a1b2c3d", "given"))))
        .startsWith(
            "us-east-1: vpc-0a1b2c3d sees another zone of the name db.example.com. already, and"
                + " cannot see "
                + zone);
  }

  @ParameterizedTest
  @ValueSource(strings = {"route53:GetHostedZone", ASSOCIATE, "route53:GetChange"})
  void aMissingPermissionIsNamed(String action) {
    String zone = zone();
    String vpc = network(EAST, "10.133.0.0/16");
    function.refuse(
        action,
        "AccessDenied",
        "User: a is not authorized to perform: %s because no identity-based policy allows it"
            .formatted(action));
    assertThat(failed(function.request("Create", asked(zone, vpc, "made"))))
        .startsWith("us-east-1: the permission " + action + " is missing");
  }

  @Test
  @Tag("long")
  void aMissingPermissionHoldsUpTheDeletionAndIsNamed() {
    String zone = zone();
    String vpc = network(EAST, "10.133.0.0/16");
    Map<String, Object> asked = asked(zone, vpc, "made");
    String id = succeeded(function.request("Create", asked)).id();
    function.refuse(DISASSOCIATE, "AccessDenied", "not authorized to perform: " + DISASSOCIATE);

    Response refused = function.request("Delete", asked, id);

    assertThat(failed(refused)).contains("the permission " + DISASSOCIATE + " is missing");
    assertThat(refused.id()).isEqualTo(id);
  }

  @Test
  @Tag("long")
  void aZoneThatIsNotThereIsNamedWhenItIsAskedForAndNotMissedAfterwards() {
    String vpc = network(EAST, "10.133.0.0/16");
    Map<String, Object> asked = asked("Z0123456789ABC", vpc, "made");
    Response refused = function.request("Create", asked);
    assertThat(failed(refused))
        .isEqualTo("us-east-1: there is no hosted zone Z0123456789ABC, which routing.zoneId names");
    // What has failed is deleted by the id that it was answered with.
    succeeded(function.request("Delete", asked, refused.id()));
    succeeded(function.request("Delete", asked, "Z0123456789ABC " + vpc + " associated"));
  }

  @ParameterizedTest
  @Tag("long")
  @ValueSource(strings = {"LastVPCAssociation", "VPCAssociationNotFound", "InvalidVPCId"})
  void whatCannotLeaveAnyMoreDoesNotHoldUpTheDeletion(String code) {
    String zone = zone();
    String vpc = network(EAST, "10.133.0.0/16");
    Map<String, Object> asked = asked(zone, vpc, "made");
    String id = succeeded(function.request("Create", asked)).id();
    function.refuse(DISASSOCIATE, code, "as it is");
    succeeded(function.request("Delete", asked, id));
  }

  /** Several regions change one zone. */
  @ParameterizedTest
  @Tag("long")
  @ValueSource(strings = {"ConcurrentModification", "PriorRequestNotComplete"})
  void anotherChangeOfTheZoneIsWaitedFor(String code) {
    String zone = zone();
    String vpc = network(EAST, "10.133.0.0/16");
    Map<String, Object> asked = asked(zone, vpc, "made");
    function.refuse(ASSOCIATE, code, "try again", 2);
    String id = succeeded(function.request("Create", asked)).id();
    assertThat(seers(zone)).contains(vpc);
    function.refuse(DISASSOCIATE, code, "try again", 2);
    succeeded(function.request("Delete", asked, id));
    assertThat(seers(zone)).doesNotContain(vpc);
  }

  @Test
  @Tag("long")
  void itIsNotDoneBeforeAllNameServersKnow() {
    String zone = zone();
    String vpc = network(EAST, "10.133.0.0/16");
    function.answer("route53:GetChange", pending(), -1);

    Response late = function.request("Create", asked(zone, vpc, "made"), Map.of(), 12);

    assertThat(failed(late))
        .contains("not all name servers know that " + vpc + " sees " + zone)
        .endsWith("Deploy again.");
    // CloudFormation takes back what it has begun.
    assertThat(late.id()).isEqualTo(zone + " " + vpc + " associated");
  }

  /** The role allows what is called, and nothing else, but for what Route 53 looks at with it. */
  @Test
  void everythingThatIsAllowedIsCalled() throws Exception {
    zoneOfAStack();
    String vpc = network(EAST, "10.133.0.0/16");
    Response made = succeeded(function.request("Create", askedOfStack(vpc)));
    Set<String> calls = new TreeSet<>(made.calls());
    calls.addAll(function.request("Delete", askedOfStack(vpc), made.id()).calls());
    calls.add("ec2:DescribeVpcs");
    Set<String> allowed = new TreeSet<>();
    JSON.readTree(Path.of("..", "templates", "iam", "zone-association.json").toFile())
        .get("Statement")
        .forEach(
            statement -> statement.get("Action").forEach(action -> allowed.add(action.asText())));
    allowed.removeIf(action -> action.startsWith("logs:"));
    assertThat(calls).isEqualTo(allowed);
  }
}
