package dev.heimdall.engine.client;

import dev.heimdall.engine.auth.AuthFailure;
import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.pool.LoginChecks;
import dev.heimdall.engine.pool.PoolKey;
import dev.heimdall.engine.wire.Greeting;
import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * The way of a client from its log-in to its first statement: what it has of the node, its pool,
 * and what it learns of the server. Releases all of that at the end.
 */
public final class SessionStart {
  private final Client client;
  private final StartupVariables given;
  private final StartingClient session;
  private final NodeAccess node;
  private final VdbAccess vdb;
  private final LoopContext loop;
  private final Admission admission;
  private ServerProfiles.Key profileKey;

  /** The profile as it was last looked up: statements ask for it, and others wait for its lock. */
  private Greeting profile;

  private long profileAsOf;
  private CancelKey key;

  /**
   * Time at which the client was welcomed, or began to wait for that, in the loop's nanoseconds.
   */
  private long since;

  /**
   * Values that servers had reported to the client in another process; null for one of this
   * process.
   */
  private Map<String, String> reportedBefore;

  /**
   * @param given the variables that the client asks for
   */
  public SessionStart(
      Client client,
      StartupVariables given,
      StartingClient session,
      NodeAccess node,
      VdbAccess vdb,
      LoopContext loop,
      LoopClients clients) {
    this.client = client;
    this.given = given;
    this.session = session;
    this.node = node;
    this.vdb = vdb;
    this.loop = loop;
    this.admission = new Admission(node, vdb, clients, client);
  }

  public void begin() {
    since = loop.now();
    Login login = client.login();
    ServerError full = admission.acquireSlots();
    if (full != null) {
      session.fatal(full);
      return;
    }
    String database = vdb.serverDatabase(login.database());
    if (database == null) {
      AuthFailure unknown = AuthFailure.unknownDatabase(login.database());
      session.fatal(ServerError.fatal(unknown.sqlState(), unknown.message()));
      return;
    }
    key = admission.register();
    ServerCredential credential = vdb.credentialFor(login.user(), login.own());
    PoolKey pool = new PoolKey(database, credential, login.capabilities());
    session.assign(pool);
    if (login.dedicated()) {
      profiledBy(pool, 0);
      new DedicatedLink(this, session, loop)
          .connect(vdb.pools(), pool, login.request().dedicated(), given.carried().asMap());
      return; // the server decides on a connection that is made for it
    }
    if (vdb.ownRoles()) {
      vdb.pools()
          .logins()
          .check(
              loop,
              pool,
              login.provedAt(),
              decision(revision -> accepted(pool, revision), session::fatal));
    } else {
      accepted(pool, 0);
    }
  }

  /**
   * The client comes from another process, where it was welcomed.
   *
   * @param from its cancel key
   * @param reported what servers had reported to it; may be null
   * @return null, or why it cannot be here; {@link #release} is due all the same
   */
  public ServerError resume(CancelKey from, Map<String, String> reported) {
    since = loop.now();
    Login login = client.login();
    ServerError full = admission.acquireSlots();
    if (full != null) {
      return full;
    }
    String database = vdb.serverDatabase(login.database());
    if (database == null) {
      AuthFailure unknown = AuthFailure.unknownDatabase(login.database());
      return ServerError.fatal(unknown.sqlState(), unknown.message());
    }
    admission.register(from);
    reportedBefore = reported;
    session.assign(
        new PoolKey(database, vdb.credentialFor(login.user(), login.own()), login.capabilities()));
    return null;
  }

  /** True if the client has been here for so long: welcomed, or before that in its log-in. */
  public boolean isHereFor(long nanos) {
    return loop.now() - since >= nanos;
  }

  /** The client's cancel key, for another process. */
  public CancelKey cancelKey() {
    return admission.key();
  }

  /** Values that servers report to sessions like this one; null when they are not known. */
  public Map<String, String> reported() {
    Greeting greeting = profile();
    return greeting == null ? reportedBefore : greeting.reported();
  }

  /**
   * Returns the receiver for the server's decision on the log-in; pooled connections may be older
   * than this decision.
   *
   * @param accepted what follows if it is accepted, by the revision
   */
  private LoginChecks.Outcome decision(LongConsumer accepted, Consumer<ServerError> rejected) {
    return new LoginChecks.Outcome() {
      @Override
      public void accepted(long revision) {
        if (awaited()) {
          LoopContext.guarded(() -> accepted.accept(revision), session::failed);
        }
      }

      @Override
      public void rejected(ServerError why) {
        if (awaited()) {
          rejected.accept(why);
        }
      }

      @Override
      public boolean awaited() {
        return session.awaited();
      }
    };
  }

