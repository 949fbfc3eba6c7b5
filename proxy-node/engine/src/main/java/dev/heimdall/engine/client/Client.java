package dev.heimdall.engine.client;

import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;

/**
 * A client after its log-in, whether it talks to servers or to the admin console: what cancel
 * requests, {@code KILL} and a drain reach. Methods without another word belong to the thread of
 * its event loop.
 */
public interface Client {
  /** The number in its cancel key, which {@code KILL} takes; 0 until the log-in is over. */
  int processId();

  String vdbName();

  Login login();

  int loopIndex();

  /** Application name that it reports; may be null. */
  String applicationName();

  /** Such as TLSv1.3; null without TLS. */
  String tlsProtocol();

  /** Milliseconds since 1970. */
  long connectedAt();

  /** Nanoseconds of the loop's clock when the client last sent or was answered something. */
  long lastActivity();

  /** Statements answered. */
  long statements();

  /**
   * Cancels what it runs or waits for; callable from any thread.
   *
   * @param done runs when the request can hit no later statement than it could at a server itself
   */
  void cancelFromAnyThread(Runnable done);

  /** Closes the connection as an administrator's terminate does; callable from any thread. */
  default void killFromAnyThread() {
    killFromAnyThread(
        ServerError.fatal(
            Sqlstate.ADMIN_SHUTDOWN, "terminating connection due to administrator command"));
  }

  /**
   * Closes the connection; callable from any thread.
   *
   * @param why the client's last error
   */
  void killFromAnyThread(ServerError why);

  /**
   * The node drains: who has been here for so long goes, an idle client at once, a busy one after
   * its transaction.
   */
  void drain(long nanos);

  /**
   * Another process is to go on with the node's clients: this one goes there as soon as it can, if
   * it ever can. Called now and then.
   */
  default void moveTo(Successor successor) {}

  /** Reason that another process to which it was to move does not have it yet; for operators. */
  default String obstacle() {
    return Obstacle.CONSOLE.text();
  }

  /** Its time limits; called about ten times a second. */
  void tick();

  /** The client goes if it is idle and has been for so long; else nothing changes for it. */
  void endIfIdle(long nanos);
}
