package dev.heimdall.engine.session;

import dev.heimdall.engine.auth.Authenticator;
import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.auth.UserDirectory;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.engine.foreign.ForeignSource;
import dev.heimdall.engine.listen.NotificationHubs;
import dev.heimdall.engine.pipeline.Surroundings;
import dev.heimdall.engine.pool.Limit;
import dev.heimdall.engine.pool.NamedLimits;
import dev.heimdall.engine.pool.PoolKey;
import dev.heimdall.engine.pool.VdbPools;
import dev.heimdall.model.Credentials;
import dev.heimdall.model.VirtualDatabase;
import io.netty.handler.ssl.SslContext;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** One virtual database at run time: its settings of the moment and what its sessions share. */
public final class VdbContext {
  private static final int MAX_PROFILES = 1000;

  private final String name;
  private final VdbPools pools;
  private final Limit clients = new Limit(0);
  private final NamedLimits clientsPerUser =
      new NamedLimits(user -> settings().vdb().clients().maxPerUser());
  private final NamedLimits clientsPerDatabase =
      new NamedLimits(database -> settings().vdb().clients().maxPerDatabase());
  private final NotificationHubs hubs;
  private final AtomicLong schemaEpoch = new AtomicLong();
  private final Map<ProfileKey, Profile> profiles =
      Collections.synchronizedMap(
          new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<ProfileKey, Profile> eldest) {
              return size() > MAX_PROFILES;
            }
          });
  private volatile Settings settings;
  private volatile boolean sequenceComputed;

  /**
   * What the configuration says of it.
   *
   * @param tls for clients, or null where TLS is off
   * @param tlsServerEndPoint channel-binding data of our certificate, or null
   * @param surroundings what statements are judged by
   * @param forwards pools of the sources that rules may send statements to, by the source's name
   * @param foreigners those of them that are of other engines
   */
  public record Settings(
      VirtualDatabase vdb,
      Authenticator authenticator,
      UserDirectory users,
      SslContext tls,
      byte[] tlsServerEndPoint,
      Surroundings surroundings,
      Map<String, VdbPools> forwards,
      Map<String, ForeignSource> foreigners) {}

  /**
   * Start-up parameters (but application_name, which varies freely) that sessions of a pool ask
   * for.
   *
   * @param revision of what the role's sessions start with
   */
  record ProfileKey(PoolKey pool, long revision, Variables variables) {}

  /**
   * What a server reported to a session with those start-up parameters, in the server's spelling.
   */
  record Profile(Map<String, String> reported) {}

  public VdbContext(String name, VdbPools pools, Settings settings) {
    this.name = name;
    this.pools = pools;
    this.hubs = new NotificationHubs(pools);
    update(settings);
  }

  public String name() {
    return name;
  }

  public VdbPools pools() {
    return pools;
  }

  /** Its own pools and those of the sources that rules may send statements to. */
  public List<VdbPools> allPools() {
    List<VdbPools> all = new ArrayList<>(settings.forwards().values());
    all.add(0, pools);
    return all;
  }

  public Settings settings() {
    return settings;
  }

  /** Takes over new settings; sessions follow at their next statement, log-ins at once. */
  public final void update(Settings next) {
    Settings last = settings;
    this.settings = next;
    if (last != null) {
      // The epoch never goes back: what other catalogues noticed is counted from zero.
      schemaEpoch.addAndGet(1 + last.surroundings().catalogues().changesUntold());
      if (last.surroundings().rules() != next.surroundings().rules()) {
        last.surroundings().rules().retire();
      }
    }
    clients.max(next.vdb().clients().max());
    clientsPerUser.refresh();
    clientsPerDatabase.refresh();
    profiles.clear();
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

  /** Whether sessions log in to the server as a role of their user's own, not as the source's. */
  boolean ownRoles() {
    return settings.vdb().credentials() != Credentials.SOURCE;
  }

  /** Grows with each change of tables that was seen; plans made before are not handed out anew. */
  long schemaEpoch() {
    return schemaEpoch.get() + settings.surroundings().catalogues().changesUntold();
  }

  /** Definitions of a database were, or may have been, changed. */
  void schemaChanged(String database) {
    schemaEpoch.incrementAndGet();
    settings.surroundings().catalogues().changed(database);
  }

  /**
   * Plans of statements may not fit any more. What else follows from changed definitions follows
   * from {@link Writes}.
   */
  void plansChanged(String database) {
    schemaEpoch.incrementAndGet();
    settings.surroundings().catalogues().suspected(database);
  }

  /** Code ran that nobody has read: the catalogue is to find out what it has defined. */
  void definitionsSuspected(String database) {
    settings.surroundings().catalogues().suspected(database);
  }

  /**
   * Whether what was told of statements by a catalogue still holds.
   *
   * @param edition of the catalogue of this database by which it was told; null for none
   */
  boolean judges(String database, Catalogue.Edition edition) {
    Catalogue now = settings.surroundings().catalogues().current(database);
    return now.confirmed() && now.edition() == edition;
  }

  /** What statements are judged by. */
  Surroundings surroundings() {
    return settings.surroundings();
  }

  /** A statement asked for the last value of a sequence whose name it computes. */
  void sequenceComputed() {
    sequenceComputed = true;
  }

  /** Whether sessions must not find sequence values of others when they get a connection. */
  boolean forgetsSequencesFirst() {
    return sequenceComputed;
  }

  /** What listens for its sessions. */
  public NotificationHubs hubs() {
    return hubs;
  }

  Profile profile(ProfileKey key) {
    return profiles.get(key);
  }

  void profile(ProfileKey key, Profile profile) {
    profiles.put(key, profile);
  }
}
