package dev.heimdall.cdk.constructs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heimdall.model.ConfigurationReader;
import dev.heimdall.model.NodeSettings;
import dev.heimdall.model.StoreMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.ec2.ISubnet;
import software.amazon.awscdk.services.ec2.Subnet;
import software.amazon.awscdk.services.ec2.SubnetSelection;
import software.amazon.awscdk.services.kms.Key;
import software.amazon.awscdk.services.s3.IBucket;
import software.amazon.awscdk.services.s3.deployment.BucketDeployment;
import software.amazon.awscdk.services.s3.deployment.ISource;
import software.amazon.awscdk.services.s3.deployment.Source;

/** A store in anybody's app. */
class StoreConstructTest {
  private static final String RULE = "AWS::EC2::SecurityGroupIngress";
  private static final String SERVERS = "AWS::ElastiCache::ReplicationGroup";

  @TempDir private Path work;
  private App app;
  private Stack stack;

  @BeforeEach
  void anApp() {
    app = Synthesised.app(work.resolve("out"));
    stack = new Stack(app, "anybodys");
  }

  private HeimdallStoreProps.Builder props() {
    return HeimdallStoreProps.builder().vpc(Given.network(stack));
  }

  private HeimdallFleet fleet() {
    return new HeimdallFleet(
        stack,
        "Fleet",
        HeimdallFleetProps.builder()
            .vpc(Given.network(stack))
            .ports(List.of(5432))
            .release(Given.release(stack))
            .documents(Given.documents(stack))
            .build());
  }

  /** What the documentation shows, but for the first line. */
  private BucketDeployment documented(HeimdallFleet fleet, IBucket bucket) {
    HeimdallStore store =
        new HeimdallStore(
            stack, "Store", HeimdallStoreProps.builder().vpc(Given.network(stack)).build());
    fleet.getNodes().allowToDefaultPort(store);
    store.grantConnect(fleet);
    ISource node = Source.jsonData("node.json", Map.of("store", store.getNodeSettings()));
    return BucketDeployment.Builder.create(stack, "FirstDocuments")
        .sources(List.of(node))
        .destinationBucket(bucket)
        .build();
  }

  @Test
  void nodesReachItAndReadItsPasswordBeforeTheyBoot() {
    documented(fleet(), Given.bucket(stack, "documents"));
    Synthesised made = Synthesised.of(app, stack);
    assertThat(made.complaints().stream().filter(said -> said.contains("/Store/"))).isEmpty();
    assertThat(made.resources(RULE).values())
        .filteredOn(rule -> rule.at("/Properties/GroupId").toString().contains("StoreSecurity"))
        .singleElement()
        .satisfies(
            rule -> {
              assertThat(rule.at("/Properties/FromPort").asInt()).isEqualTo(6379);
              assertThat(rule.at("/Properties/SourceSecurityGroupId").toString())
                  .contains("FleetNodeSecurityGroup");
            });
    Map<String, JsonNode> policies = made.resources("AWS::IAM::Policy");
    String granted =
        policies.keySet().stream().filter(id -> id.startsWith("FleetGranted")).findFirst().get();
    assertThat(policies.get(granted).at("/Properties/PolicyDocument").toString())
        .contains("secretsmanager:GetSecretValue", "{\"Ref\":\"StorePassword");
    assertThat(made.resources("AWS::AutoScaling::AutoScalingGroup").values())
        .allSatisfy(group -> assertThat(group.get("DependsOn").toString()).contains(granted));
  }

  @Test
  void itPassesTheRulesAndPutsNothingOut() {
    new HeimdallStore(stack, "Store", props().build());
    Synthesised made = Synthesised.of(app, stack);
    assertThat(made.complaints()).isEmpty();
    assertThat(made.template().has("Outputs")).isFalse();
    JsonNode servers = made.resources(SERVERS).values().iterator().next().get("Properties");
    assertThat(servers.get("Engine").asText()).isEqualTo("valkey");
    assertThat(servers.get("MultiAZEnabled").asBoolean()).isTrue();
    assertThat(servers.has("KmsKeyId")).isFalse();
    assertThat(made.resources("AWS::ElastiCache::SubnetGroup").toString())
        .contains("[\"subnet-0a1b2c3d\",\"subnet-0b1c2d3e\"]");
  }

  @Test
  void whatNodesAreToldOfItIsRight(@TempDir Path conf) throws Exception {
    IHeimdallStore one = new HeimdallStore(stack, "One", props().build());
    IHeimdallStore several =
        new HeimdallStore(
            stack,
            "Several",
            props().fleetName("orders").shards(3).engine(HeimdallStoreEngine.REDIS).build());
    NodeSettings alone = read(conf.resolve("one"), one);
    assertThat(alone.store().mode()).isEqualTo(StoreMode.STANDALONE);
    assertThat(alone.store().password().orElseThrow().isUnread()).isTrue();
    assertThat(read(conf.resolve("several"), several).store().mode()).isEqualTo(StoreMode.CLUSTER);
    assertThat(several.getPasswordName()).isEqualTo("orders/store-password");
    Synthesised made = Synthesised.of(app, stack);
    assertThat(made.resources(SERVERS)).hasSize(2);
    assertThat(made.template().toString()).doesNotContain("ConfigurationEndPoint");
  }

