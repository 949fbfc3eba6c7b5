package dev.heimdall.engine.session.lease;

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
import dev.heimdall.engine.session.state.ClientTransaction;
import dev.heimdall.engine.session.state.Losses;
import dev.heimdall.engine.session.state.SessionMemory;
import dev.heimdall.engine.session.state.SessionState;
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

  /** Waiter for server connections. */
  Waiter waiter();

  VdbContext vdb();

  LoopContext loop();

  PoolMetrics counters();

  ServerConnector connector();

  /** Meaning of its servers' errors. */
  ErrorCauses errors();

  // ---- what it has

  SessionMemory memory();

  ClientOutput output();

  SessionStart start();

  SessionState carried();

  ClientTransaction transaction();

  Losses losses();

  Listening listening();

  /** Resolution of the names in its prepared statements. */
  NameResolution resolution();

  // ---- what its statements go through

  /** Requests of the client. */
  ClientRequests requests();

  /** Format that shows where its messages begin and end. */
  UnitFormat format();

  /** Protocol's handling of them. */
  SessionProtocol protocol();

  /** The statement at the reader's position. */
  RoutedStatement next();

  /** All of its statements, as far as its server connection depends on them. */
  SessionStatements statements();

  /** Choice of the replicas for its reads. */
  ReplicaChoice replicas();

  ServerLease lease();

  /** Its statements in the pipelines of connections that others use as well. */
  SharedPlaces sharing();

  /** Units that were sent and are not settled. */
  SentUnits sent();

  PendingReplies pending();

  // ---- what becomes of it

  /** True if something else than its client has to happen before it goes on. */
  boolean waits();

  /** Ends a session of a node that drains instead of letting it begin another transaction. */
  boolean endsDrained();

  /** The session has come to rest: if its node drains, it ends. */
  boolean drained();

  /** True if no reply is pending and no transaction is open. */
  boolean betweenTransactions();

  /** True if the error that ends it was sent: nothing more is taken from the client. */
  boolean endAnnounced();

  /** The time is over that a rule gives what runs. */
  void timeOver();

  void pin(PinReason reason);

  /** Sends an error and closes. */
  void fatal(ServerError error);

  /** An error in the node: the session ends. */
  void failed(Throwable cause);
}
