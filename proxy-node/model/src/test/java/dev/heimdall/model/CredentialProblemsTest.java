package dev.heimdall.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Data sources whose credentials AWS keeps, and what follows from a server of RDS. */
class CredentialProblemsTest {
  private static final String RDS = "shop.cluster-abc1.eu-west-1.rds.amazonaws.com";

  @TempDir Path dir;

  private void source(String text) throws IOException {
    FullConfiguration.write(dir, "sources/primary.json", text);
    FullConfiguration.write(dir, "vdbs/shop.json", "{\"ports\": [5050], \"source\": \"primary\"}");
  }

  private List<String> problems() {
    return Problems.withoutPlaces(() -> ConfigurationReader.read(dir));
  }

  private Configuration read(String text) throws Exception {
    source(text);
    assertThat(problems()).isEmpty();
    return ConfigurationReader.read(dir);
  }

  @Test
  void theRegionOfTokensForAGlobalWriterEndpointNeedNotBeWritten() throws Exception {
    String text =
        "{\"url\": \"jdbc:postgresql://shop.global-q1.global.rds.amazonaws.com/shop\", \"user\":"
            + " \"app\", \"credentials\": {\"%s}, \"cluster\": {\"global\":"
            + " \"arn:aws:rds::123456789012:global-cluster:shop\"}}";
    read(text.formatted("iam\": true"));

    source(text.replace("\"user\": \"app\", ", "").formatted("secret\": \"a/b\""));
    assertThat(problems())
        .as("a secret is in some region")
        .singleElement()
        .asString()
        .contains("$.credentials.region: got nothing, and a \"url\" that is no name of RDS");
  }

  @Test
  void aSecretIsALoginOfTheSource() throws Exception {
    Configuration read =
        read(
            "{\"url\": \"jdbc:postgresql://" + RDS + "\", \"credentials\": {\"secret\": \"a/b\"}}");
    DataSource source = read.sources().get("primary");

    assertThat(read.vdbs().get("shop").credentials()).isEqualTo(Credentials.SOURCE);
    assertThat(source.hasLogin()).isTrue();
    assertThat(source.credentialsRegion()).contains("eu-west-1");
    assertThat(source.credentials().secretName()).contains("a/b");
  }

  @Test
  void anArnSaysTheRegion() throws Exception {
    DataSource source =
        read("{\"url\": \"jdbc:postgresql://db\", \"credentials\": {\"secret\":"
                + " \"arn:aws:secretsmanager:us-east-2:123456789012:secret:rds!db-1-AbCdEf\"}}")
            .sources()
            .get("primary");

    assertThat(source.credentialsRegion()).contains("us-east-2");
    assertThat(source.credentials().secretName()).contains("rds!db-1-AbCdEf");
  }

  @Test
  void iamNeedsNoMoreThanAUserAtAServerOfRds() throws Exception {
    assertThat(
            read("{\"url\": \"jdbc:postgresql://"
                    + RDS
                    + "\", \"user\": \"app\", \"credentials\": {\"iam\": true}}")
                .sources()
                .get("primary")
                .tls()
                .mode())
        .isEqualTo(TlsMode.VERIFY_FULL);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "shop.abc1.eu-west-1.rds.amazonaws.com | VERIFY_FULL | true",
        "SHOP.CLUSTER-abc1.eu-west-1.RDS.amazonaws.com | VERIFY_FULL | true",
        "shop.global-abc.global.rds.amazonaws.com | VERIFY_FULL | true",
        "shop.abc1.cn-north-1.rds.amazonaws.com.cn | VERIFY_FULL | true",
        "shop.proxy-abc1.eu-west-1.rds.amazonaws.com | VERIFY_FULL | false",
        "db.example | PREFER | false",
        "rds.amazonaws.com.example | PREFER | false"
      })
  void serversOfRdsAreCheckedByTheAuthoritiesOfRds(String host, TlsMode mode, boolean bundle)
      throws Exception {
    BackendTls tls =
        read("{\"url\": \"jdbc:postgresql://" + host + "\"}").sources().get("primary").tls();
    assertThat(tls.mode()).isEqualTo(mode);
    assertThat(tls.caFile())
        .isEqualTo(bundle ? Optional.of(BackendTls.RDS_AUTHORITIES) : Optional.empty());
  }

  @Test
  void whatIsWrittenGoesBeforeWhatFollowsFromTheHost() throws Exception {
    BackendTls less =
        read("{\"url\": \"jdbc:postgresql://" + RDS + "\", \"tls\": {\"mode\": \"require\"}}")
            .sources()
            .get("primary")
            .tls();
    assertThat(less.mode()).isEqualTo(TlsMode.REQUIRE);
    assertThat(less.caFile()).isEmpty();

    FullConfiguration.write(dir, "own.pem", "");
    BackendTls own =
        read("{\"url\": \"jdbc:postgresql://" + RDS + "\", \"tls\": {\"caFile\": \"own.pem\"}}")
            .sources()
            .get("primary")
            .tls();
    assertThat(own.mode()).isEqualTo(TlsMode.VERIFY_FULL);
    assertThat(own.caFile().orElseThrow().getFileName()).hasToString("own.pem");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"user\": \"app\", \"credentials\": {\"secret\": \"s\", \"region\": \"r\"}"
            + " | $.user: got \"app\", expected nothing, because \"username\" of the secret",
        "\"password\": \"hunter2\", \"credentials\": {\"secret\": \"s\", \"region\": \"r\"}"
            + " | $.password: got ***, expected nothing, because the secret is used",
        "\"credentials\": {\"secret\": \"s\"}"
            + " | $.credentials.region: got nothing, and a \"url\" that is no name of RDS",
        "\"credentials\": {\"secret\": \"a b\", \"region\": \"r\"}"
            + " | $.credentials.secret: got \"a b\", expected the name or ARN",
        "\"tls\": {\"mode\": \"require\"}, \"credentials\": {\"iam\": true, \"region\": \"r\"}"
            + " | $.user: got nothing, expected the database user whom IAM vouches for",
        "\"user\": \"app\", \"credentials\": {\"iam\": true, \"region\": \"r\"}"
            + " | $.tls.mode: got \"prefer\", expected \"require\"",
        "\"user\": \"app\", \"password\": \"hunter2\", \"tls\": {\"mode\": \"require\"},"
            + " \"credentials\": {\"iam\": true, \"region\": \"r\"}"
            + " | $.password: got ***, expected nothing, because a token of IAM is used",
        "\"credentials\": {\"secret\": \"s\", \"iam\": true, \"region\": \"r\"},"
            + " \"user\": \"app\", \"tls\": {\"mode\": \"require\"}"
            + " | $.credentials.iam: got true beside \"secret\"",
        "\"credentials\": {\"refresh\": \"1m\"} | $.credentials.refresh: got a setting for a secret",
        "\"credentials\": {\"region\": \"r\"} | $.credentials.region: got a setting for \"secret\""
      })
  void whatDoesNotGoTogetherIsSaid(String settings, String problem) throws IOException {
    source("{\"url\": \"jdbc:postgresql://db\", " + settings + "}");
    assertThat(problems())
        .singleElement()
        .asString()
        .startsWith("sources/primary.json " + problem)
        .doesNotContain("hunter2");
  }
}
