package dev.heimdall.engine.vdb;

import dev.heimdall.engine.analytics.QueryPatterns;
import dev.heimdall.engine.cache.QueryCache;
import dev.heimdall.engine.cache.far.FarTier;
import dev.heimdall.engine.catalog.DefinitionChanges;
import dev.heimdall.engine.client.VdbAccess;
import dev.heimdall.engine.foreign.ForeignSource;
import dev.heimdall.engine.listen.NoNotifications;
import dev.heimdall.engine.listen.NotificationFormat;
import dev.heimdall.engine.listen.NotificationHubs;
import dev.heimdall.engine.pipeline.RulesAndCatalogues;
import dev.heimdall.engine.pool.VdbPools;
import dev.heimdall.model.CacheSettings;
import dev.heimdall.model.VirtualDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One virtual database at run time: its settings of the moment and what its sessions share. */
public final class VdbContext {
  private final String name;
  private final VdbPools pools;
  private final VdbAccess access;
  private final NotificationHubs hubs;
  private final DefinitionChanges definitions;
  private volatile Settings settings;
  private volatile boolean multiplexes;
  private volatile QueryCache cache;
  private volatile QueryPatterns patterns;
  private volatile boolean sequenceComputed;
  private volatile boolean fixedSettingUsed;

  /**
   * Settings of the virtual database from the configuration.
   *
   * @param access what log-ins go by
   * @param rulesAndCatalogues what statements are judged by
   * @param forwards pools of the sources that rules may send statements to, by the source's name
   * @param foreigners those of them that are of other engines
   * @param far where nodes keep results for each other, where they do
   */
  public record Settings(
      VdbAccess.Settings access,
      RulesAndCatalogues rulesAndCatalogues,
      Map<String, VdbPools> forwards,
      Map<String, ForeignSource> foreigners,
      Optional<FarTier> far) {
    public VirtualDatabase vdb() {
      return access.vdb();
    }
  }

  /**
   * @param notifications empty for a protocol without them
   */
  public VdbContext(
      String name, VdbPools pools, Optional<NotificationFormat> notifications, Settings settings) {
    this.name = name;
    this.pools = pools;
    this.hubs = new NotificationHubs(pools, notifications.orElseGet(NoNotifications::new));
    this.definitions = new DefinitionChanges(settings.rulesAndCatalogues().catalogues());
    this.access = new VdbAccess(name, pools, settings.access());
    update(settings);
  }

  public String name() {
    return name;
  }

  public VdbPools pools() {
    return pools;
  }

  /** Basis of decisions on log-ins. */
  public VdbAccess access() {
    return access;
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

  /** True if connections go back between transactions, where no rule and no pin says otherwise. */
  public boolean multiplexes() {
    return multiplexes;
  }

  /** Takes over new settings; sessions follow at their next statement, log-ins at once. */
  public final void update(Settings next) {
    Settings last = settings;
    this.settings = next;
    this.multiplexes = next.vdb().multiplex();
    if (last != null) {
      definitions.replace(next.rulesAndCatalogues().catalogues());
      if (last.rulesAndCatalogues().rules() != next.rulesAndCatalogues().rules()) {
        last.rulesAndCatalogues().rules().retire();
      }
    }
    access.update(next.access());
    CacheSettings wanted = next.vdb().cache();
    if (cache == null ? wanted.enabled() : !cache.settings().equals(wanted)) {
      cache = wanted.enabled() ? new QueryCache(wanted, next.far()) : null;
    }
    count(next.vdb().analytics());
  }

  private void count(boolean wanted) {
    QueryPatterns now = patterns;
    if (wanted == (now != null)) {
      return;
    }
    patterns = wanted ? new QueryPatterns(name) : null;
    if (now != null) {
      now.close();
    }
  }

  /** No session is to come any more, and nothing is counted for it. */
  public void close() {
    count(false);
  }

  /** Counters of statements by their pattern; null where they are not counted. */
  public QueryPatterns patterns() {
    return patterns;
  }

  /** Cache in which results are kept; null where none are. */
  public QueryCache cache() {
    return cache;
  }

  /** Changes of its definitions. */
  public DefinitionChanges definitions() {
    return definitions;
  }

  public long schemaEpoch() {
    return definitions.current();
  }

  public void schemaChanged(String database) {
    definitions.changed(database);
  }

  /**
   * Notes changed definitions in a database whose functions, triggers, views and other code are as
   * they were.
   */
  public void tablesChanged(String database) {
    definitions.tablesChanged(database);
  }

  /**
   * Notes changed plans; the other consequences of changed definitions follow from {@link Writes}.
   */
  public void plansChanged(String database) {
    definitions.plansChanged(database);
  }

  /** Basis on which statements are judged. */
  public RulesAndCatalogues rulesAndCatalogues() {
    return settings.rulesAndCatalogues;
  }

  /** A statement asked for the last value of a sequence whose name it computes. */
  public void sequenceComputed() {
    sequenceComputed = true;
  }

  /** A session has set something that servers have one value of for good once it was used. */
  public void fixedSettingUsed() {
    fixedSettingUsed = true;
  }

  /**
   * True if to keep no connection that may hold what such a setting allows: the server takes no
   * other value there, not even after the session's state was reset.
   */
  public boolean needsUnusedConnections() {
    return fixedSettingUsed;
  }

  /** True if sessions must not find sequence values of others when they get a connection. */
  public boolean forgetsSequencesFirst() {
    return sequenceComputed;
  }

  /** Hubs that listen for its sessions. */
  public NotificationHubs hubs() {
    return hubs;
  }
}
