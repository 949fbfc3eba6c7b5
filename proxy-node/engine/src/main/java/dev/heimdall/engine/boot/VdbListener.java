package dev.heimdall.engine.boot;

import dev.heimdall.engine.client.ClientLogin;
import dev.heimdall.engine.client.HandedClient;
import dev.heimdall.engine.client.HandedSession;
import dev.heimdall.engine.client.LogInServices;
import dev.heimdall.engine.client.LoopAccess;
import dev.heimdall.engine.dialect.Dialect;
import dev.heimdall.engine.handover.StateReader;
import dev.heimdall.engine.handover.UnreadableStateException;
import dev.heimdall.engine.net.HandedSockets;
import dev.heimdall.engine.net.ProxyProtocolGate;
import dev.heimdall.engine.net.ReadBuffers;
import dev.heimdall.engine.net.Transport;
import dev.heimdall.engine.observe.EventLog;
import dev.heimdall.engine.session.LoopSessions;
import dev.heimdall.engine.session.NodeContext;
import dev.heimdall.engine.takeover.ArrivingClients;
import dev.heimdall.engine.vdb.VdbContext;
import dev.heimdall.model.LimitSettings;
import dev.heimdall.model.VirtualDatabase;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.FileChannel;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Listens for the clients of one virtual database in one place: on a port, on every loop where the
 * transport can, or on a Unix domain socket, whose clients the loops take in turns.
 */
final class VdbListener {
  private static final int BACKLOG = 1024;

  private final NodeContext node;
  private final EventLog log;
  private final VdbContext vdb;
  private final Dialect dialect;
  private final ListeningPlace place;
  private final Transport transport;
  private final EventLoopGroup loops;
  private final List<LoopSessions> sessions;
  private final Map<Object, LoopDoor> byLoop = new IdentityHashMap<>();
  private final ListeningSockets sockets = new ListeningSockets(BACKLOG);
  private final Inheritance inheritance;

  /** Connections that are open: clients, and those that log in. */
  private final AtomicInteger connections = new AtomicInteger();

  /** The loop of the next client that comes from another process. */
  private final AtomicInteger turn = new AtomicInteger();

  private int port;

  /** Services shared by the clients that come in on one event loop. */
  private record LoopDoor(LogInServices services, ClientHandlers handlers) {}

  /**
   * @param dialect what its clients speak
   * @param inheritance sockets that may be there already
   */
  VdbListener(
      NodeContext node,
      EventLog log,
      VdbContext vdb,
      Dialect dialect,
      ListeningPlace place,
      Transport transport,
      EventLoopGroup loops,
      List<LoopSessions> sessions,
      Inheritance inheritance) {
    this.inheritance = inheritance;
    this.node = node;
    this.log = log;
    this.vdb = vdb;
    this.dialect = dialect;
    this.place = place;
    port = place instanceof ListeningPlace.Port wanted ? wanted.port() : 0;
    this.transport = transport;
    this.loops = loops;
    this.sessions = sessions;
    sessions.forEach(s -> byLoop.put(s.context().loop(), door(s)));
  }

  private LoopDoor door(LoopSessions loop) {
    ClientHandlers handlers = new ClientHandlers(node, vdb, loop, dialect);
    LoopAccess access = new LoopAccess(loop.context(), loop.metrics(), loop.clients());
    return new LoopDoor(
        new LogInServices(node.access(), vdb.access(), access, dialect.clients(), handlers),
        handlers);
  }

  /** True if it was made for this place. */
  boolean isFor(ListeningPlace asked) {
    return place.equals(asked);
  }

  /** True if this one and the other cannot be open at the same time. */
  boolean excludes(VdbListener other) {
    return place instanceof ListeningPlace.UnixSocket mine
        ? other.place instanceof ListeningPlace.UnixSocket theirs
            && mine.path().equals(theirs.path())
        : other.place instanceof ListeningPlace.Port && port == other.port;
  }

  boolean isOpen() {
    return sockets.areOpen();
  }

