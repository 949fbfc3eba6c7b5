package dev.heimdall.test.freshness;

import dev.heimdall.test.fixture.Await;
import java.time.Duration;
import java.util.List;

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
    Servers servers = fleet.servers();
    at(0.08);
    servers.pause(1);
    at(0.16);
    servers.resume(1);
    at(0.20);
    servers.delay(0, true);
    at(0.30);
    servers.kill(1);
    at(0.38);
    servers.start(1);
    at(0.45);
    servers.pause(0);
    at(0.52);
    servers.resume(0);
    at(0.56);
    fleet.store().stop();
    at(0.62);
    fleet.store().start();
    at(0.66);
    servers.delay(0, false);
    at(0.70);
    servers.delay(1, true);
    List<Runnable> changes = servers.changesOfWriter();
    for (int i = 0; i < changes.size(); i++) {
      at(0.76 + 0.24 * i / changes.size());
      changes.get(i).run();
    }
    at(1);
  }

  /** From now on what the replicas have is always a little old. */
  void delayReplicas() {
    fleet.servers().delay(0, true);
    fleet.servers().delay(1, true);
  }

  /** Nothing fails. */
  void untilWorkIsDone() {
    at(1);
  }

  private void at(double share) {
    Await.until(
        "work goes on", PATIENCE, () -> work.reached(share), () -> work.errors().toString());
  }
}
