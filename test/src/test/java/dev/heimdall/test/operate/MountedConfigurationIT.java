package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.SharedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A node whose configuration is on a file system of another machine, which goes away: its directory
 * is empty, as where nothing is mounted, or holds whoever reads it, as NFS does.
 */
@Tag("long")
class MountedConfigurationIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path directory;

  private Path mounted;
  private ProxyProcess proxy;

  @BeforeEach
  void configure() throws IOException {
    SharedPostgres.cluster();
    proxy = ProxyProcess.configured(directory, Map.of());
    mounted = proxy.directory();
  }

  @AfterEach
  void close() throws InterruptedException {
    proxy.close();
  }

  private void start() throws IOException {
    Path conf =
        Files.writeString(directory.resolve("heimdall.conf"), "configSource = file:" + mounted);
    proxy.start(Map.of(), "--conf=" + conf, "--state=" + directory.resolve("state"));
  }

  private int stop() throws InterruptedException {
    proxy.terminate();
    return proxy.exitCode();
  }

  private void user(String name) throws IOException {
    Path users = mounted.resolve("users");
    Path next = Files.writeString(users.resolve("." + name), "{\"password\": \"" + name + "\"}");
    Files.move(next, users.resolve(name + ".json"), StandardCopyOption.ATOMIC_MOVE);
  }

  private void unmount() throws IOException {
    Files.move(mounted, directory.resolve("server"));
    Files.createDirectory(mounted);
  }

  private void mount() throws IOException {
    Files.delete(mounted);
    Files.move(directory.resolve("server"), mounted);
  }

  /** A pipe that nobody writes to: who opens it to read does not come back. */
  private void hang() throws Exception {
    Path edits = Files.createDirectory(directory.resolve("edits"));
    Process made = new ProcessBuilder("mkfifo", edits.resolve("0").toString()).start();
    assertThat(made.waitFor()).isZero();
    Files.createDirectories(stuck().getParent());
    Files.move(edits, stuck(), StandardCopyOption.ATOMIC_MOVE);
  }

  private void letGo() throws IOException {
    Files.write(stuck().resolve("0"), new byte[0]);
    Files.delete(stuck().resolve("0"));
    Files.delete(stuck());
  }

  private Path stuck() {
    return mounted.resolve(".heimdall/edits/users%2Fstuck.json");
  }

  private void eventually(String what, Await.Condition condition) {
    Await.until(what, PATIENCE, condition, proxy::output);
  }

  private JsonNode configuration() throws Exception {
    return proxy.door().status().get("configuration");
  }

  private boolean serves(String user) {
    try (Connection client = proxy.target().as(user, user).jdbc();
        Statement statement = client.createStatement()) {
      return statement.execute("SELECT 1");
    } catch (SQLException e) {
      return false;
    }
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT) // with the others: it waits, as the next but one does
  void aDirectoryThatVanishesEndsNothingAndStopsNoStart() throws Exception {
    start();
    assertThat(configuration().get("place").asText()).isEqualTo(mounted.toString());

    user("second");
    eventually("the change arrives by itself", () -> serves("second"));

    unmount();
    proxy.reload();
    assertThat(serves("second")).isTrue();
    assertThat(configuration().get("trouble").asText()).contains("holds no documents any more");
    assertThat(proxy.door().metric("heimdall_config_store_up")).isZero();
    assertThat(proxy.output()).contains("The configuration stays as it is");
    assertThat(stop()).isZero();

    start();
    assertThat(proxy.isAlive()).as(proxy.output()).isTrue();
    assertThat(serves("second")).isTrue();
    assertThat(configuration().get("onCopy").asBoolean()).isTrue();
    assertThat(proxy.output()).contains("that was right at");

    mount();
    user("third");
    eventually("it is followed again", () -> serves("third"));
    assertThat(configuration().get("onCopy").asBoolean()).isFalse();
    assertThat(configuration().has("trouble")).isFalse();
  }

  @Test
  void aMachineThatHasNoCopyDoesNotStart() throws Exception {
    unmount();
    start();

    assertThat(proxy.exitCode()).isEqualTo(4);
    assertThat(proxy.output())
        .contains(mounted + " holds no documents", "There is no copy of it here yet");
  }

  @Test
  void aDirectoryThatDoesNotAnswerHoldsUpNeitherStartNorEnd() throws Exception {
    start();
    hang();
    eventually(
        "the node says that it gets no answer",
        () -> proxy.output().contains("does not answer, as when the server"));
    assertThat(configuration().get("trouble").asText()).contains("does not answer");
    assertThat(serves("app")).isTrue();
    assertThat(stop()).isZero();

    start();
    assertThat(proxy.isAlive()).as(proxy.output()).isTrue();
    assertThat(serves("app")).isTrue();
    assertThat(configuration().get("onCopy").asBoolean()).isTrue();

    letGo();
    user("second");
    eventually("it is followed again", () -> serves("second"));
    hang();
    proxy.door().post("/drain");
    assertThat(proxy.exitCode()).isZero();
  }
}
