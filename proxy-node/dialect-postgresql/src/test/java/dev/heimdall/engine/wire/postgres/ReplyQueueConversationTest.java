package dev.heimdall.engine.wire.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.ReplyGroups;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random pipelines of several owners against a small model of a server: what each owner gets must
 * be what the server answered to it, our own entries left out.
 */
class ReplyQueueConversationTest {
  private static final int ROUNDS = 3_000;

  private final ReplyGroups<String> groups = new ReplyGroups<>();
  private final ReplyQueue<String> queue = new ReplyQueue<>(groups);
  private final ArrayDeque<Answer> answers = new ArrayDeque<>();
  private final List<String> expected = new ArrayList<>();
  private final List<String> got = new ArrayList<>();
  private Random random;

  /** What the server will send for one group, in order. */
  private record Answer(String owner, String types) {}

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void everyOwnerGetsItsAnswersInOrder(long seed) {
    random = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      if (answers.size() < 20 && random.nextInt(3) > 0) {
        sendGroup("client " + random.nextInt(5));
      } else if (!answers.isEmpty()) {
        answerGroup();
      }
    }
    while (!answers.isEmpty()) {
      answerGroup();
    }

    assertThat(got).isEqualTo(expected);
    assertThat(groups.isEmpty()).isTrue();
    assertThat(groups.takeAll()).isEmpty();
  }

  private void sendGroup(String owner) {
    StringBuilder server = new StringBuilder();
    if (random.nextInt(3) == 0) {
      queue.expect(ReplyQueue.QUERY, owner);
      String reply =
          switch (random.nextInt(5)) {
            case 0 -> "TDDC";
            case 1 -> "C";
            case 2 -> "TDE";
            case 3 -> "I";
            default -> "NHddcCS";
          };
      server.append(reply).append('Z');
      note(owner, server.toString());
    } else {
      StringBuilder client = new StringBuilder();
      boolean failed = false;
      for (int i = random.nextInt(8); i > 0; i--) {
        failed = message(owner, failed, server, client);
      }
      queue.expect(ReplyQueue.SYNC, owner);
      server.append('Z');
      client.append('Z');
      note(owner, client.toString());
    }
    answers.add(new Answer(owner, server.toString()));
  }

  /** Sends one message of a batch and adds what the server and the client will see of it. */
  private boolean message(
      String owner, boolean failed, StringBuilder server, StringBuilder client) {
    boolean fails = random.nextInt(12) == 0;
    byte kind;
    String reply;
    boolean known = false;
    boolean ours = false;
    switch (random.nextInt(8)) {
      case 0 -> {
        kind = ReplyQueue.PARSE;
        reply = "1";
      }
      case 1 -> {
        kind = ReplyQueue.PARSE_OURS;
        reply = "1";
        ours = true;
      }
      case 2 -> {
        kind = ReplyQueue.PARSE_KNOWN;
        reply = "k";
        known = true;
      }
      case 3 -> {
        kind = ReplyQueue.BIND;
        reply = "2";
      }
      case 4 -> {
        kind = ReplyQueue.DESCRIBE;
        reply = random.nextBoolean() ? "tT" : "n";
      }
      case 5 -> {
        kind = ReplyQueue.CLOSE_OURS;
        reply = "3";
        ours = true;
      }
      case 6 -> {
        kind = ReplyQueue.CLOSE_KNOWN;
        reply = "k";
        known = true;
      }
      default -> {
        kind = ReplyQueue.EXECUTE;
        reply = random.nextBoolean() ? "DDC" : "Ds";
      }
    }
    queue.expect(kind, owner);
    if (failed) {
      return true;
    }
    if (known) {
      client.append(reply);
      return false;
    }
    if (fails) {
      server.append('E');
      client.append('E');
      return true;
    }
    server.append(reply);
    if (!ours) {
      client.append(reply);
    }
    return false;
  }

  private void note(String owner, String types) {
    for (char type : types.toCharArray()) {
      expected.add(owner + " " + type);
    }
  }

  private void answerGroup() {
    Answer answer = answers.poll();
    for (char type : answer.types().toCharArray()) {
      while (queue.takeKnown() != ReplyQueue.NONE) {
        got.add(groups.first() + " k");
      }
      String owner = groups.first();
      int verdict = queue.on((byte) type);
      assertThat(verdict).as("%s for %s", type, answer).isNotEqualTo(ReplyQueue.OUT_OF_SYNC);
      if (verdict != ReplyQueue.SWALLOW) {
        got.add(owner + " " + type);
      }
      if (verdict == ReplyQueue.READY) {
        queue.completeGroup();
      }
    }
  }
}
