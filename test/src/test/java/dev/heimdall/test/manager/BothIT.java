package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.FreePort;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.manager.Rest.Said;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A node and a manager on one machine: what becomes of each when the other ends. */
@Tag("long")
class BothIT {
  private static final String CANARY = "canary-password";

  @TempDir private Path directory;

  private final int port = FreePort.any();
  private final int managerPort = FreePort.any();
  private Started both;

  @BeforeEach
  void configure() throws IOException {
    write(
        "node.json",
        "{\"http\": {\"port\": %d}, \"warmUp\": \"0\", \"drainTimeout\": \"2s\"}"
            .formatted(FreePort.any()));
    write(
        "sources/main.json",
        "{\"url\": \"%s\", \"user\": \"%s\", \"password\": \"%s\", \"tls\": {\"mode\": \"disable\"}}"
            .formatted(
                SharedPostgres.primary().jdbcUrl(SharedPostgres.DATABASE),
                SharedPostgres.USER,
                SharedPostgres.PASSWORD));
    write(
        "vdbs/app.json",
        "{\"source\": \"main\", \"address\": \"127.0.0.1\", \"ports\": [%d]}".formatted(port));
    write("users/app.json", "{\"password\": \"app\"}");
  }

  private void write(String name, String text) throws IOException {
    Path file = configuration().resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private Path configuration() {
    return directory.resolve("configuration");
  }

  @AfterEach
  void end() throws InterruptedException {
    if (both != null) {
      both.close();
    }
  }

  private Path state() {
    return directory.resolve("state");
  }

  private void start(String command, String... options) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(command));
    arguments.addAll(List.of(options));
    both =
        Started.start(
            directory.resolve("output"), Map.of("STATE_DIRECTORY", state().toString()), arguments);
    both.awaitOutput("serving app on");
    both.awaitOutput("managing on port");
  }

  private void start() throws IOException {
    start("both", "--config=" + configuration(), "--manager-port=" + managerPort);
  }

  private Rest rest() throws IOException {
    return new Rest(managerPort, "admin", Files.readString(state().resolve("manager-password")));
  }

  private Target target() {
    return new Target("127.0.0.1", port, "app", "app", "app", false);
  }

  private ProcessHandle manager() {
    Await.until("the manager is a process", () -> both.children().size() == 1);
    return both.children().get(0);
  }

  private boolean answers() throws InterruptedException {
    try {
      return rest().get("/version").status() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  private boolean serves(String user) {
    try (Connection client = target().as(user, CANARY).jdbc()) {
      return client.isValid(10);
    } catch (SQLException e) {
      return false;
    }
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT) // with others that wait as well
  void aManagerThatIsKilledIsBackAndNoClientNotices() throws Exception {
    start();
    try (BusyReader one = new BusyReader(target());
        BusyReader other = new BusyReader(target())) {
      for (int i = 0; i < 2; i++) {
        ProcessHandle manager = manager();
        int before = one.answers();
        manager.destroyForcibly();
        Await.until(
            "there is another one",
            Started.PATIENCE,
            () -> both.children().stream().anyMatch(child -> child.pid() != manager.pid()),
            both::output);
        Await.until("it answers", Started.PATIENCE, this::answers, both::output);
        Await.until("clients go on", () -> one.answers() > before);
      }
      assertThat(one.failures()).isEmpty();
      assertThat(other.failures()).isEmpty();
    }
    assertThat(both.output())
        .contains("the manager ended with exit code 137; the node goes on", "again in 2 s");
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void theNodeTakesOverWhatIsWrittenThroughTheManager() throws Exception {
    start();
    assertThat(serves("second")).isFalse();

    Said written =
        rest().put("users/second.json", "{\"password\": \"" + CANARY + "\"}", Optional.empty());
    assertThat(written.status()).as(written.toString()).isEqualTo(201);
    Await.until("the node knows the user", Started.PATIENCE, () -> serves("second"), both::output);

    assertThat(rest().delete("users/second.json", written.etag()).status()).isEqualTo(200);
    Await.until("and forgets it", Started.PATIENCE, () -> !serves("second"), both::output);
    assertThat(both.output()).doesNotContain(CANARY);
  }

  @Test
  void sigtermDrainsTheNodeAndEndsTheManager() throws Exception {
    start();
    ProcessHandle manager = manager();

    both.terminate();

    assertThat(both.exitCode()).isZero();
    Await.until("the manager is gone", Started.PATIENCE, () -> !manager.isAlive(), () -> "");
    assertThat(both.output()).contains("draining", "the manager has ended");
  }

  @Test
  void aNodeThatIsKilledLeavesNoManagerBehind() throws Exception {
    start();
    ProcessHandle manager = manager();

    both.kill();

    Await.until("the manager is gone", Started.PATIENCE, () -> !manager.isAlive(), () -> "");
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void aManagerThatCannotStartIsTriedMoreAndMoreSeldomAndTheNodeServes() throws Exception {
    both =
        Started.start(
            directory.resolve("output"),
            Map.of("STATE_DIRECTORY", state().toString()),
            List.of(
                "both",
                "--config=" + configuration(),
                "--manager-port=" + managerPort,
                "--manager-password-file=" + directory.resolve("none")));
    both.awaitOutput("ended with exit code 4; the node goes on, and it is started again in 2 s");
    try (Connection client = target().jdbc()) {
      assertThat(client.isValid(10)).isTrue();
    }
    both.terminate();
    assertThat(both.exitCode()).isZero();
  }

  @Test
  void aMachineThatIsThereForBothFillsItsDirectoryWhenItBoots() throws Exception {
    Path mine = directory.resolve("mine");
    Path conf =
        Files.write(
            directory.resolve("heimdall.conf"),
            List.of(
                "hdRole = both",
                "configDirectory = " + mine,
                "configSource = file:" + configuration(),
                "managerPort = " + managerPort,
                "memory = 2GiB"));
    start("run", "--conf=" + conf);

    assertThat(mine.resolve("vdbs/app.json")).exists();
    assertThat(both.output())
        .contains("held nothing: 4 documents loaded from " + configuration())
        .contains("memory: heap ", "memory: the manager's heap ");
    rest().put("users/second.json", "{\"password\": \"" + CANARY + "\"}", Optional.empty());
    Await.until("the node knows the user", Started.PATIENCE, () -> serves("second"), both::output);
    assertThat(configuration().resolve("users/second.json")).doesNotExist();
  }
}
