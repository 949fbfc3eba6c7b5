package dev.heimdall.engine.share;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.sql.RowKeys;
import dev.heimdall.engine.wire.Lsn;
import dev.heimdall.model.Consistency;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Nodes that hear each other over a wire that can be cut. */
class ChannelTest {
  private static final Duration STALE = Duration.ofSeconds(5);
  private static final long SECOND = 1_000_000_000;

  private final List<Node> nodes = new ArrayList<>();
  private long now = SECOND;
  private long log = 100;

  private final class Node {
    final WritePositions positions =
        new WritePositions(() -> CompletableFuture.completedFuture(new Lsn(log)));
    final Channel channel;
    boolean tells = true;
    boolean hears = true;
    private List<String> late;

    final List<String> definitions = new ArrayList<>();
    final AtomicInteger apart = new AtomicInteger();

    Node(String name, boolean strict) {
      this(name, strict ? Consistency.STRICT : Consistency.FLEET);
    }

    Node(String name, Consistency consistency) {
      channel =
          new Channel(
              name,
              positions,
              new Noted(definitions, apart),
              consistency,
              STALE,
              this::tell,
              () -> now);
      nodes.add(this);
      channel.reopened();
      channel.here();
    }

    private void tell(String text) {
      if (tells) {
        for (Node node : List.copyOf(nodes)) {
          if (node.late != null) {
            node.late.add(text);
          } else if (node.hears) {
            node.channel.heard(text);
          }
        }
      }
    }

    /** What it is told from now on comes late. */
    void delay() {
      late = new ArrayList<>();
    }

    /** It comes now. */
    void catchUp() {
      List<String> texts = late;
      late = null;
      texts.forEach(channel::heard);
    }

    long position(String table) {
      return ((Lsn) positions.last(Set.of(table)).position()).bytes();
    }
  }

  /** Writes down what it is told. */
  private record Noted(List<String> notes, AtomicInteger timesApart) implements Definitions {
    @Override
    public Runnable changing(String database) {
      notes.add("changing " + database);
      return () -> notes.add("over " + database);
    }

    @Override
    public Runnable apart() {
      timesApart.incrementAndGet();
      return timesApart::decrementAndGet;
    }

    @Override
    public void free(String database) {
      notes.add("free " + database);
    }

    @Override
    public void sessionDefaultsChanged() {
      notes.add("defaults");
    }

    @Override
    public void written(Redefinition redefinition) {
      notes.add(redefinition.encoded());
    }

    @Override
    public void missed() {
      notes.add("missed");
    }

    @Override
    public void otherServer() {
      throw new UnsupportedOperationException();
    }
  }

  private void beat() {
    List.copyOf(nodes).forEach(node -> node.channel.here());
  }

  @Test
  void whatOneWritesTheOtherMustSee() {
    Node a = new Node("a", false);
    Node b = new Node("b", false);
    beat();
    log = 200;

    assertThat(a.channel.announce(Set.of("t"), false)).isDone();

    assertThat(b.position("t")).isEqualTo(200);
    assertThat(b.position("other")).isEqualTo(100);
    // Who wrote it has noted it by itself.
    assertThat(a.position("t")).isEqualTo(100);
    log = 300;
    a.channel.announce(Set.of(), true);
    assertThat(b.position("other")).isEqualTo(300);
  }

  private boolean holds(Node node, String table) {
    return node.positions.unwrittenSince(node.positions.noted(), Set.of(table));
  }

  @Test
  void whatOneDoubtsTheOthersDoubt() {
    Node a = new Node("a", false);
    Node b = new Node("b", true);
    a.channel.doubted(Set.of("t"), false);
    assertThat(holds(b, "t")).isFalse();
    assertThat(holds(b, "other")).isTrue();
    b.positions.otherWriter();
    assertThat(holds(b, "t")).as("another server is the writer").isTrue();
    a.channel.doubted(IntStream.range(0, 501).mapToObj(i -> "t" + i).toList(), false);
    assertThat(holds(b, "other")).isFalse();
    b.positions.otherWriter();
    a.channel.doubted(Set.of("t"), true);
    assertThat(holds(b, "other")).isFalse();
  }

