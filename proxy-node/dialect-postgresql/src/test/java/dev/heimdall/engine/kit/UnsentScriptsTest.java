package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a client sends while its server ends: what cannot have left the node runs elsewhere, and
 * nothing runs twice.
 */
class UnsentScriptsTest {
  @TempDir private Path directory;
  private SimulatedNode node;

  private enum End {
    CRASH,
    FAREWELL;

    void of(SimulatedServers.Session session) {
      if (this == CRASH) {
        session.kill();
      } else {
        session.terminate();
      }
    }
  }

  @BeforeEach
  void start() {
    node = SimulatedNode.ofCluster(directory, "\"pool\": {\"size\": 1}");
  }

  @AfterEach
  void stop() {
    node.end();
  }

  private SimulatedServers.Session server() {
    return node.servers().open().get(0);
  }

  /** The node learns of both in one turn of its loop, of the client first. */
  private List<String> toldOf(SimulatedClient client, Consumer<ByteBuf> sends, End end) {
    client.sendOnly(sends);
    end.of(server());
    node.turns().advance(Duration.ofSeconds(5));
    return client.told();
  }

  private static Consumer<ByteBuf> query(String... sql) {
    return out -> {
      for (String each : sql) {
        PgWriter.query(out, each);
      }
    };
  }

  static Stream<Arguments> whatIsSent() {
    List<Arguments> all = new ArrayList<>();
    Consumer<ByteBuf> batch =
        out -> {
          SimulatedClient.statement(out, "INSERT 1");
          SimulatedClient.sync(out);
        };
    for (End end : End.values()) {
      all.add(Arguments.of(end, query("INSERT 1"), List.of("done INSERT 0 1", "ready I")));
      all.add(Arguments.of(end, batch, List.of("1", "2", "done INSERT 0 1", "ready I")));
      all.add(
          Arguments.of(
              end,
              query("INSERT 1;SELECT 2"),
              List.of("done INSERT 0 1", "row SELECT 2 {}", "done SELECT 1", "ready I")));
      all.add(
          Arguments.of(
              end,
              query("BEGIN", "INSERT 1", "COMMIT"),
              List.of(
                  "done BEGIN",
                  "ready T",
                  "done INSERT 0 1",
                  "ready T",
                  "done COMMIT",
                  "ready I")));
    }
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("whatIsSent")
  void whatHasNotLeftRunsElsewhere(End end, Consumer<ByteBuf> sends, List<String> expected) {
    SimulatedClient ann = node.client("ann");
    ann.query("SELECT 0").told();

    assertThat(toldOf(ann, sends, end)).isEqualTo(expected);
    assertThat(node.servers().written()).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(End.class)
  void aBeginThatHasNotLeftBeginsElsewhere(End end) {
    SimulatedClient ann = node.client("ann");
    ann.query("SELECT 0").told();

    assertThat(toldOf(ann, query("BEGIN"), end)).containsExactly("done BEGIN", "ready T");
    ann.query("INSERT 1").query("COMMIT");

    assertThat(ann.told()).containsExactly("done INSERT 0 1", "ready T", "done COMMIT", "ready I");
  }

  @Test
  void aBeginThatHasLeftIsSentAgainAndBeginsElsewhere() {
    SimulatedClient ann = node.client("ann");
    ann.query("SELECT 0").told();
    for (String begin : List.of("BEGIN", "START TRANSACTION", "BEGIN READ ONLY")) {
      node.servers().hold(true);
      ann.query(begin);
      server().kill();
      node.servers().hold(false);
      node.turns().advance(Duration.ofSeconds(5));

      assertThat(ann.told()).as(begin).hasSize(2).element(1).isEqualTo("ready T");
      assertThat(ann.query("COMMIT").told()).containsExactly("done COMMIT", "ready I");
    }
  }

  @Test
  void aBeginIsNotSentAgainWithAWriteOrTheEndOfItsTransactionBehindIt() {
    for (List<String> sent :
        List.of(List.of("BEGIN", "INSERT 1"), List.of("BEGIN", "SELECT 1", "COMMIT"))) {
      SimulatedClient ann = node.client("ann");
      ann.query("SELECT 0").told();
      node.servers().hold(true);
      ann.send(query(sent.toArray(String[]::new)));
      server().kill();
      node.servers().hold(false);
      node.turns().advance(Duration.ofSeconds(5));

      assertThat(ann.told().get(0)).as(sent.toString()).startsWith("error 08006");
      assertThat(ann.query("ROLLBACK").told().toString()).endsWith("ready I]");
      assertThat(node.servers().written()).isEmpty();
    }
  }

  @Test
  void whatHasLeftIsNotSentAgain() {
    SimulatedClient ann = node.client("ann");
    ann.query("SELECT 0").told();
    node.servers().hold(true);
    ann.query("INSERT 1");

    List<String> told = new ArrayList<>(toldOf(ann, query("INSERT 2"), End.CRASH));
    node.servers().hold(false);
    node.turns().advance(Duration.ofSeconds(5));
    told.addAll(ann.told());

    assertThat(told)
        .containsExactly(
            "error 08006 the connection to the database server was lost",
            "ready I",
            "done INSERT 0 1",
            "ready I");
    assertThat(node.servers().written()).hasSize(1);
  }

  @Test
  void whatHasLeftInPartIsNotSentAgain() {
    SimulatedClient ann = node.client("ann");
    ann.query("SELECT 0").told();
    node.servers().hold(true);
    ann.send(
        out -> {
          SimulatedClient.statement(out, "INSERT 1");
          SimulatedClient.flush(out);
        });

    List<String> told = toldOf(ann, SimulatedClient::sync, End.CRASH);

    assertThat(told).hasSize(2).element(0).asString().startsWith("error 08006");
    node.servers().hold(false);
    assertThat(node.servers().written()).isEmpty();
  }

  @Test
  void aTransactionWhoseCommitHasNotLeftIsKnownToBeUndone() {
    SimulatedClient ann = node.client("ann");
    ann.query("BEGIN").query("INSERT 1").told();

    assertThat(toldOf(ann, query("COMMIT"), End.CRASH).get(0)).startsWith("error 40001");
    assertThat(node.servers().written()).isEmpty();
  }
}
