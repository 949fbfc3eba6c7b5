package dev.heimdall.engine.kit;

import java.util.ArrayList;
import java.util.List;

/** What a client is answered through a node, beside what it is answered without: the same. */
final class ComparedAnswers {
  /** Types of messages that are not answers to statements. */
  private static final String ASIDE = "SNA";

  /** How many messages a failure shows of those before the first that differ. */
  private static final int BEFORE = 3;

  private final List<Message> answers = new ArrayList<>();
  private final List<Message> expected = new ArrayList<>();
  private int compared;

  /**
   * Takes what has come to both.
   *
   * @return whether the answers are the same, as far as they have come
   */
  boolean compare(SimulatedClient client, SimulatedClient without) {
    take(client, answers);
    take(without, expected);
    for (; compared < answers.size() && compared < expected.size(); compared++) {
      if (!answers.get(compared).toString().equals(expected.get(compared).toString())) {
        return false;
      }
    }
    return answers.size() <= expected.size();
  }

  private static void take(SimulatedClient from, List<Message> to) {
    for (Message message : from.take()) {
      if (ASIDE.indexOf(message.type()) < 0) {
        to.add(message);
      }
    }
  }

  /** Those through the node. */
  List<Message> answers() {
    return answers;
  }

  boolean complete() {
    return answers.size() == expected.size();
  }

  /** Of a client that has sent its Sync: whether it has all answers, and is in no transaction. */
  boolean idle() {
    return complete() && (answers.isEmpty() || answers.get(answers.size() - 1).body()[0] == 'I');
  }

  @Override
  public String toString() {
    return "answers  " + tail(answers) + "\nexpected " + tail(expected);
  }

  private List<Message> tail(List<Message> all) {
    return all.subList(Math.min(all.size(), Math.max(0, compared - BEFORE)), all.size());
  }
}
