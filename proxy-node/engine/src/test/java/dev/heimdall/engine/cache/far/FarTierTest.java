package dev.heimdall.engine.cache.far;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.model.FarCacheSettings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class FarTierTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofMillis(2);
  private static final int MOST = 10_000;

  private final FakeByteStore store = new FakeByteStore();
  private final KeyPicture picture = new KeyPicture(1000);
  private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
  private ExecutorService loop;
  private volatile Thread loopThread;
  private FarTier tier;

  @BeforeEach
  void begin() {
    loop =
        Executors.newSingleThreadExecutor(
            task -> {
              loopThread = new Thread(task, "loop");
              return loopThread;
            });
    tier = tier(LONG, new InFlight(100, 1 << 20));
  }

  @AfterEach
  void end() {
    tier.close();
    loop.shutdownNow();
  }

  private FarTier tier(Duration timeout, InFlight inFlight) {
    return new FarTier(
        store, picture, new FarCacheSettings(true, timeout, MOST, 256, 1000), inFlight);
  }

  private void replace(FarTier next) {
    tier.close();
    store.connected = true;
    tier = next;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private boolean get(String key) {
    return get(key, LONG);
  }

  private boolean get(String key, Duration within) {
    return tier.get(
        bytes(key),
        within.toNanos(),
        loop,
        new FarTier.Receiver() {
          @Override
          public void found(byte[] answer) {
            received("found " + new String(answer, StandardCharsets.UTF_8));
          }

          @Override
          public void absent(Miss why) {
            received(why.name());
          }
        });
  }

  private void received(String what) {
    received.add(Thread.currentThread() == loopThread ? what : "on another thread: " + what);
  }

  private String received() throws InterruptedException {
    return received.poll(30, TimeUnit.SECONDS);
  }

  /** Whatever the tier has to deliver by now was delivered. */
  private void quiet() throws InterruptedException {
    CountDownLatch passed = new CountDownLatch(1);
    loop.execute(passed::countDown);
    assertThat(passed.await(30, TimeUnit.SECONDS)).isTrue();
  }

  private static void until(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - deadline).isNegative();
      Thread.sleep(2);
    }
  }

  private long misses(Miss why) {
    return tier.figures().misses().get(why);
  }

  @Test
  void whatWasPutIsFoundOnTheLoop() throws Exception {
    tier.put(bytes("k"), bytes("answer"), HOUR);

    assertThat(get("k")).isTrue();
    assertThat(received()).isEqualTo("found answer");
    assertThat(get("other")).isTrue();
    assertThat(received()).isEqualTo("NOT_THERE");
    FarFigures figures = tier.figures();
    assertThat(figures.hits()).isEqualTo(1);
    assertThat(figures.misses().get(Miss.NOT_THERE)).isEqualTo(1);
    assertThat(figures.puts().get(PutOutcome.KEPT)).isEqualTo(1);
    assertThat(figures.times().count()).isEqualTo(2);
    assertThat(figures.inFlight()).isZero();
  }

  @Test
  void aLongAnswerIsCompressedOnAnotherThread() throws Exception {
    String answer = "x".repeat(MOST);
    tier.put(bytes("k"), bytes(answer), HOUR);
    until(() -> store.values.containsKey("k"));

    assertThat(store.values.get("k")).hasSizeLessThan(MOST / 10);
    assertThat(get("k")).isTrue();
    assertThat(received()).isEqualTo("found " + answer);
    until(() -> tier.figures().inFlight() == 0);
  }

  @Test
  void whatIsTooLongOrKeptForNoTimeIsNotPut() {
    tier.put(bytes("k"), new byte[MOST + 1], HOUR);
    tier.put(bytes("k"), bytes("a"), Duration.ZERO);

    assertThat(store.requests).isEmpty();
    assertThat(tier.figures().puts().get(PutOutcome.UNFIT)).isEqualTo(2);
  }

  @Test
  void whatIsKnownToBeAbsentIsNotAskedFor() throws Exception {
    picture.complete();
    picture.present(bytes("there"));

    assertThat(get("k")).isFalse();
    assertThat(store.requests).isEmpty();
    assertThat(misses(Miss.KNOWN_ABSENT)).isEqualTo(1);

    // What was thought to be there and is not is asked for once.
    assertThat(get("there")).isTrue();
    assertThat(received()).isEqualTo("NOT_THERE");
    assertThat(get("there")).isFalse();
  }

  @Test
  void aDamagedValueIsAMissAndDeleted() throws Exception {
    store.values.put("k", bytes("what nobody has put"));

    assertThat(get("k")).isTrue();
    assertThat(received()).isEqualTo("DAMAGED");
    assertThat(store.values).isEmpty();
    until(() -> tier.figures().inFlight() == 0);

    // So is the answer of another key: a reply may be one of another request.
    tier.put(bytes("a"), bytes("answer"), HOUR);
    store.values.put("b", store.values.get("a"));
    assertThat(get("b")).isTrue();
    assertThat(received()).isEqualTo("DAMAGED");
  }

  @Test
  void aStoreThatIsAwayIsNotAsked() {
    store.connected = false;

    assertThat(get("k")).isFalse();
    tier.put(bytes("k"), bytes("answer"), HOUR);
    tier.delete(List.of(bytes("k")));

    assertThat(store.requests).isEmpty();
    assertThat(misses(Miss.NOT_CONNECTED)).isEqualTo(1);
    assertThat(tier.figures().puts().get(PutOutcome.NOT_CONNECTED)).isEqualTo(1);
  }

  @Test
  void aSilentStoreIsWaitedForNoLongerThanTheLimitAndThenNotAsked() throws Exception {
    replace(tier(SHORT, new InFlight(100, 1 << 20)));
    store.silent = true;

    for (int i = 0; i < Breaker.IN_A_ROW; i++) {
      assertThat(get("k")).isTrue();
      assertThat(received()).isEqualTo("LATE");
    }
    assertThat(tier.figures().reads()).isEqualTo("open");
    assertThat(get("k")).isFalse();
    assertThat(misses(Miss.OPEN)).isEqualTo(1);
    tier.put(bytes("k"), bytes("answer"), HOUR);
    assertThat(tier.figures().puts().get(PutOutcome.OPEN)).isEqualTo(1);

    // What comes too late changes nothing, and gives back what it held.
    assertThat(tier.figures().inFlight()).isEqualTo(Breaker.IN_A_ROW);
    store.lose();
    until(() -> tier.figures().inFlight() == 0);
    quiet();
    assertThat(received).isEmpty();
  }

  @Test
  void theNodeItselfFindsOutWhenTheStoreAnswersAgain() throws Exception {
    store.getsFail = "NOPERM";
    for (int i = 0; i < Breaker.IN_A_ROW; i++) {
      assertThat(get("k")).isTrue();
      assertThat(received()).isEqualTo("FAILED");
    }
    assertThat(tier.figures().reads()).isEqualTo("open");
    until(() -> tier.figures().probes() == 1 && tier.figures().reads().equals("open"));
    store.getsFail = null;

    until(() -> tier.figures().reads().equals("closed"));
    assertThat(tier.figures().probes()).isEqualTo(4);
    assertThat(get("k")).isTrue();
    assertThat(received()).isEqualTo("NOT_THERE");
  }

  @Test
  void aStoreThatIsFullIsReadAndWrittenAgainWhenThereIsRoom() throws Exception {
    tier.put(bytes("k"), bytes("answer"), HOUR);
    store.setsFail = "OOM command not allowed";
    for (int i = 0; i < Breaker.IN_A_ROW; i++) {
      tier.put(bytes("l"), bytes("answer"), HOUR);
    }
    assertThat(tier.figures().writes()).isEqualTo("open");
    int asked = store.requests.size();
    tier.put(bytes("l"), bytes("answer"), HOUR);
    assertThat(store.requests).hasSize(asked);
    assertThat(get("k")).isTrue();
    assertThat(received()).isEqualTo("found answer");

    store.setsFail = null;
    until(
        () -> {
          tier.put(bytes("l"), bytes("answer"), HOUR);
          return tier.figures().writes().equals("closed");
        });
    assertThat(store.values).containsKey("l");
  }

  @Test
  void aProbeThatCannotBeSentIsNoReasonToStopForGood() throws Exception {
    replace(tier(LONG, new InFlight(1, 100)));
    store.setsFail = "OOM";
    for (int i = 0; i < Breaker.IN_A_ROW; i++) {
      tier.put(bytes("k"), bytes("a"), HOUR);
    }
    store.setsFail = null;
    // Too large for what may be in flight, so that the probe is not sent.
    until(
        () -> {
          tier.put(bytes("k"), new byte[200], HOUR);
          return tier.figures().puts().get(PutOutcome.BUSY) > 0;
        });
    assertThat(tier.figures().writes()).isEqualTo("open");

    until(
        () -> {
          tier.put(bytes("k"), bytes("a"), HOUR);
          return tier.figures().writes().equals("closed");
        });
  }

  @Test
  void onlySoMuchIsInFlight() throws Exception {
    replace(tier(LONG, new InFlight(2, 1000)));
    store.silent = true;

    tier.put(bytes("k"), new byte[200], HOUR);
    assertThat(get("k")).isTrue();
    assertThat(get("k")).isFalse();
    tier.put(bytes("k"), bytes("a"), HOUR);
    tier.delete(List.of(bytes("k")));
    assertThat(misses(Miss.BUSY)).isEqualTo(1);
    assertThat(tier.figures().puts().get(PutOutcome.BUSY)).isEqualTo(1);
    assertThat(store.requests).containsExactly("set k", "get k");

    store.silent = false;
    store.lose();
    assertThat(received()).isEqualTo("FAILED");
    until(() -> tier.figures().inFlight() == 0);
    tier.put(bytes("l"), new byte[1001], HOUR);
    assertThat(tier.figures().puts().get(PutOutcome.BUSY)).isEqualTo(2);
    tier.put(bytes("l"), new byte[200], HOUR);
    assertThat(store.values).containsOnlyKeys("l");
  }

  @Test
  void answersAreReservedAsLongAsTheLastOnesWere() throws Exception {
    byte[] answer = new byte[900];
    new java.util.Random(1).nextBytes(answer);
    replace(tier(LONG, new InFlight(100, 1500)));
    tier.put(bytes("k"), answer, HOUR);
    until(() -> store.values.containsKey("k"));
    until(() -> tier.figures().inFlight() == 0);
    assertThat(get("k")).isTrue();
    assertThat(received()).startsWith("found");

    store.silent = true;
    assertThat(get("k")).isTrue();
    assertThat(get("k")).isFalse();
    assertThat(misses(Miss.BUSY)).isEqualTo(1);
  }

  @Test
  void theCallersOwnLimitCountsWhereItIsShorter() throws Exception {
    store.silent = true;

    assertThat(get("k", Duration.ofMillis(1))).isTrue();
    assertThat(received()).isEqualTo("LATE");
  }

  @Test
  void aReplyThatComesTooLateIsNotDelivered() throws Exception {
    store.silent = true;
    assertThat(get("k", Duration.ofMillis(1))).isTrue();
    assertThat(received()).isEqualTo("LATE");

    store.answer();

    until(() -> tier.figures().inFlight() == 0);
    quiet();
    assertThat(received).isEmpty();
    assertThat(tier.figures().misses().values().stream().mapToLong(n -> n).sum()).isEqualTo(1);
  }

  @Test
  void deletesAreSent() {
    tier.put(bytes("a"), bytes("answer"), HOUR);
    tier.put(bytes("b"), bytes("answer"), HOUR);
    tier.delete(Arrays.asList(bytes("a"), bytes("b"), bytes("c")));

    assertThat(store.values).isEmpty();
    assertThat(tier.figures().deletes()).isEqualTo(3);
  }

  @Test
  void whoWaitsWhenItIsClosedIsTold() throws Exception {
    store.silent = true;
    assertThat(get("k")).isTrue();

    tier.close();

    assertThat(received()).isEqualTo("CLOSED");
    assertThat(get("k")).isFalse();
    tier.put(bytes("k"), bytes("a"), HOUR);
    tier.delete(List.of(bytes("k")));
    assertThat(store.requests).containsExactly("get k");
  }

  @Test
  void aLoopThatHasEndedHarmsNobody() throws Exception {
    store.silent = true;
    assertThat(get("k")).isTrue();
    loop.shutdownNow();

    store.lose();

    until(() -> tier.figures().inFlight() == 0);
    assertThat(misses(Miss.FAILED)).isEqualTo(1);
  }
}
