package dev.heimdall.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The judge of changes, on stacks of a few resources. */
class ChangeJudgeTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static ChangeJudge judge;

  @BeforeAll
  static void make() throws Exception {
    judge = new ChangeJudge();
  }

  private static JsonNode template(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ChangeJudge.Verdict judged(String before, String after) {
    return judge.judge(Map.of("s", template(before)), Map.of("s", template(after)), Set.of());
  }

  private static String group(String id, String description) {
    return """
        "%s": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "%s"}}
        """
        .formatted(id, description);
  }

  private static String secret(String id, String policy, String name) {
    return """
        "%s": {"Type": "AWS::SecretsManager::Secret", "DeletionPolicy": "%s",
          "Properties": {"Name": "%s"}}
        """
        .formatted(id, policy, name);
  }

  private static String listener(String id, int port) {
    return """
        "%s": {"Type": "AWS::ElasticLoadBalancingV2::Listener",
          "Properties": {"LoadBalancerArn": {"Ref": "B"}, "Port": %d}}
        """
        .formatted(id, port);
  }

  private static String resources(String... resources) {
    return "{\"Resources\": {" + String.join(",", resources) + "}}";
  }

  @Test
  void theJudgeKnowsWhatIsReplacedAndWhatGoesWithIt() {
    String rule =
        """
        "R": {"Type": "AWS::EC2::SecurityGroupIngress",
          "Properties": {"GroupId": {"Fn::GetAtt": ["G", "GroupId"]}, "FromPort": 1}}
        """;
    ChangeJudge.Verdict verdict =
        judged(resources(group("G", "old"), rule), resources(group("G", "new"), rule));
    assertThat(verdict.replaced())
        .containsExactly("AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupIngress");
    assertThat(verdict.refused()).isEmpty();
  }

  @Test
  void theJudgeRefusesWhatIsStillThere() {
    assertThat(
            judged(resources(listener("L1", 1), listener("L2", 2)), resources(listener("L1", 2)))
                .refused())
        .singleElement()
        .asString()
        .contains("L1 is made while L2 is there");
    assertThat(
            judged(
                    resources(secret("A", "Delete", "name")),
                    resources(secret("B", "Delete", "name")))
                .refused())
        .hasSize(1);
  }

  @Test
  void theJudgeRefusesWhatWasKept() {
    Map<String, JsonNode> with = Map.of("s", template(resources(secret("A", "Retain", "name"))));
    Map<String, JsonNode> without = Map.of("s", template(resources()));
    Set<String> left = judge.left(with, without);
    assertThat(judge.judge(without, with, left).refused()).hasSize(1);
    assertThat(judge.judge(with, without, Set.of()).refused()).isEmpty();
  }

  @Test
  void theJudgeRefusesAnExportThatIsUsed() {
    String exporting =
        """
        {"Outputs": {"O": {"Value": {"Ref": "%s"}, "Export": {"Name": "x"}}}}
        """;
    JsonNode user = template("{\"Outputs\": {\"U\": {\"Value\": {\"Fn::ImportValue\": \"x\"}}}}");
    Map<String, JsonNode> one = new HashMap<>();
    one.put("a", template(exporting.formatted("A")));
    one.put("b", user);
    Map<String, JsonNode> other = new HashMap<>(one);
    other.put("a", template(exporting.formatted("B")));
    assertThat(judge.judge(one, other, Set.of()).refused())
        .containsExactly("b uses the export x, which changes");
  }

  @Test
  void theJudgeRefusesProtectedBalancersAndSubnetsThatOverlap() {
    String balancer =
        """
        "B": {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer", "Properties": {
          "LoadBalancerAttributes": [{"Key": "deletion_protection.enabled", "Value": "true"}]}}
        """;
    assertThat(judged(resources(balancer), resources()).refused()).hasSize(1);
    String subnet =
        """
        "%s": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "V"}, "CidrBlock": "%s"}}
        """;
    assertThat(
            judged(
                    resources(subnet.formatted("S", "10.0.0.0/20")),
                    resources(
                        subnet.formatted("S", "10.0.0.0/20"),
                        subnet.formatted("T", "10.0.15.0/24")))
                .refused())
        .containsExactly("s: T has addresses of S");
  }

  @Test
  void theJudgeRefusesAStoreOfAnotherKind() {
    String store =
        """
        "S": {"Type": "AWS::ElastiCache::ReplicationGroup",
          "Properties": {"Engine": "%s", "NumNodeGroups": %d}}
        """;
    assertThat(
            judged(resources(store.formatted("valkey", 1)), resources(store.formatted("redis", 2)))
                .refused())
        .containsExactly(
            "s: S cannot go from valkey to redis", "s: S cannot change its cluster mode");
    assertThat(
            judged(resources(store.formatted("redis", 2)), resources(store.formatted("valkey", 3)))
                .refused())
        .isEmpty();
  }

  @Test
  void theJudgeRefusesAParameterThatKeepsItsValue() {
    String parameter = "{\"Parameters\": {\"P\": {\"Default\": \"%s\"}}}";
    assertThat(judged(parameter.formatted("a"), parameter.formatted("b")).refused()).hasSize(1);
  }

  private static String fileSystem(String group) {
    return """
        "F": {"Type": "AWS::EFS::FileSystem", "Properties": {"Encrypted": true}},
        "M": {"Type": "AWS::EFS::MountTarget", "Properties": {"FileSystemId": {"Ref": "F"},
          "SubnetId": "subnet-1", "SecurityGroups": [{"Fn::GetAtt": ["%s", "GroupId"]}]}},
        "R": {"Type": "AWS::EC2::SecurityGroupIngress", "Properties": {
          "GroupId": {"Fn::GetAtt": ["%s", "GroupId"]}, "IpProtocol": "tcp", "FromPort": 2049,
          "SourceSecurityGroupId": "sg-1"}}
        """
        .formatted(group, group);
  }

  /** A zone has one mount target, which takes another security group while it is mounted. */
  @Test
  void aMountTargetStaysWhereItsSecurityGroupIsRenamedOrReplaced() {
    ChangeJudge.Verdict renamed =
        judged(
            resources(group("G", "files"), fileSystem("G")),
            resources(group("H", "files"), fileSystem("H")));
    assertThat(renamed.refused()).isEmpty();
    assertThat(renamed.replaced()).containsExactly("AWS::EC2::SecurityGroupIngress");

    ChangeJudge.Verdict replaced =
        judged(
            resources(group("G", "files"), fileSystem("G")),
            resources(group("G", "file system"), fileSystem("G")));
    assertThat(replaced.refused()).isEmpty();
    assertThat(replaced.replaced())
        .containsExactly("AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupIngress");
  }

  /** Under another id it would be made while the one before is in the zone. */
  @Test
  void aMountTargetThatIsRenamedIsRefused() {
    String before = resources(group("G", "files"), fileSystem("G"));
    assertThat(judged(before, before.replace("\"M\":", "\"N\":")).refused())
        .singleElement()
        .asString()
        .contains("N is made while M is there");
  }
}
