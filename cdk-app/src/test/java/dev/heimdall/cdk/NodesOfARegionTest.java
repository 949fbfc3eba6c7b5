package dev.heimdall.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The groups of nodes, their load balancer, and what an instance is like. */
class NodesOfARegionTest extends TwoRegionsSample {
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
}
