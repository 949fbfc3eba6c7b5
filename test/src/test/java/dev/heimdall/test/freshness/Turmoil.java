package dev.heimdall.test.freshness;

import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.test.fixture.Await;
import java.time.Duration;

/** What goes wrong while clients work; each thing when so much of the work is done. */
final class Turmoil {
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private final Fleet fleet;
  private final Work work;

  Turmoil(Fleet fleet, Work work) {
    this.fleet = fleet;
    this.work = work;
  }

  void run() {
    at(0.08);
    fleet.second().execute("SELECT pg_wal_replay_pause()");
    at(0.16);
    fleet.second().execute("SELECT pg_wal_replay_resume()");
    at(0.20);
    delay(fleet.first(), "80ms");
    at(0.30);
    fleet.second().kill();
    at(0.38);
    fleet.second().start();
    at(0.45);
    fleet.first().execute("SELECT pg_wal_replay_pause()");
    at(0.52);
    fleet.first().execute("SELECT pg_wal_replay_resume()");
    at(0.56);
    fleet.store().stop();
    at(0.62);
    fleet.store().start();
    at(0.66);
    delay(fleet.first(), "0");
    at(0.70);
    delay(fleet.second(), "50ms");
    at(0.76);
    fleet.failOver();
    at(1);
  }

  /** From now on what the replicas have is always a little old. */
  void delayReplicas() {
    delay(fleet.first(), "80ms");
    delay(fleet.second(), "50ms");
  }

  /** Nothing fails. */
  void untilWorkIsDone() {
    at(1);
  }

  private static void delay(PostgresServer replica, String by) {
    replica.execute(
        "ALTER SYSTEM SET recovery_min_apply_delay = '" + by + "'", "SELECT pg_reload_conf()");
    Await.until(
        "the replica has the delay",
        () -> by.equals(replica.queryValue("postgres", "SHOW recovery_min_apply_delay")));
  }

  private void at(double share) {
    Await.until(
        "work goes on", PATIENCE, () -> work.reached(share), () -> work.errors().toString());
  }
}
