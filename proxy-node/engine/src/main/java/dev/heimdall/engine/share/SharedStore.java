package dev.heimdall.engine.share;

import dev.heimdall.model.DataSource;
import dev.heimdall.model.StoreReach;
import dev.heimdall.model.StoreSettings;
import dev.heimdall.routing.threads.DaemonThreads;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The connection of this node to the others, over publish and subscribe of Redis or Valkey. While
 * the store is unavailable nodes are partitioned; when it is back everything goes on by itself.
 */
public final class SharedStore implements AutoCloseable {
  private final StoreSettings settings;
  private final String self;
  private final ClientResources resources;
  private final ScheduledExecutorService beats;
  private final Map<String, Channel> channels = new ConcurrentHashMap<>();
  private final KeyEventsWatch events;
  private final StoreServers servers;
  private final List<ByteLink> bytes = new CopyOnWriteArrayList<>();
  private final StoreLink link;
  private final AtomicInteger joins = new AtomicInteger();

  /**
   * Connects in the background, for as long as it takes.
   *
   * @param settings with at least one server
   * @param node this node's number, which only makes its name readable
   */
  public SharedStore(StoreSettings settings, int node) {
    this(settings, node, StoreNews.NONE);
  }

  /**
   * Creates a store that reports what becomes of it.
   *
   * @param news hears when the store is lost and found
   */
  public SharedStore(StoreSettings settings, int node, StoreNews news) {
    this.settings = settings;
    self = node + "-" + UUID.randomUUID();
    resources = StoreDriver.resources();
    beats = Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("heimdall-store-beat"));
    servers = new StoreServers(settings, resources);
    events = new KeyEventsWatch(new KeyEventsQuestion(servers, settings.prefix()));
    link =
        new StoreLink(
            settings, servers, channels::keySet, this::subscribed, this::heard, this::at, news);
  }

  /** The node is here, or still is. */
  private void at(StoreConnections connections) {
    events.at(connections);
    bytes.forEach(link -> link.at(connections));
  }

  /** At first, and again each time when the connection was lost. */
  private void subscribed(String name) {
    Channel channel = channels.get(name);
    if (channel != null) {
      channel.reopened();
      channel.here();
    }
  }

  private void heard(String name, String text) {
    Channel channel = channels.get(name);
    if (channel != null) {
      channel.heard(text);
    }
  }

  /**
   * Begins to tell and hear of one data source. Nodes must call it by the same name.
   *
   * @param positions gets what others have written
   * @param definitions is told of definitions among it
   */
  public Exchange join(DataSource source, WritePositions positions, Definitions definitions) {
    String name = settings.prefix() + ":writes:" + source.name();
    Duration maxStaleness = source.cluster().lag().maxStaleness();
    Channel channel =
        new Channel(
            self + "." + joins.incrementAndGet(), // messages are counted anew each time
            positions,
            definitions,
            source.cluster().consistency(),
            maxStaleness,
            text -> link.tell(name, text),
            System::nanoTime);
    channels.put(name, channel);
    link.listen(name);
    long pause = Math.max(10, maxStaleness.toMillis() / Channel.BEATS);
    return new Joined(
        name,
        channel,
        settings.reach(source) == StoreReach.REGION,
        beats.scheduleAtFixedRate(channel::beat, pause, pause, TimeUnit.MILLISECONDS));
  }

  /** Number of other nodes that this one hears. Never waits. */
  public int others() {
    return channels.values().stream().mapToInt(Channel::others).max().orElse(0);
  }

  /** State of the store. Never waits. */
  public StoreState state() {
    Optional<StoreConnections> connections = link.connections();
    KeyEventsQuestion.Answer answer =
        connections.map(events::answer).orElse(KeyEventsQuestion.Answer.NONE);
    return new StoreState(
        settings,
        connections.isPresent() ? StoreState.Connection.CONNECTED : StoreState.Connection.AWAY,
        connections.map(found -> StorePrimary.names(found.primaries())).orElse(""),
        link.answerMillis(),
        others(),
        answer.events(),
        answer.detail());
  }

  /**
   * Bytes under keys of the store, at connections of their own. Connects in the background, where
   * this node has found the store.
   *
   * @param keys how all of these keys begin, behind the prefix of the settings; what else begins so
   *     is reported as well
   * @param watcher learns which keys there are, where the store publishes events of its keys
   */
  public ByteStore bytes(String keys, KeyWatcher watcher) {
    ByteLink opened =
        new ByteLink(
            servers, settings.prefix() + ":" + keys + ":", this::mayPublishEvents, watcher);
    bytes.add(opened);
    link.connections().ifPresent(opened::at);
    return opened;
  }

  /**
   * True if the store may publish events; where this is unknown because a server did not answer,
   * tracking keys finds out by itself.
   */
  private boolean mayPublishEvents(StoreConnections connections) {
    KeyEventsQuestion.Answer answer = events.answer(connections);
    return switch (answer.events()) {
      case ON -> true;
      case OFF -> false;
      case UNKNOWN -> !answer.detail().isEmpty();
    };
  }

  /** Leases for the work that one node of the fleet does for all. */
  public LeaderLeases leaderLeases() {
    return new StoreLeaderLeases(link, settings.prefix(), self);
  }

  /** A channel until it is left. */
  private final class Joined implements Exchange {
    private final String name;
    private final Channel channel;
    private final boolean leavesNodesOut;
    private final ScheduledFuture<?> beat;

    Joined(String name, Channel channel, boolean leavesNodesOut, ScheduledFuture<?> beat) {
      this.name = name;
      this.channel = channel;
      this.leavesNodesOut = leavesNodesOut;
      this.beat = beat;
    }

    @Override
    public boolean leavesNodesOut() {
      return leavesNodesOut;
    }

    @Override
    public CompletableFuture<Void> announce(
        Collection<String> tables, boolean others, Redefinition redefinition) {
      return channel.announce(tables, others, redefinition);
    }

    @Override
    public void doubted(Collection<String> tables, boolean others) {
      channel.doubted(tables, others);
    }

    @Override
    public HeardMessages heardSoFar() {
      return channel.heardSoFar();
    }

    @Override
    public OptionalLong notedBefore(HeardMessages heard) {
      return channel.notedBefore(heard);
    }

    @Override
    public ChangeInProgress changing(String database) {
      return channel.changing(database);
    }

    @Override
    public void free(String database) {
      channel.free(database);
    }

    @Override
    public void sessionDefaultsChanged() {
      channel.sessionDefaultsChanged();
    }

    @Override
    public boolean connectedToPeers() {
      return channel.connectedToPeers();
    }

    @Override
    public void close() {
      beat.cancel(false);
      channel.close();
      if (channels.remove(name, channel)) {
        link.leave(name);
      }
    }
  }

  /** Leaves the store; exchanges should be closed before. May take a moment. */
  @Override
  public void close() {
    beats.shutdownNow();
    link.close();
    bytes.forEach(ByteLink::close);
    events.close();
    // What the driver still has to do needs its loops.
    CompletableFuture.allOf(bytes.stream().map(ByteLink::ended).toArray(CompletableFuture[]::new))
        .completeOnTimeout(null, StoreDriver.PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
        .exceptionally(failure -> null)
        .join();
    StoreDriver.end(resources);
  }
}