  private void accepted(PoolKey pool, long revision) {
    profiledBy(pool, revision);
    Greeting greeting = profile();
    if (greeting == null) {
      session.acquireServer();
    } else if (!vdb.pools().logins().checkDatabase(loop, pool, stillThere(pool, greeting))) {
      welcome(greeting);
    }
  }

  /** Returns the receiver for the server's decision on the database of a client that is known. */
  private LoginChecks.Outcome stillThere(PoolKey pool, Greeting greeting) {
    return decision(
        revision -> welcome(greeting),
        why -> {
          vdb.profiles().forget(pool);
          session.fatal(why);
        });
  }

  private void profiledBy(PoolKey pool, long revision) {
    profileKey = new ServerProfiles.Key(pool, revision, given.profiled());
    profileAsOf = -1;
  }

  /** The connection that is made for this session is here. */
  void dedicatedConnected(ServerConnection connection) {
    if (session.closed()) {
      connection.close("its client has disconnected");
      return;
    }
    session.dedicate(connection);
    welcome(connection.reported().greeting());
    session.processDedicated();
  }

  /**
   * Remembers what this server reports to sessions with the same start-up parameters.
   *
   * @param away whether it is a replica, in place of a writer that there is not now
   * @param standby the value that says so
   * @return that, for {@link #welcome}
   */
  public Greeting learn(ServerConnection server, boolean away, String standby) {
    Greeting greeting =
        away ? server.reported().greeting().ofWriter(standby) : server.reported().greeting();
    vdb.profiles().put(profileKey, greeting);
    vdb.learnt(greeting);
    return greeting;
  }

  /** Ends the log-in: the client may send statements. */
  public void welcome(Greeting greeting) {
    ByteBuf out = session.alloc().buffer(512);
    String application = client.applicationName();
    Greeting heard = given.wantsNotices() ? greeting : greeting.silent();
    client
        .login()
        .encoder()
        .welcome(heard.warning(notices()), application == null ? "" : application, key, out);
    key = null;
    since = loop.now();
    session.ready(out);
    node.events().loggedIn(client);
    session.process();
  }

  /** Returns the servers' notices about the client's own values, in its protocol's bytes. */
  private byte[] notices() {
    if (given.notices().isEmpty() || !given.wantsNotices()) {
      return new byte[0];
    }
    ByteBuf out = session.alloc().buffer();
    try {
      given.notices().forEach(notice -> client.login().encoder().notice(notice, out));
      return ByteBufUtil.getBytes(out);
    } finally {
      out.release();
    }
  }

  /** A value that servers report to sessions like this one; null when that is not known. */
  public String reported(String name) {
    Greeting greeting = profile();
    if (greeting != null) {
      return greeting.reported().get(name);
    }
    return reportedBefore == null ? null : reportedBefore.get(name);
  }

  private Greeting profile() {
    long asOf = vdb.profiles().changes();
    if (profileKey != null && profileAsOf != asOf) {
      profile = vdb.profiles().get(profileKey);
      profileAsOf = asOf;
    }
    return profile;
  }

  /**
   * A server has denied the session its database: the next log-in to it asks a server.
   *
   * @return whether its client was welcomed by another process
   */
  public boolean databaseLost() {
    if (profileKey == null) {
      return true;
    }
    vdb.profiles().forget(profileKey.pool());
    return false;
  }

  /** Servers report another value to sessions like this one than when they were asked first. */
  public void reportedOtherwise(String name, String value) {
    Greeting greeting = profile();
    if (greeting != null) {
      Map<String, String> reported = new TreeMap<>(greeting.reported());
      reported.put(name, value);
      vdb.profiles().put(profileKey, new Greeting(reported, greeting.warned(), greeting.said()));
    } else if (reportedBefore != null) {
      reportedBefore = new TreeMap<>(reportedBefore);
      reportedBefore.put(name, value);
    }
  }

  public int processId() {
    return admission.processId();
  }

  /** The client gets an error instead of its welcome. */
  public void failed(ServerError error) {
    Login login = client.login();
    session.logInFailed();
    node.events().refused(vdb.name(), login.address(), login.user(), login.database(), error);
  }

  /** The session ends, and the client is to log in again: its number stays reserved for it. */
  public int keepNumber() {
    return admission.keepNumber();
  }

  /** The session has ended. */
  public void release() {
    admission.release();
  }
}
