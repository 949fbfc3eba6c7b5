package dev.heimdall.cdk.constructs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.model.ConfigurationReader;
import example.OrdersStack;
import example.SmallApp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.ec2.InstanceType;
import software.amazon.awscdk.services.ec2.Port;
import software.amazon.awscdk.services.ec2.SecurityGroup;
import software.amazon.awscdk.services.ec2.SubnetConfiguration;
import software.amazon.awscdk.services.ec2.SubnetType;
import software.amazon.awscdk.services.ec2.Vpc;
import software.amazon.awscdk.services.kms.Key;

/** A fleet in anybody's app, and the example that the documentation shows. */
class FleetConstructTest {
  private static final String RULE = "AWS::EC2::SecurityGroupIngress";
  private static final String GROUP = "AWS::AutoScaling::AutoScalingGroup";

  @TempDir private Path work;
  private App app;
  private Stack stack;

  @BeforeEach
  void anApp() {
    app = Synthesised.app(work.resolve("out"));
    stack = new Stack(app, "anybodys");
  }

  private HeimdallFleetProps.Builder props() {
    return HeimdallFleetProps.builder()
        .vpc(Given.network(stack))
        .ports(List.of(5432, 5433))
        .release(Given.release(stack))
        .documents(Given.documents(stack));
  }

  @Test
  void theExampleIsAFleetBeforeItsDatabase() throws IOException {
    app = Synthesised.app(work.resolve("example"));
    OrdersStack orders = example();
    SecurityGroup service =
        SecurityGroup.Builder.create(orders, "Service")
            .vpc(Vpc.Builder.create(orders, "V").build())
            .build();
    orders.fleet().allowClientsFrom(service);
    Synthesised made = Synthesised.of(app, orders);
    assertThat(made.complaints().stream().filter(said -> said.contains("/Fleet/"))).isEmpty();
    assertThat(made.resources(GROUP)).hasSize(2);
    // The database lets nodes in, and the load balancer the service.
    assertThat(made.resources(RULE).keySet())
        .anyMatch(rule -> rule.matches("DatabaseSecurityGroupfromordersFleetNodesGroup.*"))
        .anyMatch(rule -> rule.matches("FleetClientsGroupfromordersService.*5432.*"));
    // No node boots before it may read the passwords, and before there are documents.
    JsonNode policy = made.resources("AWS::IAM::Policy").get(grantedPolicy(made));
    assertThat(policy.at("/Properties/PolicyDocument").toString())
        .contains("secretsmanager:GetSecretValue", "DatabaseSecret", "Password");
    assertThat(made.resources(GROUP).values())
        .allSatisfy(
            group ->
                assertThat(group.get("DependsOn").toString())
                    .contains(grantedPolicy(made), "FirstDocuments"));
  }

  /** All but what an app has to know is by default. */
  @Test
  void aSmallAppIsAFleetWithItsManager() throws Exception {
    Path release = Files.writeString(work.resolve("heimdall-release.tar.gz"), "a release");
    app = Synthesised.app(work.resolve("small"));
    Stack small =
        SmallApp.fleetWithManager(app, release.toString(), "src/test/resources/example/small");
    Synthesised made = Synthesised.of(app, small);
    assertThat(
            made.complaints().stream()
                .filter(said -> said.matches("(?s).*/(Fleet|Manager|Documents/Bucket)/.*")))
        .isEmpty();
    assertThat(made.resources("AWS::ElasticLoadBalancingV2::Listener").values())
        .extracting(listener -> listener.at("/Properties/Port").asInt())
        .containsExactlyInAnyOrder(5432, 8087);
    // Neither boots before there are documents; nodes report to the manager.
    assertThat(made.resources(GROUP)).hasSize(3);
    assertThat(made.resources(GROUP).values())
        .allSatisfy(
            group -> assertThat(group.get("DependsOn").toString()).contains("DocumentsFirst"));
    assertThat(made.resources(RULE).keySet()).anyMatch(rule -> rule.contains("Reports"));
    JsonNode bucket = made.resources("AWS::S3::Bucket").values().iterator().next();
    assertThat(bucket.get("DeletionPolicy").asText()).isEqualTo("Retain");
    assertThat(bucket.at("/Properties/VersioningConfiguration/Status").asText())
        .isEqualTo("Enabled");
    JsonNode rules = bucket.at("/Properties/LifecycleConfiguration/Rules");
    assertThat(rules.at("/0/NoncurrentVersionExpiration/NoncurrentDays").asInt()).isEqualTo(90);
    assertThat(rules.at("/0/AbortIncompleteMultipartUpload").isMissingNode()).isFalse();
    assertThat(rules.at("/1/Prefix").asText())
        .as("what managers write every ten minutes")
        .isEqualTo("config-manager/figures/");
    assertThat(rules.at("/1/NoncurrentVersionExpiration/NoncurrentDays").asInt()).isEqualTo(1);
    assertThat(ConfigurationReader.check(Path.of("src/test/resources/example/small")).vdbs())
        .containsOnlyKeys("orders");
  }