  @Test
  void whoHasMissedADoubtHearsOfItAgain() {
    Node a = new Node("a", false);
    Node b = new Node("b", false);
    b.hears = false;
    a.positions.doubted(Set.of("t"), false);
    a.channel.doubted(Set.of("t"), false);
    b.hears = true;
    assertThat(holds(b, "t")).isTrue();
    beat(); // b hears of the gap
    beat();
    assertThat(holds(b, "t")).isFalse();
    b.positions.otherWriter();
    b.channel.reopened();
    b.channel.here();
    assertThat(holds(b, "t")).isFalse();
    Node c = new Node("c", false);
    assertThat(holds(c, "t")).as("one that has come since").isFalse();
    a.positions.otherWriter();
    b.positions.otherWriter();
    c.positions.otherWriter();
    assertThat(holds(new Node("d", false), "t")).isTrue();
  }

  @Test
  void whereEachKnowsItsOwnWritesOnlyNothingIsSaidOfDoubts() {
    Node a = new Node("a", Consistency.SESSION);
    Node b = new Node("b", Consistency.SESSION);
    a.positions.doubted(Set.of("t"), false);
    a.channel.doubted(Set.of("t"), false);
    assertThat(holds(b, "t")).isTrue();
    assertThat(holds(new Node("c", Consistency.SESSION), "t")).isTrue();
  }

  @Test
  void whoHasHeardANodeHasReadWhatThatOneHadNoted() {
    Node a = new Node("a", false);
    Node b = new Node("b", false);
    HeardMessages before = a.channel.heardSoFar();
    assertThat(b.channel.notedBefore(before)).hasValue(b.positions.noted());
    b.positions.committed(Set.of("t"), false);
    assertThat(b.positions.unwrittenSince(b.channel.notedBefore(before).orElseThrow(), Set.of("t")))
        .isFalse();
    a.delay();
    b.channel.here();
    assertThat(b.channel.notedBefore(a.channel.heardSoFar()).orElseThrow())
        .as("it was said, and not heard")
        .isLessThan(b.positions.noted());
    a.catchUp();
    HeardMessages after = a.channel.heardSoFar();
    assertThat(b.channel.notedBefore(after)).hasValue(b.positions.noted());
    assertThat(a.channel.notedBefore(after)).as("its own").hasValue(a.positions.noted());
    Node late = new Node("late", false);
    assertThat(late.channel.notedBefore(after)).as("it was not there").isEmpty();
  }

  @Test
  void whatRulesLeaveToOneTheyLeaveToTheOther() {
    Node a = new Node("a", false);
    Node b = new Node("b", false);
    beat();
    log = 200;
    long before = b.positions.noted();

    SparedTables spared = new SparedTables(Map.of("t", SparedTables.ALL));
    a.channel.announce(spared.marked(Set.of("t", "other")), false);

    assertThat(b.position("t")).isEqualTo(200);
    assertThat(b.positions.unwrittenSince(before, Set.of("t"))).isTrue();
    assertThat(b.positions.unwrittenSince(before, Set.of("other"))).isFalse();
  }

  @Test
  void moreTablesThanAMessageTakesAreAllTables() {
    Node a = new Node("a", false);
    Node b = new Node("b", false);
    log = 200;

    a.channel.announce(IntStream.range(0, 501).mapToObj(i -> "t" + i).toList(), false);

    assertThat(b.position("another")).isEqualTo(200);
  }

  @Test
  void aNodeIsInTouchWhenItHearsItselfAndAllOthers() {
    Node a = new Node("a", false);
    assertThat(a.channel.connectedToPeers()).isTrue();
    Node b = new Node("b", false);
    now += 4 * SECOND;
    assertThat(a.channel.connectedToPeers()).isTrue();
    a.channel.here();
    now += SECOND;
    assertThat(a.channel.connectedToPeers()).as("nobody knows what b writes").isFalse();
    b.channel.here();
    assertThat(a.channel.connectedToPeers()).isTrue();
    b.channel.close();
    nodes.remove(b);
    now += 3 * SECOND;
    a.channel.here();
    now += 4 * SECOND;
    assertThat(a.channel.connectedToPeers()).as("b has said that it goes").isTrue();
  }

