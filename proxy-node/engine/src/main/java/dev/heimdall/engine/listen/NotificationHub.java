package dev.heimdall.engine.listen;

import dev.heimdall.engine.backend.ConnectFailure;
import dev.heimdall.engine.backend.ConnectionKeeper;
import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ReplyOwner;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.ServerConnector;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.pool.PoolKey;
import dev.heimdall.engine.pool.VdbPools;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One server connection that listens for all sessions of a pool, so that LISTEN does not pin them.
 * Its state belongs to one event loop; sessions of any loop ask by {@link #listen}. When the
 * connection is lost it is made anew; what was notified in between is lost, which its sessions
 * learn, as any client of PostgreSQL that loses its connection.
 */
final class NotificationHub implements ConnectionKeeper, ReplyOwner, LoopContext.Flushable {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.server");
  private static final long RETRY_MILLIS = 500;
  private static final int MAX_MESSAGE = 1 << 20;
  private static final String UNUSED = "no client listens any more";

  private final VdbPools pools;
  private final NotificationFormat format;
  private final Senders senders;
  private final PoolKey key;
  private final LoopContext loop;
  private final Map<String, Set<Listening>> listeners = new HashMap<>();
  private final Set<String> confirmed = new HashSet<>();
  private final Map<String, Set<Consumer<ServerError>>> waiting = new HashMap<>();

  /** The LISTEN of each channel that was sent last and is not answered. */
  private final Map<String, InternalQuery> listens = new HashMap<>();

  /** Notifications that the server has sent in one event, each session's delivered at once. */
  private final Map<Listening, List<Notification>> heard = new LinkedHashMap<>();

  /** Callers that wait for the round trip that begins next. */
  private final List<Runnable> waitingForAll = new ArrayList<>();

  private boolean roundTrip;

  private ServerConnection connection;
  private boolean connecting;

  /** True if the last attempt failed because credentials are being changed, and the first. */
  private boolean withheld;

  private long withheldSince;
  private ByteBuf partial;

  NotificationHub(
      VdbPools pools, NotificationFormat format, Senders senders, PoolKey key, LoopContext loop) {
    this.pools = pools;
    this.format = format;
    this.senders = senders;
    this.key = key;
    this.loop = loop;
  }

  /** The loop to which its state belongs. */
  LoopContext loop() {
    return loop;
  }

  /** The connection that listens, or null when there is none; call on the loop. */
  ServerConnection connection() {
    return connection;
  }

  /**
   * Begins to deliver to the session what is notified on the channels; callable from any thread.
   *
   * @param done called, on the hub's loop, when the server listens (null) or why it does not
   */
  void listen(Listening listener, Set<String> channels, Consumer<ServerError> done) {
    loop.loop().execute(() -> inEvent(() -> listenNow(listener, channels, done)));
  }

  private void listenNow(Listening listener, Set<String> channels, Consumer<ServerError> done) {
    Set<String> missing = new LinkedHashSet<>(channels);
    for (String channel : channels) {
      listeners.computeIfAbsent(channel, c -> new HashSet<>()).add(listener);
    }
    missing.removeAll(confirmed);
    if (missing.isEmpty()) {
      done.accept(null);
      return;
    }
    int[] left = {missing.size()};
    boolean[] heard = {false};
    for (String channel : missing) {
      waiting
          .computeIfAbsent(channel, c -> new LinkedHashSet<>())
          .add(
              error -> {
                left[0]--;
                if (!heard[0] && (error != null || left[0] == 0)) {
                  heard[0] = true;
                  done.accept(error);
                }
              });
      if (connection != null) {
        sendListen(channel);
      }
    }
    connect();
  }

  /** Stops delivering to the session; null stands for all channels. Callable from any thread. */
  void unlisten(Listening listener, String channel) {
    loop.loop()
        .execute(
            () ->
                inEvent(
                    () -> {
                      if (channel != null) {
                        leave(listener, channel);
                      } else {
                        Set.copyOf(listeners.keySet()).forEach(each -> leave(listener, each));
                      }
                      if (listeners.isEmpty() && connection != null) {
                        connection.close(UNUSED);
                      }
                    }));
  }

  /**
   * Calls back when sessions have all that was committed before this; at once when there is no
   * connection that could have it. A server signals those who listen before it says that a
   * transaction is committed, so what it sends until it answers a statement behind that has it.
   * Callable from any thread.
   *
   * @param then on the hub's loop
   */
  void afterAll(Runnable then) {
    loop.loop().execute(() -> inEvent(() -> afterAllNow(then)));
  }

  private void afterAllNow(Runnable then) {
    if (connection == null || connection.closed()) {
      then.run();
      return;
    }
    waitingForAll.add(then);
    if (!roundTrip) {
      beginRoundTrip();
    }
  }

  private void beginRoundTrip() {
    List<Runnable> those = List.copyOf(waitingForAll);
    waitingForAll.clear();
    roundTrip = true;
    connection.query(
        "",
        new Quiet() {
          @Override
          protected void done(ServerConnection from, ServerError error) {
            roundTrip = false;
            flushNow();
            those.forEach(Runnable::run);
            if (connection == null || from.closed()) {
              waitingForAll.forEach(Runnable::run);
              waitingForAll.clear();
            } else if (!waitingForAll.isEmpty()) {
              beginRoundTrip();
            }
          }
        });
  }

  private void leave(Listening listener, String channel) {
    Set<Listening> those = listeners.get(channel);
    if (those != null && those.remove(listener) && those.isEmpty()) {
      listeners.remove(channel);
      waiting.remove(channel); // of sessions that have left
      if (confirmed.remove(channel) && connection != null) {
        sendUnlisten(connection, channel);
      }
    }
  }

  private void connect() {
    if (connection != null || connecting || listeners.isEmpty()) {
      return;
    }
    connecting = true;
    pools.connect(
        loop,
        key,
        format.parameters(),
        1,
        this,
        new ServerConnector.Handler() {
          @Override
          public void connected(ServerConnection made) {
            inEvent(
                () -> {
                  connecting = false;
                  withheld = false;
                  connection = made;
                  made.hold(NotificationHub.this);
                  if (listeners.isEmpty()) {
                    made.close(UNUSED); // they have left meanwhile
                  }
                  listeners.keySet().forEach(channel -> sendListen(channel));
                });
          }

          @Override
          public void failed(ConnectFailure failure) {
            connecting = false;
            LOG.warn("cannot listen for notifications: {}", failure.error().message());
            if (!mayPass(failure)) {
              refuseWaiting(failure.error());
            }
            reconnectLater();
          }
        });
  }

  /** True if it is too early to fail those who wait: credentials are being changed. */
  private boolean mayPass(ConnectFailure failure) {
    long now = loop.nanoTime();
    if (!withheld && failure.withheld()) {
      withheldSince = now;
    }
    withheld = failure.withheld();
    return withheld
        && now - withheldSince < pools.plan().source().credentials().patience().toNanos();
  }

  private void refuseWaiting(ServerError error) {
    Map<String, Set<Consumer<ServerError>>> refused = Map.copyOf(waiting);
    waiting.clear();
    refused.values().forEach(those -> those.forEach(done -> done.accept(error)));
  }

  private void sendListen(String channel) {
    Quiet listen =
        new Quiet() {
          @Override
          protected void done(ServerConnection from, ServerError error) {
            if (!listens.remove(channel, this)) {
              return; // another one was sent behind it
            }
            if (error == null && listeners.containsKey(channel)) {
              confirmed.add(channel);
            } else if (error == null) {
              sendUnlisten(from, channel); // everybody has left meanwhile
            }
            Set<Consumer<ServerError>> those = waiting.remove(channel);
            if (those != null) {
              those.forEach(each -> each.accept(error));
            } else if (error != null && !from.closed() && listeners.containsKey(channel)) {
              from.end()
                  .closeForState("LISTEN", error); // it is made anew, and they are listened for
            }
          }
        };
    listens.put(channel, listen);
    connection.query(format.listen(channel), listen);
  }

  private void sendUnlisten(ServerConnection to, String channel) {
    to.query(
        format.unlisten(channel),
        new Quiet() {
          @Override
          protected void done(ServerConnection from, ServerError error) {
            if (error != null && !from.closed()) {
              from.end().closeForState("UNLISTEN", error);
            }
          }
        });
  }

  /** A statement of the hub's own; a notification may come among its replies. */
  private abstract class Quiet extends InternalQuery {
    @Override
    public boolean takesNotifications() {
      return true;
    }

    @Override
    protected void notified(ServerConnection from, ByteBuf messages) {
      take(messages);
    }
  }

  private void reconnectLater() {
    if (!listeners.isEmpty()) {
      loop.loop().schedule(() -> inEvent(this::connect), RETRY_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void inEvent(Runnable work) {
    loop.inEvent(work, this::failed);
  }

  /** The connection is made anew: what the hub knows of it may be wrong. */
  @Override
  public void failed(Throwable cause) {
    LOG.error("listening for the clients of a pool met an error in the node", cause);
    if (connection != null) {
      connection.close("error in the node: " + cause);
    }
  }

  // ---- what the server sends

  @Override
  public void reply(ServerConnection from, ByteBuf consumed) {
    try {
      take(consumed);
    } finally {
      consumed.release();
    }
  }

  /** Notifications among whatever else the server says; a message may come in pieces. */
  private void take(ByteBuf bytes) {
    ByteBuf all = bytes;
    if (partial != null) {
      partial.writeBytes(bytes);
      all = partial;
    }
    boolean first = heard.isEmpty();
    format.read(all, this::hear);
    if (first && !heard.isEmpty()) {
      loop.flushLater(this);
    }
    keep(all);
  }

  /** Sessions hear what the server has sent. */
  @Override
  public void flushNow() {
    heard.forEach(Listening::notified);
    heard.clear();
  }

  private void keep(ByteBuf rest) {
    ByteBuf kept = null;
    if (rest.isReadable() && rest.readableBytes() < MAX_MESSAGE) {
      kept = Unpooled.buffer(rest.readableBytes() + 256);
      kept.writeBytes(rest, rest.readerIndex(), rest.readableBytes());
    }
    partial = kept;
  }

  private void hear(int processId, String channel, String payload) {
    Set<Listening> those = listeners.get(channel);
    if (those != null) {
      Notification notification = new Notification(senders.of(processId), channel, payload);
      those.forEach(
          listener -> heard.computeIfAbsent(listener, l -> new ArrayList<>(1)).add(notification));
    }
  }

  @Override
  public void serverClosed(ServerConnection closed) {
    pools.closed(closed);
    if (connection == closed) {
      connection = null;
      Set<Listening> missing = new HashSet<>();
      confirmed.forEach(channel -> missing.addAll(listeners.getOrDefault(channel, Set.of())));
      confirmed.clear();
      listens.clear();
      partial = null;
      refuseWaiting(
          ServerError.connectionFailure("the connection to the database server was lost"));
      if (!listeners.isEmpty()) {
        LOG.warn(
            "the connection that listens for notifications was lost; it is made anew, and {} clients"
                + " may have missed notifications",
            missing.size());
      }
      missing.forEach(Listening::missed);
      reconnectLater();
    }
  }

  @Override
  public void cancelsDone(ServerConnection done) {}

  @Override
  public boolean takesNotifications() {
    return true;
  }

  @Override
  public String inClientsNames(String text) {
    return text;
  }

  @Override
  public void knownReply(ServerConnection from, byte kind) {}

  @Override
  public void copyInStarted(ServerConnection from, int ignoredSyncs) {}

  @Override
  public void parameterChanged(ServerConnection from, String name, String value) {}

  @Override
  public void groupComplete(ServerConnection from, TransactionState status, ServerError error) {}

  @Override
  public void connectionLost(ServerConnection from, ServerError lastError) {}

  @Override
  public void serverWritable(ServerConnection from) {}
}
