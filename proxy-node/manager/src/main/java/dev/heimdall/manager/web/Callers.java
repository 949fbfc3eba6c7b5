package dev.heimdall.manager.web;

import dev.heimdall.model.callers.CallerSlots;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.CyclicTimeouts;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * All connections: each has one of the {@link CallerSlots}, and a deadline for whatever it waits
 * for its client to do. Jetty's own time limit begins anew with every byte, so that a client which
 * sends one now and then would stay.
 */
final class Callers implements Connection.Listener {
  private final Bounds.Connections bounds;
  private final CallerSlots slots;
  private final TrustedProxies proxies;
  private final Deadlines deadlines;
  private final Map<EndPoint, Caller> callers = new ConcurrentHashMap<>();
  private volatile boolean ending;

  Callers(Bounds.Connections bounds, TrustedProxies proxies, Scheduler scheduler) {
    this.bounds = bounds;
    this.proxies = proxies;
    slots = new CallerSlots(bounds.connections(), bounds.ofOneAddress());
    deadlines = new Deadlines(scheduler);
  }

  private enum Phase {
    /** No request is there whole to the end of its headers. */
    HEADERS,
    BODY,
    /** It is carried out. */
    WORK,
    /** The client takes the reply. */
    REPLY
  }

  /** One connection. */
  final class Caller implements CallerSlots.Caller, CyclicTimeouts.Expirable {
    private final EndPoint socket;
    private final InetAddress peer;
    private final boolean proxy;
    private volatile InetAddress from;
    private volatile Phase phase;
    private volatile long deadline;

    private Caller(EndPoint socket, InetAddress from) {
      this.socket = socket;
      this.from = from;
      peer = from;
      proxy = proxies.trusts(from);
    }

    /**
     * A request is there, with its headers.
     *
     * @param forwarded what proxies report of whose it is
     * @return false: its client has no more slots
     */
    boolean serves(List<String> forwarded) {
      if (!proxy) {
        return true;
      }
      InetAddress client = proxies.client(peer, forwarded);
      from = client;
      return slots.move(client, this, proxies.trusts(client));
    }

    /**
     * True if its client has come over TLS, as its proxy reports.
     *
     * @param forwarded the values of the header; each proxy adds its own, and all have to say so
     */
    boolean reportsTls(List<String> forwarded) {
      return proxy && TrustedProxies.isTls(forwarded);
    }

    /** Address of the client whose request, or connection, it serves. */
    InetAddress from() {
      return from;
    }

    private void enter(Phase next, Duration time) {
      phase = next;
      deadline = CyclicTimeouts.Expirable.calcExpireNanoTime(time.toMillis());
      deadlines.schedule(this);
    }

    /** Its body is to come. */
    void body() {
      enter(Phase.BODY, bounds.body());
    }

    /** All of the request is there, or as much of it as is worth waiting for. */
    void work() {
      phase = Phase.WORK;
      deadline = Long.MAX_VALUE;
    }

    /** The reply is being sent. */
    void reply() {
      enter(Phase.REPLY, bounds.reply());
    }

    /** The request is over: others have kept the manager waiting for longer now. */
    void answered() {
      if (proxy) {
        from = peer;
        slots.move(peer, this, true);
      }
      slots.answered(this);
      awaitRequest();
    }

    /** Its next request, unless the manager stops. */
    private void awaitRequest() {
      enter(Phase.HEADERS, bounds.headers());
      if (ending) {
        evict();
      }
    }

    @Override
    public boolean awaited() {
      return phase != Phase.WORK;
    }

    boolean sendsItsBody() {
      return phase == Phase.BODY;
    }

    @Override
    public void evict() {
      socket.close();
    }

    @Override
    public long getExpireNanoTime() {
      return deadline;
    }
  }

  private final class Deadlines extends CyclicTimeouts<Caller> {
    Deadlines(Scheduler scheduler) {
      super(scheduler);
    }

    @Override
    protected Iterator<Caller> iterator() {
      return callers.values().iterator();
    }

    @Override
    protected boolean onExpired(Caller caller) {
      caller.deadline = Long.MAX_VALUE;
      caller.socket.close();
      return false;
    }
  }

  /** TLS is a connection below the one that speaks HTTP; both are one to its client. */
  private static EndPoint socket(EndPoint endPoint) {
    EndPoint below = endPoint;
    while (below instanceof EndPoint.Wrapper wrapper) {
      below = wrapper.unwrap();
    }
    return below;
  }

  @Override
  public void onOpened(Connection connection) {
    EndPoint socket = socket(connection.getEndPoint());
    if (callers.containsKey(socket)) {
      return;
    }
    if (!(socket.getRemoteSocketAddress() instanceof InetSocketAddress remote)) {
      socket.close(); // its client has left already
      return;
    }
    Caller caller = new Caller(socket, remote.getAddress());
    caller.phase = Phase.HEADERS;
    if (!slots.take(caller.peer, caller, caller.proxy)) {
      socket.close();
      return;
    }
    callers.put(socket, caller);
    caller.awaitRequest();
  }

  @Override
  public void onClosed(Connection connection) {
    Caller caller = callers.remove(socket(connection.getEndPoint()));
    if (caller != null) {
      slots.leave(caller);
    }
  }

  /** Returns the user of this connection; empty if it was closed meanwhile. */
  Optional<Caller> of(Connection connection) {
    return Optional.ofNullable(callers.get(socket(connection.getEndPoint())));
  }

  /**
   * Closes those without a request, now and from now on: a stop need not wait for their clients.
   */
  void endIdle() {
    ending = true;
    callers.values().stream()
        .filter(caller -> caller.phase == Phase.HEADERS)
        .forEach(Caller::evict);
  }

  void close() {
    deadlines.destroy();
  }
}
