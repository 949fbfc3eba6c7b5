package dev.heimdall.manager.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.secrets.StoreLocation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where the manager's own documents are. */
class OwnPlaceTest {
  private static final String ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:";

  @ParameterizedTest
  @CsvSource({
    "/srv/heimdall/config, /srv/heimdall/config-manager",
    "/srv/heimdall/config/, /srv/heimdall/config-manager",
    "s3://conf/fleet/, s3://conf/fleet-manager",
    "secret:heimdall/fleet, secret:heimdall/fleet-manager",
    "secret:" + ARN + "fleet-AbC123, secret:fleet-manager"
  })
  void itIsBesideTheConfiguration(String configuration, String own) {
    assertThat(OwnPlace.beside(StoreLocation.of(configuration)).map(StoreLocation::toString))
        .contains(own);
  }

  @Test
  void aWholeBucketAndTheRootHaveNothingBesideThem() {
    assertThat(OwnPlace.beside(StoreLocation.of("s3://conf"))).isEmpty();
    assertThat(OwnPlace.beside(StoreLocation.of("/"))).isEmpty();
  }

  @Test
  void whatIsMountedHasItInsideWhereNobodyReadsDocuments() {
    assertThat(OwnPlace.beside(StoreLocation.of("/proc")).map(StoreLocation::toString))
        .contains("/proc/.heimdall/manager");
  }

  @Test
  void theRegionOfAnArnAndTheEndpointAreKept() {
    StoreLocation.Secret own =
        (StoreLocation.Secret)
            OwnPlace.beside(
                    StoreLocation.of(
                        "secret:" + ARN + "f-AbC123?endpoint=http://a:1&overflow=s3://conf/large"))
                .orElseThrow();

    assertThat(own.place().region()).contains("eu-west-1");
    assertThat(own.place().endpoint()).isPresent();
    assertThat(own.overflow().map(StoreLocation::toString)).contains("s3://conf/large-manager");
    assertThat(OwnPlace.part(own, "audit").toString()).isEqualTo("secret:f-manager-audit");
  }

  @ParameterizedTest
  @CsvSource({
    "/srv/own, /srv/own/audit",
    "s3://conf/own, s3://conf/own/audit",
    "s3://conf, s3://conf/audit"
  })
  void aPartIsBelow(String own, String part) {
    assertThat(OwnPlace.part(StoreLocation.of(own), "audit").toString()).isEqualTo(part);
  }
}
