package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;

/** A client that says at random what clients say, and knows what each of it is to be answered. */
final class ScriptedClient {
  /** How much of a script a failure tells. */
  private static final int TAIL = 16;

  private static final int PREPARED = 3;

  /** Any error, which ends an answer. */
  private static final String ERROR = "error";

  private final KitClient client;
  private final KitWords words;
  private final boolean staysFailed;
  private final String name;
  private final Random random;
  private final List<String> script = new ArrayList<>();
  private final Queue<Answer> awaited = new ArrayDeque<>();
  private final Deque<String> heard = new ArrayDeque<>();
  private final Map<Integer, String> prepared = new HashMap<>();

  /** What was written in the transaction of which BEGIN was sent last. */
  private final List<String> written = new ArrayList<>();

  private int counter;
  private String setting = "";
  private boolean open;
  private boolean mayFail;

  /**
   * What one statement is answered.
   *
   * @param commits what is written for good once it has come
   * @param alone what is written for good where a transaction around it was over before; or null
   */
  private record Answer(Deque<String> words, List<String> commits, String alone) {
    static Answer of(String... words) {
      return new Answer(new ArrayDeque<>(List.of(words)), List.of(), null);
    }
  }

  /**
   * @param staysFailed whether what it says behind an error in a transaction is rejected, too
   */
  ScriptedClient(KitClient client, KitWords words, boolean staysFailed, int number, Random random) {
    this.client = client;
    this.words = words;
    this.staysFailed = staysFailed;
    this.name = "c" + number + "x";
    this.random = random;
  }

  private String word() {
    return name + ++counter;
  }

  /** Something happens that may cost it a server connection, or a statement. */
  void mayFail() {
    mayFail = true;
  }

  boolean answered() {
    return awaited.isEmpty();
  }

  /** Whether it has all answers, and is in no transaction. */
  boolean rests() {
    return answered() && !open;
  }

  // ---- what it says

  /** One statement, in pieces perhaps; several at once; or one that is prepared. */
  void talks() {
    if (answered() && random.nextInt(4) == 0) {
      runsPrepared(random.nextInt(PREPARED));
      return;
    }
    List<String> statements = new ArrayList<>();
    for (int more = random.nextInt(6); more >= 0; more -= 3) {
      statements.add(statement());
    }
    int cut = random.nextInt(10) == 0 ? 1 + random.nextInt(20) : Integer.MAX_VALUE;
    script.add(statements + (cut < Integer.MAX_VALUE ? " in pieces of " + cut : ""));
    client.sendCut(cut, 0, out -> statements.forEach(sql -> client.write(out, sql)));
  }

  /** A write, and nothing else with it. */
  void writes() {
    String sql = writing();
    script.add(sql);
    client.sends(sql);
  }

  private void runsPrepared(int number) {
    if (prepared.containsKey(number)) {
      script.add("execute " + number);
      awaits("row " + prepared.get(number), state());
      client.execute(number);
    } else if (!open) {
      String word = word();
      script.add("prepare " + number + " " + word);
      prepared.put(number, word);
      awaits("idle");
      client.prepare(number, words.reading(word));
    }
  }

  private String state() {
    return open ? "open" : "idle";
  }

  private void awaits(String... answer) {
    awaited.add(Answer.of(answer));
  }

  /** A statement that makes sense where it comes, whose answer is then awaited. */
  private String statement() {
    switch (random.nextInt(14)) {
      case 0, 1, 2 -> {
        return writing();
      }
      case 3, 4 -> {
        return open ? ends() : begins();
      }
      case 5 -> {
        awaits("row " + setting, state());
        return words.readSetting();
      }
      case 6 -> {
        if (!open) {
          setting = word();
          awaits("idle");
          return words.setting(setting);
        }
      }
      case 7 -> {
        if (!open) {
          awaits(ERROR);
          return words.reading("secret");
        }
      }
      default -> {
        // It reads.
      }
    }
    String word = word();
    awaits("row " + word, state());
    return words.reading(word);
  }

  private String writing() {
    String word = word();
    awaited.add(
        new Answer(
            new ArrayDeque<>(List.of(state())),
            open ? List.of() : List.of(word),
            open && !staysFailed ? word : null));
    if (open) {
      written.add(word);
    }
    return words.writing(word);
  }

  private String begins() {
    open = true;
    written.clear();
    awaits("open");
    return "BEGIN";
  }

  private String ends() {
    open = false;
    boolean commits = random.nextInt(3) > 0;
    awaited.add(
        new Answer(
            new ArrayDeque<>(List.of("idle")), commits ? List.copyOf(written) : List.of(), null));
    return commits ? "COMMIT" : "ROLLBACK";
  }

  /** A write of which the last byte never comes. */
  void saysHalf() {
    client.sendCut(Integer.MAX_VALUE, 1, out -> client.write(out, words.writing(word())));
  }

  /** Has what it awaits cancelled: it may be answered an error instead. */
  void cancels() {
    if (!answered()) {
      script.add("cancel");
      mayFail = true;
      client.cancel();
    }
  }

  /** Nothing is open any more, once it has all answers. */
  void comesToAnEnd() {
    if (answered() && open) {
      open = false;
      script.add("ROLLBACK");
      awaits("idle");
      client.sends("ROLLBACK");
    }
  }

  /**
   * Leaves, amid whatever it is in.
   *
   * @param unsure gets what may have been written without its knowing
   */
  void leaves(Set<String> unsure) {
    boolean lost = heard.stream().anyMatch(KitContract::isError);
    for (Answer answer : awaited) {
      unsure.addAll(answer.commits());
      if (lost && answer.alone() != null) {
        unsure.add(answer.alone());
      }
    }
    client.leave();
  }

  // ---- what it hears

  /**
   * Compares what it was told with what it was to be told.
   *
   * @param acknowledged gets what it now knows to be written
   * @return false when it was told something else, where that may be
   */
  boolean hears(Set<String> acknowledged) {
    heard.addAll(client.told());
    while (!heard.isEmpty()) {
      String word = heard.element();
      assertThat(isForeign(word)).as("%s is somebody else's: %s", word, this).isFalse();
      if (!isAwaited(word)) {
        assertThat(mayFail).as("%s was not to be heard: %s", word, this).isTrue();
        return false;
      }
      heard.remove();
      Answer answer = awaited.element();
      answer.words().remove();
      if (answer.words().isEmpty()) {
        acknowledged.addAll(answer.commits());
        awaited.remove();
      }
    }
    if (!client.connected()) {
      assertThat(mayFail).as("the connection was not to end: %s", this).isTrue();
      return false;
    }
    mayFail &= !rests();
    return true;
  }

  private boolean isForeign(String word) {
    return word.startsWith("row ") && !word.equals("row ") && !word.startsWith("row " + name);
  }

  private boolean isAwaited(String word) {
    if (answered()) {
      return false;
    }
    String expected = awaited.element().words().element();
    return expected.equals(ERROR) ? KitContract.isError(word) : expected.equals(word);
  }

  @Override
  public String toString() {
    return String.join("\n", script.subList(Math.max(0, script.size() - TAIL), script.size()))
        + "\nheard "
        + heard
        + "\nawaited "
        + awaited;
  }
}
