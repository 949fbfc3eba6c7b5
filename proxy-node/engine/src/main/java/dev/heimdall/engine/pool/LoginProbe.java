package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.ConnectFailure;
import dev.heimdall.engine.backend.ConnectionKeeper;
import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.ServerConnector;
import dev.heimdall.engine.backend.ServerTarget;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.wire.ServerError;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * One log-in at the server on a connection for nothing else: the server's own decision, and how the
 * role starts its sessions.
 */
final class LoginProbe extends InternalQuery implements ConnectionKeeper, ServerConnector.Handler {
  /** Receiver of a probe's result; called once, on the loop that probed. */
  interface Outcome {
    /**
     * @param role equal as long as it is the same role whose sessions start with the same settings
     */
    void accepted(List<List<String>> role);

    void failed(ConnectFailure failure);
  }

  private final LoopContext context;
  private final ServerTarget target;
  private final Outcome outcome;
  private ScheduledFuture<?> deadline;
  private boolean over;

  private LoginProbe(LoopContext context, ServerTarget target, Outcome outcome) {
    super(true);
    this.context = context;
    this.target = target;
    this.outcome = outcome;
  }

  static void begin(
      Connector connector, LoopContext context, ServerTarget target, Outcome outcome) {
    LoginProbe probe = new LoginProbe(context, target, outcome);
    connector.connect(context, target, probe, probe);
  }

  @Override
  public void connected(ServerConnection connection) {
    deadline =
        context.later(
            () -> connection.close("the check of a log-in took too long"),
            target.source().connectTimeout().toMillis(),
            TimeUnit.MILLISECONDS,
            connection::failed);
    if (!connection.requests().describeRole(this)) {
      done(connection, null);
    }
  }

  @Override
  protected void done(ServerConnection from, ServerError error) {
    if (over) {
      return;
    }
    over = true;
    deadline.cancel(false);
    from.close("the log-in of a client was checked");
    if (error != null && error.isFatal()) {
      outcome.failed(ConnectFailure.unreachable(error.message()));
    } else {
      // A server that has no such catalogue has accepted the log-in all the same.
      outcome.accepted(error == null ? rows() : List.of());
    }
  }

  @Override
  public void failed(ConnectFailure failure) {
    over = true;
    outcome.failed(failure);
  }

  @Override
  public void serverClosed(ServerConnection connection) {}

  @Override
  public void cancelsDone(ServerConnection connection) {}
}
