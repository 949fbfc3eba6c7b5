package dev.heimdall.cdk.constructs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awscdk.App;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.cxapi.CloudAssembly;
import software.amazon.awscdk.services.ec2.Port;
import software.amazon.awscdk.services.ec2.SecurityGroup;
import software.amazon.awscdk.services.ec2.Vpc;
import software.amazon.awscdk.services.rds.AuroraPostgresClusterEngineProps;
import software.amazon.awscdk.services.rds.AuroraPostgresEngineVersion;
import software.amazon.awscdk.services.rds.ClusterInstance;
import software.amazon.awscdk.services.rds.DatabaseCluster;
import software.amazon.awscdk.services.rds.DatabaseClusterEngine;

/**
 * Resources that a fleet needs in a stack before its own, and clients of the fleet in a later one,
 * as most apps have it: a stack that comes earlier cannot name what a later one makes.
 */
class SeveralStacksTest {
  private static final String INGRESS = "AWS::EC2::SecurityGroupIngress";

  @TempDir private Path out;

  @Test
  void rulesAreMadeWhereBothSidesAreKnown() {
    App app = Synthesised.app(out);
    Stack earlier = new Stack(app, "earlier");
    Vpc vpc = Vpc.Builder.create(earlier, "Network").maxAzs(2).build();
    DatabaseCluster database =
        DatabaseCluster.Builder.create(earlier, "Database")
            .engine(
                DatabaseClusterEngine.auroraPostgres(
                    AuroraPostgresClusterEngineProps.builder()
                        .version(AuroraPostgresEngineVersion.VER_16_6)
                        .build()))
            .writer(ClusterInstance.serverlessV2("Writer"))
            .vpc(vpc)
            .build();
    HeimdallStore store =
        new HeimdallStore(earlier, "Store", HeimdallStoreProps.builder().vpc(vpc).build());
    Stack between = new Stack(app, "between");
    HeimdallFleet fleet =
        new HeimdallFleet(
            between,
            "Fleet",
            HeimdallFleetProps.builder()
                .vpc(vpc)
                .ports(List.of(5432))
                .release(Given.release(between))
                .documents(Given.documents(between))
                .facts(
                    HeimdallFacts.ofRegion()
                        .text("database", database.getClusterEndpoint().getHostname())
                        .store(store))
                .build());
    database.getSecret().grantRead(fleet);
    store.grantConnect(fleet);
    fleet.getNodes().allowTo(database, Port.tcp(5432));
    fleet.getNodes().allowToDefaultPort(store);
    Stack later = new Stack(app, "later");
    SecurityGroup service = SecurityGroup.Builder.create(later, "Service").vpc(vpc).build();
    CfnOutput.Builder.create(later, "Url").value(fleet.getAddress()).build();
    service.getConnections().allowTo(fleet, Port.tcp(5432));

    CloudAssembly made = app.synth();

    List<JsonNode> rules =
        Synthesised.of(made, between).resources(INGRESS).values().stream()
            .filter(rule -> rule.at("/Properties/GroupId/Fn::ImportValue").isTextual())
            .toList();
    assertThat(rules).as("of the database and of the store").hasSize(2);
    assertThat(Synthesised.of(made, later).resources(INGRESS)).hasSize(1);
  }
}