  /**
   * Binds; the kernel lets clients in, who wait until {@link #accept()}. After a {@link #close} it
   * takes the port that it had.
   */
  void open() throws StartupException {
    try {
      List<FileDescriptor> there = inheritance.take(vdb.name(), place);
      if (!there.isEmpty()) {
        inherit(there);
      } else if (place instanceof ListeningPlace.UnixSocket socket) {
        open(socket);
      } else if (place instanceof ListeningPlace.Port tcp) {
        open(tcp.address());
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    } catch (Exception e) {
      close();
      String what = "virtual database " + vdb.name() + " cannot listen on " + where();
      throw new StartupException(
          e instanceof BindException
              ? what
                  + ": the port is in use. Stop what listens there, or give another port in vdbs/"
                  + vdb.name()
                  + ".json"
              : what + ": " + e.getMessage(),
          e);
    }
  }

  private void open(String address) throws Exception {
    if (transport.reusePort() && sessions.size() > 1) {
      // With SO_REUSEPORT the kernel would let us share a port with a stranger: ask without it
      // first.
      port = free(address);
      for (LoopSessions loop : sessions) {
        sockets.add(bind(address, true, loop.context().loop()));
      }
    } else {
      Channel channel = bind(address, false, loops);
      port = ((InetSocketAddress) channel.localAddress()).getPort();
      sockets.add(channel);
    }
  }

  /** The port, if it is free. A socket that listened would have clients, and reset them. */
  private int free(String address) throws Exception {
    Channel probe =
        opened(
            new Bootstrap()
                .group(loops)
                .channel(transport.socketChannel())
                .option(ChannelOption.SO_REUSEADDR, true)
                .handler(new ChannelInboundHandlerAdapter())
                .register()
                .awaitUninterruptibly());
    try {
      return ((InetSocketAddress)
              opened(probe.bind(new InetSocketAddress(address, port)).awaitUninterruptibly())
                  .localAddress())
          .getPort();
    } finally {
      probe.close().syncUninterruptibly();
    }
  }

  /** Each loop gets one, as another process has had it; clients that wait there stay. */
  private void inherit(List<FileDescriptor> inherited) throws Exception {
    sockets.shared();
    boolean unix = place instanceof ListeningPlace.UnixSocket;
    boolean each = !unix && inherited.size() > 1 && sessions.size() > 1;
    for (int i = 0; i < inherited.size(); i++) {
      FileDescriptor socket = inherited.get(i);
      EventLoopGroup group = each ? sessions.get(i % sessions.size()).context().loop() : loops;
      ServerBootstrap bootstrap =
          bootstrap(group).channelFactory(() -> HandedSockets.listener(socket, unix));
      transport.options(bootstrap);
      sockets.add(opened(bootstrap.register().awaitUninterruptibly()));
    }
    if (!unix) {
      InetSocketAddress at = sockets.address();
      port = at.getPort();
      for (int i = inherited.size(); each && i < sessions.size(); i++) {
        sockets.add(bind(at.getAddress().getHostAddress(), true, sessions.get(i).context().loop()));
      }
    }
  }

  private Channel bind(String address, boolean reusePort, EventLoopGroup group) throws Exception {
    ServerBootstrap bootstrap = bootstrap(group).option(ChannelOption.SO_REUSEADDR, true);
    transport.accept(bootstrap);
    if (reusePort) {
      bootstrap.option(UnixChannelOption.SO_REUSEPORT, true);
    }
    return bind(bootstrap, new InetSocketAddress(address, port));
  }

  private void open(ListeningPlace.UnixSocket socket) throws Exception {
    Class<? extends ServerChannel> kind =
        transport
            .unixSockets()
            .orElseThrow(
                () ->
                    new IOException(
                        "Unix domain sockets need the transport epoll (\"transport\" in node.json),"
                            + " which this node does not run with"));
    SocketFile file = new SocketFile(socket.path());
    try (FileChannel claim = file.claim()) {
      file.makeRoom();
      sockets.add(
          bind(bootstrap(loops).channel(kind), new DomainSocketAddress(socket.path().toString())));
      file.admit(socket.mode());
    }
  }

  /** For whichever kind of channel is set. */
  private ServerBootstrap bootstrap(EventLoopGroup group) {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(group)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.AUTO_READ, false);
    clientOptions().forEach((option, value) -> childOption(bootstrap, option, value));
    return bootstrap.childHandler(
        new ChannelInitializer<>() {
          @Override
          protected void initChannel(Channel channel) {
            accept(channel);
          }
        });
  }

  /** Of whichever kind of channel. */
  private Map<ChannelOption<?>, Object> clientOptions() {
    LimitSettings limits = vdb.settings().vdb().limits();
    return Map.of(
        ChannelOption.RECVBUF_ALLOCATOR,
        ReadBuffers.ofClients(),
        ChannelOption.WRITE_BUFFER_WATER_MARK,
        new WriteBufferWaterMark((int) limits.writeBufferLow(), (int) limits.writeBufferHigh()));
  }

  @SuppressWarnings("unchecked") // the table has each with a value of its own type
  private static void childOption(ServerBootstrap of, ChannelOption<?> option, Object value) {
    of.childOption((ChannelOption<Object>) option, value);
  }

  @SuppressWarnings("unchecked") // the same
  private static void set(Channel of, ChannelOption<?> option, Object value) {
    of.config().setOption((ChannelOption<Object>) option, value);
  }

