package dev.heimdall.test.aws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.AwsEmulator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.rds.RdsClient;
import software.amazon.awssdk.services.rds.model.DBCluster;

/** What the other tests with AWS stand on. */
class AwsEmulatorIT {
  private final AwsEmulator aws = AwsEmulator.shared();

  @BeforeEach
  void forget() {
    aws.reset();
  }

  @Test
  void itAnswersTheSdkAndForgetsWhenItIsTold() {
    try (RdsClient rds =
        RdsClient.builder()
            .region(Region.EU_WEST_1)
            .endpointOverride(aws.endpoint())
            .credentialsProvider(aws.credentials())
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .build()) {
      rds.createDBCluster(
          request ->
              request
                  .dbClusterIdentifier("shop")
                  .engine("aurora-postgresql")
                  .masterUsername("postgres")
                  .masterUserPassword("not-so-secret"));
      assertThat(rds.describeDBClusters().dbClusters())
          .extracting(DBCluster::dbClusterIdentifier)
          .containsExactly("shop");

      aws.reset();

      assertThat(rds.describeDBClusters().dbClusters()).isEmpty();
    }
  }
}