  /** What is deployed later has no commit, and nodes that read whole commits would not see it. */
  @Test
  void documentsOfADirectoryKnowNoCommits() {
    HeimdallDocuments documents =
        HeimdallDocuments.fromAsset(stack, "Documents", "src/test/resources/example/small");
    String said = "documents of a directory know no commits: take inBucket";
    assertThatIllegalArgumentException()
        .isThrownBy(documents::withCommits)
        .withMessageStartingWith(said);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> documents.copiedTo("copy", "alias/copy"))
        .withMessageStartingWith(said);
  }

  @Test
  void instancesSendTheirLogsWhereTheAppSaysSo() throws IOException {
    String groups = "AWS::Logs::LogGroup";
    HeimdallFleet fleet =
        new HeimdallFleet(
            stack,
            "Fleet",
            props()
                .instanceLogs(
                    HeimdallLogs.kept(Duration.days(7))
                        .encryptedWith(
                            Key.fromKeyArn(
                                stack, "Key", "arn:aws:kms:eu-west-1:123456789012:key/0a1b")))
                .build());
    assertThat(fleet.getLogGroupName()).isPresent();
    JsonNode group = Synthesised.of(app, stack).resources(groups).values().iterator().next();
    assertThat(group.at("/Properties/RetentionInDays").asInt()).isEqualTo(7);
    assertThat(group.at("/Properties/KmsKeyId").asText()).endsWith("key/0a1b");
  }

  @Test
  void instancesKeepTheirLogsWhereTheAppSaysSo() throws IOException {
    HeimdallFleet fleet =
        new HeimdallFleet(stack, "Fleet", props().instanceLogs(HeimdallLogs.none()).build());
    assertThat(fleet.getLogGroupName()).isEmpty();
    assertThat(Synthesised.of(app, stack).resources("AWS::Logs::LogGroup")).isEmpty();
  }

  private OrdersStack example() throws IOException {
    Path release = Files.writeString(work.resolve("heimdall-release.tar.gz"), "a release");
    return new OrdersStack(app, "orders", release.toString(), "src/test/resources/example/conf");
  }

  private static String grantedPolicy(Synthesised made) {
    return made.resources("AWS::IAM::Policy").keySet().stream()
        .filter(id -> id.startsWith("FleetGrantedRole"))
        .findFirst()
        .orElseThrow();
  }

  /** Its data source is written by the app. */
  @Test
  void theDocumentsOfTheExampleAreTakenByANode() throws Exception {
    Path from = Path.of("src", "test", "resources", "example", "conf");
    Path conf = work.resolve("conf");
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path to = conf.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(to);
        } else {
          Files.copy(file, to);
        }
      }
    }
    Files.createDirectories(conf.resolve("sources"));
    Files.writeString(
        conf.resolve("sources/orders.json"),
        "{\"url\": \"jdbc:postgresql://orders.cluster-a.eu-west-1.rds.amazonaws.com/orders\","
            + " \"credentials\": {\"secret\": \"s\"}, \"cluster\": {\"kind\": \"aurora\"}}");
    assertThat(ConfigurationReader.check(conf).vdbs()).containsOnlyKeys("orders");
  }

  @Test
  void theDocumentationShowsTheExamples() throws IOException {
    var shown =
        Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(Path.of("../docs/constructs.md")));
    for (String example : List.of("SmallApp", "OrdersStack")) {
      Path source = Path.of("src/test/java/example", example + ".java");
      assertThat(shown.find()).isTrue();
      assertThat(squeezed(Files.readString(source))).contains(squeezed(shown.group(1)));
    }
  }

  private static String squeezed(String text) {
    return text.replaceAll("\\s+", "");
  }

  @Test
  void aFleetInANetworkThatIsThereAsksNothingAndPassesTheRules() {
    new HeimdallFleet(stack, "Fleet", props().clients(List.of("10.0.0.0/16")).build());
    Synthesised made = Synthesised.of(app, stack);
    assertThat(made.complaints()).isEmpty();
    assertThat(made.resources(GROUP).values())
        .extracting(group -> group.at("/Properties/VPCZoneIdentifier").toString())
        .containsExactly("[\"subnet-0a1b2c3d\"]", "[\"subnet-0b1c2d3e\"]");
    assertThat(made.resources(RULE).values().stream().map(rule -> rule.at("/Properties/CidrIp")))
        .filteredOn(cidr -> cidr.asText().equals("10.0.0.0/16"))
        .hasSize(2);
    assertThat(made.resources("AWS::IAM::Policy")).isEmpty();
  }

  @Test
  void nodesLogInByIamAsWhomTheyAreGranted() {
    HeimdallFleet fleet = new HeimdallFleet(stack, "Fleet", props().build());
    fleet.grantConnect("cluster-ABC", "app");
    Synthesised made = Synthesised.of(app, stack);
    JsonNode policy = made.resources("AWS::IAM::Policy").get(grantedPolicy(made));
    assertThat(policy.at("/Properties/PolicyDocument/Statement/0/Action").asText())
        .isEqualTo("rds-db:connect");
    assertThat(policy.at("/Properties/PolicyDocument/Statement/0/Resource").toString())
        .contains("dbuser:cluster-ABC/app");
    String role = made.resources("AWS::IAM::Role").keySet().iterator().next();
    assertThat(policy.at("/Properties/Roles").toString()).contains(role);
  }

  @Test
  void aFleetOfAnotherAppIsKnownByItsAttributes() {
    IHeimdallFleet fleet =
        HeimdallFleet.fromHeimdallFleetAttributes(
            stack,
            "Fleet",
            HeimdallFleetAttributes.builder()
                .fleetName("orders")
                .address("a.elb")
                .addressHostedZoneId("Z1")
                .ports(List.of(5432, 5433))
                .balancerSecurityGroupId("sg-0d0d0d0d")
                .nodeSecurityGroupId("sg-0a0a0a0a")
                .build());
    assertThat(fleet.getHttpPort()).isEqualTo(5059);
    SecurityGroup service =
        SecurityGroup.Builder.create(stack, "Service").vpc(Given.network(stack)).build();
    fleet.allowClientsFrom(service);
    service.getConnections().allowFrom(fleet.getNodes(), Port.tcp(1));
    Synthesised made = Synthesised.of(app, stack);
    assertThat(made.resources(RULE).values())
        .extracting(
            rule -> rule.at("/Properties/GroupId").asText() + rule.at("/Properties/FromPort"))
        .contains("sg-0d0d0d0d5432", "sg-0d0d0d0d5433");
    assertThat(made.resources(RULE).values())
        .anyMatch(
            rule -> rule.at("/Properties/SourceSecurityGroupId").asText().equals("sg-0a0a0a0a"));
  }

  @Test
  void metricsAreOfItsOwnLoadBalancerAndGroups() {
    HeimdallFleet fleet = new HeimdallFleet(stack, "Fleet", props().build());
    assertThat(fleet.metricHealthyNodes(5433).getDimensions())
        .containsOnlyKeys("LoadBalancer", "TargetGroup");
    assertThat(fleet.metricLoad(1).getDimensions()).containsOnlyKeys("AutoScalingGroupName");
    assertThat(fleet.metric("DB Query Rate", "orders").getStatistic()).isEqualTo("Sum");
    assertThat(fleet.getZones()).isEqualTo(2);
    assertThatThrownBy(() -> fleet.metricHealthyNodes(1))
        .hasMessage("port 1 is none of the fleet's, which has [5432, 5433]");
  }

  static Stream<Arguments> wrongProps() {
    return Stream.of(
        wrong("ports: []; allowed is: at least one", p -> p.ports(List.of())),
        wrong("ports: [1, 1]; allowed is: each only once", p -> p.ports(List.of(1, 1))),
        wrong("ports: 70000; allowed is: 1 to 65535", p -> p.ports(List.of(70_000))),
        wrong("httpPort: 5432; allowed is: none of the ports", p -> p.httpPort(5432)),
        wrong(
            "fewestPerZone: 5; allowed is: 0 to mostPerZone, which is 4", p -> p.fewestPerZone(5)),
        wrong(
            "fleetName: Orders; allowed is: 1 to 20 small letters, digits and hyphens, a letter"
                + " first",
            p -> p.fleetName("Orders")),
        wrong(
            "instanceTypes: [c7g.large, c7i.large]; allowed is: types with the same processors, as"
                + " all begin with one image",
            p ->
                p.instanceTypes(
                    List.of(new InstanceType("c7g.large"), new InstanceType("c7i.large")))));
  }

  private static Arguments wrong(String said, Consumer<HeimdallFleetProps.Builder> edit) {
    return Arguments.of(said, edit);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongProps")
  void whatAwsWouldRefuseIsSaidBefore(String said, Consumer<HeimdallFleetProps.Builder> edit) {
    HeimdallFleetProps.Builder props = props();
    edit.accept(props);
    assertThatThrownBy(() -> new HeimdallFleet(stack, "Fleet", props.build())).hasMessage(said);
  }

  @Test
  void aNetworkWithoutPrivateSubnetsIsRefused() {
    Vpc open =
        Vpc.Builder.create(stack, "Open")
            .natGateways(0)
            .subnetConfiguration(
                List.of(
                    SubnetConfiguration.builder()
                        .name("Public")
                        .subnetType(SubnetType.PUBLIC)
                        .build()))
            .build();
    assertThatThrownBy(() -> new HeimdallFleet(stack, "Fleet", props().vpc(open).build()))
        .hasMessageStartingWith("vpcSubnets: none chosen, and the network has public subnets only");
  }

  @Test
  void whatHasNoDefaultHasToBeSaid() {
    assertThatThrownBy(() -> HeimdallFleetProps.builder().build()).hasMessage("vpc");
  }

  @Test
  void documentsMayBeInASecretOrOnAFileSystem() {
    new HeimdallFleet(
        stack,
        "Fleet",
        props()
            .documents(HeimdallDocuments.onFileSystem("fs-0a1b2c3d", "fsap-0a1b2c3d4e5f60718"))
            .build());
    Synthesised made = Synthesised.of(app, stack);
    assertThat(made.complaints()).isEmpty();
    assertThat(made.template().toString())
        .contains(
            "fs-0a1b2c3d:/ /mnt/heimdall efs _netdev,nofail,ro,tls,iam,accesspoint=fsap-0a1b2c3d4e5f60718 0 0");
    assertThat(HeimdallDocuments.inSecret("orders/configuration").read().hdSecretKey())
        .isEqualTo("orders/configuration");
  }
}
