package dev.heimdall.engine.reply;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ReplyGateTest {
  private final List<String> client = new ArrayList<>();
  private final Keeper first = new Keeper();
  private final Keeper second = new Keeper();
  private final Keeper common = new Keeper();
  private final Keeper last = new Keeper();
  private final ReplyGate gate =
      new ReplyGate(
          List.of(first, second), List.of(common, last), piece -> client.add(text(piece)));

  /** Counts what comes by, and keeps it where it is told to. */
  private static final class Keeper implements ReplyStage {
    private boolean keeps;
    private int seen;
    private ByteBuf kept;

    @Override
    public boolean takes(ReplySource from, ByteBuf consumed) {
      seen++;
      if (keeps) {
        kept = consumed;
      }
      return keeps;
    }
  }

  private static String text(ByteBuf consumed) {
    try {
      return consumed.toString(US_ASCII);
    } finally {
      consumed.release();
    }
  }

  private static ByteBuf piece(String text) {
    return Unpooled.copiedBuffer(text, US_ASCII);
  }

  private List<Integer> seen() {
    return Stream.of(first, second, common, last).map(stage -> stage.seen).toList();
  }

  @Test
  void anAnswerPassesAllStages() {
    assertThat(gate.reply(null, piece("row"))).isTrue();
    assertThat(client).containsExactly("row");
    assertThat(seen()).containsExactly(1, 1, 1, 1);
  }

  @Test
  void whatTheNodeSaysPassesThoseForEverything() {
    gate.write(piece("notice"));
    assertThat(client).containsExactly("notice");
    assertThat(seen()).containsExactly(0, 0, 1, 1);
  }

  @Test
  void whatAStageKeepsGoesOnBehindIt() {
    first.keeps = true;
    assertThat(gate.reply(null, piece("row"))).isFalse();
    assertThat(client).isEmpty();

    assertThat(gate.release(first, null, first.kept)).isTrue();

    assertThat(client).containsExactly("row");
    assertThat(seen()).containsExactly(1, 1, 1, 1);
  }

  @Test
  void theLastStageKeepsAnswersAndWhatTheNodeSays() {
    last.keeps = true;
    assertThat(gate.reply(null, piece("row"))).as("past those for answers").isTrue();
    assertThat(text(last.kept)).isEqualTo("row");
    gate.write(piece("notice"));
    assertThat(text(last.kept)).isEqualTo("notice");
    assertThat(client).isEmpty();
  }
}
