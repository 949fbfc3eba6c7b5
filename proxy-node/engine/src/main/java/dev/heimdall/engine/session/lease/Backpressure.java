package dev.heimdall.engine.session.lease;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.reply.ClientOutput;

/** Keeps a session's server from sending more than its client reads. */
public final class Backpressure {
  private final ClientOutput output;

  /** Is not read, because the client does not read. */
  private ServerConnection paused;

  Backpressure(ClientOutput output) {
    this.output = output;
  }

  /** Notes that data of the session's connection was passed on to the client. */
  public void passed(ServerConnection from) {
    if (!output.takesMore() && paused == null) {
      paused = from;
      from.pauseReading();
    }
  }

  /** The client reads again, or is gone, or the connection is not the session's any more. */
  public void resume() {
    if (paused != null) {
      ServerConnection connection = paused;
      paused = null;
      connection.resumeReading();
    }
  }

  /** The connection is lost. */
  void forget() {
    paused = null;
  }
}
