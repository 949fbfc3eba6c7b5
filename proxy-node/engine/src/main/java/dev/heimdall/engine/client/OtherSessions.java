package dev.heimdall.engine.client;

import dev.heimdall.engine.backend.CancelConnections;
import dev.heimdall.engine.backend.CancelRoute;
import dev.heimdall.engine.backend.ServerConnector;
import dev.heimdall.engine.backend.ServerProtocol;
import dev.heimdall.engine.fleet.FleetKeys;
import dev.heimdall.engine.fleet.FleetNumbers;
import dev.heimdall.engine.fleet.KillOutcome;
import dev.heimdall.engine.fleet.KillRequest;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.model.Peer;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

/**
 * The sessions of one virtual database, on all nodes of the fleet, as one of them may interrupt the
 * others: by the numbers that their clients were told at the log-in.
 */
public final class OtherSessions {
  private final NodeAccess node;
  private final VdbAccess vdb;
  private final LoopContext loop;
  private final Client self;

  public OtherSessions(NodeAccess node, VdbAccess vdb, LoopContext loop, Client self) {
    this.node = node;
    this.vdb = vdb;
    this.loop = loop;
    this.self = self;
  }

  /** True if nodes give sessions such numbers, this one or another one of the fleet. */
  public static boolean isNumber(long number) {
    return FleetNumbers.isOfSession(number);
  }

  /** The number of the session that asks. */
  public int own() {
    return self.processId();
  }

  /**
   * Interrupts the session with this number, wherever it is.
   *
   * @param portOf where another node takes the request
   * @param connection whether it is to end, rather than what it runs
   * @param lastWords to its client then, if it is on this node
   * @param told called once, on any thread
   */
  public void interrupt(
      int number,
      ToIntFunction<Peer> portOf,
      boolean connection,
      ServerError lastWords,
      Consumer<KillOutcome> told) {
    KillRequest request =
        new KillRequest(
            number, connection, self.vdbName(), self.login().user(), self.login().admin());
    FleetNumbers numbers = node.cancels().numbers();
    int home = numbers.nodeOf(number);
    if (home == numbers.node()) {
      new SessionKill(node.cancels()).carryOut(request, lastWords, told);
      return;
    }
    Optional<OtherNode> other = OtherNode.find(home, node, vdb, portOf);
    if (other.isEmpty()) {
      told.accept(KillOutcome.UNKNOWN);
    } else {
      passOn(other.get(), request, told);
    }
  }

  private void passOn(OtherNode other, KillRequest request, Consumer<KillOutcome> told) {
    FleetKeys keys = FleetKeys.of(node.settings().fleetKey());
    if (keys.isEmpty()) {
      told.accept(KillOutcome.failed("fleetKey in node.json is not set"));
      return;
    }
    String where = "node " + other.number() + ": ";
    node.connector()
        .passOn(
            loop,
            vdb.pools().plan().source(),
            other::route,
            new ServerConnector.Passing() {
              @Override
              public CancelConnections.Request by(ServerProtocol protocol, CancelRoute route) {
                return protocol.killRequest(
                    route,
                    keys,
                    request,
                    outcome -> told.accept(new KillOutcome(outcome.kind(), where + outcome.why())));
              }

              @Override
              public void lost(String why) {
                told.accept(KillOutcome.failed(where + why));
              }
            });
  }
}
