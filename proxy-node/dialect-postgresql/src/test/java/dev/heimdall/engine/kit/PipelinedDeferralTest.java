package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A statement that a rule wants carried out later is deferred by where its session stands when what
 * is ahead of it is answered, not by where it stood when it came.
 */
class PipelinedDeferralTest extends KitContract {
  private static final String WRITE = "INSERT INTO other VALUES ('elsewhere')";

  /** The simulated servers have no functions. */
  private static final String REACHED = "error 42883";

  private KitClient ann;

  PipelinedDeferralTest() {
    super(new PostgresKit());
  }

  @BeforeEach
  void start() {
    startCluster(
        KitSettings.of("\"pool\": {\"size\": 2}")
            .withCatalogue(new PostgresKit().table().orElseThrow().catalogue()),
        """
        {"match": "elsewhere", "inTransaction": true, "action": "async-execute",
         "parameters": {"holdUntil": "immediate"}},
        {"match": "FUNCTION CALL", "inTransaction": true, "action": "async-execute",
         "parameters": {"holdUntil": "immediate"}}
        """);
    ann = client("ann");
  }

  @Test
  void behindABeginItIsPartOfTheTransaction() {
    ann.send(
        out -> {
          PgWriter.query(out, "BEGIN");
          PgWriter.query(out, WRITE);
        });
    assertThat(ann.told()).containsExactly("open", "open");
    ran(1);
    assertThat(ann.asks("ROLLBACK")).containsExactly("idle");

    batch(out -> SimulatedClient.statement(out, "BEGIN"));
    batch(out -> SimulatedClient.statement(out, WRITE));
    assertThat(ann.told()).containsExactly("open", "open");
    ran(2);
  }

  @Test
  void ofOneBatchWithItsBeginItIsPartOfTheTransaction() {
    batch(
        out -> {
          SimulatedClient.statement(out, "BEGIN");
          SimulatedClient.statement(out, WRITE);
        });
    assertThat(ann.told()).containsExactly("open");
    ran(1);
  }

  @Test
  void behindTheEndOfATransactionItIsDeferred() {
    for (int times = 0; times < 2; times++) {
      ann.asks("BEGIN");
      ann.asks("SELECT before");
      ann.send(
          out -> {
            PgWriter.query(out, "COMMIT");
            PgWriter.query(out, WRITE);
          });
      assertThat(ann.told()).containsExactly("idle", "idle");
      ann.asks("BEGIN");
      ann.asks("SELECT before");
      ann.send(
          out -> {
            PgWriter.query(out, "COMMIT");
            SimulatedClient.statement(out, WRITE);
            SimulatedClient.sync(out);
          });
      assertThat(ann.told()).containsExactly("idle", "idle");
    }
    ran(0);
  }

  @Test
  void whatIsBehindItIsCarriedOutToo() {
    ann.send(
        out -> {
          PgWriter.query(out, "SELECT before");
          PgWriter.query(out, WRITE);
          PgWriter.query(out, "SELECT behind");
          PgWriter.query(out, WRITE);
          SimulatedClient.statement(out, "SELECT last");
          SimulatedClient.sync(out);
        });
    assertThat(ann.told())
        .containsExactly(
            "row before", "idle", "idle", "row behind", "idle", "idle", "row last", "idle");
    ran(0);
  }

  @Test
  void whatPinsAheadOfItKeepsItsConnection() {
    ann.send(
        out -> {
          PgWriter.query(out, words.pin());
          PgWriter.query(out, WRITE);
        });
    assertThat(ann.told()).endsWith("idle", "idle");
    ran(1);
  }

  /** One that is called by its number is rejected where it would be deferred. */
  @Test
  void aFunctionBehindABeginIsCalledInTheTransaction() {
    ann.send(
        out -> {
          PgWriter.query(out, "BEGIN");
          call(out);
        });
    assertThat(ann.told()).containsExactly("open", REACHED);
    assertThat(ann.asks("ROLLBACK")).containsExactly("idle");
  }

  @Test
  void aFunctionBehindTheEndOfATransactionIsNotCalled() {
    ann.asks("BEGIN");
    ann.asks("SELECT before");
    ann.send(
        out -> {
          PgWriter.query(out, "COMMIT");
          call(out);
          PgWriter.query(out, "SELECT behind");
        });
    assertThat(ann.told()).containsExactly("idle", "error 0A000", "row behind", "idle");
  }

  private static void call(ByteBuf out) {
    out.writeByte('F').writeInt(14).writeInt(4711);
    out.writeShort(0).writeShort(0).writeShort(0);
  }

  private void batch(Consumer<ByteBuf> messages) {
    ann.send(
        out -> {
          messages.accept(out);
          SimulatedClient.sync(out);
        });
  }

  private void ran(int times) {
    List<String> received =
        servers().open().stream().flatMap(session -> session.received().stream()).toList();
    assertThat(received.stream().filter(WRITE::equals)).hasSize(times);
  }
}
