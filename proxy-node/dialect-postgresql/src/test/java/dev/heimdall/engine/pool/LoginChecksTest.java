package dev.heimdall.engine.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How often the server is asked to decide on log-ins, and who waits for which decision. */
class LoginChecksTest extends OnePool {
  private static final long LATER = 3600 * SECOND;

  private final List<String> decisions = new ArrayList<>();

  @BeforeEach
  void openPool() {
    open();
  }

  /** The time of the proof makes up for a clock that the test cannot move. */
  private void logIn(String client, long proved) {
    vdb.logins()
        .check(
            first,
            KEY,
            proved,
            new LoginChecks.Outcome() {
              @Override
              public void accepted(long revision) {
                decisions.add(client + " accepted");
              }

              @Override
              public void rejected(ServerError why) {
                decisions.add(client + " " + why.sqlState());
              }

              @Override
              public boolean awaited() {
                return !client.equals("gone");
              }
            });
    runLoops();
  }

  private void serverAccepts() {
    servers.answer(servers.accept(), TransactionState.IDLE);
    runLoops();
  }

  private void serverRejects(String sqlState) {
    servers.refuse(ServerError.fatal(sqlState, "no"));
    runLoops();
  }

  @Test
  void oneCheckAnswersAllWhoWaitForItAndThoseWhoComeSoonAfter() {
    logIn("first", nanoTime());
    logIn("second", nanoTime());
    assertThat(servers.attempts()).isEqualTo(1);
    assertThat(decisions).isEmpty();

    serverAccepts();
    logIn("third", nanoTime());

    assertThat(decisions).containsExactly("first accepted", "second accepted", "third accepted");
    assertThat(servers.attempts()).isZero();
  }

  @Test
  void decisionThatIsTooOldIsMadeAnew() {
    logIn("first", nanoTime());
    serverAccepts();

    logIn("late", nanoTime() + LATER);
    assertThat(servers.attempts()).isEqualTo(1);
    assertThat(decisions).containsExactly("first accepted");
  }

  @Test
  void whoComesTooLateForTheRunningCheckGetsTheNextOne() {
    logIn("first", nanoTime());
    logIn("next", nanoTime() + 6 * SECOND); // 1 s too late for a check of now

    serverAccepts();
    assertThat(decisions).containsExactly("first accepted");
    assertThat(servers.attempts()).isEqualTo(1);
  }

  @Test
  void rejectionIsForThoseWhoWaitedAndTheNextAsksAgain() {
    logIn("first", nanoTime());
    serverRejects("28000");
    assertThat(decisions).containsExactly("first 28000");

    logIn("second", nanoTime());
    serverAccepts();
    assertThat(decisions).containsExactly("first 28000", "second accepted");
  }

  @Test
  void refusedConnectionOfThePoolCastsDoubtOnTheLastDecision() {
    logIn("first", nanoTime());
    serverAccepts();
    RecordingWaiter waiter = waiting(pool);
    servers.refuse(ServerError.fatal("28P01", "no"));
    runLoops();
    assertThat(waiter.refusal).isNotNull();

    logIn("second", nanoTime());
    assertThat(servers.attempts()).isEqualTo(1);
  }

  @Test
  void nobodyIsLetInWhileTheServerCannotDecide() {
    logIn("first", nanoTime());
    logIn("gone", nanoTime());
    serverRejects("57P03");
    assertThat(decisions).isEmpty();
    assertThat(servers.attempts()).isZero(); // until the next try

    vdb.close();
    firstLoop.advanceTimeBy(1, TimeUnit.SECONDS);
    firstLoop.runScheduledPendingTasks();
    runLoops();
    assertThat(decisions).containsExactly("first 57P01");
  }

  @Test
  void newDefaultsOfARoleRetireItsConnections() {
    logIn("first", nanoTime());
    serverAccepts();
    idle();
    vdb.renew(KEY);
    runLoops();
    assertThat(pool.counts().idle()).isZero();
  }
}