  @Test
  void aNodeThatVanishedIsForgottenAfterAWhile() {
    Node a = new Node("a", false);
    nodes.remove(new Node("b", false));
    for (int i = 0; i < 52; i++) {
      now += SECOND;
      beat();
    }

    assertThat(a.channel.connectedToPeers()).isTrue();
    assertThat(a.channel.others()).isZero();
  }

  @Test
  void aNodeThatDoesNotHearItselfIsOutOfTouch() {
    Node a = new Node("a", false);
    a.hears = false;
    now += 6 * SECOND;
    beat();
    assertThat(a.channel.connectedToPeers()).isFalse();

    a.hears = true;
    a.channel.reopened();
    assertThat(a.channel.connectedToPeers()).isFalse();
    beat();
    assertThat(a.channel.connectedToPeers()).isTrue();
  }

  @Test
  void whatWasMissedCountsAsWrittenWhenThatIsNoticed() {
    Node a = new Node("a", false);
    Node b = new Node("b", false);
    b.hears = false;
    a.channel.announce(Set.of("t"), false);
    b.hears = true;
    log = 300;
    assertThat(b.position("t")).isEqualTo(100);

    a.channel.here();

    assertThat(b.position("t")).isEqualTo(300);
    assertThat(b.position("any")).isEqualTo(300);
    log = 400;
    a.channel.here();
    assertThat(b.position("any")).as("nothing was missed since").isEqualTo(300);
  }

  @Test
  void whatCannotBeToldIsNoticedByTheOthers() {
    Node a = new Node("a", false);
    Node b = new Node("b", false);
    a.tells = false;
    a.channel.announce(Set.of("t"), false);
    a.tells = true;
    log = 300;

    a.channel.here();

    assertThat(b.position("t")).isEqualTo(300);
  }

  @Test
  void afterItsConnectionWasLostEverythingCountsAsWritten() {
    Node a = new Node("a", false);
    log = 300;
    a.channel.reopened();

    assertThat(a.position("any")).isEqualTo(300);
  }

  @Test
  void aTextThatNobodyUnderstandsMayMeanAnything() {
    Node a = new Node("a", false);
    for (String text : List.of("", "WROTE", "WROTE\0b\0x", "OTHER\0b\0001", "KNOWN\0b\0-1")) {
      log++;
      a.channel.heard(text);
      assertThat(a.position("any")).isEqualTo(log);
    }
    a.channel.heard("KNOWN\0b\0001\0a\0x");
  }

  @Test
  void inStrictAWriteIsDoneWhenAllOthersKnowOfIt() {
    Node a = new Node("a", true);
    Node b = new Node("b", true);
    Node c = new Node("c", true);
    beat();
    log = 200;
    assertThat(a.channel.announce(Set.of("t"), false)).isDone();
    assertThat(b.position("t")).isEqualTo(200);

    c.hears = false;
    CompletableFuture<Void> waiting = a.channel.announce(Set.of("t"), false);
    assertThat(waiting).isNotDone();
    c.channel.close();
    assertThat(waiting).isDone();
  }

  @Test
  void inStrictAWriteWaitsForANodeThatHasJustCome() {
    Node a = new Node("a", true);
    a.delay();
    Node b = new Node("b", true);
    assertThat(b.channel.connectedToPeers())
        .as("nobody else is there for all that it knows")
        .isTrue();
    b.delay();
    log = 200;

    CompletableFuture<Void> done = a.channel.announce(Set.of("t"), false);

    assertThat(done).isNotDone();
    a.catchUp();
    assertThat(done).as("b still reads without knowing").isNotDone();
    b.catchUp();
    assertThat(b.position("t")).isEqualTo(200);
    assertThat(done).isDone();
  }

  @Test
  void inStrictANodeThatDoesNotHearItselfDoesNotWaitToHearItself() {
    Node a = new Node("a", true);
    a.hears = false;
    now += 6 * SECOND;

    assertThat(a.channel.announce(Set.of("t"), false)).isDone();
  }

