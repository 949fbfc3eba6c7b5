package dev.heimdall.engine.session;

import dev.heimdall.engine.auth.AuthFailure;
import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.pool.LoginChecks;
import dev.heimdall.engine.pool.PoolKey;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.postgres.PgError;
import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;
import java.util.Map;
import java.util.TreeMap;

/**
 * The way of a client from its log-in to its first statement: its places under the limits, its
 * cancel key, its pool, and what it is told of the server. Takes all of that back at the end.
 */
final class SessionStart {
  private final ClientSession session;
  private final NodeContext node;
  private final VdbContext vdb;
  private final LoopContext loop;
  private final LoopSessions sessions;
  private final Places places = new Places();
  private VdbContext.ProfileKey profileKey;
  private int processId;
  private byte[] secret;

  SessionStart(
      ClientSession session,
      NodeContext node,
      VdbContext vdb,
      LoopContext loop,
      LoopSessions sessions) {
    this.session = session;
    this.node = node;
    this.vdb = vdb;
    this.loop = loop;
    this.sessions = sessions;
  }

  void begin() {
    Login login = session.login();
    AuthFailure full = places.take(node, vdb, login.user(), login.database());
    if (full != null) {
      session.fatal(
          new PgError("FATAL", full.sqlState(), full.message(), full.detail(), full.hint()));
      return;
    }
    String database = vdb.serverDatabase(login.database());
    if (database == null) {
      AuthFailure unknown = AuthFailure.unknownDatabase(login.database());
      session.fatal(PgError.fatal(unknown.sqlState(), unknown.message()));
      return;
    }
    secret = node.cancels().newSecret(login.minor() >= 2 ? 32 : 4);
    processId = node.cancels().register(session, secret);
    sessions.add(session);
    ServerCredential credential = vdb.credentialFor(login.user(), login.own());
    PoolKey key = new PoolKey(database, credential);
    session.lease().destinations().settleAt(key);
    if (session.dedicated()) {
      profileKey = profileKey(key, 0);
      new ReplicationLink(session, loop)
          .connect(vdb.pools(), key, login.replication(), session.carried().variables().asMap());
      return; // the server decides on a connection that is made for it
    }
    if (vdb.ownRoles()) {
      vdb.pools().logins().check(loop, key, login.provedAt(), decision(key));
    } else {
      accepted(key, 0);
    }
  }

  /** What the server says of the log-in; pooled connections may be older than its decision. */
  private LoginChecks.Outcome decision(PoolKey key) {
    return new LoginChecks.Outcome() {
      @Override
      public void accepted(long revision) {
        if (awaited()) {
          LoopContext.guarded(() -> SessionStart.this.accepted(key, revision), session::failed);
        }
      }

      @Override
      public void rejected(PgError why) {
        if (awaited()) {
          session.fatal(why);
        }
      }

      @Override
      public boolean awaited() {
        return session.channel().isActive() && !session.end().announced();
      }
    };
  }

  private void accepted(PoolKey key, long revision) {
    profileKey = profileKey(key, revision);
    VdbContext.Profile profile = profile();
    if (profile != null) {
      welcome(profile);
      return;
    }
    session.lease().start();
  }

  private VdbContext.ProfileKey profileKey(PoolKey key, long revision) {
    return new VdbContext.ProfileKey(
        key, revision, session.carried().given().all().without("application_name"));
  }

  /** The connection of a replication session is here. */
  void replicationConnected(ServerConnection connection) {
    if (session.closed()) {
      connection.close("its client is gone");
      return;
    }
    session.lease().dedicate(connection);
    session.carried().pin("replication");
    welcome(new VdbContext.Profile(new TreeMap<>(connection.reported())));
    session.lease().become(ClientSession.State.ACTIVE);
    session.requests().process();
  }

  /** Remembers what this server reports to sessions with the same start-up parameters. */
  VdbContext.Profile learn(ServerConnection server) {
    Map<String, String> reported = new TreeMap<>(server.reported());
    reported.remove("application_name");
    VdbContext.Profile profile = new VdbContext.Profile(reported);
    vdb.profile(profileKey, profile);
    return profile;
  }

  /** Ends the log-in: the client may send statements. */
  void welcome(VdbContext.Profile profile) {
    ByteBuf out = session.channel().alloc().buffer(512);
    PgWriter.authenticationOk(out);
    String application = session.applicationName();
    profile.reported().forEach((name, value) -> PgWriter.parameterStatus(out, name, value));
    PgWriter.parameterStatus(out, "application_name", application == null ? "" : application);
    PgWriter.backendKeyData(out, processId, secret);
    secret = null;
    PgWriter.ready(out, TransactionState.IDLE);
    session.write(out);
    session.lease().become(ClientSession.State.READY);
    session.counters().loggedIn();
    node.events().loggedIn(session);
    session.requests().process();
  }

  private VdbContext.Profile profile() {
    return vdb.profile(profileKey);
  }

  /** The time zone that servers report to sessions like this one; null when that is not known. */
  String reportedTimeZone() {
    VdbContext.Profile profile = profileKey == null ? null : profile();
    return profile == null ? null : profile.reported().get("TimeZone");
  }

  int processId() {
    return processId;
  }

  /** The client gets an error instead of its welcome. */
  void failed(PgError error) {
    Login login = session.login();
    session.counters().loginFailed();
    node.events().refused(vdb.name(), login.address(), login.user(), login.database(), error);
  }

  /** The session has ended. */
  void takeBack() {
    places.giveBack();
    sessions.remove(session);
    if (processId != 0) {
      node.cancels().remove(processId);
    }
  }
}
