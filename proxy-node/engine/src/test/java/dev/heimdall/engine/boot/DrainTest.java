package dev.heimdall.engine.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.engine.client.Client;
import dev.heimdall.engine.events.NodeEvents;
import dev.heimdall.engine.observe.KeyValueLog;
import dev.heimdall.engine.report.Commands;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class DrainTest {
  private static final Duration LONG = Duration.ofHours(1);

  private final Ports ports = new Ports();
  private final Few clients = new Few();
  private final AtomicInteger ends = new AtomicInteger();
  private final Drain drain =
      new Drain(
          ports,
          clients,
          new KeyValueLog(),
          new NodeEvents(Clock.systemUTC(), System::nanoTime),
          ends::incrementAndGet,
          this::execute);

  /** Tasks of the drain wait for it; open unless a test closes it. */
  private volatile CountDownLatch gate = new CountDownLatch(0);

  private final AtomicInteger executed = new AtomicInteger();

  private void execute(Runnable task) {
    ForkJoinPool.commonPool()
        .execute(
            () -> {
              try {
                gate.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
              }
              task.run();
              executed.incrementAndGet();
            });
  }

  private static final class Ports implements Drain.Door {
    private volatile boolean open = true;
    private boolean taken;
    private volatile long closedNanos;
    private volatile Runnable whenClosed = () -> {};
    private volatile int connections;

    @Override
    public void openListeners() throws StartupException {
      if (taken) {
        throw new StartupException("somebody else has the port", null);
      }
      open = true;
    }

    @Override
    public void closeListeners() {
      closedNanos = System.nanoTime();
      whenClosed.run();
      open = false;
    }

    @Override
    public int connections() {
      return connections;
    }

    @Override
    public String describePorts() {
      return "";
    }
  }

  private static final class Few implements Drain.Clients {
    private final AtomicInteger asked = new AtomicInteger();
    private volatile long askedNanos;
    private volatile int number;
    private volatile Duration mayTake = LONG;
    private volatile Duration notice = Duration.ZERO;
    private volatile boolean turnedAway;

    @Override
    public int number() {
      return number;
    }

    @Override
    public void each(Consumer<Client> action) {
      askedNanos = System.nanoTime();
      asked.incrementAndGet();
    }

    @Override
    public void turnAway(boolean from) {
      turnedAway = from;
    }

    @Override
    public Duration mayTake() {
      return mayTake;
    }

    @Override
    public Duration notice() {
      return notice;
    }
  }

  private static void await(CompletableFuture<Void> emptied) throws Exception {
    emptied.get(60, TimeUnit.SECONDS);
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(1);
    }
  }

  @Test
  void whatIsTakenOutIsOutOnceItsClientsAreGoneAndComesBack() throws Exception {
    clients.number = 1;
    assertThat(drain.hasBegun()).isFalse();
    CompletableFuture<Void> emptied = drain.takeOut();
    assertThat(ports.open).isFalse();
    assertThat(drain.hasBegun()).isTrue();
    assertThat(drain.isOut()).isFalse();
    assertThat(drain.takeOut()).isSameAs(emptied).isNotDone();
    clients.number = 0;
    await(emptied);
    assertThat(drain.isOut()).isTrue();
    assertThat(drain.takeBack()).isEqualTo("in service");
    assertThat(ports.open).isTrue();
    assertThat(drain.hasBegun()).isFalse();
    assertThat(drain.isOut()).isFalse();
    assertThat(drain.takeBack()).isEqualTo("it was in service");
    assertThat(ends).hasValue(0);
    clients.number = 1;
    assertThat(drain.takeOut()).isNotSameAs(emptied).isNotDone();
    assertThat(drain.isOut()).isFalse();
  }

  @Test
  void aDrainThatIsTakenBackLeavesTheClientsThatAreLeft() throws Exception {
    clients.number = 1;
    CompletableFuture<Void> emptied = drain.takeOut();
    drain.takeBack();
    await(emptied);
    int asked = clients.asked.get();
    assertThat(drain.takeOut()).isNotDone();
    assertThat(clients.asked.get()).isGreaterThan(asked);
    assertThat(drain.isOut()).isFalse();
  }

  @Test
  void theEndIsForGood() {
    clients.number = 1;
    CompletableFuture<Void> emptied = drain.takeOut();
    assertThat(drain.end(LONG)).isSameAs(emptied);
    assertThat(drain.end(LONG)).isSameAs(emptied);
    assertThat(drain.takeOut()).isSameAs(emptied);
    assertThat(ends).hasValue(1);
    assertThatThrownBy(drain::takeBack)
        .isInstanceOf(Commands.Refused.class)
        .hasMessage("the node is ending");
    assertThat(ports.open).isFalse();
    assertThat(drain.isOut()).isFalse();
  }

  @Test
  void whoHasNoPatienceEndsThatOfOthers() throws Exception {
    clients.number = 1;
    clients.mayTake = Duration.ZERO;
    CompletableFuture<Void> emptied = drain.end(LONG);
    assertThat(emptied).isNotDone();
    assertThat(drain.end(LONG)).isNotDone();
    await(drain.end(Duration.ZERO));
    assertThat(emptied).isDone();
    assertThat(ends).hasValue(1);
  }

  @Test
  void aPortThatIsNotToBeHadLeavesItOut() {
    drain.takeOut();
    ports.taken = true;
    assertThatThrownBy(drain::takeBack)
        .isInstanceOf(Commands.Refused.class)
        .hasMessage("somebody else has the port");
    assertThat(drain.isOut()).isTrue();
    ports.taken = false;
    assertThat(drain.takeBack()).isEqualTo("in service");
  }

  /** Load balancers notice while clients that they send are let in still. */
  @Test
  void anEndThatIsAnnouncedLetsClientsInUntilTheNoticeIsOver() throws Exception {
    clients.notice = Duration.ofMillis(300);
    clients.number = 1;
    CompletableFuture<Void> emptied = drain.end(Duration.ZERO);
    assertThat(drain.hasBegun()).isTrue();
    assertThat(ports.open).isTrue();
    assertThat(ends).hasValue(1);
    assertThat(drain.end(LONG)).isSameAs(emptied);
    assertThat(drain.takeOut()).isSameAs(emptied);
    assertThatThrownBy(drain::takeBack).hasMessage("the node is ending");
    assertThat(ports.open).isTrue();
    assertThat(clients.asked).hasValue(0);

    clients.number = 0;
    await(emptied);
    assertThat(ports.open).isFalse();
    assertThat(ends).hasValue(1);
  }

  @Test
  void whoLogsInWhenTheNoticeIsOverHasAsLongAgain() throws Exception {
    clients.notice = Duration.ofSeconds(1);
    ports.connections = 1;
    long begun = System.nanoTime();
    CompletableFuture<Void> emptied = drain.end(Duration.ZERO);
    await(emptied); // it never logs in
    assertThat(System.nanoTime() - begun).isGreaterThan(2 * clients.notice.toNanos());
    assertThat(ports.open).isFalse();
  }

  @Test
  void whoHasLoggedInAfterTheNoticeIsWaitedFor() throws Exception {
    clients.notice = Duration.ofMillis(300);
    ports.connections = 1;
    ports.whenClosed =
        () -> {
          clients.number = 1;
          ports.connections = 0;
        };
    CompletableFuture<Void> emptied = drain.end(Duration.ZERO);
    await(() -> !ports.open);
    await(() -> clients.askedNanos - ports.closedNanos > clients.notice.toNanos());
    int looks = clients.asked.get();
    await(() -> clients.asked.get() > looks || emptied.isDone());
    assertThat(emptied).isNotDone();
    clients.number = 0;
    await(emptied);
  }

  /** It would stay on a node that is to be without clients. */
  @Test
  void whoLogsInWhenANodeIsTakenOutIsWaitedFor() throws Exception {
    ports.connections = 1;
    CompletableFuture<Void> emptied = drain.takeOut();
    assertThat(emptied).isNotDone();
    clients.number = 1;
    assertThat(drain.isOut()).isFalse();
    clients.number = 0;
    ports.connections = 0;
    await(emptied);
    assertThat(drain.isOut()).isTrue();
  }

  @Test
  void whoLogsInAtAnEndWithoutNoticeIsToldSoAndHasAMomentToHearIt() throws Exception {
    ports.connections = 1;
    long begun = System.nanoTime();
    CompletableFuture<Void> emptied = drain.end(Duration.ZERO);
    assertThat(clients.turnedAway).isTrue();
    await(emptied); // it never logs in
    assertThat(System.nanoTime() - begun).isGreaterThan(TimeUnit.SECONDS.toNanos(2));
  }

  @Test
  void whoLogsInHoldsUpNoEndLongerThanItMayTake() throws Exception {
    ports.connections = 1;
    clients.mayTake = Duration.ZERO;
    await(drain.end(Duration.ZERO));
    assertThat(ports.connections).isEqualTo(1);
  }

  @Test
  void onlyWithANoticeIsSomebodyLetInBehindIt() throws Exception {
    clients.notice = Duration.ofMillis(100);
    clients.mayTake = Duration.ofMillis(200);
    ports.connections = 1;
    CompletableFuture<Void> emptied = drain.takeOut();
    while (ports.open) {
      assertThat(clients.turnedAway).isFalse();
      TimeUnit.MILLISECONDS.sleep(1);
    }
    await(emptied);
    assertThat(drain.isOut()).isTrue();
    assertThat(clients.turnedAway).isTrue(); // it would stay
    drain.takeBack();
    assertThat(clients.turnedAway).isFalse();
  }

  /** Nobody comes here any more, and nobody has to be told. */
  @Test
  void anEndForAnotherProcessIsNotAnnounced() throws Exception {
    clients.notice = LONG;
    assertThat(drain.endTakenOver()).isDone();
    assertThat(ports.open).isFalse();
    assertThat(ends).hasValue(1);
  }

  /** As a load balancer needs it that asks every now and then. */
  @Test
  void whatIsTakenOutLetsClientsInUntilItsNoticeIsOver() throws Exception {
    clients.number = 1;
    clients.notice = Duration.ofMillis(300);
    CompletableFuture<Void> emptied = drain.takeOut();
    assertThat(drain.hasBegun()).isTrue();
    assertThat(ports.open).isTrue();
    assertThat(drain.takeOut()).isSameAs(emptied).isNotDone();
    clients.number = 0;
    await(emptied);
    assertThat(ports.open).isFalse();
    assertThat(drain.isOut()).isTrue();
    assertThat(drain.takeBack()).isEqualTo("in service");
    assertThat(ports.open).isTrue();
  }

  @Test
  void whatIsTakenBackWithinItsNoticeHasNeverBeenOut() throws Exception {
    clients.number = 1;
    clients.notice = Duration.ofMillis(1);
    gate = new CountDownLatch(1);
    CompletableFuture<Void> emptied = drain.takeOut();
    assertThat(drain.takeBack()).isEqualTo("in service");
    await(emptied);
    assertThat(drain.hasBegun()).isFalse();
    gate.countDown();
    await(() -> executed.get() == 1); // the notice is over
    assertThat(ports.open).isTrue();
    assertThat(clients.asked).hasValue(0);
  }

  @Test
  void anEndWithinTheNoticeOfWhatIsTakenOutHasItsOwnNotice() throws Exception {
    clients.number = 1;
    clients.notice = LONG;
    CompletableFuture<Void> emptied = drain.takeOut();
    assertThat(drain.end(Duration.ZERO)).isSameAs(emptied);
    assertThat(ends).hasValue(1);
    assertThat(ports.open).isTrue();
    assertThatThrownBy(drain::takeBack).isInstanceOf(Commands.Refused.class);
  }
}