  @Test
  void inStrictNobodyWaitsLongerThanASilentNodeMayRead() throws Exception {
    Channel alone =
        new Channel(
            "a",
            new WritePositions(() -> CompletableFuture.completedFuture(new Lsn(1))),
            Definitions.NONE,
            Consistency.STRICT,
            Duration.ofMillis(20),
            text -> {},
            () -> now);
    alone.heard(new Message(Message.Kind.HERE, "b", 1, List.of()).encoded());

    CompletableFuture<Void> done = alone.announce(Set.of("t"), false);

    assertThat(done).isNotDone();
    done.get(20, TimeUnit.SECONDS);
  }

  @Test
  void aMessageComesOutAsItWentIn() {
    List<Message> messages =
        List.of(
            new Message(Message.Kind.HERE, "a", 1, List.of()),
            new Message(Message.Kind.WROTE, "a b", 7, List.of("app.t", "app.s.\"x\ny\"")),
            new Message(Message.Kind.KNOWN, "a", 999_999_999_999L, List.of("b", "1")));

    assertThat(messages)
        .allSatisfy(message -> assertThat(Message.decode(message.encoded())).contains(message));
    assertThat(Message.wrote("a", 1, Collections.nCopies(3, "t"), true).details()).isEmpty();
  }

  @Test
  void aNodeThatOnlyHearsTheOthersIsNeverInTouch() {
    Node a = new Node("a", true);
    Node b = new Node("b", true);
    beat();
    b.tells = false;
    for (int i = 0; i < 60; i++) {
      now += SECOND;
      beat();
      if (i >= 5) {
        assertThat(b.channel.connectedToPeers()).as("%d s without a word of its own", i).isFalse();
      }
    }
    // Nobody waits for it any more, so it must not answer.
    assertThat(a.channel.announce(Set.of("t"), false)).isDone();

    b.tells = true;
    beat();
    assertThat(b.channel.connectedToPeers()).isTrue();
  }

