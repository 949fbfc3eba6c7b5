package dev.heimdall.cdk.constructs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.certificatemanager.Certificate;
import software.amazon.awscdk.services.ec2.SecurityGroup;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.kms.Key;
import software.amazon.awscdk.services.sns.Topic;

/** A manager in anybody's app. */
class ManagerConstructTest {
  private static final String RULE = "AWS::EC2::SecurityGroupIngress";
  private static final String GROUP = "AWS::AutoScaling::AutoScalingGroup";
  private static final String CERTIFICATE =
      "arn:aws:acm:eu-west-1:123456789012:certificate/0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f";

  @TempDir private Path work;
  private App app;
  private Stack stack;

  @BeforeEach
  void anApp() {
    app = Synthesised.app(work);
    stack = new Stack(app, "anybodys");
  }

  private HeimdallManagerProps.Builder props() {
    return HeimdallManagerProps.builder()
        .vpc(Given.network(stack))
        .release(Given.release(stack))
        .documents(Given.documents(stack));
  }

  @Test
  void whoMayUseItReachesItAndNodesReport() {
    HeimdallManager manager =
        new HeimdallManager(
            stack,
            "Manager",
            props()
                .certificate(Certificate.fromCertificateArn(stack, "Certificate", CERTIFICATE))
                .build());
    manager
        .getConnections()
        .allowDefaultPortFrom(SecurityGroup.fromSecurityGroupId(stack, "People", "sg-0a0a0a0a"));
    manager.reportsArriveFrom(fleet("One", "sg-0b0b0b0b"));
    manager.reportsArriveFrom(fleet("Two", "sg-0c0c0c0c"));
    Synthesised made = Synthesised.of(app, stack);
    assertThat(made.complaints()).isEmpty();
    assertThat(made.resources(RULE).values())
        .filteredOn(rule -> rule.at("/Properties/GroupId").toString().contains("Balancer"))
        .extracting(
            rule ->
                rule.at("/Properties/SourceSecurityGroupId").asText()
                    + " "
                    + rule.at("/Properties/FromPort"))
        .containsExactlyInAnyOrder("sg-0a0a0a0a 8087", "sg-0b0b0b0b 8087", "sg-0c0c0c0c 8087");
    assertThat(made.resources("AWS::ElasticLoadBalancingV2::Listener").values())
        .allSatisfy(
            listener ->
                assertThat(listener.at("/Properties/Certificates/0/CertificateArn").asText())
                    .isEqualTo(CERTIFICATE));
    assertThat(stack.resolve(manager.getUrl()).toString()).contains("https://", "8087");
    assertThat(manager.metricHealthyManagers().getStatistic()).isEqualTo("Minimum");
  }

  private IHeimdallFleet fleet(String id, String nodes) {
    return HeimdallFleet.fromHeimdallFleetAttributes(
        stack,
        id,
        new HeimdallFleetAttributes(
            "orders", "a.elb", "Z1", List.of(5432), 5059, "sg-0d0d0d0d", nodes));
  }

  @Test
  void itMayDoWhatItIsGrantedBeforeItBoots() {
    HeimdallManager manager = new HeimdallManager(stack, "Manager", props().build());
    new Topic(stack, "Oncall").grantPublish(manager);
    Synthesised made = Synthesised.of(app, stack);
    String policy =
        made.resources("AWS::IAM::Policy").keySet().stream()
            .filter(id -> id.startsWith("ManagerGrantedRole"))
            .findFirst()
            .orElseThrow();
    assertThat(made.resources("AWS::IAM::Policy").get(policy).toString()).contains("sns:Publish");
    assertThat(made.resources(GROUP).values())
        .allSatisfy(group -> assertThat(group.get("DependsOn").toString()).contains(policy));
  }

  @Test
  void itsPasswordIsReadWithItsKey() {
    Key key = new Key(stack, "Key");
    HeimdallManager manager =
        new HeimdallManager(
            stack, "Manager", props().documents(Given.documents(stack).encryptedWith(key)).build());
    manager.getPassword().grantRead(Role.fromRoleName(stack, "People", "people"));
    Synthesised made = Synthesised.of(app, stack);
    JsonNode secret = made.resources("AWS::SecretsManager::Secret").values().iterator().next();
    assertThat(secret.at("/Properties/Name").asText()).isEqualTo("heimdall/manager");
    assertThat(secret.at("/Properties/KmsKeyId").toString()).contains("Key");
    assertThat(made.resources("AWS::IAM::Policy").toString())
        .contains("secretsmanager:GetSecretValue", ":secret:heimdall/manager-??????");
    assertThat(made.resources("AWS::KMS::Key").toString()).contains("kms:Decrypt", "role/people");
  }

  @Test
  void withoutAKeyItHasAwssOwn() {
    new HeimdallManager(stack, "Manager", props().build());
    Synthesised made = Synthesised.of(app, stack);
    assertThat(made.complaints()).isEmpty();
    JsonNode secret = made.resources("AWS::SecretsManager::Secret").values().iterator().next();
    assertThat(secret.at("/Properties").has("KmsKeyId")).isFalse();
    assertThat(made.resources("AWS::IAM::Role").toString()).doesNotContain("\"DocumentsKey\"");
  }

  @Test
  void oneOfAnotherAppIsKnownByItsAttributes() {
    IHeimdallManager manager =
        HeimdallManager.fromHeimdallManagerAttributes(
            stack,
            "Manager",
            HeimdallManagerAttributes.builder()
                .url("https://heimdall.example.com")
                .port(8443)
                .balancerSecurityGroupId("sg-0d0d0d0d")
                .build());
    manager
        .getConnections()
        .allowDefaultPortFrom(SecurityGroup.fromSecurityGroupId(stack, "People", "sg-0a0a0a0a"));
    assertThat(Synthesised.of(app, stack).resources(RULE).values())
        .extracting(rule -> rule.at("/Properties/GroupId").asText() + rule.at("/Properties/ToPort"))
        .containsExactly("sg-0d0d0d0d8443");
  }

  @Test
  void moreThanTwoAreRefused() {
    assertThatThrownBy(() -> new HeimdallManager(stack, "Manager", props().managers(3).build()))
        .hasMessage("managers: 3; allowed is: 1 to 2");
  }
}
