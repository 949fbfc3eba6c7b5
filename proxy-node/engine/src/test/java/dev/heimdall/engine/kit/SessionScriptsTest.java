package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a client is answered, step by step. */
class SessionScriptsTest {
  @TempDir private Path directory;
  private SimulatedNode node;

  @BeforeEach
  void start() {
    node = new SimulatedNode(directory, "\"pool\": {\"size\": 1}");
  }

  @AfterEach
  void stop() {
    assertThat(node.wrong()).isEmpty();
    node.close();
  }

  @Test
  void aQueryIsAnswered() {
    SimulatedClient ann = node.client("ann");

    ann.query("SELECT 1");

    assertThat(ann.told()).containsExactly("row SELECT 1 {}", "done SELECT 1", "ready I");
  }
}
