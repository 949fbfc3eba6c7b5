package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreLocation;
import dev.heimdall.secrets.WorkingCopy;
import dev.heimdall.test.fixture.AlsoOnLocalStack;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.AwsEmulator;
import dev.heimdall.test.fixture.AwsGate;
import dev.heimdall.test.fixture.SharedPostgres;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.secretsmanager.model.ResourceNotFoundException;

/** A node whose configuration is at AWS: where it comes from, and what happens without it. */
@AlsoOnLocalStack
@Tag("long")
class StoredConfigurationIT {
  private static final String CANARY = "canary-password";
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path directory;

  private final AwsEmulator aws = AwsEmulator.shared();
  private final AwsGate gate = new AwsGate(aws);

  /** Others run at the same time. */
  private final String bucket = "conf-" + UUID.randomUUID();

  private final String fleet = "s3://" + bucket + "/fleet";
  private ProxyProcess proxy;

  @BeforeAll
  static void reset() {
    AwsEmulator.shared().reset();
  }

  @BeforeEach
  void configure() throws IOException {
    aws.makeBucket(bucket);
    proxy = ProxyProcess.configured(directory, Map.of());
  }

  @AfterEach
  void close() throws InterruptedException {
    proxy.close();
    gate.close();
  }

  private String at(String place) {
    return place + "?region=eu-west-1&endpoint=" + gate.uri();
  }

  private void push(String place) throws Exception {
    try (DocumentStore store = DocumentStore.open(StoreLocation.of(at(place)), aws.credentials())) {
      new WorkingCopy(new StoreLocation.Directory(proxy.directory()), store).push(false);
    }
  }

  private void user(String name) throws IOException {
    Files.writeString(
        proxy.directory().resolve("users").resolve(name + ".json"),
        "{\"password\": \"" + CANARY + "\"}");
  }

  private void start(String place) throws IOException {
    proxy.start(
        aws.environment(),
        "--config=" + at(place),
        "--state=" + directory.resolve("state"),
        "--state-key=" + directory.resolve("elsewhere.key"));
    assertThat(proxy.isAlive()).as(proxy.output()).isTrue();
  }

  private void restart(String place) throws Exception {
    proxy.terminate();
    proxy.exitCode();
    start(place);
  }

  private JsonNode configuration() throws Exception {
    return proxy.door().status().get("configuration");
  }

  private boolean serves(String user) {
    try (Connection client = proxy.target().as(user, user.equals("app") ? "app" : CANARY).jdbc();
        Statement statement = client.createStatement()) {
      return statement.execute("SELECT 1");
    } catch (SQLException e) {
      return false;
    }
  }

  private void bootsFollowsAndSurvives(String place) throws Exception {
    SharedPostgres.cluster();
    push(place);
    start(place);
    assertThat(serves("app")).isTrue();

    // A change reaches it by itself.
    user("second");
    push(place);
    Await.until("the change has arrived", () -> serves("second"));

    JsonNode first = configuration();
    assertThat(first.get("place").asText()).startsWith(place);
    assertThat(first.get("version").asText()).isNotEmpty();
    assertThat(first.get("onCopy").asBoolean()).isFalse();
    assertThat(first.has("trouble")).isFalse();

    // And at once when somebody asks for it.
    user("third");
    push(place);
    proxy.reload();
    assertThat(serves("third")).isTrue();

    // While the store is away it goes on, and starts again with what it had.
    gate.away();
    proxy.reload();
    assertThat(serves("third")).isTrue();
    JsonNode away = configuration();
    assertThat(away.get("trouble").asText()).contains("does not answer");
    assertThat(away.get("onCopy").asBoolean()).isFalse();
    assertThat(away.get("hash").asText()).isNotEqualTo(first.get("hash").asText());
    restart(place);
    JsonNode onCopy = configuration();
    assertThat(onCopy.get("onCopy").asBoolean()).isTrue();
    assertThat(onCopy.get("hash").asText()).isEqualTo(away.get("hash").asText());
    assertThat(onCopy.has("looked")).isFalse();
    assertThat(proxy.door().metric("heimdall_config_on_copy")).isEqualTo(1);
    assertThat(proxy.door().metric("heimdall_config_store_up")).isZero();
    assertThat(proxy.output()).contains("does not answer", "that was right at");
    assertThat(serves("third")).isTrue();

    gate.open();
    user("fourth");
    push(place);
    proxy.reload();
    assertThat(serves("fourth")).isTrue();

    JsonNode back = configuration();
    assertThat(back.get("onCopy").asBoolean()).isFalse();
    assertThat(back.has("trouble")).isFalse();
    assertThat(back.has("looked")).isTrue();
    assertThat(proxy.door().metric("heimdall_config_on_copy")).isZero();
    assertThat(proxy.door().metric("heimdall_config_store_up")).isEqualTo(1);
    assertThat(proxy.door().get("/metrics").body()).doesNotContain(CANARY);
    assertThat(configuration().toString()).doesNotContain(CANARY);

    assertThat(proxy.output()).doesNotContain(CANARY);
    assertThat(directory.resolve("elsewhere.key")).isRegularFile();
    assertThat(directory.resolve("state").resolve("key")).doesNotExist();
    try (Stream<Path> kept = Files.walk(directory.resolve("state"))) {
      for (Path file : kept.filter(Files::isRegularFile).toList()) {
        assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
            .doesNotContain(CANARY);
      }
    }
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT) // with the others: it waits
  void fromS3() throws Exception {
    bootsFollowsAndSurvives(fleet);
  }

