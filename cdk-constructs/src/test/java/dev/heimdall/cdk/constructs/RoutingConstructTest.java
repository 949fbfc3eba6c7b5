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
import software.amazon.awscdk.services.route53.HostedZone;
import software.amazon.awscdk.services.route53.HostedZoneAttributes;

/** One name for several regions, in anybody's app. */
class RoutingConstructTest {
  @TempDir private Path work;
  private App app;
  private Stack stack;

  @BeforeEach
  void anApp() {
    app = Synthesised.app(work);
    stack = Given.stack(app, "eu-west-1");
  }

  private HeimdallGlobalRoutingProps.Builder props() {
    return HeimdallGlobalRoutingProps.builder()
        .recordName("orders")
        .fleet(
            HeimdallFleet.fromHeimdallFleetAttributes(
                stack,
                "Fleet",
                new HeimdallFleetAttributes(
                    "orders",
                    "a.elb.eu-west-1.amazonaws.com",
                    "Z2IFOLAFXWLO4F",
                    List.of(5432),
                    5059,
                    "sg-0d0d0d0d",
                    "sg-0a0a0a0a")));
  }

  @Test
  void theRegionHasARecordThatLeadsToItsFleet() {
    HeimdallGlobalRouting routing =
        new HeimdallGlobalRouting(
            stack,
            "Routing",
            props()
                .zone(
                    HostedZone.fromHostedZoneAttributes(
                        stack,
                        "Zone",
                        HostedZoneAttributes.builder()
                            .hostedZoneId("Z0123456789ABC")
                            .zoneName("db.example.com")
                            .build()))
                .build());
    assertThat(routing.getName()).isEqualTo("orders.db.example.com");
    Synthesised made = Synthesised.of(app, stack);
    assertThat(made.complaints()).isEmpty();
    JsonNode record = made.resources("AWS::Route53::RecordSet").values().iterator().next();
    assertThat(record.at("/Properties/Name").asText()).isEqualTo("orders.db.example.com.");
    assertThat(record.at("/Properties/Region").asText()).isEqualTo("eu-west-1");
    assertThat(record.at("/Properties/AliasTarget/DNSName").asText())
        .isEqualTo("a.elb.eu-west-1.amazonaws.com");
    assertThat(record.at("/Properties/AliasTarget/EvaluateTargetHealth").asBoolean()).isTrue();
    assertThat(made.resources("AWS::Route53::HostedZone")).isEmpty();
  }

  @Test
  void aZoneThatIsMadeStaysWhenTheStackGoes() {
    HeimdallGlobalRouting routing =
        new HeimdallGlobalRouting(
            stack,
            "Routing",
            props().privateZone("db.example.com").vpc(Given.network(stack)).build());
    assertThat(stack.resolve(routing.getZoneId()).toString()).contains("Ref");
    Synthesised made = Synthesised.of(app, stack);
    JsonNode zone = made.resources("AWS::Route53::HostedZone").values().iterator().next();
    assertThat(zone.get("DeletionPolicy").asText()).isEqualTo("RetainExceptOnCreate");
    assertThat(zone.at("/Properties/VPCs/0/VPCId").asText()).isEqualTo("vpc-0a1b2c3d");
  }

  @Test
  void aZoneIsThereOrMade() {
    assertThatThrownBy(() -> new HeimdallGlobalRouting(stack, "Routing", props().build()))
        .hasMessage("zone: none; allowed is: either zone, or privateZone with its vpc");
  }

  @Test
  void aZoneIsMadeForANetwork() {
    assertThatThrownBy(
            () ->
                new HeimdallGlobalRouting(
                    stack, "Routing", props().privateZone("db.example.com").build()))
        .hasMessage("vpc: none; privateZone needs one");
  }
}
