package dev.heimdall.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.cdk.config.Join;
import dev.heimdall.cdk.draft.Draft;
import dev.heimdall.cdk.draft.DraftDatabase;
import dev.heimdall.cdk.draft.DraftLogIn;
import dev.heimdall.cdk.draft.DraftRegion;
import dev.heimdall.model.Cidr;
import dev.heimdall.model.ClusterKind;
import dev.heimdall.model.Engine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code heimdall deployment new} writes, put together as it is. */
class DraftedDeploymentTest {
  private static final String WEST = "eu-west-1";
  private static final String EAST = "us-east-1";

  @TempDir private Path work;

  private static DraftDatabase member(String region, String identifier) {
    return new DraftDatabase(
        "shop",
        Optional.of(identifier),
        ClusterKind.AURORA,
        Engine.POSTGRESQL,
        identifier + ".cluster-abc." + region + ".rds.amazonaws.com",
        5432,
        Optional.of("shop"),
        Optional.of("arn:aws:rds::123456789012:global-cluster:shop"),
        new DraftDatabase.DraftAccess(
            DraftLogIn.bySecret("app", "prod/shop", false, Optional.empty()),
            Optional.of("cluster-ABC"),
            Optional.of("sg-0a1b2c3d"),
            Optional.empty()));
  }

  @Test
  void twoRegionsOfAGlobalClusterAreOneDeployment() throws Exception {
    DraftRegion there =
        new DraftRegion(
            WEST,
            Optional.of("vpc-0a1b2c3d"),
            List.of(
                new DraftRegion.Subnet("subnet-0a1b2c3d", Optional.of(Cidr.parse("10.8.0.0/20"))),
                new DraftRegion.Subnet("subnet-0b1c2d3e", Optional.of(Cidr.parse("10.8.16.0/20")))),
            List.of(Cidr.parse("10.8.0.0/16")),
            List.of(Cidr.parse("10.8.0.0/16")),
            List.of("sg-0d0e0f0a"),
            List.of(member(WEST, "shop-west")),
            new DraftRegion.Ways(
                Optional.of(Cidr.parse("10.8.0.0/16")), List.of("rtb-0a1b2c3d"), List.of()));
    DraftRegion made =
        new DraftRegion(
            EAST,
            Optional.empty(),
            List.of(),
            List.of(Cidr.parse("10.41.0.0/16")),
            List.of(Cidr.parse("10.41.0.0/16")),
            List.of(),
            List.of(member(EAST, "shop-east")),
            new DraftRegion.Ways(
                Optional.empty(),
                List.of(),
                List.of(
                    new DraftRegion.Peer(
                        "vpc-0e1f2a3b", Cidr.parse("10.9.0.0/16"), List.of("rtb-0e1f2a3b")))));
    Draft draft =
        new Draft("heimdall", List.of(there, made), Join.PEERING, Optional.of("heimdall.internal"));
    Path file = Files.writeString(work.resolve("deployment.json"), draft.file("documents"));
    assertThat(draft.directories()).containsOnlyKeys("");
    for (Map.Entry<String, String> text : draft.directories().get("").entrySet()) {
      Path document = work.resolve("base/documents").resolve(text.getKey());
      Files.createDirectories(document.getParent());
      Files.writeString(document, text.getValue());
    }

    Assembly assembly = Assembly.of(file, work);

    assertThat(assembly.complaints()).isEmpty();
    assertThat(assembly.questions()).isEmpty();
    Set<JsonNode> written = new HashSet<>();
    for (String region : List.of(WEST, EAST)) {
      JsonNode documents =
          assembly
              .resources(
                  "heimdall-" + region, "FirstDocuments", "AWS::CloudFormation::CustomResource")
              .values()
              .iterator()
              .next()
              .at("/Properties/Documents");
      assertThat(documents)
          .extracting(one -> one.get("Name").asText())
          .contains("node.json", "sources/shop.json", "vdbs/shop.json", "users/app.json");
      written.add(documents);
      assertThat(
              assembly
                  .resources("heimdall-" + region, "Fleet", "AWS::EC2::SecurityGroupIngress")
                  .keySet())
          .contains("Databasesg0a1b2c3dAt5432");
    }
    assertThat(written).as("they are the same in both").hasSize(1);
    for (String region : List.of(WEST, EAST)) {
      assertThat(assembly.resources("heimdall-" + region, "AWS::Route53::RecordSet").toString())
          .contains("db.heimdall.internal");
    }
    assertThat(
            assembly.resources(
                "heimdall-" + EAST, "Peering", "AWS::CloudFormation::CustomResource"))
        .as("nodes are connected with the databases of their region")
        .hasSize(1);
    Collection<JsonNode> ways =
        assembly
            .resources("heimdall-" + EAST + "-joined", "AWS::CloudFormation::CustomResource")
            .values();
    assertThat(ways)
        .extracting(one -> one.at("/Properties/Other/Vpc").asText())
        .as("and with those of the other one")
        .containsExactlyInAnyOrder("", "vpc-0e1f2a3b");
    JsonNode way =
        ways.stream()
            .filter(one -> one.at("/Properties/Other").has("Stack"))
            .findFirst()
            .orElseThrow();
    assertThat(way.at("/Properties/One/RouteTables/0").asText()).isEqualTo("rtb-0a1b2c3d");
    assertThat(way.at("/Properties/One/Addresses").asText()).isEqualTo("10.8.0.0/16");
    assertThat(way.at("/Properties/Other/Addresses").asText()).isEqualTo("10.41.0.0/16");
    assertThat(RegionFactsOf.of(assembly, "heimdall-" + WEST, "Fleet").get("shop-url").asText())
        .contains("shop-west");
    assertThat(RegionFactsOf.of(assembly, "heimdall-" + EAST, "Fleet").get("shop-url").asText())
        .contains("shop-east");
    JsonNode group =
        assembly
            .resources("heimdall-" + WEST, "Fleet", "AWS::EC2::SecurityGroupIngress")
            .get("Fromsg0d0e0f0aTo5432")
            .get("Properties");
    assertThat(group.get("SourceSecurityGroupId").asText()).isEqualTo("sg-0d0e0f0a");
    assertThat(group.has("CidrIp")).isFalse();
    assertThat(group.get("FromPort").asInt()).isEqualTo(5432);
    assertThat(
            StreamSupport.stream(
                    assembly
                        .templates()
                        .get("heimdall-" + WEST)
                        .get("Resources")
                        .findValues("CidrIp")
                        .spliterator(),
                    false)
                .map(JsonNode::asText))
        .contains("10.8.0.0/16");
  }

