package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.memory.BudgetedCache;
import dev.heimdall.engine.wire.postgres.PgWriter;
import java.nio.file.Path;
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
    node = new SimulatedNode(directory, "\"pool\": {\"size\": 1}", BUDGET);
  }

  @AfterEach
  void stop() {
    node.close();
    assertThat(node.wrong()).isEmpty();
    assertThat(node.unreleased()).as("buffers that nobody has released").isEmpty();
    for (BudgetedCache held :
        List.of(
            BudgetedCache.NAMED,
            BudgetedCache.UNNAMED,
            BudgetedCache.SETTINGS,
            BudgetedCache.CHANNELS,
            BudgetedCache.INPUT)) {
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
  void unnamedStatementsOfAllClientsHaveALimit() {
    SimulatedClient ann = node.client("ann");
    SimulatedClient bob = node.client("bob");
    SimulatedClient last = node.client("bob");
    parsed(ann, 500_000);
    assertThat(held(BudgetedCache.UNNAMED)).isBetween(500_000L, 700_000L);

    parsed(bob, 500_000);
    isEnded(bob, "no memory for the unnamed statement");
    parsed(last, 20_000);

    assertThat(last.told()).last().isEqualTo("ready I");
    assertThat(ann.told()).last().isEqualTo("ready I");
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

  @Test
  void messagesOfWhichTheRestHasNotComeHaveALimit() {
    SimulatedClient ann = node.client("ann");
    SimulatedClient bob = node.client("bob");
    SimulatedClient last = node.client("bob");
    byte[] half = new byte[600_000];
    ann.send(out -> out.writeByte('Q').writeInt(700_000).writeBytes(half));
    assertThat(held(BudgetedCache.INPUT)).isGreaterThanOrEqualTo(600_000);

    bob.send(out -> out.writeByte('Q').writeInt(700_000).writeBytes(half));
    isEnded(bob, "no memory for the client's messages");
    last.sendCut(1, out -> PgWriter.query(out, "SELECT 3"));

    assertThat(last.told()).last().isEqualTo("ready I");
    ann.send(out -> out.writeBytes(new byte[99_996]));
    assertThat(held(BudgetedCache.INPUT)).isZero();
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
