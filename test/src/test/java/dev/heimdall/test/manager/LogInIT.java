package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.AlsoOnLocalStack;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.AwsEmulator;
import dev.heimdall.test.fixture.AwsGate;
import dev.heimdall.test.manager.Rest.Said;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/** Who may use a manager, and where its password comes from. */
@AlsoOnLocalStack
@Tag("long")
class LogInIT {
  private static final String CANARY = "canary-pass:wörd";

  @TempDir private Path directory;

  private Running start(Map<String, String> environment, String... options) throws Exception {
    String[] all = new String[options.length + 1];
    all[0] = "--config=" + directory.resolve("configuration");
    System.arraycopy(options, 0, all, 1, options.length);
    return Running.start(directory, environment, all);
  }

  private static int status(Rest rest) throws Exception {
    return rest.get("/version").status();
  }

  @Test
  void aPasswordIsMadeAtTheFirstStartAndKept() throws Exception {
    String made;
    try (Running manager = start(Map.of())) {
      made = Files.readString(manager.passwordFile());
      assertThat(made).hasSizeGreaterThan(30);
      assertThat(
              PosixFilePermissions.toString(Files.getPosixFilePermissions(manager.passwordFile())))
          .isEqualTo("rw-------");
      assertThat(manager.process().output())
          .contains(manager.passwordFile().toString())
          .doesNotContain(made);
      Rest rest = manager.rest();
      assertThat(status(rest)).isEqualTo(200);
      assertThat(status(rest.as("root", made))).isEqualTo(401);
      Said nobody = rest.as("admin", "wrong").get("/version");
      assertThat(nobody.status()).isEqualTo(401);
      assertThat(nobody.response().headers().firstValue("WWW-Authenticate"))
          .hasValueSatisfying(value -> assertThat(value).startsWith("Basic realm="));
      manager.process().terminate();
      assertThat(manager.process().exitCode()).isZero();

      try (Started again =
          Started.start(
              directory.resolve("again"),
              Map.of(),
              java.util.List.of(
                  "server",
                  "--config=" + directory.resolve("configuration"),
                  "--state=" + manager.passwordFile().getParent(),
                  "--manager-port=" + manager.port()))) {
        again.awaitOutput("managing on port");
        assertThat(status(rest)).isEqualTo(200);
        assertThat(again.output()).doesNotContain(made);
      }
    }
  }

  @Test
  void guessesAreSlowedDownAndTheRightOneIsLetInAfterThat() throws Exception {
    try (Running manager = start(Map.of())) {
      Rest rest = manager.rest();
      Rest guessing = rest.as("admin", "guess");
      Await.until("guesses have to wait", () -> status(guessing) == 429);

      Said waiting = rest.get("/version");
      if (waiting.status() == 429) {
        assertThat(waiting.code()).isEqualTo("too_many_attempts");
        assertThat(Long.parseLong(waiting.response().headers().firstValue("Retry-After").get()))
            .isBetween(1L, 30L);
      }
      assertThat(rest.get("/livez").status()).isEqualTo(200);
      Await.until("the right one gets in", Started.PATIENCE, () -> status(rest) == 200, () -> "");
      assertThat(manager.process().output()).contains("login refused user=admin addr=127.0.0.1");
    }
  }

  @Test
  void aPasswordFileMayChangeWhileItRuns() throws Exception {
    Path file = Files.writeString(directory.resolve("password"), CANARY + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    try (Running manager = start(Map.of(), "--manager-password-file=" + file)) {
      Rest rest = new Rest(manager.port(), "admin", CANARY);
      assertThat(status(rest)).isEqualTo(200);

      Files.writeString(file, "another");
      Await.until(
          "the other one counts",
          Started.PATIENCE,
          () -> status(rest.as("admin", "another")) == 200,
          () -> "");
      assertThat(status(rest)).isNotEqualTo(200);
      assertThat(manager.process().output()).doesNotContain(CANARY);
    }
  }

  @Test
  void aPasswordThatIsNotThereOrEverybodyCanReadIsRefusedAtTheStart() throws Exception {
    Path file = directory.resolve("password");
    assertThat(refused(file)).contains(file + " is not there: write the password");
    Files.writeString(file, CANARY);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(refused(file)).contains("chmod 600 " + file).doesNotContain(CANARY);
  }

  private String refused(Path file) throws Exception {
    try (Running manager =
        Running.begin(
            directory,
            Map.of(),
            "--config=" + directory.resolve("configuration"),
            "--manager-password-file=" + file)) {
      assertThat(manager.process().exitCode()).isEqualTo(4);
      return manager.process().output();
    }
  }

  private static SecretsManagerClient secrets(AwsEmulator aws) {
    return aws.access("eu-west-1").client(SecretsManagerClient.builder());
  }

  @Test
  void aSecretThatIsRotatedNeedsNoRestart() throws Exception {
    AwsEmulator aws = AwsEmulator.shared();
    aws.reset();
    try (SecretsManagerClient client = secrets(aws);
        AwsGate gate = new AwsGate(aws)) {
      client.createSecret(r -> r.name("heimdall/manager").secretString(CANARY));
      try (Running manager =
          start(
              aws.environment(),
              "--manager-secret=heimdall/manager?region=eu-west-1&endpoint=" + gate.uri())) {
        Rest rest = new Rest(manager.port(), "admin", CANARY);
        assertThat(status(rest)).isEqualTo(200);

        client.putSecretValue(
            r ->
                r.secretId("heimdall/manager")
                    .secretString("{\"username\": \"x\", \"password\": \"canary-second\"}"));
        Rest second = rest.as("admin", "canary-second");
        Await.until("the new one counts", Started.PATIENCE, () -> status(second) == 200, () -> "");
        assertThat(status(rest)).isEqualTo(401);

        // While AWS is away, the last one goes on.
        gate.away();
        assertThat(status(second)).isEqualTo(200);
        assertThat(manager.process().output()).doesNotContain("canary");
      }
    }
  }

  @Test
  void withoutItsSecretTheManagerRunsAndSaysWhyNobodyGetsIn() throws Exception {
    AwsEmulator aws = AwsEmulator.shared();
    aws.reset();
    try (AwsGate gate = new AwsGate(aws);
        SecretsManagerClient client = secrets(aws)) {
      gate.refuse("GetSecretValue", 400, "AccessDeniedException", "told to");
      try (Running manager =
          start(
              aws.environment(),
              "--manager-secret=heimdall/manager?region=eu-west-1&endpoint=" + gate.uri())) {
        Rest rest = new Rest(manager.port(), "admin", CANARY);
        Said refused = rest.get("/version");
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.body()).doesNotContain("secretsmanager");
        assertThat(manager.process().output())
            .contains(
                "the permission secretsmanager:GetSecretValue", "No log-in as admin is possible");
        assertThat(rest.get("/livez").status()).isEqualTo(200);

        client.createSecret(r -> r.name("heimdall/manager").secretString(CANARY));
        gate.open();
        Await.until("it is read", Started.PATIENCE, () -> status(rest) == 200, () -> "");
      }
    }
  }
}
