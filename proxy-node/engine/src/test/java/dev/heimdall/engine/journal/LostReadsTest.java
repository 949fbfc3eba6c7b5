package dev.heimdall.engine.journal;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.model.TransactionReplaySettings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is read again of what was lost, what fails, and in which order. */
class LostReadsTest {
  private static final ServerError LOST = ServerError.error("08006", "lost");

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final LoopContext loop = new LoopContext(0, channel.eventLoop());
  private final ScriptedClient client = new ScriptedClient();
  private final LossLog losses = new LossLog(client.readAgain);
  private final List<ByteBuf> inputs = new ArrayList<>();
  private final List<Throwable> failures = new ArrayList<>();
  private final Journal journal = Journals.unchecked();
  private final BatchReplay alone =
      new BatchReplay(client, client, client, client, new NamedErrors(), journal);
  private final UnitContext session =
      new UnitContext(client, client, client, client, losses, loop, failures::add);
  private final LostReads reads =
      new LostReads(
          session,
          alone,
          new TransactionReplay(
              session, null, alone, journal, TransactionReplaySettings.defaults(), null, null),
          journal);

  @AfterEach
  void nothingIsHeldAtTheEnd() {
    reads.end();
    journal.forget(true);
    assertThat(journal.size()).isZero();
    inputs.forEach(input -> assertThat(input.refCnt()).isEqualTo(1));
    inputs.forEach(ByteBuf::release);
    assertThat(failures).isEmpty();
    channel.finishAndReleaseAll();
  }

  /**
   * Each word is a unit: r reads, w may have changed something, u would change something and has
   * not left the node; without its end where a dot follows.
   */
  private void send(String units) {
    long written = 0;
    for (String unit : units.split(" ")) {
      String name = unit.replace(".", "");
      ByteBuf input = Unpooled.copiedBuffer(name, US_ASCII);
      inputs.add(input);
      if (name.startsWith("u") && client.left == Long.MAX_VALUE) {
        client.left = written; // as much as that has left, and no more
      }
      journal.begin(client.sent, written, Math.min(written, client.left));
      journal.keep(input, name.length());
      switch (name.charAt(0)) {
        case 'w' -> journal.spoil();
        case 'u' -> journal.changes();
        default -> {}
      }
      boolean ends = name.equals(unit);
      journal.handled(name.length(), name.length(), ends);
      written += name.length();
      if (ends) {
        client.sent++;
      } else {
        client.unitOpen = true;
      }
    }
  }

  private boolean lose(long begun) {
    return reads.survive(client, false, begun, LOST);
  }

  /** What was read again is answered, as often as anything is. */
  private void goOn() {
    channel.runPendingTasks();
    client.unitOpen = false;
    client.sent = client.done;
    for (int i = 0; i < 10 && reads.goesOn(); i++) {
      channel.runPendingTasks();
    }
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "r1, r1",
    "r1 r2, r1r2",
    "r1 w2, r1 / fail 1",
    "w1 r2, fail 1 / r2",
    "r1 w2 r3, r1 / fail 1 / r3",
    "w1 w2 r3 w4 w5, fail 2 / r3 / fail 2",
    "r1 r2., r1r2",
    "r1 w2., r1 / fail 0 open",
    "u1, u1",
    "r1 u2 u3, r1u2u3",
    "w1 u2, fail 1 / u2",
  })
  void readsAndWhatHasNotLeftAreReadAgainInTheirOrder(String units, String then) {
    send(units);

    assertThat(lose(-1)).isTrue();
    goOn();

    assertThat(String.join(" / ", client.readAgain)).isEqualTo(then);
    assertThat(reads.underWay()).isFalse();
    assertThat(client.isSetAside()).isFalse();
  }

  /** Units are counted from 7 on. */
  @ParameterizedTest(name = "{0}, begun by {1}: {2}")
  @CsvSource({
    "r1 w2 r3, 8, r1 / transaction failed / fail 2",
    "r1 w2 r3 w4, 9, r1 / fail 1 / transaction failed / fail 2",
    "r1 u2 u3, 8, r1u2u3",
  })
  void aBlockThatBeganInWhatIsLostFailsUnlessItHasNotLeft(String units, long begun, String then) {
    send(units);

    assertThat(lose(begun)).isTrue();
    goOn();

    assertThat(String.join(" / ", client.readAgain)).isEqualTo(then);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"w1", "w1 w2", "w1."})
  void whereNothingIsReadAgainNothingIsDone(String units) {
    send(units);

    assertThat(lose(-1)).isFalse();
    channel.runPendingTasks();

    assertThat(client.readAgain).isEmpty();
  }

  @Test
  void nothingIsReadAgainAmidAMessageOrBehindAnError() {
    send("r1");
    client.midMessage = true;
    assertThat(lose(-1)).isFalse();
    client.midMessage = false;
    client.skips = true;
    assertThat(lose(-1)).isFalse();
    client.skips = false;
    losses.mayGoOn = false;
    assertThat(lose(-1)).isFalse();
    losses.mayGoOn = true;
    assertThat(lose(-1)).isTrue();
  }

  @Test
  void nothingIsReadUntilWhatIsLostIs() {
    send("r1 w2");
    assertThat(reads.holdsBack()).isFalse();
    lose(-1);
    assertThat(reads.holdsBack()).isTrue();
    channel.runPendingTasks();
    assertThat(reads.holdsBack()).isFalse();
    assertThat(reads.underWay()).isTrue();
    client.waits = true;
    assertThat(reads.goesOn()).as("with something to be read").isFalse();
  }

  @Test
  void whatIsReadAgainAndLostOnceMoreIsReadAgain() {
    send("r1 w2");
    lose(-1);
    channel.runPendingTasks();
    client.done = client.sent;
    send("r1");

    assertThat(lose(-1)).isTrue();
    goOn();

    assertThat(client.readAgain).containsExactly("r1", "r1", "fail 1");
  }

  @Test
  void whatTheClientSendsIsReadWhenTheLastOfItIsLostOnceMore() {
    send("r1 w2 r3");
    lose(-1);
    channel.runPendingTasks();
    client.done = client.sent;
    assertThat(reads.goesOn()).isTrue();
    send("r3");

    assertThat(lose(-1)).isTrue();
    goOn();

    assertThat(client.readAgain).containsExactly("r1", "fail 1", "r3", "r3");
    assertThat(reads.underWay()).isFalse();
    assertThat(client.isSetAside()).isFalse();
  }

  @Test
  void aClientThatIsGoneIsReadNothing() {
    send("r1 w2");
    lose(-1);

    reads.end();
    channel.runPendingTasks();

    assertThat(client.readAgain).isEmpty();
  }

  @Test
  void theRestWaitsAsLongAsTheClientIsOnAConnectionThatIsBeingMadeReady() {
    send("r1 w2");
    lose(8);
    losses.leavesServer = false;
    goOn();
    assertThat(client.readAgain).containsExactly("r1");
    losses.leavesServer = true;
    goOn();
    assertThat(client.readAgain).containsExactly("r1", "transaction failed", "fail 1");
  }
}
