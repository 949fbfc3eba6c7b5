package dev.heimdall.engine.session;

import dev.heimdall.engine.pipeline.QueryPath;
import dev.heimdall.engine.session.caching.CachedReads;
import dev.heimdall.engine.session.lease.SessionContext;
import dev.heimdall.engine.session.placement.ReplicaReads;
import dev.heimdall.engine.session.sharing.PipelineSharing;
import dev.heimdall.engine.session.statement.StatementLifecycle;

/** A session's context with the parts that only those of this package know. */
interface ServedSession extends SessionContext {
  /** Reads what the client sends. */
  RequestReader reader();

  RequestFormat requestFormat();

  /** Handler of the client's messages. */
  RequestHandler handler();

  StatementLifecycle lifecycle();

  ReplicaReads reads();

  PipelineSharing pipelines();

  ClientInput input();

  /** The steps of each message. */
  QueryPath path();

  /** Count of the bytes that the node keeps of what the client has sent. */
  HeldInput held();

  CachedReads cached();

  ForeignCalls foreign();

  ConsoleCommands console();

  ReplyStages replies();

  ClientGroups groups();

  SessionControl control();

  LogInRenewal renewal();

  SessionEnd end();
}
