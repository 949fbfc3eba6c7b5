package dev.heimdall.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A stack that was made from a plain template of an earlier release takes that of this one, with
 * the values that its parameters have: by the rules of {@link ChangeJudge}, for those who said only
 * what they had to, and for those who said all.
 */
class PlainUpgradeTest {
  private static final String FLEET = "heimdall-fleet.yaml";

  /** What is said of parameters; each differs from what it is by default. */
  private static final Map<String, String> SAID =
      Map.ofEntries(
          Map.entry("AlertTopics", "our-alerts"),
          Map.entry("ClientNetwork1", "10.0.0.0/16"),
          Map.entry("ClientNetwork2", "10.1.0.0/16"),
          Map.entry("ClientNetwork3", "10.2.0.0/16"),
          Map.entry("ClientSecret", "our/oidc"),
          Map.entry("ClientZones", "availability_zone_affinity"),
          Map.entry("CodeBucket", "our-releases"),
          Map.entry("CodeKey", "heimdall-config-sync-lambda.jar"),
          Map.entry("ConfigurationBucket", "our-configuration"),
          Map.entry(
              "ConfigurationKey",
              "arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f"),
          Map.entry("ConfigurationPlace", "secret"),
          Map.entry("ConfigurationPrefix", "conf"),
          Map.entry("ConfigurationSecret", "our/configuration"),
          Map.entry("CredentialSecrets", "our/databases*"),
          Map.entry("DatabaseUsers", "cluster-ABC/app"),
          Map.entry("Drain", "600"),
          Map.entry("Facts", "\"store\": \"store.our.example:6379\""),
          Map.entry("FewestPerZone", "2"),
          Map.entry("FleetName", "orders"),
          Map.entry("FleetStack", "orders"),
          Map.entry("ForwardTo1", "us-east-1"),
          Map.entry("ForwardTo2", "eu-central-1"),
          Map.entry("HttpPort", "5060"),
          Map.entry("IdleTimeout", "600"),
          Map.entry("Image", "/our/image"),
          Map.entry("InstanceType", "m7g.large"),
          Map.entry("KeepFailed", "true"),
          Map.entry("KeepLogs", "90"),
          Map.entry("ManagerConf", "managerUrl = our.example"),
          Map.entry("Managers", "2"),
          Map.entry("Minutes", "3"),
          Map.entry("MostPerZone", "8"),
          Map.entry("Mount", "fs-0a1b2c3d:/ /mnt/heimdall efs _netdev,nofail,ro,tls 0 0"),
          Map.entry(
              "NodeProfile", "arn:aws:iam::123456789012:instance-profile/orders-NodeProfile-0A1B"),
          Map.entry("NodeSecurityGroup", "sg-0a1b2c3d"),
          Map.entry("NodeType", "cache.r7g.large"),
          Map.entry("OtherInstanceType", "m6g.large"),
          Map.entry("OtherRegions", "us-east-1,eu-central-1"),
          Map.entry("Port", "8088"),
          Map.entry("Port1", "6432"),
          Map.entry("Port2", "6433"),
          Map.entry("Port3", "6434"),
          Map.entry("Ports", "3"),
          Map.entry("Protect", "false"),
          Map.entry("PublishBuckets", "orders-*"),
          Map.entry("PublishTo1", "us-east-1"),
          Map.entry("PublishTo2", "eu-central-1"),
          Map.entry("PushKeyName", "our/push-key"),
          Map.entry("PushTo", "us-east-1,eu-central-1"),
          Map.entry("ReleaseBucket", "our-releases"),
          Map.entry("ReleaseKey", "release.tar.gz"),
          Map.entry("ReleaseName", "1.0.0"),
          Map.entry("Replicas", "2"),
          Map.entry("SessionManager", "true"),
          Map.entry("Subnets", "subnet-0a1b2c3d,subnet-0b1c2d3e,subnet-0c1d2e3f"),
          Map.entry("TargetLoad", "40"),
          Map.entry("Vpc", "vpc-0a1b2c3d"),
          Map.entry("Zones", "3"));

