package dev.heimdall.engine.lease;

import dev.heimdall.engine.backend.ServerConnector;
import dev.heimdall.engine.client.Login;
import dev.heimdall.engine.client.SessionStart;
import dev.heimdall.engine.journal.ErrorCauses;
import dev.heimdall.engine.journal.SentUnits;
import dev.heimdall.engine.journal.UnitFormat;
import dev.heimdall.engine.listen.Listening;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.observe.PoolMetrics;
import dev.heimdall.engine.pool.LaneUser;
import dev.heimdall.engine.pool.Waiter;
import dev.heimdall.engine.prepared.NameResolution;
import dev.heimdall.engine.reply.ClientOutput;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.vdb.VdbContext;
import dev.heimdall.engine.wire.ServerError;
import io.netty.channel.Channel;

/**
 * One client's session as its parts see it: what it is made of. A part takes what is there when it
 * is made, and asks for the rest when it needs it. All on the session's event loop.
 */
public interface SessionContext {
  // ---- who and where it is

  Login login();

  Channel channel();

  /** To whom replies go. */
  LaneUser owner();

  /** Who waits for server connections. */
  Waiter waiter();

  VdbContext vdb();

  LoopContext loop();

  PoolMetrics counters();

  ServerConnector connector();

  /** What errors of its servers mean. */
  ErrorCauses errors();

  // ---- what it has

  SessionMemory memory();

  ClientOutput output();

  SessionStart start();

  SessionState carried();

  ClientTransaction transaction();

  Losses losses();

  Listening listening();

  /** What names in its prepared statements mean. */
  NameResolution resolution();

  // ---- what its statements go through

  /** What the client sends. */
  ClientRequests requests();

  /** Where messages of its begin and end. */
  UnitFormat format();

  /** What its protocol makes of them. */
  SessionProtocol protocol();

  /** The statement at the reader's position. */
  RoutedStatement next();

  /** All of its statements, as far as its server connection depends on them. */
  SessionStatements statements();

  /** Where its reads go. */
  ReplicaChoice replicas();

  ServerLease lease();

  /** Its statements in the pipelines of connections that others use as well. */
  SharedPlaces sharing();

  /** What was sent and is not settled. */
  SentUnits sent();

  PendingReplies pending();

  // ---- what becomes of it

  /** Whether something else than its client has to happen before it goes on. */
  boolean waits();

  /** Ends a session of a node that drains instead of letting it begin another transaction. */
  boolean endsDrained();

  /** The session has come to rest: if its node drains, it ends. */
  boolean drained();

  /** Whether no reply is pending and no transaction is open. */
  boolean betweenTransactions();

  /** Whether the error that ends it was sent: nothing more is taken from the client. */
  boolean endAnnounced();

  /** The time is over that a rule gives what runs. */
  void timeOver();

  void pin(PinReason reason);

  /** Sends an error and closes. */
  void fatal(ServerError error);

  /** An error in the node: the session ends. */
  void failed(Throwable cause);
}
