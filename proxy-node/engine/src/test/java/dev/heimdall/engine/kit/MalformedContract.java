package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufUtil;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients send what no client sends, be it in one byte: what becomes of them is their protocol's,
 * and nobody else is harmed.
 */
public abstract class MalformedContract extends KitContract {
  protected MalformedContract(KitDialect dialect) {
    super(dialect);
  }

  /** What is no message of this protocol, each by itself: of a wrong length, or cut within. */
  protected abstract List<byte[]> malformed();

  @Test
  void whatIsNoMessageIsAnsweredAnError() {
    start(ONE_CONNECTION);
    KitClient bob = client("bob");

    for (byte[] message : malformed()) {
      for (boolean amidTransaction : List.of(false, true)) {
        KitClient ann = client("ann");
        if (amidTransaction) {
          answers(ann, "BEGIN", "open");
          answers(ann, words.write(), "open");
        }

        ann.send(out -> out.writeBytes(message));

        assertThat(ann.told())
            .as("what answers %s", ByteBufUtil.hexDump(message))
            .isNotEmpty()
            .allMatch(KitContract::isError);
        ann.leave();
        answers(bob, words.reading("two"), "row two", "idle");
      }
    }

    assertThat(servers().committed()).isZero();
  }

  /** One byte of what a client says is another one: each of them once. */
  @ParameterizedTest
  @ValueSource(ints = {0x01, 0x20, 0x80, 0xFF})
  void aByteThatIsWrongHarmsNobodyElse(int by) {
    start(ONE_CONNECTION);
    KitClient bob = client("bob");
    List<Consumer<KitClient>> script =
        List.of(
            ann -> ann.sends(words.reading("one")),
            ann -> ann.prepare(1, words.reading("three")),
            ann -> ann.execute(1),
            ann -> ann.sends("BEGIN"),
            ann -> ann.sends(words.write()));

    int length = 1;
    for (int at = 0; at < length; at++) {
      KitClient ann = client("ann");
      ann.line(KitLine.Fault.spoils(at, by));
      for (Consumer<KitClient> says : script) {
        if (ann.connected()) {
          says.accept(ann);
        }
      }
      length = Math.max(length, ann.said());
      ann.leave();
      node.turns().advance(Duration.ofSeconds(1));

      assertThat(node.clients()).as("behind byte %s", at).isEqualTo(1);
      assertThat(node.held()).as("behind byte %s", at).isZero();
      answers(bob, words.reading("two"), "row two", "idle");
    }

    assertThat(length).isGreaterThan(40);
  }
}