  /** A stack of an earlier release's template, with what was said of its parameters. */
  record Deployed(String release, String name, String template, boolean all) {
    Map<String, String> values() throws Exception {
      PlainTemplate read = PlainTemplate.read(template);
      Map<String, String> said = new TreeMap<>();
      read.parameters()
          .forEach(
              (parameter, asked) -> {
                if (all || !asked.has("Default")) {
                  assertThat(SAID).as("a value to be said").containsKey(parameter);
                  said.put(parameter, SAID.get(parameter));
                }
              });
      assertThat(read.complaints(said)).isEmpty();
      return read.values(said);
    }

    @Override
    public String toString() {
      return name + " of " + release + (all ? " with all parameters" : "");
    }
  }

  static List<Deployed> deployed() throws Exception {
    List<Deployed> all = new ArrayList<>();
    for (Map.Entry<String, KeptRelease> release : KeptRelease.all().entrySet()) {
      assertThat(release.getValue().templates()).isNotEmpty();
      release
          .getValue()
          .templates()
          .forEach(
              (name, template) -> {
                all.add(new Deployed(release.getKey(), name, template, false));
                all.add(new Deployed(release.getKey(), name, template, true));
              });
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("deployed")
  void isUpgradedWithTheSameValues(Deployed deployed) throws Exception {
    String today = TemplatesOfToday.files().get(deployed.name());
    assertThat(today).as("the template of today").isNotNull();
    Map<String, String> were = deployed.values();
    PlainTemplate next = PlainTemplate.read(today);
    JsonNode before = PlainTemplate.read(deployed.template()).with(were);
    boolean hadRole = deployed.name().equals(FLEET) && before.at("/Resources").has("NodeRole");
    Map<String, String> kept = hadRole ? apartFromRole(were, next, before) : were;
    assertThat(next.complaints(kept)).isEmpty();

    JsonNode after = next.with(next.values(kept));
    ChangeJudge judge = new ChangeJudge();
    ChangeJudge.Verdict verdict =
        judge.judge(Map.of("stack", before), Map.of("stack", after), Set.of());
    assertThat(verdict.refused()).isEmpty();
    assertThat(verdict.replaced()).as("what is made anew").isEmpty();
    assertThat(gone(before, after)).isEmpty();
    assertThat(names(after.get("Outputs")))
        .as("what other stacks have from it")
        .containsAll(names(before.get("Outputs")));
  }

  /**
   * Once the nodes' role was in their stack. Now it is in one that is made beforehand, with what
   * was said for it; the role that was goes when no node has it any more, as CloudFormation deletes
   * last.
   *
   * @return what the nodes' stack is updated with
   */
  private static Map<String, String> apartFromRole(
      Map<String, String> were, PlainTemplate next, JsonNode before) throws Exception {
    PlainTemplate role =
        PlainTemplate.read(TemplatesOfToday.files().get("heimdall-node-role.yaml"));
    Map<String, String> ofRole = new TreeMap<>(were);
    ofRole.keySet().retainAll(role.parameters().keySet());
    ofRole.put("FleetStack", SAID.get("FleetStack"));
    assertThat(role.complaints(ofRole)).isEmpty();
    assertThat(permitted(role.with(role.values(ofRole))))
        .as("what nodes may do")
        .containsAll(permitted(before));

    Map<String, String> kept = new TreeMap<>(were);
    kept.keySet()
        .removeIf(
            name -> role.parameters().containsKey(name) && !next.parameters().containsKey(name));
    kept.put("NodeProfile", SAID.get("NodeProfile"));
    return kept;
  }

  /** Statements of the nodes' role, each action by the name of its own. */
  private static Set<String> permitted(JsonNode template) {
    Set<String> statements = new TreeSet<>();
    template
        .at("/Resources/NodeRole/Properties/Policies/0/PolicyDocument/Statement")
        .forEach(
            statement -> {
              String what = statement.path("Sid").asText();
              statement.path("Action").forEach(action -> statements.add(what + " " + action));
            });
    assertThat(statements).hasSizeGreaterThan(10);
    return statements;
  }

  private static Set<String> names(JsonNode members) {
    Set<String> names = new TreeSet<>();
    members.fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** What clients or data are in, or what is kept without its stack, and lost its id. */
  private static Set<String> gone(JsonNode before, JsonNode after) {
    Set<String> gone = new TreeSet<>();
    before
        .get("Resources")
        .properties()
        .forEach(
            resource -> {
              String type = resource.getValue().get("Type").asText();
              boolean stays =
                  ChangedDeploymentTest.STAYS.contains(type)
                      || resource.getValue().path("DeletionPolicy").asText().startsWith("Retain");
              if (stays && !after.get("Resources").has(resource.getKey())) {
                gone.add(resource.getKey() + ", " + type);
              }
            });
    return gone;
  }

  /** A rule of the judge that is not asked here would let all of it pass. */
  @Test
  void whatWouldBeMadeAnewIsSeen() throws Exception {
    Deployed fleet =
        deployed().stream()
            .filter(one -> one.name().equals(FLEET) && one.all())
            .findFirst()
            .orElseThrow();
    String other =
        TemplatesOfToday.files()
            .get(fleet.name())
            .replace("Heimdall nodes: the load balancer, and each other", "Heimdall nodes")
            .replace("\n  LoadBalancer:\n", "\n  Balancer:\n")
            .replace("!Ref LoadBalancer\n", "!Ref Balancer\n");
    JsonNode before = PlainTemplate.read(fleet.template()).with(fleet.values());
    JsonNode after = PlainTemplate.read(other).with(fleet.values());
    assertThat(
            new ChangeJudge()
                .judge(Map.of("stack", before), Map.of("stack", after), Set.of())
                .replaced())
        .contains("AWS::EC2::SecurityGroup", "AWS::ElasticLoadBalancingV2::Listener");
    assertThat(gone(before, after))
        .containsExactly("LoadBalancer, AWS::ElasticLoadBalancingV2::LoadBalancer");
  }

  // ---- what the test itself goes by

  private static final String TEMPLATE =
      """
      Parameters:
        Name: {Type: String, Default: orders, AllowedPattern: '[a-z]+'}
        Count: {Type: Number, Default: 2, MaxValue: 3}
        Nets: {Type: 'List<AWS::EC2::Subnet::Id>'}
      Conditions:
        Many: !Not [!Equals [!Ref Count, "1"]]
        Named: !And [!Condition Many, !Equals [!Ref Name, orders]]
      Resources:
        Group:
          Type: AWS::EC2::SecurityGroup
          Properties:
            GroupName: !Sub "${Name}-of-${AWS::Region}"
            GroupDescription: !If [Named, !Select [1, !Ref Nets], !Ref "AWS::NoValue"]
            Of: !Join ["", [!GetAtt Other.Arn, "/", !Sub ["${x}!${!y}", {x: !Ref Name}]]]
        Single:
          Type: AWS::EC2::SecurityGroup
          Condition: Single
      """
          .replace("Conditions:", "Conditions:\n  Single: !Not [!Condition Many]");

  @Test
  void valuesArePutIntoTemplates() throws Exception {
    PlainTemplate template = PlainTemplate.read(TEMPLATE);
    Map<String, String> few = template.values(Map.of("Nets", "a,b"));
    assertThat(template.with(few).get("Resources").toString())
        .isEqualTo(
            "{\"Group\":{\"Type\":\"AWS::EC2::SecurityGroup\",\"Properties\":{"
                + "\"GroupName\":{\"Fn::Join\":[\"\",[\"orders-of-\",{\"Ref\":\"AWS::Region\"}]]},"
                + "\"GroupDescription\":\"b\","
                + "\"Of\":{\"Fn::Join\":[\"\",[{\"Fn::GetAtt\":[\"Other\",\"Arn\"]},"
                + "\"/orders!${y}\"]]}}}}");
    Map<String, String> other = template.values(Map.of("Nets", "a,b", "Count", "1"));
    assertThat(names(template.with(other).get("Resources"))).containsExactly("Group", "Single");
    assertThat(template.with(other).at("/Resources/Group/Properties").has("GroupDescription"))
        .isFalse();
  }

  @Test
  void valuesThatAreNotTakenAnyMoreAreSaid() throws Exception {
    PlainTemplate template = PlainTemplate.read(TEMPLATE);
    assertThat(template.complaints(Map.of("Name", "x1", "Count", "4", "Zone", "a")))
        .containsExactlyInAnyOrder(
            "Name may not be x1 any more",
            "Count may not be 4 any more",
            "Zone is not asked for any more, and was a",
            "Nets has no value");
    assertThat(template.complaints(Map.of("Nets", "a"))).isEmpty();
  }
}
