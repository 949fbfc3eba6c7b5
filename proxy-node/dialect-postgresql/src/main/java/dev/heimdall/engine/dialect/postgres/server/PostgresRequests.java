package dev.heimdall.engine.dialect.postgres.server;

import dev.heimdall.engine.backend.CancelConnections;
import dev.heimdall.engine.backend.CancelRoute;
import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.LogInHandler;
import dev.heimdall.engine.backend.ReplyOwner;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.ServerDialogue;
import dev.heimdall.engine.backend.ServerRequests;
import dev.heimdall.engine.backend.ServerTarget;
import dev.heimdall.engine.backend.StateChange;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.wire.Greeting;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.postgres.FrontendType;
import dev.heimdall.engine.wire.postgres.PgWriter;
import dev.heimdall.engine.wire.postgres.ReplyQueue;
import dev.heimdall.engine.wire.postgres.TextEncoding;
import dev.heimdall.model.DataSource;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.function.Predicate;

/** Commands of the node itself on a connection to a PostgreSQL server. */
public final class PostgresRequests implements ServerRequests {
  /** A portal that no client has, whose Execute fails. */
  private static final byte[] NO_PORTAL = "hd_unfinished_batch".getBytes(StandardCharsets.US_ASCII);

  /**
   * The first part of what is said outside transactions. Each statement of the node's own states
   * how its transaction runs, as a role or session may have defaults by which it would wait for
   * other sessions (SERIALIZABLE, READ ONLY, DEFERRABLE), or fail on a replica (SERIALIZABLE). SET
   * TRANSACTION would do the same, and leave "session" as the source of both in pg_settings.
   */
  private static final String APART =
      "SET LOCAL transaction_isolation = 'read committed';"
          + "SET LOCAL transaction_deferrable = off;";

  /**
   * Transaction defaults for a statement that must stand alone; settings that are reset then have
   * other defaults.
   */
  private static final String SESSION_APART =
      "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED, NOT DEFERRABLE";

  /** Operators cannot be named with their schema everywhere: the search path is the role's. */
  private static final String BUILT_IN = "SET LOCAL search_path = pg_catalog;";

  /**
   * Query for the identity of the role, and the initial settings of its sessions. A role that was
   * dropped and created again is another one. A session starts as the role that {@code ALTER ROLE …
   * SET role} names only as long as it may set it, and servers before version 17 remember for a
   * session whether it began as a superuser's: neither is seen in the role's settings.
   */
  private static final String ROLE =
      BUILT_IN
          + "SELECT r.oid, r.rolsuper, current_user, (SELECT"
          + " pg_catalog.string_agg(pg_catalog.concat(s.setdatabase, ' ', s.setrole, ' ',"
          + " s.setconfig::pg_catalog.text), ' ' ORDER BY s.setdatabase, s.setrole) FROM"
          + " pg_catalog.pg_db_role_setting s WHERE s.setrole IN (0, r.oid) AND s.setdatabase IN"
          + " (0, (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname ="
          + " pg_catalog.current_database()))) FROM pg_catalog.pg_roles r WHERE r.rolname ="
          + " session_user";

  /**
   * The view shows every role that there is a session, of which database and user, but not always
   * of what kind: those of background workers that are in a database and have a user are few.
   */
  private static final String LIMITS =
      BUILT_IN
          + "SELECT NULL, pg_catalog.current_setting('max_connections')::pg_catalog.int4"
          + " - pg_catalog.current_setting('superuser_reserved_connections')::pg_catalog.int4"
          + " - coalesce(pg_catalog.current_setting('reserved_connections',"
          + " true)::pg_catalog.int4, 0), (SELECT pg_catalog.count(*) FROM"
          + " pg_catalog.pg_stat_activity a WHERE a.datid IS NOT NULL AND a.usesysid IS NOT NULL"
          + " AND coalesce(a.backend_type, 'client backend') = 'client backend')";

  /** Makes a server connection's transaction a failed one, as a lost one is for its client. */
  private static final String FAIL_TRANSACTION =
      "BEGIN ISOLATION LEVEL READ COMMITTED, NOT DEFERRABLE;"
          + " DO 'BEGIN RAISE EXCEPTION ''heimdall: the connection of this transaction was lost'';"
          + " END'";

  /** Would end a connection while it is unused. */
  private static final String IDLE_TIMEOUT = "idle_session_timeout";

  private final ServerConnection connection;
  private final int processId;
  private final byte[] cancelKey;

  private PostgresRequests(ServerConnection connection, int processId, byte[] cancelKey) {
    this.connection = connection;
    this.processId = processId;
    this.cancelKey = cancelKey;
  }

