package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A statement that a rule forwards never runs at the home source, wherever it stands in a batch.
 */
class ForwardedBatchesTest extends KitContract {
  private static final String READ = "SELECT secret";
  private static final String OTHER = "SELECT beside";

  private KitClient ann;

  ForwardedBatchesTest() {
    super(new PostgresKit());
  }

  @BeforeEach
  void start() {
    start(
        KitSettings.of("\"pool\": {\"size\": 2}, \"ruleSources\": [\"other\"]"),
        """
        {"match": "secret", "action": "forward", "parameters": {"source": "other"}}
        """);
    ann = client("ann");
  }

  @Test
  void behindAnotherStatementItIsRejectedAndTheRestOfTheBatchWithIt() {
    List<String> told =
        batch(
            out -> {
              SimulatedClient.statement(out, OTHER);
              SimulatedClient.statement(out, READ);
              SimulatedClient.statement(out, OTHER);
            });

    assertThat(told).hasSize(2).first().isEqualTo("row beside");
    assertThat(told.get(1)).startsWith("error 0A000");
    ran(servers(), OTHER, 1);
    ran(servers(), READ, 0);
    ran(node.others(), READ, 0);
    assertThat(batch(out -> SimulatedClient.statement(out, READ))).contains("row secret");
    ran(node.others(), READ, 1);
  }

  @Test
  void aheadOfAnotherStatementItTakesThatWithIt() {
    List<String> told =
        batch(
            out -> {
              SimulatedClient.statement(out, READ);
              SimulatedClient.statement(out, READ);
            });

    assertThat(told).containsExactly("row secret", "row secret", "idle");
    ran(node.others(), READ, 2);
  }

  @Test
  void aTransactionThatTheBatchItselfBeginsStaysWhereItIs() {
    List<String> told =
        batch(
            out -> {
              SimulatedClient.statement(out, "BEGIN");
              SimulatedClient.statement(out, READ);
            });

    assertThat(told).containsExactly("row secret", "open");
    ran(servers(), READ, 1);
    ran(node.others(), READ, 0);
  }

  @Test
  void whatIsParsedAheadIsParsedWhereItWillRun() {
    for (int times = 0; times < 2; times++) {
      ann.send(
          out -> {
            SimulatedClient.parse(out, "", READ);
            SimulatedClient.flush(out);
          });
      ann.told();
      assertThat(batch(out -> SimulatedClient.run(out, ""))).containsExactly("row secret", "idle");
    }
    ran(node.others(), READ, 2);
    ran(servers(), READ, 0);

    // The Parse says nothing of what another batch does.
    assertThat(batch(out -> SimulatedClient.statement(out, OTHER)))
        .containsExactly("row beside", "idle");
    ran(servers(), OTHER, 1);
  }

  @Test
  void whatIsParsedElsewhereAheadOfAFlushIsRejected() {
    ann.send(
        out -> {
          SimulatedClient.parse(out, "read", READ);
          SimulatedClient.sync(out);
        });
    ann.send(
        out -> {
          SimulatedClient.parse(out, "", OTHER);
          SimulatedClient.flush(out);
        });
    ann.told();
    List<String> told = batch(out -> SimulatedClient.run(out, "read"));

    assertThat(told).singleElement().asString().startsWith("error 0A000");
    ran(servers(), READ, 0);
  }

  private List<String> batch(Consumer<ByteBuf> messages) {
    ann.send(
        out -> {
          messages.accept(out);
          SimulatedClient.sync(out);
        });
    return ann.told();
  }

  private static void ran(KitServers<?> at, String sql, int times) {
    assertThat(
            at.open().stream()
                .flatMap(session -> session.received().stream())
                .filter(sql::equals)
                .count())
        .isEqualTo(times);
  }
}
