package dev.heimdall.engine.session.answer;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.wire.TransactionState;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Time for which a session keeps its connection as its next statement may query what the last one
 * has left there: warnings, an error, a number of rows. Nearly no client does, and one that does
 * not send anything must not keep from others what they wait for.
 */
public final class KeptConnection {
  /** Others may wait who cannot be seen from here, as the server's connections have run out. */
  private static final Duration MOST = Duration.ofSeconds(30);

  private final HandledClient client;
  private final SessionState carried;
  private final LoopContext loop;
  private final long least;
  private final Runnable letGo;
  private long since;
  private boolean watched;

  /**
   * @param least time that it is kept where others wait for it
   * @param letGo lets it go, or has something read back first and is to be called again
   */
  public KeptConnection(
      HandledClient client,
      SessionState carried,
      LoopContext loop,
      Duration least,
      Runnable letGo) {
    this.client = client;
    this.carried = carried;
    this.loop = loop;
    this.least = least.toNanos();
    this.letGo = letGo;
  }

  /**
   * The session keeps its connection from now on.
   *
   * @param why a few words for people
   */
  public void keep(String why) {
    carried.hold(why);
    since = loop.now();
    watch();
  }

  private void watch() {
    if (!watched) {
      watched = true;
      loop.later(this::look, least / 2, TimeUnit.NANOSECONDS, client::failed);
    }
  }

  private void look() {
    watched = false;
    ServerConnection server = client.server();
    if (!carried.held() || server == null || server.closed()) {
      return;
    }
    boolean rests = client.outstanding() == 0 && client.status() == TransactionState.IDLE;
    long kept = loop.now() - since;
    if (rests && (kept >= MOST.toNanos() || kept >= least && server.keeper().wanted(server))) {
      letGo.run();
    }
    if (carried.held()) {
      watch();
    }
  }
}