  /** As a node reads it, with an address for what only CloudFormation knows. */
  private static NodeSettings read(Path conf, IHeimdallStore store) throws Exception {
    String settings =
        new ObjectMapper()
            .writeValueAsString(store.getNodeSettings())
            .replaceAll("\\$\\{Token[^}]*}", "store.example");
    Files.createDirectories(conf.resolve("sources"));
    Files.createDirectories(conf.resolve("vdbs"));
    Files.writeString(conf.resolve("node.json"), "{\"store\": " + settings + "}");
    Files.writeString(
        conf.resolve("sources/db.json"), "{\"url\": \"jdbc:postgresql://db.example\"}");
    Files.writeString(conf.resolve("vdbs/a.json"), "{\"ports\": [5432], \"source\": \"db\"}");
    return ConfigurationReader.check(conf).node();
  }

  @Test
  void itsKeyIsOfPasswordAndDataAndNodesMayUseIt() {
    Key key = Key.Builder.create(stack, "Key").enableKeyRotation(true).build();
    HeimdallStore store = new HeimdallStore(stack, "Store", props().encryptionKey(key).build());
    store.grantConnect(fleet());
    Synthesised made = Synthesised.of(app, stack);
    JsonNode servers = made.resources(SERVERS).values().iterator().next();
    assertThat(servers.at("/Properties/KmsKeyId").toString()).contains("Key");
    assertThat(
            made.resources("AWS::SecretsManager::Secret")
                .values()
                .iterator()
                .next()
                .at("/Properties/KmsKeyId")
                .toString())
        .contains("Key");
    assertThat(made.resources("AWS::KMS::Key").toString())
        .contains("\"kms:Decrypt\"", "{\"kms:ViaService\":", "FleetNodeRole");
  }

  @Test
  void aStoreOfAnotherAppIsKnownByItsAttributes() {
    IHeimdallStore store =
        HeimdallStore.fromHeimdallStoreAttributes(
            stack,
            "Store",
            new HeimdallStoreAttributes(
                "store.example", 6379, true, "sg-0c0c0c0c", "orders/store-password", true));
    HeimdallFleet fleet = fleet();
    fleet.getNodes().allowToDefaultPort(store);
    store.grantConnect(fleet);
    assertThat(store.getNodeSettings().toString()).contains("store.example:6379", "cluster");
    Synthesised made = Synthesised.of(app, stack);
    assertThat(made.resources(SERVERS)).isEmpty();
    assertThat(made.resources(RULE).values())
        .anyMatch(rule -> rule.at("/Properties/GroupId").asText().equals("sg-0c0c0c0c"));
    assertThat(made.resources("AWS::IAM::Policy").toString())
        .contains("secret:orders/store-password-??????");
  }

  @Test
  void metricsAreOfItsReplicationGroup() {
    HeimdallStore store = new HeimdallStore(stack, "Store", props().build());
    assertThat(
            List.of(
                store.metricMemory(),
                store.metricLoad(),
                store.metricEvictions(),
                store.metricConnections()))
        .allSatisfy(
            metric ->
                assertThat(metric.getDimensions())
                    .isEqualTo(Map.of("ReplicationGroupId", store.getReplicationGroupId())));
  }

  static Stream<Arguments> wrongProps() {
    return Stream.of(
        wrong("replicas: 6; allowed is: 0 to 5", p -> p.replicas(6)),
        wrong("shards: 0; allowed is: 1 to 100", p -> p.shards(0)),
        wrong(
            "nodeType: t4g.small; allowed is: a type such as cache.t4g.small",
            p -> p.nodeType("t4g.small")),
        wrong(
            "fleetName: Orders; allowed is: 1 to 20 small letters, digits and hyphens, a letter"
                + " first",
            p -> p.fleetName("Orders")));
  }

  private static Arguments wrong(String said, Consumer<HeimdallStoreProps.Builder> edit) {
    return Arguments.of(said, edit);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongProps")
  void whatAwsWouldRefuseIsSaidBefore(String said, Consumer<HeimdallStoreProps.Builder> edit) {
    HeimdallStoreProps.Builder props = props();
    edit.accept(props);
    assertThatThrownBy(() -> new HeimdallStore(stack, "Store", props.build())).hasMessage(said);
  }

  @Test
  void replicasWantASecondZone() {
    ISubnet only = Subnet.fromSubnetId(stack, "Only", "subnet-0a1b2c3d");
    SubnetSelection one = SubnetSelection.builder().subnets(List.of(only)).build();
    assertThatThrownBy(() -> new HeimdallStore(stack, "A", props().vpcSubnets(one).build()))
        .hasMessage(
            "vpcSubnets: [subnet-0a1b2c3d]; allowed is: two of different zones at least, or 0"
                + " replicas");
    assertThat(new HeimdallStore(stack, "B", props().vpcSubnets(one).replicas(0).build()))
        .isNotNull();
  }

  @Test
  void theDocumentationShowsHowNodesGetIt() throws IOException {
    String source =
        squeezed(
            Files.readString(
                Path.of("src/test/java/dev/heimdall/cdk/constructs/StoreConstructTest.java")));
    var shown =
        Pattern.compile("```java\n(HeimdallStore .*?)```", Pattern.DOTALL)
            .matcher(Files.readString(Path.of("../docs/constructs.md")));
    assertThat(shown.find()).isTrue();
    assertThat(source)
        .contains(
            squeezed(shown.group(1))
                .replace("(this,", "(stack,")
                .replace(".vpc(vpc)", ".vpc(Given.network(stack))"));
  }

  private static String squeezed(String text) {
    return text.replaceAll("\\s+", "");
  }
}