  /**
   * Returns the dialogue with which a connection continues after its log-in.
   *
   * @param processId and its key, which a cancel request has to name
   */
  public static LogInHandler.LoggedIn loggedIn(int processId, byte[] cancelKey, Greeting greeting) {
    return new LogInHandler.LoggedIn(
        processId,
        greeting,
        (connection, replies) ->
            new ServerDialogue(
                new ReplyReader(connection, replies),
                new PostgresRequests(connection, processId, cancelKey)));
  }

  @Override
  public void query(String sql, ReplyOwner owner) {
    ByteBuf out = connection.allocate(sql.length() + 16);
    PgWriter.query(out, sql, TextEncoding.of(connection.reported().values()));
    connection.statements().unnamed(null, 0);
    connection.expect(ReplyQueue.QUERY, owner);
    connection.write(out);
  }

  @Override
  public void queryApart(String sql, ReplyOwner owner) {
    query(APART + sql, owner);
  }

  @Override
  public void probe(ReplyOwner owner) {
    queryApart("SELECT 1", owner);
  }

  @Override
  public boolean describeRole(ReplyOwner owner) {
    queryApart(ROLE, owner);
    return true;
  }

  @Override
  public boolean readLimits(ReplyOwner owner) {
    queryApart(LIMITS, owner);
    return true;
  }

  @Override
  public void readVariables(Collection<String> names, Predicate<String> set, ReplyOwner owner) {
    queryApart(StateStatements.read(names, set), owner);
  }

  @Override
  public boolean readsPins(Collection<PinReason> reasons, boolean named) {
    return StateStatements.PINS.keySet().containsAll(reasons);
  }

  @Override
  public void readPins(Collection<PinReason> reasons, Collection<String> names, ReplyOwner owner) {
    queryApart(StateStatements.readPins(reasons), owner);
  }

  @Override
  public void change(StateChange change, ReplyOwner owner) {
    String statements = StateStatements.of(change);
    if (statements.contains(StateStatements.TAKES_SNAPSHOT)) {
      queryApart(statements, owner);
    } else {
      query(statements, owner);
    }
  }

  @Override
  public void restore(Variables from, Variables wanted, ReplyOwner owner) {
    query(StateStatements.restore(from, wanted), owner);
  }

  @Override
  public Variables restful(Variables applied) {
    return applied.without(IDLE_TIMEOUT);
  }

  @Override
  public String resetCommand() {
    return "DISCARD";
  }

  /** DISCARD ALL leaves random() where a session's seed has put it. */
  @Override
  public void reset(ReplyOwner owner) {
    query(
        SESSION_APART,
        new InternalQuery() {
          @Override
          protected void done(ServerConnection from, ServerError error) {
            // What it is for comes right behind it, and tells how it went.
          }
        });
    query("DISCARD ALL", owner);
  }

  @Override
  public boolean seed(double value, ReplyOwner owner) {
    queryApart("SELECT pg_catalog.setseed(" + value + ")", owner);
    return true;
  }

  @Override
  public void rollBack(ReplyOwner owner) {
    query("ROLLBACK", owner);
  }

  @Override
  public void failTransaction(ReplyOwner owner) {
    query(FAIL_TRANSACTION, owner);
  }

  @Override
  public void endBatch(ReplyOwner owner) {
    // Its client has not ended it, so nothing of it may be committed: an error makes it void.
    ByteBuf out = connection.allocate(64);
    PgWriter.execute(out, NO_PORTAL);
    connection.expect(ReplyQueue.EXECUTE_OURS, owner);
    PgWriter.empty(out, FrontendType.SYNC);
    connection.expect(ReplyQueue.SYNC, owner);
    connection.write(out);
  }

  @Override
  public void failCopy(String reason) {
    ByteBuf out = connection.allocate(32);
    PgWriter.copyFail(out, reason);
    connection.write(out);
    connection.replies().copyInEnded();
  }

  /** By a connection of its own, in TLS where this one is. */
  @Override
  public void cancel(CancelConnections separate, Runnable done) {
    ServerTarget target = connection.target();
    DataSource source = target.source();
    ByteBuf request = connection.allocate(32);
    PgWriter.cancelRequest(request, processId, cancelKey);
    separate.open(
        new PostgresCancel(
            new CancelRoute(
                source.host(),
                source.port(),
                connection.tls() ? target.tls() : null,
                source.tls().mode(),
                source.tls().direct(),
                false),
            request,
            done));
  }

  @Override
  public void terminate(ByteBuf out) {
    PgWriter.empty(out, FrontendType.TERMINATE);
  }
}
