package dev.heimdall.engine.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.model.ConfigurationReader;
import dev.heimdall.model.DataSource;
import dev.heimdall.secrets.credentials.DatabaseCredentials;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** IAM tokens for servers of a global cluster. */
class SourceLoginsTest {
  private static final String ENDPOINT = "shop.global-q1.global.rds.amazonaws.com";

  @TempDir Path dir;
  private final SourceLogins logins = new SourceLogins();

  @BeforeEach
  void lend() {
    System.setProperty("aws.accessKeyId", "AKIDEXAMPLE");
    System.setProperty("aws.secretAccessKey", "not-so-secret");
  }

  @AfterEach
  void takeBack() {
    logins.close();
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
  }

  private DataSource source() throws Exception {
    for (String folder : List.of("vdbs", "sources")) {
      Files.createDirectories(dir.resolve(folder));
    }
    Files.writeString(dir.resolve("vdbs/shop.json"), "{\"ports\": [5050], \"source\": \"main\"}");
    Files.writeString(
        dir.resolve("sources/main.json"),
        """
        {"url": "jdbc:postgresql://%s/shop", "user": "app", "credentials": {"iam": true},
         "cluster": {"global": "arn:aws:rds::123456789012:global-cluster:shop"}}
        """
            .formatted(ENDPOINT));
    return ConfigurationReader.read(dir).sources().get("main");
  }

  private static String token(DatabaseCredentials credentials, String host) {
    return credentials.login(host, 5432).join().password().orElseThrow();
  }

  @Test
  void aTokenIsForTheNameThatIsConnectedToAndTheRegionOfItsServer() throws Exception {
    DataSource source = source();
    DatabaseCredentials probes = logins.ofProbes(source).orElseThrow();
    String server = "e1.abc123.us-east-1.rds.amazonaws.com";

    assertThat(token(probes, server)).startsWith(server + ":5432/?").contains("us-east-1%2Frds-db");
    assertThatThrownBy(() -> token(probes, ENDPOINT))
        .as("nobody has said yet where it leads")
        .hasMessageContaining("credentials.region names one");

    logins.writes(source, "eu-west-1");
    assertThat(token(probes, ENDPOINT))
        .startsWith(ENDPOINT + ":5432/?")
        .contains("eu-west-1%2Frds-db");
    logins.writes(source, "us-east-1");
    assertThat(token(probes, ENDPOINT)).contains("us-east-1%2Frds-db");
    assertThat(token(probes, "w1.xyz789.eu-west-1.rds.amazonaws.com"))
        .as("a reader of the other region")
        .contains("eu-west-1%2Frds-db");
  }
}
