package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.routing.call.AwsQuestion;
import dev.heimdall.routing.call.AwsService;
import dev.heimdall.routing.call.SignedCalls;
import dev.heimdall.routing.call.XmlPart;
import dev.heimdall.test.fixture.AlsoOnLocalStack;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.AwsEmulator;
import dev.heimdall.test.fixture.FakeMetadata;
import dev.heimdall.test.fixture.RawClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node says of its instance's security groups. */
@AlsoOnLocalStack
@Tag("long")
class PortCheckIT {
  private final AwsEmulator aws = AwsEmulator.shared();
  private final SignedCalls calls =
      new SignedCalls(
          "eu-west-1",
          Map.of("AWS_ENDPOINT_URL", aws.endpoint().toString()),
          aws.credentials(),
          Duration.ofSeconds(20));

  @TempDir private Path directory;

  @BeforeEach
  void forget() {
    aws.reset();
  }

  @Test
  void aPortThatIsNotOpenAndOneThatIsOpenToAllAreWarnedOf() throws Exception {
    String group = securityGroup();
    try (FakeMetadata metadata = new FakeMetadata("i-1", group);
        ProxyProcess node = node(metadata, aws.endpoint().toString())) {
      int port = node.target().port();
      logs(node, "port " + port + " of virtual database app is not open");
      assertThat(node.output()).contains("on instance i-1 in eu-west-1b", "[" + group + "]");
      assertThat(node.door().metric("heimdall_port_open{port=\"" + port + "\"}")).isZero();

      open(group, port, "10.0.0.0/8");
      node.change(Map.of("drainTimeout", "5s"));
      logs(node, "open ports [" + port + "]");
      assertThat(node.door().metric("heimdall_port_open{port=\"" + port + "\"}")).isOne();
      assertThat(node.door().metric("heimdall_port_open_to_all{port=\"" + port + "\"}")).isZero();

      open(group, port, "0.0.0.0/0");
      node.change(Map.of("drainTimeout", "6s"));
      logs(node, "port " + port + " of virtual database app is open to everybody");
      assertThat(node.door().metric("heimdall_port_open_to_all{port=\"" + port + "\"}")).isOne();
    }
  }

  @Test
  void aMissingPermissionIsNamedAndKeepsNobodyOut() throws Exception {
    try (FakeMetadata metadata = new FakeMetadata("i-1", "sg-1");
        FakeService denying = new FakeService()) {
      denying.otherwise(
          403,
          "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>You are not"
              + " authorized to perform this operation.</Message></Error></Errors></Response>");
      try (ProxyProcess node = node(metadata, denying.url());
          RawClient client = RawClient.logIn(node.target())) {
        logs(node, "the permission ec2:DescribeSecurityGroups is missing");
        assertThat(client.value("SELECT 1")).isEqualTo("1");
      }
    }
  }

  private static void logs(ProxyProcess node, String text) {
    Await.until(
        "the log has: " + text,
        Duration.ofSeconds(30),
        () -> node.output().contains(text),
        node::output);
  }

  private ProxyProcess node(FakeMetadata metadata, String endpoint) throws Exception {
    Map<String, String> environment = new TreeMap<>(aws.environment());
    environment.put("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata.address().toString());
    environment.put("AWS_ENDPOINT_URL", endpoint);
    return ProxyProcess.start(
        directory, Map.of(), new ProxyProcess.Machine(List.of(), "0.0.0.0", environment));
  }

  private String securityGroup() throws Exception {
    AwsQuestion question =
        ec2("CreateSecurityGroup", Map.of("GroupName", "nodes", "GroupDescription", "nodes"));
    return XmlPart.of(question, calls.ask(question)).text("groupId");
  }

  private void open(String group, int port, String network) throws Exception {
    Map<String, String> parameters = new TreeMap<>();
    parameters.put("GroupId", group);
    parameters.put("IpPermissions.1.IpProtocol", "tcp");
    parameters.put("IpPermissions.1.FromPort", Integer.toString(port));
    parameters.put("IpPermissions.1.ToPort", Integer.toString(port));
    parameters.put("IpPermissions.1.IpRanges.1.CidrIp", network);
    calls.ask(ec2("AuthorizeSecurityGroupIngress", parameters));
  }

  private static AwsQuestion ec2(String action, Map<String, String> parameters) {
    return AwsQuestion.form(AwsService.EC2, "2016-11-15", "ec2:" + action, parameters);
  }
}
