package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a client is answered whose server connection is lost, by where it stands. */
class ConnectionLossTest {
  @TempDir private Path directory;
  private SimulatedNode node;

  @BeforeEach
  void start() {
    node = new SimulatedNode(directory, "\"pool\": {\"size\": 1}");
  }

  @AfterEach
  void stop() {
    node.end();
  }

  /**
   * @param before statements that were answered
   * @param awaited a statement that is not
   * @param loss what the client is answered for the loss
   * @param behind what comes of a SELECT behind it, of ROLLBACK, and of another SELECT
   */
  @ParameterizedTest(name = "{0} [{1}]: {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "SELECT 0                   |          | -                     | row ready I, done ready I, row ready I",
        "SELECT 0                   | INSERT 1 | 08006 ready I         | row ready I, done ready I, row ready I",
        "BEGIN; SELECT 0            |          | -                     | 08006 ready E, done ready I, row ready I",
        "BEGIN; SELECT 0            | INSERT 1 | 08006 ready E         | 25P02 ready E, done ready I, row ready I",
        "SELECT pg_advisory_lock(1) |          | 08006                 | closed, closed, closed",
        "SELECT pg_advisory_lock(1) | INSERT 1 | 08006                 | closed, closed, closed",
      })
  void aClientIsAnsweredByWhereItStands(String before, String awaited, String loss, String behind) {
    SimulatedClient ann = node.client("ann");
    for (String sql : before.split("; ")) {
      ann.query(sql);
    }
    ann.told();
    if (awaited != null) {
      node.servers().hold(true);
      ann.query(awaited);
    }

    node.servers().open().get(0).kill();
    node.servers().hold(false);
    node.turns().advance(Duration.ofSeconds(1));

    assertThat(brief(ann)).isEqualTo(loss);
    List<String> then = new ArrayList<>();
    for (String sql : List.of("SELECT 2", "ROLLBACK", "SELECT 3")) {
      if (ann.connected()) {
        ann.query(sql);
        node.turns().advance(Duration.ofSeconds(1));
      }
      then.add(brief(ann));
    }
    assertThat(String.join(", ", then)).isEqualTo(behind);
    assertThat(node.servers().written()).isEmpty();
  }

  /** What it was answered since this was last asked, without texts. */
  private static String brief(SimulatedClient client) {
    List<String> words = new ArrayList<>();
    for (String each : client.told()) {
      String[] parts = each.split(" ");
      switch (parts[0]) {
        case "error" -> words.add(parts[1]);
        case "ready" -> words.add(each);
        case "row" -> words.add("row");
        case "done" -> {
          if (!words.contains("row")) {
            words.add("done");
          }
        }
        default -> words.add(each);
      }
    }
    return words.isEmpty() ? (client.connected() ? "-" : "closed") : String.join(" ", words);
  }
}
