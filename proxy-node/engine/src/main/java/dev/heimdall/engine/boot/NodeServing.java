package dev.heimdall.engine.boot;

import dev.heimdall.engine.client.Successor;
import dev.heimdall.model.HttpSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** State and services of a node, for the process that replaces it. */
record NodeServing(
    RunningVdbs vdbs,
    NodeClients clients,
    Drain drain,
    OperatorListeners operators,
    Supplier<HttpSettings> http,
    NodeHandover handover)
    implements Handover.Serving {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.node");

  @Override
  public String refusesSuccessor() {
    if (drain.hasBegun()) {
      return "it is draining";
    }
    if (handover.takesOver()) {
      return "it is taking the place of another process itself: try again when that is over";
    }
    return vdbs.paused() ? "its pools are paused (PAUSE): RESUME them first" : null;
  }

  @Override
  public void listeners(SuccessorLink to) {
    vdbs.handTo(to);
  }

  @Override
  public void accept() {
    vdbs.accept();
  }

  @Override
  public void alone() {
    vdbs.alone();
  }

  @Override
  public void takeBack() {
    vdbs.takeBack();
  }

  @Override
  public CompletableFuture<Void> handOver() {
    return vdbs.handOver();
  }

  @Override
  public void closeHttp() {
    operators.giveUpHttp();
  }

  @Override
  public void openHttp() {
    try {
      operators.open(http.get());
    } catch (IOException e) {
      LOG.error("{}", e.getMessage());
    }
  }

  @Override
  public int connections() {
    return vdbs.connections();
  }

  @Override
  public void moveTo(Successor successor) {
    clients.each(client -> client.moveTo(successor));
  }

  @Override
  public void obstacles(Consumer<Map<String, Integer>> counted) {
    clients.obstacles(counted);
  }

  @Override
  public Duration mayStay() {
    return clients.mayTake();
  }

  @Override
  public void end() {
    drain.endTakenOver();
  }
}