  private static Channel bind(ServerBootstrap bootstrap, SocketAddress address) throws Exception {
    return opened(bootstrap.bind(address).awaitUninterruptibly());
  }

  private static Channel opened(ChannelFuture bound) throws IOException {
    if (!bound.isSuccess()) {
      Throwable cause = bound.cause();
      throw String.valueOf(cause.getMessage()).contains("in use")
          ? new BindException(cause.getMessage())
          : new IOException(cause.getMessage(), cause);
    }
    return bound.channel();
  }

  /** Lets clients in, those who have come since {@link #open} first. */
  void accept() {
    if (!inheritance.held()) { // else another process accepts them
      sockets.accept();
    }
  }

  /**
   * Lets clients in again: the process that had the sockets, too, has not taken this one's place.
   */
  void takeBack() {
    sockets.takeBack();
  }

  /** No other process has the sockets any more. */
  void alone() {
    sockets.alone();
  }

  /**
   * Accepts no client: another process that has the sockets, too, does.
   *
   * @return done when {@link #connections} has all who were let in
   */
  CompletableFuture<Void> handOver() {
    return sockets.handOver().thenCompose(done -> counted());
  }

  /**
   * Waits until the loops have counted accepted clients: each is passed to a loop, which counts
   * them in turn.
   */
  private CompletableFuture<Void> counted() {
    return CompletableFuture.allOf(
        sessions.stream()
            .map(loop -> CompletableFuture.runAsync(() -> {}, loop.context().loop()))
            .toArray(CompletableFuture[]::new));
  }

  /** Hands its sockets to another process. */
  void handTo(SuccessorLink successor) {
    String name = Inheritance.name(vdb.name(), place);
    sockets.handTo(socket -> successor.listener(name, socket));
  }

  /** Connections that are open. */
  int connections() {
    return connections.get();
  }

  private void counted(Channel channel) {
    connections.incrementAndGet();
    channel.closeFuture().addListener(closed -> connections.decrementAndGet());
  }

  /** A client of another process goes on here. */
  void enter(
      FileDescriptor descriptor,
      boolean unix,
      String peer,
      StateReader state,
      ArrivingClients.Entry entry) {
    LoopSessions loop = sessions.get(Math.floorMod(turn.getAndIncrement(), sessions.size()));
    Channel channel = HandedSockets.connection(descriptor, unix);
    channel.config().setAutoRead(false);
    clientOptions().forEach((option, value) -> set(channel, option, value));
    counted(channel);
    EventLoop on = loop.context().loop();
    // In one task, so that the transport reads nothing before the session is there.
    on.execute(
        () -> on.register(channel).addListener(in -> enter(channel, in, peer, state, entry)));
  }

  private void enter(
      Channel channel,
      Future<?> registered,
      String peer,
      StateReader state,
      ArrivingClients.Entry entry) {
    try {
      if (!registered.isSuccess()) {
        throw new UnreadableStateException("its socket cannot be used here");
      }
      if (!HandedSockets.peer(channel).equals(peer)) {
        throw new UnreadableStateException("its socket is another client's");
      }
      HandedSession session = resumed(channel, state);
      HandedSockets.rest(channel).addListener(out -> entry.taken(session, channel));
    } catch (RuntimeException e) {
      HandedSockets.forget(channel);
      entry.kept(e instanceof UnreadableStateException ? e.getMessage() : e.toString());
    }
  }

  private HandedSession resumed(Channel channel, StateReader state) {
    LoopDoor door = byLoop.get(channel.eventLoop());
    HandedClient client =
        HandedClient.read(door.services(), ClientLogin.again(door.services()), state);
    HandedSession session = door.handlers().handed(client, state, channel);
    channel.pipeline().addLast("session", session);
    session.resume();
    return session;
  }

  private void accept(Channel channel) {
    counted(channel);
    LoopDoor loop = byLoop.get(channel.eventLoop());
    VirtualDatabase settings = vdb.settings().vdb();
    ClientLogin login = new ClientLogin(loop.services());
    boolean relayed = place instanceof ListeningPlace.Port; // balancers do not come by a socket
    if (relayed && settings.proxyProtocol().enabled()) {
      channel
          .pipeline()
          .addLast("proxy-gate", new ProxyProtocolGate(settings.proxyProtocol(), login::begin));
    }
    channel.pipeline().addLast("login", login);
  }

  /** That of its clients; 0 for a Unix domain socket. */
  int port() {
    return port;
  }

  /** For operators. */
  private String where() {
    return place instanceof ListeningPlace.UnixSocket socket
        ? socket.path().toString()
        : ((ListeningPlace.Port) place).address() + ":" + port;
  }

  void close() {
    if (sockets.close()) {
      counted().join();
      log.node("no longer listening", "virtual database " + vdb.name() + " on " + where());
    }
  }
}
