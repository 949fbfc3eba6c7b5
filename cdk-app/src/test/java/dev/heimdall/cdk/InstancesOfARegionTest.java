package dev.heimdall.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people see of an instance: its logs, a shell, one that has failed. */
class InstancesOfARegionTest extends TwoRegionsSample {
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
}
