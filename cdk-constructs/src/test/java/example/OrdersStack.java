package example;

import dev.heimdall.cdk.constructs.HeimdallArchive;
import dev.heimdall.cdk.constructs.HeimdallDocuments;
import dev.heimdall.cdk.constructs.HeimdallFleet;
import dev.heimdall.cdk.constructs.HeimdallFleetProps;
import java.util.List;
import java.util.Map;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.ec2.Port;
import software.amazon.awscdk.services.ec2.Vpc;
import software.amazon.awscdk.services.rds.AuroraPostgresClusterEngineProps;
import software.amazon.awscdk.services.rds.AuroraPostgresEngineVersion;
import software.amazon.awscdk.services.rds.ClusterInstance;
import software.amazon.awscdk.services.rds.DatabaseCluster;
import software.amazon.awscdk.services.rds.DatabaseClusterEngine;
import software.amazon.awscdk.services.s3.Bucket;
import software.amazon.awscdk.services.s3.deployment.BucketDeployment;
import software.amazon.awscdk.services.s3.deployment.Source;
import software.amazon.awscdk.services.secretsmanager.Secret;

/**
 * A cluster of Aurora and a fleet before it, in a network of its own. docs/constructs.md shows the
 * middle of it.
 */
public final class OrdersStack extends Stack {
  private final HeimdallFleet fleet;

  /**
   * @param release the archive that {@code cdk-app/release} packs
   * @param conf the directory with the first documents, but for the data source
   */
  public OrdersStack(App app, String id, String release, String conf) {
    super(app, id);
    Vpc vpc = Vpc.Builder.create(this, "Network").maxAzs(2).build();
    DatabaseCluster database =
        DatabaseCluster.Builder.create(this, "Database")
            .engine(
                DatabaseClusterEngine.auroraPostgres(
                    AuroraPostgresClusterEngineProps.builder()
                        .version(AuroraPostgresEngineVersion.VER_16_6)
                        .build()))
            .writer(ClusterInstance.serverlessV2("Writer"))
            .vpc(vpc)
            .build();
    Secret password = Secret.Builder.create(this, "Password").secretName("orders/app").build();
    Bucket bucket = Bucket.Builder.create(this, "Documents").versioned(true).build();
    fleet =
        new HeimdallFleet(
            this,
            "Fleet",
            HeimdallFleetProps.builder()
                .vpc(vpc)
                .ports(List.of(5432))
                .release(HeimdallArchive.fromAsset(release))
                .documents(HeimdallDocuments.inBucket(bucket, "config"))
                .build());
    fleet.bootsBehind(
        BucketDeployment.Builder.create(this, "FirstDocuments")
            .destinationBucket(bucket)
            .destinationKeyPrefix("config")
            .sources(
                List.of(
                    Source.asset(conf),
                    Source.jsonData(
                        "sources/orders.json",
                        Map.of(
                            "url",
                            "jdbc:postgresql://"
                                + database.getClusterEndpoint().getHostname()
                                + "/orders",
                            "credentials",
                            Map.of("secret", database.getSecret().getSecretName()),
                            "cluster",
                            Map.of("kind", "aurora")))))
            .build());
    database.getSecret().grantRead(fleet);
    password.grantRead(fleet);
    fleet.getNodes().allowTo(database, Port.tcp(5432));
  }

  /** Whoever is to connect: {@code stack.fleet().allowClientsFrom(service)}. */
  public HeimdallFleet fleet() {
    return fleet;
  }
}
