package dev.heimdall.engine.client;

import dev.heimdall.engine.auth.Authenticator;
import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.auth.UserDirectory;
import dev.heimdall.engine.auth.UserLookup;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.pool.Limit;
import dev.heimdall.engine.pool.NamedLimits;
import dev.heimdall.engine.pool.PoolKey;
import dev.heimdall.engine.pool.PoolPlan;
import dev.heimdall.engine.pool.VdbPools;
import dev.heimdall.engine.wire.Capabilities;
import dev.heimdall.engine.wire.Greeting;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.model.Credentials;
import dev.heimdall.model.PoolSettings;
import dev.heimdall.model.VirtualDatabase;
import io.netty.handler.ssl.SslContext;
import java.util.Map;
import java.util.function.Consumer;

/**
 * State shared by the log-ins of all clients of one virtual database: who may log in, how many, and
 * as which user they log in to the server.
 */
public final class VdbAccess {
  private final String name;
  private final VdbPools pools;
  private final Limit clients = new Limit(0);
  private final NamedLimits clientsPerUser =
      new NamedLimits(user -> settings().vdb().clients().maxPerUser());
  private final NamedLimits clientsPerDatabase =
      new NamedLimits(database -> settings().vdb().clients().maxPerDatabase());
  private final ServerProfiles profiles = new ServerProfiles();
  private final ApplicationNames applications = new ApplicationNames();
  private final KnownServer server = new KnownServer();
  private volatile Settings settings;

  /**
   * Configuration of log-ins.
   *
   * @param query for users who have no document; null for none
   * @param tls for clients, or null where TLS is off
   * @param tlsServerEndPoint channel-binding data of our certificate, or null
   */
  public record Settings(
      VirtualDatabase vdb,
      Authenticator authenticator,
      UserDirectory users,
      UserLookup query,
      SslContext tls,
      byte[] tlsServerEndPoint) {
    /** Creates settings where all users have a document. */
    public Settings(
        VirtualDatabase vdb,
        Authenticator authenticator,
        UserDirectory users,
        SslContext tls,
        byte[] tlsServerEndPoint) {
      this(vdb, authenticator, users, null, tls, tlsServerEndPoint);
    }
  }

  public VdbAccess(String name, VdbPools pools, Settings settings) {
    this.name = name;
    this.pools = pools;
    update(settings);
  }

  /** Applies new settings to the log-ins that follow. */
  public final void update(Settings next) {
    this.settings = next;
    clients.max(next.vdb().clients().max());
    clientsPerUser.refresh();
    clientsPerDatabase.refresh();
    profiles.clear();
  }

  public String name() {
    return name;
  }

  Settings settings() {
    return settings;
  }

  /** Query for looking up users who have no document; null for none. */
  public UserLookup query() {
    return settings.query();
  }

  VdbPools pools() {
    return pools;
  }

  /**
   * True if clients of this application have server connections of their own, which log in with its
   * name.
   */
  boolean namesApplication(String name, long now) {
    PoolSettings pool = settings.vdb().pool();
    long idle = pool.idleTimeout().isZero() ? Long.MAX_VALUE : pool.idleTimeout().toNanos();
    return applications.take(name, pool.applicationNames(), idle, now);
  }

  /**
   * Forgets what servers have reported to earlier sessions, as it may not hold for those that begin
   * now.
   */
  public void forgetReported() {
    profiles.clear();
  }

  ServerProfiles profiles() {
    return profiles;
  }

  /** Notes what a server has reported about itself to a session. */
  public void learnt(Greeting greeting) {
    server.learnt(greeting);
  }

  /**
   * Finds out what servers say of themselves, by a log-in of the source's own where none has been
   * heard yet.
   *
   * @param known called on the loop, perhaps at once
   * @param unreachable the same when no server can be asked
   */
  void askServer(
      LoopContext loop,
      Capabilities capabilities,
      Consumer<Greeting> known,
      Consumer<ServerError> unreachable) {
    Greeting last = server.last();
    if (last != null) {
      known.accept(last);
      return;
    }
    PoolPlan plan = pools.plan();
    PoolKey key =
        new PoolKey(
            plan.source().database().orElse(""),
            plan.own().orElseGet(() -> ServerCredential.withoutSecret("")),
            capabilities);
    server.ask(pools, key, loop, known, unreachable);
  }

  Limit clients() {
    return clients;
  }

  NamedLimits clientsOfUser() {
    return clientsPerUser;
  }

  NamedLimits clientsOfDatabase() {
    return clientsPerDatabase;
  }

  /** The server's name of a database, or null when this virtual database has none of that name. */
  String serverDatabase(String asked) {
    Map<String, String> names = settings.vdb().databases();
    String mapped = names.get(asked);
    if (mapped == null) {
      mapped = names.get(VirtualDatabase.ANY_DATABASE);
    }
    return VirtualDatabase.ANY_DATABASE.equals(mapped) ? asked : mapped;
  }

  /**
   * As whom sessions of this user log in to the server.
   *
   * @param own what the client proved
   */
  ServerCredential credentialFor(String user, ServerCredential own) {
    return switch (settings.vdb().credentials()) {
      case SOURCE -> pools.plan().own().orElseGet(() -> ServerCredential.withoutSecret(user));
      case USER -> settings.users().serverCredentialOf(user).orElse(own);
      case PASSTHROUGH -> own;
    };
  }

  /** True if sessions log in to the server as a role of their user's own, not as the source's. */
  boolean ownRoles() {
    return settings.vdb().credentials() != Credentials.SOURCE;
  }
}
