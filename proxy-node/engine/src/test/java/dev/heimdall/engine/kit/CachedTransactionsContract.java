package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the cache answers in transactions where a rule says so, and when their servers have to. A
 * client must not notice it: each answer is what its server would have given.
 *
 * <p>{@code -Dcached.steps} says how many steps are taken at random, {@code -Dcached.seed} where
 * chance begins.
 */
public abstract class CachedTransactionsContract extends CachedContract {
  private static final int STEPS = Integer.getInteger("cached.steps", 4_000);
  private static final long SEED = Long.getLong("cached.seed", 1);

  static final String COMMITTED = "read committed";
  private static final String REPEATABLE = "repeatable read";
  private static final String SERIALIZABLE = "serializable";

  protected CachedTransactionsContract(KitDialect dialect) {
    super(dialect);
  }

  /**
   * @param delayed whether a BEGIN waits at the node until a server is needed
   */
  final void startTold(boolean delayed) {
    startCached("", ", \"delayedTransaction\": " + delayed);
  }

  /** One whose transactions have this isolation level. */
  final KitClient client(String user, String level) {
    KitClient client = client(user);
    answers(client, table.isolation().formatted(level), "idle");
    return client;
  }

  // ---- what is served

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsKeptIsServed(boolean delayed) {
    startTold(delayed);
    KitClient ann = client("ann", COMMITTED);
    readsFromServer(ann, "none");
    long begun = carriedOut("BEGIN");
    answers(ann, "BEGIN", "open");

    for (int times = 0; times < 3; times++) {
      reads(ann, "none", "open", 0);
    }
    answers(ann, "COMMIT", "idle");

    readsFromCache(ann, "none");
    assertThat(carriedOut("BEGIN")).isEqualTo(begun + (delayed ? 0 : 1));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsPreparedIsServed(boolean delayed) {
    startTold(delayed);
    KitClient ann = client("ann", COMMITTED);
    answers(ann, "BEGIN", "open");
    ann.prepare(1, table.last());
    assertThat(ann.told()).noneMatch(KitContract::isError);

    for (int times = 0; times < 3; times++) {
      ann.execute(1);
      assertThat(ann.told()).containsExactly("row none", "open");
    }
    assertThat(carriedOut(table.last())).isEqualTo(1);

    answers(ann, words.writing("one"), "open");
    ann.execute(1);
    assertThat(ann.told()).containsExactly("row one", "open");
    answers(ann, "ROLLBACK", "idle");
    ann.execute(1);
    assertThat(ann.told()).containsExactly("row none", "idle");
    assertThat(carriedOut(table.last())).isEqualTo(2);
  }

  /** Each statement has a snapshot of its own: what others commit is seen. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatOthersCommitIsSeen(boolean delayed) {
    startTold(delayed);
    KitClient ann = client("ann", COMMITTED);
    KitClient bob = client("bob", COMMITTED);
    answers(ann, "BEGIN", "open");
    reads(ann, "none", "open", 1);
    reads(ann, "none", "open", 0);

    answers(bob, words.writing("one"), "idle");

    reads(ann, "one", "open", 1);
    readsFromCache(bob, "one");
    reads(ann, "one", "open", 0);
  }

  @Test
  void savepointsLeaveItAReadingOne() {
    startTold(false);
    KitClient ann = client("ann", COMMITTED);
    readsFromServer(ann, "none");
    answers(ann, "BEGIN", "open");

    answers(ann, "SAVEPOINT s", "open");

    reads(ann, "none", "open", 0);
  }

  // ---- what is not

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void nothingIsServedOrKeptWhenATransactionHasWritten(boolean delayed) {
    startTold(delayed);
    KitClient ann = client("ann", COMMITTED);
    KitClient bob = client("bob", COMMITTED);
    readsFromServer(bob, "none");
    for (String write : List.of(words.writing("one"), table.elsewhere(), table.locking())) {
      answers(ann, "BEGIN", "open");
      reads(ann, "none", "open", 0);
      ann.asks(write);

      assertThat(ann.asks(table.last())).as(write).last().isEqualTo("open");
      assertThat(ann.asks(table.last())).as(write).last().isEqualTo("open");
      answers(ann, "ROLLBACK", "idle");

      readsFromCache(bob, "none");
    }
    assertThat(carriedOut(table.last())).isEqualTo(1 + 2 * 3);
  }

  /** It may have what hides the table, as a temporary one does. */
  @Test
  void aClientThatKeepsItsServerReadsFromThere() {
    startTold(false);
    KitClient ann = client("ann", COMMITTED);
    KitClient bob = client("bob", COMMITTED);
    readsFromServer(bob, "none");
    ann.asks(words.pin());
    answers(ann, "BEGIN", "open");

    reads(ann, "none", "open", 1);
    reads(ann, "none", "open", 1);
    answers(ann, "COMMIT", "idle");

    readsFromCache(bob, "none");
  }

  @ParameterizedTest
  @CsvSource({
    "repeatable read, true",
    "serializable, true",
    "repeatable read, false",
    "serializable, false"
  })
  void aSnapshotOfTheTransactionIsNeitherServedNorKept(String level, boolean delayed) {
    startTold(delayed);
    KitClient ann = client("ann", level);
    KitClient bob = client("bob", level);
    readsFromServer(bob, "none");
    answers(ann, "BEGIN", "open");
    reads(ann, "none", "open", 1);

    answers(bob, words.writing("one"), "idle");
    reads(ann, "none", "open", 1); // of before
    readsFromServer(bob, "one");
    reads(ann, "none", "open", 1);
    answers(ann, "COMMIT", "idle");

    readsFromCache(ann, "one");
  }

  /** Nothing of it is kept, whatever it has read. */
  @Test
  void whoeverIsToldUnconditionallyGetsWhatIsKept() {
    startCached(
        "",
        "",
        "{\"action\": \"cache\", \"inTransaction\": true, \"parameters\": {\"unconditional\": true}}");
    KitClient ann = client("ann", REPEATABLE);
    KitClient bob = client("bob", REPEATABLE);
    readsFromServer(bob, "none");
    answers(ann, "BEGIN", "open");
    reads(ann, "none", "open", 0);

    answers(bob, words.writing("one"), "idle");
    reads(ann, "one", "open", 1);
    readsFromServer(bob, "one");
    reads(ann, "one", "open", 0);
    answers(ann, words.writing("two"), "open");
    reads(ann, "two", "open", 1);
  }

  /** It would keep its server connection, and locks, from the one that it waits for. */
  @Test
  void aReadOfATransactionDoesNotWaitForAnEqualOne() {
    startTold(false);
    KitClient ann = client("ann", COMMITTED);
    KitClient eve = client("ann", COMMITTED);
    answers(eve, "BEGIN", "open");
    servers().hold(true);
    ann.sends(table.last());
    eve.sends(table.last());

    assertThat(servers().open().stream().filter(KitSession::waits)).hasSize(2);

    servers().hold(false);
    assertThat(ann.told()).containsExactly("row none", "idle");
    assertThat(eve.told()).containsExactly("row none", "open");
  }

  // ---- a write while an answer is on its way

  /**
   * Whoever asks when the writer was answered gets what was written, in each order of all steps.
   *
   * @param begun whether the servers of the readers' transactions have their BEGIN
   */
  @ParameterizedTest
  @CsvSource({"false, false", "false, true", "true, false", "true, true"})
  void aWriteWhileAnAnswerIsOnItsWayIsNotMissed(boolean writerInTransaction, boolean begun) {
    startTold(!begun);
    KitClient ann = client("ann", COMMITTED);
    KitClient bob = client("bob", COMMITTED);
    KitClient eve = client("ann", COMMITTED);
    List<List<Boolean>> all = orders();

    for (List<Boolean> order : all) {
      String word = "w" + all.indexOf(order);
      for (KitClient reader : List.of(ann, eve)) {
        answers(reader, "BEGIN", "open");
      }
      answers(bob, words.writing("before"), "idle"); // nothing is kept, and there is a connection
      if (writerInTransaction) {
        answers(bob, "BEGIN", "open");
        answers(bob, words.writing(word), "open");
      }
      reading = new Request(ann, table.last());
      writing = new Request(bob, writerInTransaction ? "COMMIT" : words.writing(word));
      inOrder(order, () -> eve.sends(table.last()));

      assertThat(ann.told()).as("%s", order).hasSize(2).last().isEqualTo("open");
      assertThat(bob.told()).as("%s", order).containsExactly("idle");
      assertThat(eve.told()).as("%s", order).containsExactly("row " + word, "open");
      for (KitClient reader : List.of(ann, eve)) {
        answers(reader, table.last(), "row " + word, "open");
        answers(reader, "COMMIT", "idle");
      }
      readsFromCache(bob, word);
    }
  }

  // ---- at random

  /** What a client's transaction is like, and sees. */
  private final class Judged {
    private final KitClient client;
    private final boolean repeats;
    private boolean open;
    private boolean wrote;
    private String own;
    private String snapshot;

    Judged(KitClient client, boolean repeats) {
      this.client = client;
      this.repeats = repeats;
    }

    String sees(String committed) {
      if (own != null) {
        return own;
      }
      if (!open || !repeats) {
        return committed;
      }
      if (snapshot == null) {
        snapshot = committed;
      }
      return snapshot;
    }

    void ends() {
      open = false;
      wrote = false;
      own = null;
      snapshot = null;
    }

    String state() {
      return open ? "open" : "idle";
    }
  }

  /**
   * Clients of all isolation levels read and write, in transactions and outside: each gets what a
   * direct connection would have got, and who has written or locked gets nothing from the cache.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void eachAnswerIsWhatItsServerWouldHaveGiven(boolean delayed) {
    startTold(delayed);
    Random random = new Random(SEED);
    List<Judged> all = new ArrayList<>();
    for (String level : List.of(COMMITTED, COMMITTED, REPEATABLE, SERIALIZABLE)) {
      KitClient client = client(all.size() % 2 == 0 ? "ann" : "bob", level);
      client.prepare(1, table.last());
      client.told();
      all.add(new Judged(client, !level.equals(COMMITTED)));
    }
    String committed = "none";
    int fromCache = 0;
    for (int step = 0; step < STEPS; step++) {
      Judged one = all.get(random.nextInt(all.size()));
      String what = "step " + step + " of client " + all.indexOf(one);
      switch (random.nextInt(12)) {
        case 0, 1 -> {
          if (!one.open) {
            one.open = true;
            answers(one.client, "BEGIN", "open");
          }
        }
        case 2 -> {
          if (one.open) {
            boolean commits = random.nextBoolean();
            committed = commits && one.own != null ? one.own : committed;
            one.ends();
            answers(one.client, commits ? "COMMIT" : "ROLLBACK", "idle");
          }
        }
        case 3 -> {
          // Two who have both written would wait for one another at real servers.
          if (all.stream().noneMatch(other -> other != one && other.wrote)) {
            String word = "w" + step;
            one.own = one.open ? word : null;
            one.wrote = one.open;
            committed = one.open ? committed : word;
            answers(one.client, words.writing(word), one.state());
          }
        }
        case 4 -> {
          one.wrote |= one.open;
          answers(one.client, table.locking(), "row " + one.sees(committed), one.state());
        }
        default -> {
          long before = carriedOut(table.last());
          boolean text = random.nextBoolean();
          if (text) {
            one.client.sends(table.last());
          } else {
            one.client.execute(1);
          }
          assertThat(one.client.told())
              .as(what)
              .containsExactly("row " + one.sees(committed), one.state());
          boolean served = carriedOut(table.last()) == before;
          assertThat(served && (one.wrote || one.open && one.repeats)).as(what).isFalse();
          fromCache += one.open && served ? 1 : 0;
        }
      }
    }
    assertThat(fromCache).as("answers from the cache in transactions").isGreaterThan(STEPS / 20);
  }
}