  @Test // the same once more; what is different is in SecretStoreIT
  void fromASecret() throws Exception {
    bootsFollowsAndSurvives("secret:heimdall/conf");
  }

  private void secret(String name, Map<String, String> members) throws IOException {
    String text = JSON.writeValueAsString(members);
    try (SecretsManagerClient secrets =
        aws.access("eu-west-1").client(SecretsManagerClient.builder())) {
      try {
        secrets.putSecretValue(r -> r.secretId(name).secretString(text));
      } catch (ResourceNotFoundException e) {
        secrets.createSecret(r -> r.name(name).secretString(text));
      }
    }
  }

  private void startWithSecrets() throws IOException {
    Map<String, String> environment = new HashMap<>(aws.environment());
    environment.put("AWS_REGION", "eu-west-1");
    environment.put("AWS_ENDPOINT_URL_SECRETS_MANAGER", gate.uri().toString());
    proxy.start(environment, "--config=" + at(fleet), "--state=" + directory.resolve("state"));
    assertThat(proxy.isAlive()).as(proxy.output()).isTrue();
  }

  private boolean serves(String user, String password) {
    try (Connection client = proxy.target().as(user, password).jdbc();
        Statement statement = client.createStatement()) {
      return statement.execute("SELECT 1");
    } catch (SQLException e) {
      return false;
    }
  }

  private void names(String document, String user, String secret) throws IOException {
    Files.writeString(
        proxy.directory().resolve(document),
        "{%s\"password\": {\"secret\": \"%s\", \"key\": \"password\"}}".formatted(user, secret));
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void secretsThatDocumentsNameAreReadAndFollowed() throws Exception {
    secret("heimdall/second", Map.of("password", CANARY));
    secret("heimdall/source", Map.of("password", SharedPostgres.PASSWORD));
    names("users/second.json", "", "heimdall/second");
    names(
        "sources/main.json",
        "\"url\": \"%s\", \"user\": \"%s\", \"tls\": {\"mode\": \"disable\"}, "
            .formatted(
                SharedPostgres.primary().jdbcUrl(SharedPostgres.DATABASE), SharedPostgres.USER),
        "heimdall/source");
    push(fleet);
    startWithSecrets();
    assertThat(serves("second", CANARY)).isTrue();
    String hash = configuration().get("hash").asText();

    // A rotated secret is a change of the configuration, of which no document is different.
    secret("heimdall/second", Map.of("password", CANARY + "-2"));
    proxy.reload();
    assertThat(serves("second", CANARY + "-2")).isTrue();
    assertThat(serves("second", CANARY)).isFalse();
    assertThat(configuration().get("hash").asText()).isEqualTo(hash);

    // One that cannot be read refuses the change that names it, with what to do about it.
    names("users/third.json", "", "heimdall/third");
    push(fleet);
    gate.refuse(
        "GetSecretValue", 400, "AccessDeniedException", "not authorized to perform that action");
    assertThatThrownBy(proxy::reload)
        .hasMessageContaining("users/third.json")
        .hasMessageContaining("the permission secretsmanager:GetSecretValue");
    assertThat(serves("second", CANARY + "-2")).isTrue();
    gate.open();
    secret("heimdall/third", Map.of("password", CANARY));
    Await.until("the secret is tried again", () -> serves("third", CANARY));

    // While AWS is away it starts with what the secrets held last.
    gate.away();
    proxy.terminate();
    proxy.exitCode();
    startWithSecrets();
    assertThat(serves("second", CANARY + "-2")).isTrue();
    assertThat(configuration().get("onCopy").asBoolean()).isTrue();

    assertThat(proxy.output()).doesNotContain(CANARY);
    assertThat(configuration().toString()).doesNotContain(CANARY);
    assertThat(proxy.door().get("/metrics").body()).doesNotContain(CANARY);
    try (Stream<Path> kept = Files.walk(directory.resolve("state"))) {
      for (Path file : kept.filter(Files::isRegularFile).toList()) {
        assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
            .doesNotContain(CANARY);
      }
    }
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void aWrongChangeChangesNothing() throws Exception {
    push(fleet);
    start(fleet);
    Files.writeString(proxy.directory().resolve("users/second.json"), "{\"pasword\": 1}");
    push(fleet);

    try {
      proxy.reload();
    } catch (SQLException e) {
      assertThat(e.getMessage()).contains("users/second.json");
    }
    assertThat(serves("app")).isTrue();

    assertThat(configuration().get("refused").asText()).contains("users/second.json");
    assertThat(proxy.door().metric("heimdall_config_valid")).isZero();

    restart(fleet);
    assertThat(configuration().get("refused").asText()).contains("wrong when the node started");
    assertThat(configuration().get("onCopy").asBoolean()).isTrue();
    assertThat(proxy.output()).contains("The configuration in " + fleet + " is wrong");
    assertThat(serves("app")).isTrue();
  }
}
