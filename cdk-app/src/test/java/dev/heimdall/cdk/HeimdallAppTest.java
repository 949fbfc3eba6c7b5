package dev.heimdall.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.heimdall.model.ConfigurationReader;
import dev.heimdall.model.NodeSettings;
import dev.heimdall.model.RegionFacts;
import dev.heimdall.model.SecretReference;
import dev.heimdall.model.StoreMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the app makes of the sample with two regions, which has one of everything. */
class HeimdallAppTest {
  private static final Path SNAPSHOTS = Path.of("src", "test", "resources", "snapshots");
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);
  private static final String EU = "orders-db-eu-west-1";
  private static final String US = "orders-db-us-east-1";

  @TempDir private static Path work;
  private static Assembly made;

  @BeforeAll
  static void make() throws Exception {
    made = Assembly.of(Path.of("samples", "two-regions.json"), work);
  }

  @Test
  void theRulesOfTheAwsSolutionsPackAndOfTheSchemasHaveNothingToSay() {
    assertThat(made.complaints()).isEmpty();
  }

  @Test
  void nothingHasToBeAskedOfAwsForIt() {
    assertThat(made.questions()).isEmpty();
  }

  @Test
  void eachStackIsAsItWas() throws IOException {
    for (Map.Entry<String, JsonNode> template : made.templates().entrySet()) {
      Path snapshot = SNAPSHOTS.resolve(template.getKey() + ".json");
      String text =
          JSON.writeValueAsString(JSON.treeToValue(template.getValue(), Object.class)) + "\n";
      if (System.getProperty("regenerate") != null) {
        Files.createDirectories(SNAPSHOTS);
        Files.writeString(snapshot, text);
      }
      assertThat(snapshot).hasContent(text);
    }
    try (var snapshots = Files.list(SNAPSHOTS)) {
      assertThat(snapshots.map(file -> file.getFileName().toString().replace(".json", "")))
          .containsExactlyInAnyOrderElementsOf(made.templates().keySet());
    }
  }

  @Test
  void aRegionWithoutNetworkGetsOneAndAnotherUsesItsOwn() {
    assertThat(made.resources(EU, "AWS::EC2::VPC")).hasSize(1);
    assertThat(made.resources(US, "AWS::EC2::VPC")).isEmpty();
    assertThat(made.resources(US, "Fleet", "AWS::AutoScaling::AutoScalingGroup").values())
        .extracting(group -> group.at("/Properties/VPCZoneIdentifier").toString())
        .containsExactly("[\"subnet-0a1b2c3d\"]", "[\"subnet-0b1c2d3e\"]");
  }

  @Test
  void eachZoneHasAGroupOfItsOwnThatDrainsBeforeItShrinks() {
    Map<String, JsonNode> groups =
        made.resources(EU, "Fleet", "AWS::AutoScaling::AutoScalingGroup");
    assertThat(groups).hasSize(3);
    for (JsonNode group : groups.values()) {
      assertThat(group.at("/Properties/VPCZoneIdentifier")).hasSize(1);
      assertThat(group.at("/Properties/MinSize").asText()).isEqualTo("2");
      assertThat(group.at("/Properties/HealthCheckType").asText()).isEqualTo("EC2");
      assertThat(group.at("/Properties/TargetGroupARNs")).hasSize(2);
      JsonNode hook = group.at("/Properties/LifecycleHookSpecificationList/0");
      assertThat(hook.get("LifecycleTransition").asText())
          .isEqualTo("autoscaling:EC2_INSTANCE_TERMINATING");
      assertThat(hook.get("HeartbeatTimeout").asInt()).isEqualTo(300);
      JsonNode update = group.at("/UpdatePolicy/AutoScalingRollingUpdate");
      assertThat(update.get("MinInstancesInService").asInt()).isEqualTo(2);
      assertThat(update.get("WaitOnResourceSignals").asBoolean()).isTrue();
    }
    assertThat(made.resources(EU, "Fleet", "AWS::AutoScaling::ScalingPolicy")).hasSize(3);
  }

  /** AWS refuses to scale a group that has its most nodes always, and an alarm would never end. */
  @Test
  void aZoneThatCannotGrowHasNeitherPolicyNorAlarmOfThat() {
    assertThat(made.resources(US, "AWS::AutoScaling::ScalingPolicy")).isEmpty();
    assertThat(made.resources(US, "Watch", "AWS::CloudWatch::Alarm").keySet())
        .noneMatch(alarm -> alarm.startsWith("Full"));
    assertThat(made.resources(EU, "Watch", "AWS::CloudWatch::Alarm").keySet())
        .anyMatch(alarm -> alarm.startsWith("Full"));
  }

  @Test
  void aGroupOfOneNodeCanBeUpdated() {
    made.resources(US, "Fleet", "AWS::AutoScaling::AutoScalingGroup")
        .values()
        .forEach(
            group ->
                assertThat(
                        group
                            .at("/UpdatePolicy/AutoScalingRollingUpdate/MinInstancesInService")
                            .asInt(-1))
                    .isZero());
  }

  @Test
  void instancesAnswerMetadataOnlyByVersionTwoAndOnlyThemselves() {
    Map<String, JsonNode> templates = made.resources(EU, "Fleet", "AWS::EC2::LaunchTemplate");
    assertThat(templates).hasSize(3);
    for (JsonNode template : templates.values()) {
      JsonNode data = template.at("/Properties/LaunchTemplateData");
      assertThat(data.at("/MetadataOptions/HttpTokens").asText()).isEqualTo("required");
      assertThat(data.at("/MetadataOptions/HttpPutResponseHopLimit").asInt()).isEqualTo(1);
      assertThat(data.at("/BlockDeviceMappings/0/Ebs/Encrypted").asBoolean()).isTrue();
      assertThat(data.get("InstanceType").asText()).isEqualTo("c7g.xlarge");
    }
  }

  @Test
  void anIllNodeKeepsItsConnectionsAndHealthIsTheNodesOwn() {
    Map<String, JsonNode> targets =
        made.resources(EU, "Fleet", "AWS::ElasticLoadBalancingV2::TargetGroup");
    assertThat(targets).hasSize(2);
    for (JsonNode target : targets.values()) {
      JsonNode settings = target.get("Properties");
      assertThat(settings.get("HealthCheckPath").asText()).isEqualTo("/readyz");
      assertThat(settings.get("HealthCheckPort").asText()).isEqualTo("5059");
      assertThat(settings.get("HealthCheckProtocol").asText()).isEqualTo("HTTP");
      assertThat(attributes(settings.get("TargetGroupAttributes")))
          .containsEntry("target_health_state.unhealthy.connection_termination.enabled", "false")
          .containsEntry("target_health_state.unhealthy.draining_interval_seconds", "300")
          .containsEntry("deregistration_delay.timeout_seconds", "300")
          .containsEntry("deregistration_delay.connection_termination.enabled", "false")
          .containsEntry("proxy_protocol_v2.enabled", "true")
          .containsEntry("preserve_client_ip.enabled", "false");
    }
    Map<String, JsonNode> listeners =
        made.resources(EU, "Fleet", "AWS::ElasticLoadBalancingV2::Listener");
    assertThat(listeners.values())
        .extracting(listener -> listener.at("/Properties/Port").asInt())
        .containsExactly(5432, 5433);
    assertThat(listeners.values())
        .allSatisfy(
            listener ->
                assertThat(attributes(listener.at("/Properties/ListenerAttributes")))
                    .containsEntry("tcp.idle_timeout.seconds", "3600"));
  }

  @Test
  void theLoadBalancerStaysInEachZoneAndResistsBeingDeleted() {
    JsonNode balancer = made.resource(EU, "Fleet", "AWS::ElasticLoadBalancingV2::LoadBalancer");
    assertThat(balancer.get("Scheme").asText()).isEqualTo("internal");
    assertThat(attributes(balancer.get("LoadBalancerAttributes")))
        .containsEntry("load_balancing.cross_zone.enabled", "false")
        .containsEntry("dns_record.client_routing_policy", "partial_availability_zone_affinity")
        .containsEntry("deletion_protection.enabled", "true");
  }

  @Test
  void onlyNamedNetworksReachThePortsAndNobodyElseTheNodes() {
    List<JsonNode> ingress =
        made.resources(EU, "Fleet", "AWS::EC2::SecurityGroupIngress").values().stream()
            .map(rule -> rule.get("Properties"))
            .toList();
    assertThat(ingress.stream().filter(rule -> rule.has("CidrIp")))
        .extracting(rule -> rule.get("CidrIp").asText() + " " + rule.get("FromPort").asInt())
        .containsExactlyInAnyOrder(
            "10.0.0.0/16 5432",
            "10.0.0.0/16 5433",
            "10.1.0.0/16 5432",
            "10.1.0.0/16 5433",
            // the network of the other region
            "10.8.0.0/16 5432",
            "10.8.0.0/16 5433",
            // its function, which pushes
            "10.8.0.0/16 5059");
    assertThat(
            ingress.stream()
                .filter(rule -> rule.get("GroupId").toString().contains("NodeSec"))
                .filter(rule -> !rule.has("CidrIp")))
        .extracting(
            rule ->
                (rule.get("SourceSecurityGroupId").toString().contains("BalancerSecurityGroup")
                        ? "balancer "
                        : rule.get("SourceSecurityGroupId").equals(rule.get("GroupId"))
                            ? "nodes "
                            : "others ")
                    + rule.get("FromPort").asInt())
        .as("what reaches nodes; they pass cancel requests on to each other")
        .containsExactlyInAnyOrder(
            "balancer 5059", "balancer 5432", "balancer 5433", "nodes 5432", "nodes 5433");
    for (Map.Entry<String, JsonNode> template : made.templates().entrySet()) {
      List<JsonNode> open = new ArrayList<>(template.getValue().findValues("SecurityGroupIngress"));
      made.resources(template.getKey(), "AWS::EC2::SecurityGroupIngress")
          .values()
          .forEach(open::add);
      assertThat(open).noneMatch(rule -> rule.toString().contains("0.0.0.0/0"));
      assertThat(open).noneMatch(rule -> rule.toString().contains("::/0"));
    }
  }

  @Test
  void aManagerHealsItselfAndIsReplacedWithoutAGap() {
    for (String stack : List.of(EU, US)) {
      JsonNode group =
          made.resources(stack, "Manager", "AWS::AutoScaling::AutoScalingGroup")
              .values()
              .iterator()
              .next();
      assertThat(group.at("/Properties/MinSize").asText())
          .isEqualTo(stack.startsWith(EU) ? "1" : "2");
      assertThat(group.at("/Properties/MaxSize").asText()).isEqualTo("2");
      assertThat(group.at("/Properties/HealthCheckType").asText()).isEqualTo("ELB");
      assertThat(group.at("/Properties/TargetGroupARNs")).hasSize(1);
      JsonNode update = group.at("/UpdatePolicy/AutoScalingRollingUpdate");
      assertThat(update.get("MinInstancesInService").asInt()).isOne();
      assertThat(update.get("WaitOnResourceSignals").asBoolean()).isTrue();
      JsonNode machine =
          made.resource(stack, "Manager", "AWS::EC2::LaunchTemplate").get("LaunchTemplateData");
      assertThat(machine.at("/MetadataOptions/HttpTokens").asText()).isEqualTo("required");
      assertThat(machine.at("/BlockDeviceMappings/0/Ebs/Encrypted").asBoolean()).isTrue();
      JsonNode target = made.resource(stack, "Manager", "AWS::ElasticLoadBalancingV2::TargetGroup");
      assertThat(target.get("HealthCheckPath").asText()).isEqualTo("/livez");
      assertThat(target.get("HealthCheckPort").asText())
          .isEqualTo(stack.startsWith(EU) ? "8087" : "8443");
      assertThat(attributes(target.get("TargetGroupAttributes")))
          .containsEntry("preserve_client_ip.enabled", "true")
          .containsEntry("proxy_protocol_v2.enabled", "false");
      JsonNode balancer =
          made.resource(stack, "Manager", "AWS::ElasticLoadBalancingV2::LoadBalancer");
      assertThat(balancer.get("Scheme").asText()).isEqualTo("internal");
      assertThat(attributes(balancer.get("LoadBalancerAttributes")))
          .containsEntry("load_balancing.cross_zone.enabled", "true");
    }
    assertThat(made.resources(EU, "Manager", "AWS::AutoScaling::AutoScalingGroup").values())
        .allSatisfy(group -> assertThat(group.at("/Properties/VPCZoneIdentifier")).hasSize(3));
    assertThat(made.resource(EU, "Manager", "AWS::EC2::LaunchTemplate").toString())
        .contains("t4g.medium");
    assertThat(made.resource(US, "Manager", "AWS::EC2::LaunchTemplate").toString())
        .contains("t3.medium");
    assertThat(made.resources(EU, "Watch", "AWS::CloudWatch::Alarm").keySet())
        .anyMatch(alarm -> alarm.startsWith("NoManager"));
  }

  @Test
  void onlyNamedNetworksAndNodesReachTheManager() {
    List<JsonNode> ingress =
        made.resources(EU, "Manager", "AWS::EC2::SecurityGroupIngress").values().stream()
            .map(rule -> rule.get("Properties"))
            .toList();
    assertThat(ingress.stream().filter(rule -> rule.has("CidrIp")))
        .extracting(rule -> rule.get("CidrIp").asText() + " " + rule.get("FromPort").asInt())
        .containsExactlyInAnyOrder("10.0.8.0/24 8087", "10.1.8.0/24 8087");
    assertThat(ingress.stream().filter(rule -> !rule.has("CidrIp")))
        .extracting(rule -> rule.get("SourceSecurityGroupId").toString())
        .satisfiesExactlyInAnyOrder(
            source -> assertThat(source).contains("ManagerBalancerSecurityGroup"),
            source -> assertThat(source).contains("FleetNodeSecurityGroup"));
    JsonNode plain = made.resource(EU, "Manager", "AWS::ElasticLoadBalancingV2::Listener");
    assertThat(plain.get("Protocol").asText()).isEqualTo("TCP");
    JsonNode secret = made.resource(US, "Manager", "AWS::ElasticLoadBalancingV2::Listener");
    assertThat(secret.get("Protocol").asText()).isEqualTo("TLS");
    assertThat(secret.at("/Certificates/0/CertificateArn").asText()).endsWith("0a1b2c3d4e5f");
  }

  @Test
  void aManagerMayEditWhereTheConfigurationIsAndNowhereElse() {
    String inSecret = made.resource(EU, "Manager", "AWS::IAM::Role").toString();
    assertThat(inSecret)
        .contains(
            "secretsmanager:PutSecretValue",
            "\"ConfigurationSecret\":\"orders-db/configuration\"",
            "\"ManagerSecret\":\"orders-db/manager\"")
        .doesNotContain("s3:PutObject", "elasticfilesystem", "s3:ListBucket");
    assertThat(inSecret)
        .contains("\"sns:Publish\"", "\"AlertTopics\":\"oncall\"", "\"AlertTopics\":\"orders-*\"");
    String onFiles = made.resource(US, "Manager", "AWS::IAM::Role").toString();
    assertThat(onFiles)
        .contains("elasticfilesystem:ClientWrite", "\"ConfigurationPrefix\":\"config\"")
        .contains("\"ManagerSecret\":\"heimdall/oidc\"")
        .doesNotContain("s3:PutObject", "secretsmanager:PutSecretValue", "sns:Publish");
    assertThat(inSecret).doesNotContain("heimdall/oidc");
    assertThat(made.resource(US, "Manager", "AWS::EC2::LaunchTemplate").toString())
        .contains(
            "managerConf='managerUrl = https://heimdall.example.com:8443;oidcIssuer = https://",
            ";oidcAdmins = database-admins, operators'");
    JsonNode password = made.resource(EU, "Manager", "AWS::SecretsManager::Secret");
    assertThat(password.get("Name").asText()).isEqualTo("orders-db/manager");
    assertThat(password.get("KmsKeyId").toString()).contains("Key");
    assertThat(password.has("SecretString")).isFalse();
  }

  @Test
  void theBootScriptOfAManagerSaysWhatItIs() {
    String onFiles = made.resource(US, "Manager", "AWS::EC2::LaunchTemplate").toString();
    assertThat(onFiles)
        .contains(
            "role='server'",
            "configDirectory='/mnt/heimdall'",
            "managerPort='8443'",
            "healthPort='8443'",
            "\"ManagerSecret\":\"orders-db/manager\"",
            "/mnt/heimdall efs _netdev,nofail,tls,iam,accesspoint=")
        .contains("hook=''", "secret=''");
    assertThat(made.resource(EU, "Manager", "AWS::EC2::LaunchTemplate").toString())
        .contains("\"SecretName\":\"orders-db/configuration\"")
        .contains("configSource=''", "configDirectory=''");
  }

  @Test
  void theStoreTellsOfKeysAndWantsTlsAndAPassword() {
    JsonNode parameters = made.resource(EU, "Store", "AWS::ElastiCache::ParameterGroup");
    assertThat(parameters.at("/Properties/notify-keyspace-events").asText()).isEqualTo("AE");
    JsonNode store = made.resource(EU, "Store", "AWS::ElastiCache::ReplicationGroup");
    assertThat(store.get("Engine").asText()).isEqualTo("valkey");
    assertThat(store.get("TransitEncryptionEnabled").asBoolean()).isTrue();
    assertThat(store.get("AtRestEncryptionEnabled").asBoolean()).isTrue();
    assertThat(store.get("AuthToken").toString()).contains("{{resolve:secretsmanager:");
    assertThat(store.get("AutomaticFailoverEnabled").asBoolean()).isTrue();
    JsonNode clustered = made.resource(US, "Store", "AWS::ElastiCache::ParameterGroup");
    assertThat(clustered.at("/Properties/cluster-enabled").asText()).isEqualTo("yes");
    assertThat(clustered.get("CacheParameterGroupFamily").asText()).isEqualTo("redis7");
  }

  @Test
  void whatHoldsDataOutlivesItsStack() {
    for (String type : List.of("AWS::S3::Bucket", "AWS::KMS::Key", "AWS::EFS::FileSystem")) {
      Map<String, JsonNode> kept = made.resources(EU, "Documents", type);
      assertThat(kept).as(type).isNotEmpty();
      assertThat(kept.values()).allSatisfy(HeimdallAppTest::outlivesItsStack);
    }
    outlivesItsStack(
        made.resources(EU, "Documents", "AWS::SecretsManager::Secret").get("Configuration"));
    JsonNode bucket = made.resource(EU, "Documents", "AWS::S3::Bucket");
    assertThat(bucket.at("/VersioningConfiguration/Status").asText()).isEqualTo("Enabled");
    assertThat(bucket.at("/PublicAccessBlockConfiguration/BlockPublicAcls").asBoolean()).isTrue();
    assertThat(made.resource(EU, "Documents", "AWS::KMS::Key").get("EnableKeyRotation").asBoolean())
        .isTrue();
  }

  /** But for one whose first deployment fails, which can be tried again. */
  private static void outlivesItsStack(JsonNode resource) {
    assertThat(resource.get("DeletionPolicy").asText()).isEqualTo("RetainExceptOnCreate");
    assertThat(resource.get("UpdateReplacePolicy").asText()).isEqualTo("Retain");
  }

  @Test
  void whatIsMadeByItselfGoesWithItsStackAndItsNameIsFreeAgain() {
    assertThat(made.resources(EU, "AWS::SecretsManager::Secret").entrySet())
        .filteredOn(secret -> !secret.getKey().startsWith("DocumentsConfiguration"))
        .hasSize(4)
        .allSatisfy(
            secret ->
                assertThat(secret.getValue().path("DeletionPolicy").asText("Delete"))
                    .isEqualTo("Delete"));
  }

  @Test
  void theFunctionHearsOfEventsByTheirIdsAndRunsOnce() {
    JsonNode function = made.resource(EU, "ConfigSync", "AWS::Lambda::Function");
    assertThat(function.get("ReservedConcurrentExecutions").asInt()).isEqualTo(1);
    assertThat(function.at("/SnapStart/ApplyOn").asText()).isEqualTo("PublishedVersions");
    assertThat(function.at("/DeadLetterConfig/TargetArn").toString()).contains("DeadLetters");
    assertThat(function.at("/Environment/Variables/HEIMDALL_FLEET").asText())
        .isEqualTo("orders-db");
    assertThat(function.at("/Environment/Variables/HEIMDALL_REGIONS").asText())
        .as("the network has no way to another region's API")
        .isEmpty();
    assertThat(function.at("/Environment/Variables/HEIMDALL_MEMBER_REGIONS").asText())
        .isEqualTo("leave");
    assertThat(
            made.resource(US, "ConfigSync", "AWS::Lambda::Function")
                .at("/Environment/Variables/HEIMDALL_REGIONS")
                .asText())
        .isEqualTo("eu-west-1");
    Map<String, JsonNode> rules = made.resources(EU, "ConfigSync", "AWS::Events::Rule");
    assertThat(rules).hasSize(3);
    assertThat(rules.get("Schedule").at("/Properties/ScheduleExpression").asText())
        .isEqualTo("rate(1 minute)");
    JsonNode pattern = rules.get("Events").at("/Properties/EventPattern");
    assertThat(StreamSupport.stream(pattern.at("/detail/EventID").spliterator(), false))
        .extracting(JsonNode::asText)
        .contains("RDS-EVENT-0071", "RDS-EVENT-0238", "RDS-EVENT-0385", "RDS-EVENT-0390");
    assertThat(
            made.resources(US, "ConfigSync", "AWS::Events::Rule")
                .get("Schedule")
                .at("/Properties/ScheduleExpression")
                .asText())
        .isEqualTo("rate(5 minutes)");
  }

  @Test
  void rolesSayWhatTheirComponentMayDoAndNoMore() {
    JsonNode role = made.resource(EU, "Fleet", "AWS::IAM::Role");
    assertThat(role.has("ManagedPolicyArns")).isFalse();
    List<String> actions = role.at("/Policies/0/PolicyDocument").findValuesAsText("Action");
    assertThat(actions).noneMatch(action -> action.contains("*"));
    assertThat(role("ConfigSync", "FunctionRole"))
        .contains("rds:DescribeGlobalClusters")
        .contains("/topology/*")
        .doesNotContain("s3:DeleteObject");
  }

  private static String role(String part, String name) {
    return made.resources(EU, part, "AWS::IAM::Role")
        .get(name)
        .at("/Properties/Policies/0")
        .toString();
  }

  @Test
  void secretsAreNamedWithTheCharactersThatTheirArnsEndIn() {
    for (Map.Entry<String, JsonNode> template : made.templates().entrySet()) {
      Matcher secrets =
          Pattern.compile(":secret:([^\"]+)\"").matcher(template.getValue().toString());
      while (secrets.find()) {
        assertThat(secrets.group(1))
            .as(template.getKey())
            .matches(".*(-\\?{6}|rds!(cluster|db)-\\*)");
      }
    }
  }

  @Test
  void aNamedClusterLetsNodesReadItsManagedSecretAndLogInByIamAsTheUsersNamed() {
    String role = made.resource(EU, "Fleet", "AWS::IAM::Role").toString();
    assertThat(role)
        .contains(
            "aws:ResourceTag/aws:rds:primaryDBClusterArn",
            "\"Clusters\":\"orders\"",
            "dbuser:${DatabaseUsers}",
            "\"DatabaseUsers\":\"cluster-ABCDEFGHIJKL/orders_app\"",
            "\"LogGroups\":\"/heimdall/orders\"")
        .doesNotContain("primaryDBInstanceArn");
    assertThat(made.resource(US, "Fleet", "AWS::IAM::Role").toString())
        .contains("log-group:${LogGroups}")
        .doesNotContain("rds-db:connect", "rds!cluster");
  }

  @Test
  void theSecretsThatDocumentsNameAreReadByWholeNamesAndNoOthers() {
    String nodes = made.resource(EU, "Fleet", "AWS::IAM::Role").toString();
    assertThat(nodes)
        .contains(
            "\"CredentialSecrets\":\"orders-db/fleet-key\"",
            "\"CredentialSecrets\":\"orders-db/push-key\"",
            "\"CredentialSecrets\":\"orders-db/store-password\"",
            "\"CredentialSecrets\":\"orders/people\"",
            "\"SecretKeys\":\"arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d")
        .doesNotContain("orders-db/manager");
    assertThat(made.resource(EU, "Manager", "AWS::IAM::Role").toString())
        .contains(
            "\"ManagerSecret\":\"orders-db/fleet-key\"",
            "\"SecretKeys\":\"arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d")
        .doesNotContain("push-key", "store-password", "orders/people");
    assertThat(made.resource(US, "Fleet", "AWS::IAM::Role").toString())
        .contains("\"CredentialSecrets\":\"orders-db/fleet-key\"")
        .doesNotContain("SecretKeys", "orders/people");
  }

  /** What CloudFormation would put out, with some text for what only it knows. */
  private static String output(String stack, String beginning) {
    JsonNode outputs = made.templates().get(stack).get("Outputs");
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, JsonNode> output : outputs.properties()) {
      if (output.getKey().startsWith(beginning)) {
        for (JsonNode part : output.getValue().at("/Value/Fn::Join/1")) {
          text.append(part.isTextual() ? part.asText() : "made-by-aws");
        }
      }
    }
    return text.toString();
  }

  @Test
  void whatIsPutOutForTheNodesIsRightAndHoldsNoSecret(@TempDir Path conf) throws Exception {
    for (String region : List.of(EU, US)) {
      String node =
          "{"
              + output(region, "DocumentsNodeSettings")
              + ", "
              + output(region, "StoreSettings")
              + "}";
      Files.createDirectories(conf.resolve("sources"));
      Files.createDirectories(conf.resolve("vdbs"));
      Files.writeString(conf.resolve("node.json"), node);
      Files.writeString(
          conf.resolve("sources/db.json"), "{\"url\": \"jdbc:postgresql://db.example\"}");
      Files.writeString(conf.resolve("vdbs/a.json"), "{\"ports\": [5432], \"source\": \"db\"}");

      NodeSettings settings = ConfigurationReader.check(conf).node();
      assertThat(settings.fleetKey().orElseThrow().isUnread()).isTrue();
      assertThat(settings.topology().key().orElseThrow().isUnread()).isTrue();
      assertThat(settings.topology().store()).contains("s3://made-by-aws/topology");
      assertThat(settings.store().password().orElseThrow().isUnread()).isTrue();
      assertThat(settings.store().mode())
          .isEqualTo(region.equals(US) ? StoreMode.CLUSTER : StoreMode.STANDALONE);
      assertThat(SecretReference.namedIn(node, RegionFacts.none()))
          .containsExactly("orders-db/fleet-key", "orders-db/push-key", "orders-db/store-password");
    }
  }

  @Test
  void aBucketIsListedAndReadOnlyWhereTheComponentHasDocuments() {
    for (String part : List.of("Fleet", "Manager", "ConfigSync")) {
      for (JsonNode role : made.resources(US, part, "AWS::IAM::Role").values()) {
        for (JsonNode statement : role.at("/Properties/Policies/0/PolicyDocument/Statement")) {
          String text = statement.toString();
          if (text.contains("s3:ListBucket")) {
            assertThat(statement.at("/Condition/StringLike/s3:prefix").toString())
                .contains("/*")
                .doesNotContain("\"*\"");
          }
          if (text.contains("ConfigurationBucket}/")) {
            assertThat(text).doesNotContain("ConfigurationBucket}/*");
          }
        }
      }
    }
  }

  @Test
  void theFirstDeploymentWaitsForAllNodesAndFailsWithoutThem() {
    for (Map<String, JsonNode> groups :
        List.of(
            made.resources(EU, "Fleet", "AWS::AutoScaling::AutoScalingGroup"),
            made.resources(US, "Manager", "AWS::AutoScaling::AutoScalingGroup"))) {
      groups
          .values()
          .forEach(
              group -> {
                assertThat(group.at("/CreationPolicy/ResourceSignal/Count").asInt()).isEqualTo(2);
                assertThat(group.at("/CreationPolicy/ResourceSignal/Timeout").asText())
                    .isEqualTo("PT15M");
              });
    }
  }

  /** What failed in a first deployment is read when that was rolled back: the group stays. */
  @Test
  void instancesSendTheirLogsToAGroupThatStaysAndNobodyNames() {
    for (String part : List.of("Fleet", "Manager")) {
      Map<String, JsonNode> groups = made.resources(EU, part, "AWS::Logs::LogGroup");
      assertThat(groups).hasSize(1);
      JsonNode group = groups.values().iterator().next();
      assertThat(group.get("DeletionPolicy").asText()).isEqualTo("Retain");
      assertThat(group.at("/Properties/RetentionInDays").asInt()).isEqualTo(30);
      assertThat(group.get("Properties").has("LogGroupName")).isFalse();
      String named = "{\"Ref\":\"" + part + "Logs";
      assertThat(made.resources(EU, part, "AWS::EC2::LaunchTemplate").values())
          .isNotEmpty()
          .allSatisfy(
              template ->
                  assertThat(template.toString())
                      .contains("logGroup='${LogGroup}'", "\"LogGroup\":" + named));
      assertThat(made.resource(EU, part, "AWS::IAM::Role").toString())
          .contains("\"InstanceLogs\":" + named);
    }
  }

  @Test
  void instancesKeepTheirLogsWhereTheFileSaysSo(@TempDir Path small) throws Exception {
    Path file = small.resolve("deployment.json");
    String key = "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f";
    Files.writeString(
        file,
        """
        {"regions": [
          {"region": "eu-west-1", "fleet": {"ports": [5432], "clients": ["10.0.0.0/16"]},
           "instances": {"logs": false}},
          {"region": "us-east-1", "fleet": {"ports": [5432], "clients": ["10.0.0.0/16"]},
           "network": {"addresses": "10.41.0.0/16"},
           "instances": {"keepLogs": 7, "logsKey": "%s"}}]}
        """
            .formatted(key));
    Assembly assembly = Assembly.of(file, small);
    assertThat(assembly.complaints()).isEmpty();
    String without = "heimdall-eu-west-1";
    assertThat(assembly.resources(without, "Fleet", "AWS::Logs::LogGroup")).isEmpty();
    assertThat(assembly.resources(without, "Fleet", "AWS::EC2::LaunchTemplate").toString())
        .contains("logGroup=''");
    assertThat(assembly.resource(without, "Fleet", "AWS::IAM::Role").toString())
        .doesNotContain("InstanceLogs");
    JsonNode group = assembly.resource("heimdall-us-east-1", "Fleet", "AWS::Logs::LogGroup");
    assertThat(group.get("RetentionInDays").asInt()).isEqualTo(7);
    assertThat(group.get("KmsKeyId").asText()).isEqualTo(key);
  }

  @Test
  void sessionManagerIsOffUnlessTheFileSaysSo() {
    assertThat(made.resource(EU, "Fleet", "AWS::IAM::Role").has("ManagedPolicyArns")).isFalse();
    assertThat(made.resources(EU, "Network", "AWS::EC2::VPCEndpoint").toString())
        .doesNotContain(".ssm\"", "ssmmessages", "ec2messages");
  }

  @Test
  void sessionManagerHasItsPolicyAndItsEndpoints(@TempDir Path small) throws Exception {
    Assembly assembly =
        Assembly.of(
            """
        {"regions": [
          {"region": "eu-west-1", "network": {"natGateways": 0, "endpoints": true},
           "fleet": {"ports": [5432], "clients": ["10.0.0.0/16"]},
           "manager": {"enabled": true, "clients": ["10.0.0.0/16"],
             "managedPolicies": ["arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"]},
           "instances": {"sessionManager": true}}]}
        """,
            small);
    assertThat(assembly.complaints()).isEmpty();
    String stack = "heimdall-eu-west-1";
    for (String part : List.of("Fleet", "Manager")) {
      assertThat(assembly.resource(stack, part, "AWS::IAM::Role").get("ManagedPolicyArns"))
          .as("none twice")
          .singleElement()
          .satisfies(
              arn -> assertThat(arn.toString()).contains(":policy/AmazonSSMManagedInstanceCore"));
    }
    assertThat(assembly.resources(stack, "Network", "AWS::EC2::VPCEndpoint").toString())
        .contains("eu-west-1.ssm\"", "eu-west-1.ssmmessages\"", "eu-west-1.ec2messages\"");
  }

  @Test
  void whatFailsToBootIsKeptWithItsPermissionAndItsAlarm(@TempDir Path small) throws Exception {
    Assembly assembly =
        Assembly.of(
            """
        {"regions": [
          {"region": "eu-west-1", "fleet": {"ports": [5432], "clients": ["10.0.0.0/16"]},
           "manager": {"enabled": true, "clients": ["10.0.0.0/16"]},
           "instances": {"keepFailed": true}}]}
        """,
            small);
    assertThat(assembly.complaints()).isEmpty();
    String stack = "heimdall-eu-west-1";
    for (String part : List.of("Fleet", "Manager")) {
      assertThat(assembly.resource(stack, part, "AWS::IAM::Role").toString())
          .contains("autoscaling:EnterStandby", "autoscaling:DescribeAutoScalingInstances")
          .contains("autoScalingGroupName/${AWS::StackName}-${KeptIn}");
      assertThat(assembly.resources(stack, part, "AWS::EC2::LaunchTemplate").toString())
          .contains("keepFailed='yes'");
    }
    assertThat(assembly.resources(stack, "Watch", "AWS::CloudWatch::Alarm").values())
        .filteredOn(alarm -> alarm.toString().contains("\"GroupStandbyInstances\""))
        .as("three zones and the manager")
        .hasSize(4);
    assertThat(made.resource(EU, "Fleet", "AWS::IAM::Role").toString())
        .doesNotContain("EnterStandby");
    assertThat(made.resources(EU, "Fleet", "AWS::EC2::LaunchTemplate").toString())
        .contains("keepFailed=''");
  }

  @Test
  void aZoneThatDoesNotSellATypeGetsAnotherOne() {
    assertThat(types(US)).containsExactly("c7i.large", "c6i.large", "m7i.large");
    assertThat(types(EU)).containsExactly("c7g.xlarge", "c6g.xlarge");
  }

  private static List<String> types(String region) {
    return made.resources(region, "Fleet", "AWS::AutoScaling::AutoScalingGroup")
        .values()
        .iterator()
        .next()
        .at("/Properties/MixedInstancesPolicy/LaunchTemplate/Overrides")
        .findValuesAsText("InstanceType");
  }

  @Test
  void theFileSystemIsMountedByIamAndInTlsOnly() {
    JsonNode policy =
        made.resource(US, "Documents", "AWS::EFS::FileSystem").get("FileSystemPolicy");
    assertThat(policy.at("/Statement/0/Principal/AWS").toString()).contains(":root");
    assertThat(policy.at("/Statement/1/Effect").asText()).isEqualTo("Deny");
    assertThat(policy.at("/Statement/1/Condition/Bool/aws:SecureTransport").asText())
        .isEqualTo("false");
  }

  @Test
  void allRegionsOfAnAccountHaveOneKeyForPushes() {
    JsonNode key =
        made.resources(EU, "Documents", "AWS::SecretsManager::Secret").values().stream()
            .map(secret -> secret.get("Properties"))
            .filter(secret -> secret.get("Name").asText().endsWith("/push-key"))
            .findFirst()
            .orElseThrow();
    assertThat(key.at("/ReplicaRegions/0/Region").asText()).isEqualTo("us-east-1");
    assertThat(made.resources(US, "Documents", "AWS::SecretsManager::Secret").toString())
        .doesNotContain("push-key");
  }

  @Test
  void nodesOfAllRegionsHaveOneKeyOfTheirOwn() {
    String secrets = "AWS::SecretsManager::Secret";
    assertThat(made.resources(EU, "Documents", secrets).values())
        .filteredOn(secret -> secret.at("/Properties/Name").asText().endsWith("/fleet-key"))
        .singleElement()
        .satisfies(
            key ->
                assertThat(key.at("/Properties/GenerateSecretString/PasswordLength").asInt())
                    .isEqualTo(48))
        .satisfies(
            key ->
                assertThat(key.at("/Properties/ReplicaRegions/0/Region").asText())
                    .as("a name is looked up in the node's own region")
                    .isEqualTo("us-east-1"));
    assertThat(made.resources(US, "Documents", secrets).toString()).doesNotContain("fleet-key");
  }

  @Test
  void eventsArePassedOnToTheOtherRegionsOnce() {
    JsonNode rule = made.resources(EU, "ConfigSync", "AWS::Events::Rule").get("ForwardEvents1");
    assertThat(rule.at("/Properties/Targets/0/Arn").toString())
        .contains("us-east-1", "event-bus/default");
    assertThat(rule.at("/Properties/EventPattern/region").toString()).contains("AWS::Region");
    assertThat(role("ConfigSync", "Forwarder1"))
        .contains("events:PutEvents", "\"OtherRegions\":\"us-east-1\"");
  }

  @Test
  void whatARuleCannotDeliverWaitsInTheQueueWithAnAlarm() {
    JsonNode policy = made.resource(EU, "ConfigSync", "AWS::SQS::QueuePolicy");
    made.resources(EU, "AWS::Events::Rule")
        .forEach(
            (id, rule) -> {
              assertThat(rule.at("/Properties/Targets/0/DeadLetterConfig/Arn").toString())
                  .as(id)
                  .contains("ConfigSyncDeadLetters");
              assertThat(policy.at("/PolicyDocument/Statement/0/Condition").toString())
                  .contains('"' + id + '"');
            });
    assertThat(made.resources(EU, "ConfigSync", "AWS::Events::Rule"))
        .containsOnlyKeys("Events", "Schedule", "ForwardEvents1");
  }

  @ParameterizedTest
  @CsvSource({
    "RDS DB Instance Event, DB_INSTANCE, db:orders-1, availability, RDS-EVENT-0006, true",
    "RDS DB Cluster Event, CLUSTER, cluster:orders, failover, RDS-EVENT-0071, true",
    "RDS DB Cluster Event, CLUSTER, cluster:orders, global-failover, RDS-EVENT-0185, true",
    "RDS DB Cluster Event, CLUSTER, cluster:orders, configuration change, RDS-EVENT-0385, true",
    "RDS Blue Green Deployment Event, BLUE_GREEN_DEPLOYMENT, deployment:bgd-1, low storage,"
        + " RDS-EVENT-0248, true",
    "RDS Blue Green Deployment Event, BLUE_GREEN_DEPLOYMENT, deployment:bgd-1, failover,"
        + " RDS-EVENT-0260, true",
    "RDS DB Instance Event, DB_INSTANCE, db:orders-1, backup, RDS-EVENT-0001, false",
    "RDS DB Snapshot Event, SNAPSHOT, snapshot:rds:orders, creation, RDS-EVENT-0042, false",
    "RDS DB Cluster Snapshot Event, CLUSTER_SNAPSHOT, cluster-snapshot:a, backup, RDS-EVENT-0075,"
        + " false",
    "RDS DB Parameter Group Event, DB_PARAM, pg:a, configuration change, RDS-EVENT-0037, false",
    "RDS DB Security Group Event, SECURITY_GROUP, secgrp:a, failure, RDS-EVENT-0039, false",
    "RDS DB Proxy Event, DB_PROXY, db-proxy:prx-1, configuration change, RDS-EVENT-0204, false",
    "RDS Custom Engine Version Event, CUSTOM_ENGINE_VERSION, cev:a, creation, RDS-EVENT-0316,"
        + " false"
  })
  void eventsOfEachCategoryAreMatchedByTheirId(
      String type, String source, String resource, String category, String id, boolean matched)
      throws Exception {
    JsonNode event =
        JSON.readTree(
            """
            {"version": "0", "id": "68f6e973-1a0c-d37b-f2f2-94a7f62ffd4e", "detail-type": "%s",
             "source": "aws.rds", "account": "123456789012", "time": "2026-09-27T22:36:43Z",
             "region": "eu-west-1", "resources": ["arn:aws:rds:eu-west-1:123456789012:%s"],
             "detail": {"EventCategories": ["%s"], "SourceType": "%s",
               "SourceArn": "arn:aws:rds:eu-west-1:123456789012:%s", "Date": "2026-09-27T22:36:43.292Z",
               "Message": "it happened", "SourceIdentifier": "orders", "EventID": "%s"}}
            """
                .formatted(type, resource, category, source, resource, id));
    for (String rule : List.of("Events", "ForwardEvents1")) {
      JsonNode pattern =
          made.resources(EU, "ConfigSync", "AWS::Events::Rule")
              .get(rule)
              .at("/Properties/EventPattern");
      assertThat(matches(pattern, event)).as(rule).isEqualTo(matched);
    }
  }

  /** As EventBridge does it: each field of the pattern lists the values that it may have. */
  private static boolean matches(JsonNode pattern, JsonNode event) {
    if (pattern.isArray()) {
      return StreamSupport.stream(pattern.spliterator(), false)
          .map(value -> value.has("Ref") ? "eu-west-1" : value.asText())
          .anyMatch(value -> value.equals(event.asText()));
    }
    return pattern.properties().stream()
        .allMatch(field -> matches(field.getValue(), event.path(field.getKey())));
  }

  @Test
  void theBoardHasTheSixMetricsByTheirNames() {
    String board = made.resource(EU, "Watch", "AWS::CloudWatch::Dashboard").toString();
    assertThat(board)
        .contains(
            "DB Query Rate",
            "DB Query Time",
            "Avg Response Time",
            "DB Read Percent",
            "DB Transaction Percent",
            "Cache Hit Percent");
    assertThat(made.resources(EU, "Watch", "AWS::CloudWatch::Alarm").keySet())
        .anyMatch(alarm -> alarm.startsWith("NodesNotTold"));
    assertThat(made.resources(EU, "Watch", "AWS::CloudWatch::Alarm").values())
        .isNotEmpty()
        .allSatisfy(
            alarm ->
                assertThat(alarm.at("/Properties/AlarmActions/0").asText())
                    .isEqualTo("arn:aws:sns:eu-west-1:123456789012:oncall"));
  }

  @Test
  void eachRegionWritesItsOwnLatencyRecord() {
    for (String region : List.of("eu-west-1", "us-east-1")) {
      JsonNode set = made.resource("orders-db-" + region, "Names", "AWS::Route53::RecordSet");
      assertThat(set.get("Region").asText()).isEqualTo(region);
      assertThat(set.get("SetIdentifier").asText()).isEqualTo(region);
      assertThat(set.get("Name").asText()).isEqualTo("orders.db.example.com.");
      assertThat(set.at("/AliasTarget/EvaluateTargetHealth").asBoolean()).isTrue();
    }
  }

  /** In which each setting is what its check lets pass last. */
  @Test
  void aSmallNetworkAndAStoreOfShardsWithoutReplicasCanBeMade(@TempDir Path small)
      throws Exception {
    Assembly assembly =
        Assembly.of(
            """
        {"regions": [
          {"region": "eu-west-1",
           "network": {"addresses": "10.40.0.0/24", "zones": 3, "natGateways": 3},
           "fleet": {"ports": [5432], "clients": ["10.0.0.0/16"]},
           "cache": {"shards": 2, "replicas": 0}},
          {"region": "us-east-1",
           "network": {"addresses": "10.41.0.0/23", "zones": 6, "natGateways": 6},
           "fleet": {"ports": [5432], "clients": ["10.0.0.0/16"]}}]}
        """,
            small);
    assertThat(assembly.resources("heimdall-eu-west-1", "Network", "AWS::EC2::Subnet")).hasSize(6);
    assertThat(assembly.resources("heimdall-us-east-1", "Network", "AWS::EC2::Subnet")).hasSize(12);
    JsonNode store =
        assembly.resource("heimdall-eu-west-1", "Store", "AWS::ElastiCache::ReplicationGroup");
    assertThat(store.get("AutomaticFailoverEnabled").asBoolean()).isTrue();
    assertThat(store.get("MultiAZEnabled").asBoolean()).isFalse();
  }

  @Test
  void nodesOfANetworkThatIsMadeReachOtherNetworksByRoutes(@TempDir Path small) throws Exception {
    Assembly assembly =
        Assembly.of(
            """
        {"regions": [
          {"region": "eu-west-1", "fleet": {"ports": [5432], "clients": ["10.133.0.0/16"]},
           "network": {"routes": [{"to": "10.133.0.0/16", "by": "pcx-0a1b2c3d"},
                                  {"to": "10.9.0.0/16", "by": "tgw-0a1b2c3d"}]}}]}
        """,
            small);
    assertThat(assembly.complaints()).isEmpty();
    List<JsonNode> routes =
        assembly.resources("heimdall-eu-west-1", "AWS::EC2::Route").values().stream()
            .map(route -> route.get("Properties"))
            .toList();
    for (String by : List.of("VpcPeeringConnectionId", "TransitGatewayId")) {
      assertThat(routes)
          .filteredOn(route -> route.has(by))
          .hasSize(3)
          .extracting(route -> route.at("/RouteTableId/Ref").asText())
          .doesNotHaveDuplicates()
          .allMatch(table -> table.startsWith("NetworkNodesSubnet"));
    }
  }

  /** The networks of both regions are connected by a function, which needs no way of its own. */
  @Test
  void regionsThatAreJoinedHaveAStackThatConnectsThem() {
    String stack = US + "-joined";
    JsonNode way =
        made.resources(stack, "AWS::CloudFormation::CustomResource").values().iterator().next();
    assertThat(way.at("/Properties/Fleet").asText()).isEqualTo("orders-db");
    assertThat(way.at("/Properties/One"))
        .isEqualTo(
            tree(
                """
                {"Region": "eu-west-1", "Addresses": "10.40.0.0/16", "Stack": "%s",
                 "Shape": "3 zones, no NAT gateway"}
                """
                    .formatted(EU)));
    assertThat(way.at("/Properties/Other"))
        .isEqualTo(
            tree(
                """
                {"Region": "us-east-1", "Addresses": "10.8.0.0/16", "Vpc": "vpc-0a1b2c3d",
                 "RouteTables": ["rtb-0a1b2c3d"]}
                """));
    JsonNode function =
        made.resources(stack, "AWS::Lambda::Function").values().iterator().next().get("Properties");
    assertThat(function.has("VpcConfig")).isFalse();
    assertThat(function.at("/Code/ZipFile").asText()).contains("def serve(", "def connect(");
    assertThat(made.templates().get(stack).at("/Outputs/PeeringWitheuwest1/Value").toString())
        .contains("\"Peering\"");
  }

  private static JsonNode tree(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** It may touch what has the fleet's tag, and what the file names, and nothing else. */
  @Test
  void whatConnectsRegionsMayTouchNothingElse() {
    String policy =
        made.resources(US + "-joined", "AWS::IAM::Role").values().iterator().next().toString();
    assertThat(policy)
        .contains("vpc/${GivenVpcs}")
        .contains("\"aws:ResourceTag/heimdall:fleet\":{\"Fn::Sub\":[\"${FleetName}\"");
    assertThat(made.resources(EU, "Network", "AWS::EC2::VPC").get("").toString())
        .contains("{\"Key\":\"heimdall:fleet\",\"Value\":\"orders-db\"}");
    assertThat(made.resources(EU, "Network", "AWS::EC2::RouteTable").values())
        .isNotEmpty()
        .allSatisfy(
            table ->
                assertThat(table.toString())
                    .contains("{\"Key\":\"heimdall:fleet\",\"Value\":\"orders-db\"}"));
    assertThat(made.templates().get(EU).at("/Outputs/NetworkRouteTables/Value").toString())
        .contains("NetworkNodesSubnet1RouteTable", "NetworkNodesSubnet3RouteTable");
  }

  @Test
  void balancersAndDatabasesAreOpenToTheNetworksOfOtherRegions(@TempDir Path small)
      throws Exception {
    Assembly assembly =
        Assembly.of(
            """
        {"join": "peering", "regions": [
          {"region": "eu-west-1", "fleet": {"ports": [5432], "clients": ["10.0.0.0/16"]},
           "databases": [{"cluster": "orders", "securityGroup": "sg-0a1b2c3d", "port": 3306}]},
          {"region": "us-east-1", "fleet": {"ports": [5432], "clients": ["10.0.0.0/8"]}},
          {"region": "ap-southeast-2", "fleet": {"ports": [5432], "clients": ["10.109.0.0/16"]}}]}
        """,
            small);
    assertThat(assembly.complaints()).allMatch(said -> said.startsWith("INFO"));
    Map<String, JsonNode> rules =
        assembly.resources("heimdall-eu-west-1", "Fleet", "AWS::EC2::SecurityGroupIngress");
    for (String network : List.of("10.133.0.0/16", "10.109.0.0/16")) {
      assertThat(rules.values())
          .filteredOn(rule -> rule.at("/Properties/CidrIp").asText().equals(network))
          .extracting(rule -> rule.at("/Properties/FromPort").asInt())
          .containsExactlyInAnyOrder(3306, 5432, 5059);
    }
    assertThat(rules.get("Databasesg0a1b2c3dAt3306From10x133x0x0x16").get("Properties"))
        .isEqualTo(
            tree(
                """
                {"GroupId": "sg-0a1b2c3d", "IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306,
                 "CidrIp": "10.133.0.0/16", "Description": "Heimdall nodes of another region"}
                """));
    // A network of clients has them in it already.
    assertThat(
            assembly
                .resources("heimdall-us-east-1", "Fleet", "AWS::EC2::SecurityGroupIngress")
                .values())
        .filteredOn(rule -> rule.at("/Properties/FromPort").asInt() != 5059)
        .extracting(rule -> rule.at("/Properties/CidrIp").asText())
        .doesNotContain("10.40.0.0/16", "10.109.0.0/16");
    assertThat(assembly.templates())
        .containsOnlyKeys(
            "heimdall-ap-southeast-2",
            "heimdall-eu-west-1",
            "heimdall-eu-west-1-joined",
            "heimdall-us-east-1",
            "heimdall-us-east-1-joined");
    assertThat(
            assembly.resources("heimdall-us-east-1-joined", "AWS::CloudFormation::CustomResource"))
        .hasSize(2);
  }

  private static JsonNode associated(Assembly assembly, String stack) {
    return assembly
        .resources(stack, "ZoneAssociation", "AWS::CloudFormation::CustomResource")
        .values()
        .iterator()
        .next()
        .get("Properties");
  }

  /** A private zone that is there is seen from no network that is not associated with it. */
  @Test
  void theNetworkOfEachRegionIsLetToSeeTheZoneThatTheFileNames() {
    JsonNode given = associated(made, US);
    assertThat(given.get("Zone").asText()).isEqualTo("Z0123456789ABC");
    assertThat(given.get("Vpc").asText()).isEqualTo("vpc-0a1b2c3d");
    assertThat(given.get("Network").asText()).isEqualTo("given");
    assertThat(given.get("Region").asText()).isEqualTo("us-east-1");
    JsonNode own = associated(made, EU);
    assertThat(own.at("/Vpc/Ref").asText()).startsWith("Network");
    assertThat(own.get("Network").asText()).isEqualTo("made");
    for (String stack : List.of(EU, US)) {
      String record = made.resources(stack, "Names", "AWS::Route53::RecordSet").values().toString();
      assertThat(record)
          .contains("\"HostedZoneId\":\"Z0123456789ABC\"")
          .contains("\"DependsOn\":[\"ZoneAssociation");
      assertThat(made.templates().get(stack).at("/Outputs").has("NamesAssociation")).isFalse();
    }
    assertThat(made.templates().get(EU).at("/Outputs/NetworkVpc/Value/Ref").asText())
        .startsWith("Network");
  }

  /** Each may let its own network see this zone, and touches no other network and no record. */
  @Test
  void whatAssociatesANetworkMayTouchNoOtherOne() {
    String policy =
        made.resources(US, "ZoneAssociation", "AWS::IAM::Role")
            .values()
            .iterator()
            .next()
            .toString();
    assertThat(policy)
        .contains("hostedzone/${HostedZone}\",{\"HostedZone\":\"Z0123456789ABC\"}")
        .contains(
            "{\"ForAnyValue:StringEquals\":{\"route53:VPCs\":{\"Fn::Sub\":"
                + "[\"VPCId=${Vpc},VPCRegion=${AWS::Region}\",{\"Vpc\":\"vpc-0a1b2c3d\"}]}}}")
        .doesNotContain("cloudformation:", "ChangeResourceRecordSets");
  }

  /** What the first region has made, the others find by its stack's output. */
  @Test
  void aZoneThatTheFileDoesNotNameIsMadeByTheFirstRegionForAll(@TempDir Path small)
      throws Exception {
    Assembly assembly =
        Assembly.of(
            """
        {"regions": [
          {"region": "us-east-1", "fleet": {"ports": [5432], "clients": ["10.0.0.0/16"]}},
          {"region": "ap-southeast-2", "fleet": {"ports": [5432], "clients": ["10.0.0.0/16"]}}],
         "routing": {"enabled": true, "zone": "db.example.com"}}
        """,
            small);
    assertThat(assembly.complaints()).allMatch(said -> said.startsWith("INFO"));
    String first = "heimdall-us-east-1";
    String other = "heimdall-ap-southeast-2";
    assertThat(assembly.resources(first, "AWS::Route53::HostedZone")).hasSize(1);
    assertThat(assembly.resources(first, "AWS::CloudFormation::CustomResource").keySet())
        .noneMatch(id -> id.startsWith("ZoneAssociation"));
    assertThat(assembly.templates().get(first).at("/Outputs/NamesZone/Value/Ref").asText())
        .startsWith("NamesZone");
    JsonNode told = associated(assembly, other);
    assertThat(told.has("Zone")).isFalse();
    assertThat(told.get("ZoneStack").asText()).isEqualTo(first);
    assertThat(told.get("ZoneRegion").asText()).isEqualTo("us-east-1");
    assertThat(assembly.resources(other, "AWS::Route53::HostedZone")).isEmpty();
    assertThat(
            assembly
                .resource(other, "Names", "AWS::Route53::RecordSet")
                .at("/HostedZoneId/Fn::GetAtt/1")
                .asText())
        .isEqualTo("Zone");
    String policy =
        assembly
            .resources(other, "ZoneAssociation", "AWS::IAM::Role")
            .values()
            .iterator()
            .next()
            .toString();
    assertThat(policy)
        .contains("cloudformation:DescribeStacks", "\"ZoneStack\":\"heimdall-us-east-1\"");
    assertThat(manifest(small).at("/artifacts/" + other + "/dependencies").toString())
        .contains(first);
  }

  private static JsonNode manifest(Path work) throws IOException {
    return JSON.readTree(work.resolve("out/manifest.json").toFile());
  }

  @Test
  void regionsWhoseNetworksOverlapAreWarnedOf(@TempDir Path small) throws Exception {
    Path file = small.resolve("deployment.json");
    Files.writeString(
        file,
        """
        {"regions": [
          {"region": "eu-west-1", "fleet": {"ports": [5432], "clients": ["10.0.0.0/16"]}},
          {"region": "us-east-1", "network": {"addresses": "10.40.0.0/17"},
           "fleet": {"ports": [5432], "clients": ["10.0.0.0/16"]}},
          {"region": "eu-west-2", "fleet": {"ports": [5432], "clients": ["10.0.0.0/16"]}}]}
        """);
    assertThat(Assembly.of(file, small).complaints())
        .hasSize(3)
        .anyMatch(
            said ->
                said.startsWith("INFO")
                    && said.contains("regions[2].network.addresses: 10.125.0.0/16, as the file"))
        .anyMatch(said -> said.contains("regions[0].network.addresses: 10.40.0.0/16 overlaps"))
        .anyMatch(
            said ->
                said.contains("regions[1].network.addresses: 10.40.0.0/17 overlaps the network of")
                    && said.contains("eu-west-1"));
  }

  private static void firstDocuments(Path work) throws IOException {
    Path documents = Path.of("samples", "first-documents");
    Path stood = work.resolve("base/cdk-app/samples/first-documents");
    try (var files = Files.walk(documents)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = stood.resolve(documents.relativize(file));
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy);
      }
    }
  }

  @Test
  void aFileSystemIsFilledByTheManagerBeforeNodesBoot(@TempDir Path small) throws Exception {
    firstDocuments(small);
    Assembly assembly =
        Assembly.of(
            """
        {"regions": [
          {"region": "eu-west-1",
           "fleet": {"ports": [5432], "clients": ["10.0.0.0/16"]},
           "documents": {"place": "file-system", "initial": "cdk-app/samples/first-documents"},
           "cache": {"enabled": false},
           "manager": {"enabled": true, "clients": ["10.0.0.0/16"]}}]}
        """,
            small);
    assertThat(assembly.complaints()).isEmpty();
    String stack = "heimdall-eu-west-1";
    JsonNode written =
        assembly.resource(stack, "FirstDocuments", "AWS::CloudFormation::CustomResource");
    assertThat(written.at("/Documents/0/Text").toString())
        .contains("heimdall/fleet-key", "${region.manager}", "${region.storePassword}");
    // Where there is no store, the name of a secret that nodes may read.
    assertThat(RegionFactsOf.of(assembly, stack, "Fleet"))
        .isEqualTo(
            JSON.readTree(
                """
                {"name": "eu-west-1", "addresses": "10.40.0.0/16", "bucket": "made", "httpPort": 5059,
                 "manager": "http://made:8087", "managers": 1, "store": [], "storeMode": "standalone",
                 "storePassword": "heimdall/fleet-key", "storeScope": "auto",
                 "subnets": ["10.40.0.0/20", "10.40.16.0/20", "10.40.32.0/20"]}
                """));
    assertThat(RegionFactsOf.of(assembly, stack, "Manager"))
        .isEqualTo(RegionFactsOf.of(assembly, stack, "Fleet"));
    String groups = "AWS::AutoScaling::AutoScalingGroup";
    assertThat(assembly.resources(stack, "Fleet", groups).values())
        .isNotEmpty()
        .allSatisfy(
            group -> assertThat(group.get("DependsOn").toString()).contains("\"ManagerInstances"));
    assertThat(assembly.resources(stack, "Manager", groups).values())
        .singleElement()
        .satisfies(
            group -> assertThat(group.get("DependsOn").toString()).contains("\"FirstDocuments"));
  }

  @Test
  void aSecretIsFilledBeforeNodesBootByWhoMayWriteNoOther(@TempDir Path small) throws Exception {
    firstDocuments(small);
    Assembly assembly = Assembly.of(inSecret(""), small);
    assertThat(assembly.complaints()).isEmpty();
    String stack = "heimdall-eu-west-1";
    Map<String, JsonNode> resources =
        assembly.resources(stack, "FirstDocuments", "AWS::CloudFormation::CustomResource");
    assertThat(resources).containsOnlyKeys("", "NoOtherSecret");
    JsonNode written = resources.get("");
    assertThat(written.at("/Properties/Secret").asText()).isEqualTo("heimdall/configuration");
    assertThat(written.get("Properties").has("Bucket")).isFalse();
    assertThat(written.get("DependsOn").toString()).contains("\"DocumentsConfiguration");
    JsonNode secret =
        assembly.resources(stack, "Documents", "AWS::SecretsManager::Secret").get("Configuration");
    assertThat(secret.get("DependsOn").toString()).contains("\"FirstDocumentsNoOtherSecret");
    assertThat(resources.get("NoOtherSecret").at("/Properties/Makes").asText())
        .startsWith("DocumentsConfiguration");
    String role = assembly.resource(stack, "FirstDocuments", "AWS::IAM::Role").toString();
    assertThat(role)
        .contains("secretsmanager:PutSecretValue", "kms:Decrypt", "DescribeStackResource")
        .contains("\"ConfigurationSecret\":\"heimdall/configuration\"")
        .doesNotContain("s3:", "\"Resource\":\"*\"");
    assertThat(assembly.resources(stack, "Fleet", "AWS::AutoScaling::AutoScalingGroup").values())
        .isNotEmpty()
        .allSatisfy(
            group -> assertThat(group.get("DependsOn").toString()).contains("\"FirstDocuments"));
  }

  @Test
  void aSecretOfOthersIsFilledWithTheKeysThatAreNamed(@TempDir Path small) throws Exception {
    firstDocuments(small);
    String key = "arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d";
    Assembly assembly =
        Assembly.of(
            inSecret(", \"secret\": \"prod/heimdall\", \"secretKeys\": [\"" + key + "\"]"), small);
    String stack = "heimdall-eu-west-1";
    assertThat(assembly.resources(stack, "FirstDocuments", "AWS::CloudFormation::CustomResource"))
        .containsOnlyKeys("");
    assertThat(assembly.resource(stack, "FirstDocuments", "AWS::IAM::Role").toString())
        .contains("\"ConfigurationSecret\":\"prod/heimdall\"", key, "kms:GenerateDataKey")
        .doesNotContain("DescribeSecret", "cloudformation:");
  }

  private static String inSecret(String more) {
    return """
        {"regions": [
          {"region": "eu-west-1",
           "fleet": {"ports": [5432], "clients": ["10.0.0.0/16"]},
           "documents": {"place": "secret", "initial": "cdk-app/samples/first-documents"%s}}]}
        """
        .formatted(more);
  }

  /** In the policies of all roles of all stacks. */
  @Test
  void thePasswordOfTheStoreIsReadByNodesAlone() {
    for (String stack : List.of(EU, US)) {
      assertThat(made.resources(stack, "AWS::IAM::Role").entrySet())
          .filteredOn(role -> role.getValue().toString().contains("/store-password"))
          .singleElement()
          .satisfies(
              role -> {
                assertThat(role.getKey()).startsWith("FleetNodeRole");
                assertThat(statements(role.getValue()))
                    .filteredOn(statement -> statement.toString().contains("/store-password"))
                    .singleElement()
                    .satisfies(
                        statement ->
                            assertThat(statement.get("Action"))
                                .extracting(JsonNode::asText)
                                .containsExactly("secretsmanager:GetSecretValue"));
              });
      assertThat(made.resources(stack, "AWS::SecretsManager::ResourcePolicy")).isEmpty();
    }
    // Nobody else can: no role has a star for secrets but those of RDS, which have other names.
    for (String stack : List.of(EU, US)) {
      for (JsonNode role : made.resources(stack, "AWS::IAM::Role").values()) {
        for (JsonNode statement : statements(role)) {
          if (statement.get("Action").toString().contains("secretsmanager:")) {
            assertThat(statement.get("Resource").toString()).doesNotContain("secret:*", "\"*\"");
          }
        }
      }
    }
  }

  private static List<JsonNode> statements(JsonNode role) {
    List<JsonNode> statements = new ArrayList<>();
    role.at("/Properties/Policies")
        .forEach(policy -> policy.at("/PolicyDocument/Statement").forEach(statements::add));
    return statements;
  }

  @Test
  void oneRoundMakesAFleetThatFindsItsFirstDocuments(@TempDir Path sample) throws Exception {
    firstDocuments(sample);
    Assembly assembly = Assembly.of(Path.of("samples", "in-one-round.json"), sample);
    assertThat(assembly.complaints()).isEmpty();
    String stack = "heimdall-eu-west-1";
    JsonNode written =
        assembly.resource(stack, "FirstDocuments", "AWS::CloudFormation::CustomResource");
    assertThat(written.get("Prefix").asText()).isEqualTo("config");
    assertThat(written.get("Documents").findValuesAsText("Name"))
        .containsExactly(
            "node.json", "sources/orders.json", "users/orders_app.json", "vdbs/orders.json");
    assertThat(written.at("/Documents/0/Text").toString())
        .contains("${region.store}", "${region.subnets}", "s3://${region.bucket}/topology");
    JsonNode facts = RegionFactsOf.of(assembly, stack, "Fleet");
    assertThat(facts.get("store").asText()).isEqualTo("made:6379");
    assertThat(facts.get("storePassword").asText()).isEqualTo("heimdall/store-password");
    assertThat(facts.get("manager")).isEmpty();
    assertThat(assembly.resource(stack, "FirstDocuments", "AWS::IAM::Role").toString())
        .contains("s3:PutObject", "kms:GenerateDataKey")
        .doesNotContain("s3:GetObject", "s3:DeleteObject", "kms:Decrypt");
    assertThat(assembly.resources(stack, "Fleet", "AWS::AutoScaling::AutoScalingGroup").values())
        .isNotEmpty()
        .allSatisfy(
            group -> assertThat(group.get("DependsOn").toString()).contains("\"FirstDocuments"));
    JsonNode rule =
        assembly
            .resources("heimdall-eu-west-1", "Fleet", "AWS::EC2::SecurityGroupIngress")
            .get("Databasesg0a1b2c3d4e5f6a7b8At5432")
            .get("Properties");
    assertThat(rule.get("GroupId").asText()).isEqualTo("sg-0a1b2c3d4e5f6a7b8");
    assertThat(rule.get("SourceSecurityGroupId").toString()).contains("NodeSecurityGroup");
    assertThat(
            assembly
                .resource("heimdall-eu-west-1", "Fleet", "AWS::IAM::Role")
                .get("ManagedPolicyArns"))
        .hasSize(1);
    assertThat(assembly.resource("heimdall-eu-west-1", "Fleet", "AWS::IAM::Role").toString())
        .contains("\"CredentialSecrets\":\"orders/people\"", "\"Clusters\":\"orders\"");
  }

  private static Map<String, String> attributes(JsonNode list) {
    Map<String, String> attributes = new TreeMap<>();
    list.forEach(entry -> attributes.put(entry.get("Key").asText(), entry.get("Value").asText()));
    return attributes;
  }
}
