package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.memory.BudgetedCache;
import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What clients make the node keep that nothing can evict, and what becomes of who has too much. */
class HeldMemoryTest {
  private static final int BUDGET = 2_200_000;

  @TempDir private Path directory;
  private SimulatedNode node;

  @BeforeEach
  void start() {
    node =
        new SimulatedNode(directory, KitSettings.of("\"pool\": {\"size\": 1}").withMemory(BUDGET));
  }

  @AfterEach
  void stop() {
    node.end();
    for (BudgetedCache held :
        List.of(
            BudgetedCache.NAMED,
            BudgetedCache.UNNAMED,
            BudgetedCache.SETTINGS,
            BudgetedCache.CHANNELS,
            BudgetedCache.INPUT,
            BudgetedCache.LARGE_INPUT)) {
      assertThat(node.budget().use(held).bytes()).as(held.label()).isZero();
    }
  }

  private long held(BudgetedCache kind) {
    return node.budget().use(kind).bytes();
  }

  private static String text(int length) {
    return "SELECT '" + "x".repeat(length) + "'";
  }

  private static void parsed(SimulatedClient client, int length) {
    client.send(
        out -> {
          SimulatedClient.parse(out, "", text(length));
          SimulatedClient.sync(out);
        });
  }

  private static void isEnded(SimulatedClient client, String message) {
    assertThat(client.told()).last().asString().isEqualTo("error 53200 " + message);
    assertThat(client.connected()).isFalse();
  }

  @Test
  void unnamedStatementsThatAreNotUsedGiveWayToOthers() {
    SimulatedClient ann = node.client("ann");
    SimulatedClient bob = node.client("bob");
    SimulatedClient last = node.client("bob");
    parsed(ann, 500_000);
    assertThat(held(BudgetedCache.UNNAMED)).isBetween(500_000L, 700_000L);

    parsed(bob, 500_000);
    assertThat(bob.told()).isEmpty();
    node.turns().advance(Duration.ofMillis(400));
    assertThat(bob.told()).isEmpty();
    node.turns().advance(Duration.ofMillis(200));
    assertThat(bob.told()).last().isEqualTo("ready I");
    assertThat(held(BudgetedCache.UNNAMED)).isBetween(500_000L, 700_000L);
    parsed(last, 20_000);

    assertThat(last.told()).last().isEqualTo("ready I");
    assertThat(ann.connected()).isTrue();
    ann.send(
        out -> {
          SimulatedClient.run(out, "");
          SimulatedClient.sync(out);
        });
    assertThat(ann.told()).anyMatch(told -> told.startsWith("error 26000 "));
  }

  @Test
  void anUnnamedStatementForWhichThereIsNeverRoomEndsItsClient() {
    SimulatedClient ann = node.client("ann");
    parsed(ann, 1_300_000);
    isEnded(ann, "no memory for the unnamed statement");
  }

  @Test
  void anUnnamedStatementThatIsGoneIsNotKept() {
    SimulatedClient ann = node.client("ann");
    parsed(ann, 500_000);

    ann.query("SELECT 1");

    assertThat(held(BudgetedCache.UNNAMED)).isLessThan(5_000);
    parsed(ann, 500_000);
    parsed(ann, 100);
    assertThat(held(BudgetedCache.UNNAMED)).isLessThan(5_000);
  }

  private static void query(SimulatedClient client, int length) {
    client.sendCut(50_000, out -> PgWriter.query(out, text(length)));
  }

  @Test
  void aLargeStatementWaitsForTheRoomOfAnother() {
    SimulatedClient ann = node.client("ann");
    SimulatedClient bob = node.client("bob");
    SimulatedClient last = node.client("bob");
    ByteBuf whole = Unpooled.buffer();
    PgWriter.query(whole, text(700_000));
    int size = whole.readableBytes();
    ann.send(out -> out.writeBytes(whole, 500_000));
    assertThat(held(BudgetedCache.LARGE_INPUT)).isEqualTo(size);

    query(bob, 700_000);
    assertThat(bob.told()).isEmpty();
    assertThat(bob.connected()).isTrue();
    assertThat(held(BudgetedCache.LARGE_INPUT)).isEqualTo(size);
    last.sendCut(1, out -> PgWriter.query(out, "SELECT 3"));
    assertThat(last.told()).last().isEqualTo("ready I");

    ann.send(out -> out.writeBytes(whole));
    assertThat(ann.told()).last().isEqualTo("ready I");
    assertThat(bob.told()).last().isEqualTo("ready I");
    assertThat(held(BudgetedCache.LARGE_INPUT)).isZero();
  }

  @Test
  void aClientThatStopsInALargeStatementLosesItsRoom() {
    SimulatedClient ann = node.client("ann");
    SimulatedClient bob = node.client("bob");
    ann.send(out -> out.writeByte('Q').writeInt(700_000).writeZero(500_000));
    node.turns().advance(Duration.ofMinutes(5));
    assertThat(ann.connected()).isTrue();

    query(bob, 700_000);
    node.turns().advance(Duration.ofSeconds(61));

    assertThat(ann.told())
        .last()
        .isEqualTo("error 57P05 terminating connection due to incomplete message timeout");
    assertThat(ann.connected()).isFalse();
    assertThat(bob.told()).last().isEqualTo("ready I");
  }

  /** Who waits for its connection may have all the room that others may have. */
  @Test
  void aTransactionHasRoomForItsLargeStatements() {
    SimulatedClient ann = node.client("ann");
    SimulatedClient bob = node.client("bob");
    ann.query("BEGIN");
    query(bob, 1_000_000);
    assertThat(held(BudgetedCache.LARGE_INPUT)).isGreaterThan(1_000_000);

    query(ann, 1_000_000);
    assertThat(ann.told()).last().isEqualTo("ready T");
    assertThat(bob.told()).isEmpty();
    ann.query("COMMIT");

    assertThat(bob.told()).last().isEqualTo("ready I");
  }

  @Test
  void aStatementForWhichThereIsNeverRoomEndsItsClient() {
    SimulatedClient ann = node.client("ann");

    ann.send(out -> out.writeByte('Q').writeInt(1_700_000).writeZero(500));

    isEnded(ann, "no memory for the client's messages");
  }

  @Test
  void settingsOfAllClientsHaveALimit() {
    SimulatedClient ann = node.client("ann");
    for (int i = 0; i < 12 && ann.connected(); i++) {
      ann.query("SET my." + "s".repeat(i + 1) + " = '" + "x".repeat(30_000) + "'");
    }
    isEnded(ann, "no memory for session settings");
    SimulatedClient bob = node.client("bob");
    bob.query("SET my.setting = 'x'");

    assertThat(bob.told()).last().isEqualTo("ready I");
    assertThat(held(BudgetedCache.SETTINGS)).isBetween(100L, 2_000L);
  }

  @Test
  void namesOfPreparedStatementsCount() {
    SimulatedClient ann = node.client("ann");
    ann.send(
        out -> {
          SimulatedClient.parse(out, "a".repeat(8_000), "SELECT 1");
          SimulatedClient.parse(out, "b".repeat(8_000), "SELECT 1");
          SimulatedClient.sync(out);
        });

    assertThat(held(BudgetedCache.NAMED)).isGreaterThan(16_000);
  }
}