  @Test
  void anInstanceOfSqlServerIsServedByTheFirstDeployment() throws Exception {
    DraftDatabase billing =
        new DraftDatabase(
            "billing",
            Optional.of("billing"),
            ClusterKind.RDS,
            Engine.SQLSERVER,
            "billing.abc." + WEST + ".rds.amazonaws.com",
            1433,
            Optional.empty(),
            Optional.empty(),
            new DraftDatabase.DraftAccess(
                DraftLogIn.bySecret("app", "prod/billing", false, Optional.empty()),
                Optional.empty(),
                Optional.of("sg-0a1b2c3d"),
                Optional.of("prod/node-certificate")));
    DraftRegion region =
        new DraftRegion(
            WEST,
            Optional.empty(),
            List.of(),
            List.of(Cidr.parse("10.41.0.0/16")),
            List.of(Cidr.parse("10.0.0.0/16")),
            List.of(),
            List.of(billing),
            DraftRegion.Ways.NONE);
    Draft draft = new Draft("heimdall", List.of(region), Join.NONE, Optional.empty());
    Path file = Files.writeString(work.resolve("deployment.json"), draft.file("documents"));
    for (Map.Entry<String, String> text : draft.directories().get(WEST).entrySet()) {
      Path document = work.resolve("base/documents/" + WEST).resolve(text.getKey());
      Files.createDirectories(document.getParent());
      Files.writeString(document, text.getValue());
    }

    Assembly assembly = Assembly.of(file, work);

    String stack = "heimdall-" + WEST;
    assertThat(assembly.complaints()).isEmpty();
    assertThat(assembly.questions()).isEmpty();
    assertThat(assembly.resources(stack, "AWS::ElasticLoadBalancingV2::Listener").values())
        .extracting(one -> one.at("/Properties/Port").asInt())
        .containsExactly(1433);
    assertThat(assembly.resources(stack, "Fleet", "AWS::EC2::SecurityGroupIngress"))
        .containsKey("Databasesg0a1b2c3dAt1433");
    assertThat(assembly.resources(stack, "Fleet", "AWS::IAM::Role").toString())
        .contains("prod/node-certificate");
    assertThat(assembly.resources(stack, "AWS::CloudWatch::Dashboard").toString().toLowerCase())
        .doesNotContain("postgres", "mysql");
  }
}