  @Test
  void anErrorDoesNotEndTheBeat() throws InterruptedException {
    CountDownLatch told = new CountDownLatch(2);
    Channel failing =
        new Channel(
            "a",
            new WritePositions(() -> CompletableFuture.completedFuture(new Lsn(log))),
            Definitions.NONE,
            Consistency.FLEET,
            STALE,
            text -> {
              told.countDown();
              throw new NoClassDefFoundError("an error of the test's");
            },
            () -> now);
    ScheduledExecutorService beats = Executors.newSingleThreadScheduledExecutor();
    try {
      beats.scheduleAtFixedRate(failing::beat, 1, 1, TimeUnit.MILLISECONDS);

      assertThat(told.await(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      beats.shutdownNow();
    }
  }

  @Test
  void whoeverHearsOfDefinitionsDoubtsThemInEachConsistency() {
    for (Consistency consistency : Consistency.values()) {
      nodes.clear();
      Node a = new Node("a", consistency);
      Node b = new Node("b", consistency);
      beat();
      a.definitions.clear();
      b.definitions.clear();
      log = 200;

      assertThat(
              a.channel.announce(
                  Set.of(), true, new Redefinition("shop", Redefinition.How.CERTAIN)))
          .isDone();
      a.channel.announce(Set.of(), true, new Redefinition("shop", Redefinition.How.POSSIBLE));

      assertThat(b.definitions).as(consistency.name()).containsExactly("!shop", "?shop");
      assertThat(a.definitions).as(consistency.name()).isEmpty();
      assertThat(b.position("any")).isEqualTo(200);
    }
  }

  @Test
  void aReplyToChangedDefinitionsWaitsForTheOthersInEachConsistency() {
    for (Consistency consistency : Consistency.values()) {
      nodes.clear();
      Node a = new Node("a", consistency);
      Node b = new Node("b", consistency);
      beat();
      b.delay();

      CompletableFuture<Void> done =
          a.channel.announce(Set.of(), true, new Redefinition("shop", Redefinition.How.CERTAIN));

      assertThat(done).as(consistency.name()).isNotDone();
      CompletableFuture<Void> block =
          a.channel.announce(Set.of(), true, new Redefinition("shop", Redefinition.How.LIKELY));
      assertThat(block).as(consistency.name()).isNotDone();
      b.catchUp();
      assertThat(done).as(consistency.name()).isDone();
      assertThat(block).as(consistency.name()).isDone();
    }
  }

  @Test
  void whatMayHaveChangedDefinitionsIsHeldOnlyAsWritesAre() {
    Node a = new Node("a", Consistency.FLEET);
    Node b = new Node("b", Consistency.FLEET);
    beat();
    b.delay();

    assertThat(
            a.channel.announce(Set.of(), true, new Redefinition("shop", Redefinition.How.POSSIBLE)))
        .isDone();
  }

  @Test
  void withTheConsistencySessionNothingElseIsPublished() {
    Node a = new Node("a", Consistency.SESSION);
    Node b = new Node("b", Consistency.SESSION);
    beat();
    log = 200;

    assertThat(a.channel.announce(Set.of("t"), true)).isDone();

    assertThat(b.position("t")).isEqualTo(100);
  }

  @Test
  void othersLetGoOfADatabaseAndOfSessionsWithFormerDefaults() {
    Node a = new Node("a", Consistency.SESSION);
    Node b = new Node("b", Consistency.SESSION);
    a.channel.here();
    b.definitions.clear();
    a.definitions.clear();

    a.channel.free("shop");
    a.channel.sessionDefaultsChanged();

    assertThat(b.definitions).containsExactly("free shop", "defaults");
    assertThat(a.definitions).isEmpty();
  }

  @Test
  void whoHasMissedMessagesDoubtsAllDefinitions() {
    Node a = new Node("a", Consistency.SESSION);
    Node b = new Node("b", Consistency.SESSION);
    beat();
    b.definitions.clear();
    b.hears = false;
    a.channel.announce(Set.of(), true, new Redefinition("shop", Redefinition.How.CERTAIN));
    b.hears = true;
    beat();

    assertThat(b.definitions).containsExactly("missed");
    b.channel.heard("something of a later version");
    assertThat(b.definitions).hasSize(2);
    b.channel.reopened();
    assertThat(b.definitions).hasSize(3);
  }

  @Test
  void aChangeOfDefinitionsMayBeSentWhenAllOthersKnowOfItInEachConsistency() {
    for (Consistency consistency : Consistency.values()) {
      Node a = new Node("a" + consistency, consistency);
      Node b = new Node("b" + consistency, consistency);
      beat();
      b.definitions.clear();
      b.delay();

      ChangeInProgress change = a.channel.changing("shop");

      assertThat(change.known()).as(consistency.name()).isNotDone();
      b.catchUp();
      assertThat(change.known()).as(consistency.name()).isDone();
      assertThat(b.definitions).as(consistency.name()).containsExactly("changing shop");
      a.channel.announce(Set.of(), true, new Redefinition("shop", Redefinition.How.CERTAIN));
      change.over().run();
      assertThat(b.definitions)
          .as(consistency.name())
          .containsExactly("changing shop", "!shop", "over shop");
      assertThat(a.definitions).as(consistency.name()).doesNotContain("over shop");
    }
  }

  @Test
  void ofTwoChangesEachEndsByItself() {
    Node a = new Node("a", false);
    Node b = new Node("b", false);
    beat();
    b.definitions.clear();
    ChangeInProgress first = a.channel.changing("first");
    ChangeInProgress second = a.channel.changing("second");

    second.over().run();

    assertThat(b.definitions).containsExactly("changing first", "changing second", "over second");
    first.over().run();
    first.over().run();
    assertThat(b.definitions)
        .containsExactly("changing first", "changing second", "over second", "over first");
  }

  @Test
  void aChangeWhoseNodeIsGoneOrWasNotHeardDoesNotEndAtOnce() {
    Node a = new Node("a", false);
    Node b = new Node("b", false);
    beat();
    b.definitions.clear();
    ChangeInProgress change = a.channel.changing("shop");
    b.hears = false;
    beat();
    b.hears = true;
    change.over().run();

    // What became of it is not known: it ends when its time is over.
    assertThat(b.definitions).containsExactly("changing shop", "missed");
    a.channel.changing("shop");
    a.channel.close();
    assertThat(b.definitions).containsExactly("changing shop", "missed", "changing shop");
  }

  @Test
  void aNodeTrustsNoDefinitionsUntilItHearsItselfAndAllOthers() {
    Node a = new Node("a", Consistency.SESSION);
    beat();
    assertThat(a.apart).as("it has joined").hasValue(0);
    a.channel.reopened();
    assertThat(a.apart).as("nobody knows what was said meanwhile").hasValue(1);
    a.channel.here();
    assertThat(a.apart).as("others may not have said that they are there").hasValue(1);
    a.channel.here();
    assertThat(a.apart).hasValue(0);

    Node b = new Node("b", Consistency.SESSION);
    assertThat(b.apart).hasValue(1);
    beat();
    assertThat(b.apart).hasValue(0);
    b.hears = false;
    // Who does not acknowledge a change is waited for 5 s, and may doubt only with its beats.
    for (int i = 0; i < 4; i++) {
      assertThat(b.apart).hasValue(0);
      now += SECOND;
      beat();
    }
    assertThat(b.apart).hasValue(1);
    assertThat(a.apart).hasValue(0);
    b.hears = true;
    beat();
    beat();
    assertThat(b.apart).hasValue(0);
  }

  @Test
  void aNodeThatHasNotJoinedSendsNoChangeOfDefinitions() {
    Node b = new Node("b", Consistency.SESSION);
    beat();
    b.definitions.clear();
    Node a = new Node("a", Consistency.SESSION);

    ChangeInProgress change = a.channel.changing("shop");
    ChangeInProgress given = a.channel.changing("given up");
    given.over().run();

    assertThat(change.known()).isNotDone();
    assertThat(b.definitions).isEmpty();
    a.channel.here();
    assertThat(change.known()).isDone();
    assertThat(b.definitions)
        .containsExactlyInAnyOrder("changing shop", "changing given up", "over given up");
    change.over().run();
    assertThat(b.definitions).endsWith("over shop");
  }

  @Test
  void aNodeThatCannotJoinDelaysChangesForAWhileOnly() throws Exception {
    Channel alone =
        new Channel(
            "a",
            new WritePositions(() -> CompletableFuture.completedFuture(new Lsn(1))),
            Definitions.NONE,
            Consistency.SESSION,
            Duration.ofMillis(20),
            text -> {},
            () -> now);

    alone.changing("shop").known().get(20, TimeUnit.SECONDS);
  }

  @Test
  void aNodeThatComesLaterIsToldOfChangesInProgress() {
    Node a = new Node("a", Consistency.SESSION);
    beat();
    ChangeInProgress change = a.channel.changing("shop");

    Node b = new Node("b", Consistency.SESSION);

    assertThat(b.definitions).contains("changing shop");
    assertThat(b.apart).as("it is told before it trusts what it has read").hasValue(1);
    beat();
    assertThat(b.apart).hasValue(0);
    assertThat(b.definitions.stream().filter("changing shop"::equals)).hasSize(1);
    change.over().run();
    assertThat(b.definitions).endsWith("over shop");
    Node c = new Node("c", Consistency.SESSION);
    assertThat(c.definitions).doesNotContain("changing shop");
  }

  @Test
  void aChangeThatGoesOnForLongIsNotToldAgain() {
    Node a = new Node("a", Consistency.SESSION);
    beat();
    ChangeInProgress change = a.channel.changing("shop");
    now += 61 * SECOND;
    beat();

    Node b = new Node("b", Consistency.SESSION);

    assertThat(b.definitions).doesNotContain("changing shop");
    change.over().run();
    assertThat(b.definitions).doesNotContain("over shop");
  }

  @Test
  void whatOthersWriteIsCountedByTableAndOwnWritesAreNot() {
    Node a = new Node("a", false);
    Node b = new Node("b", false);
    SparedTables spared = new SparedTables(Map.of("t", SparedTables.ALL));
    a.channel.announce(Set.of("t", "other"), false, null);
    a.channel.announce(spared.marked(Set.of("t")), false, null);
    a.channel.announce(Set.of(), true, null);
    RowKeys rows = RowKeys.of("t", Map.of("id", new int[] {1}));
    SparedTables others = new SparedTables(Map.of(), Map.of("t", rows));
    a.channel.announce(others.marked(Set.of("t", "other")), false, null);
    assertThat(b.positions.elsewhere().of("t")).isEqualTo(3);
    assertThat(b.positions.elsewhere().of("other")).isEqualTo(2);
    assertThat(b.positions.elsewhere().of("third")).isZero();
    assertThat(a.positions.elsewhere().of("t")).isZero();
  }
}
