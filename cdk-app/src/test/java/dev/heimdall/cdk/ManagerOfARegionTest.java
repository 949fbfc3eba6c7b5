package dev.heimdall.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The manager, who reaches it, and what it may edit. */
@Tag("ci")
class ManagerOfARegionTest extends TwoRegionsSample {
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
}
