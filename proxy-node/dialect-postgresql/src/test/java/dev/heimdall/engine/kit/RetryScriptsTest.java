package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Statements that a rule has tried again, step by step. */
class RetryScriptsTest {
  @TempDir private Path directory;
  private SimulatedNode node;

  @BeforeEach
  void start() throws IOException {
    Path rules = Files.createDirectories(directory.resolve("rules"));
    Files.writeString(
        rules.resolve("again.json"),
        """
        {"rules": [{"match": "flaky", "action": "retry",
          "parameters": {"maxRetries": 2, "retryDelay": 1000}}]}
        """);
    node = new SimulatedNode(directory, "\"pool\": {\"size\": 1}, \"rules\": [\"again\"]");
  }

  @AfterEach
  void stop() {
    node.end();
  }

  @Test
  void aStatementThatIsTriedAgainAndFindsNoConnectionIsForgotten() {
    SimulatedClient ann = node.client("ann");
    SimulatedClient bob = node.client("bob");
    ann.query("SELECT 1/0 /* flaky */");
    assertThat(ann.told()).isEmpty();
    bob.query("BEGIN");
    assertThat(bob.told()).containsExactly("done BEGIN", "ready T");

    node.turns().advance(Duration.ofMinutes(5));
    assertThat(ann.told())
        .containsSubsequence(
            "error 53300 no server connection became free within 120000 ms", "ready I");
    bob.query("COMMIT");
    node.servers().open().get(0).received().clear();
    ann.query("SELECT 1/0 AS other");

    assertThat(ann.told()).containsExactly("error 22012 division by zero", "ready I");
    assertThat(node.servers().open().get(0).received()).containsExactly("SELECT 1/0 AS other");
  }
}
