package dev.heimdall.engine.boot;

import dev.heimdall.engine.client.ClientLogin;
import dev.heimdall.engine.client.LoopAccess;
import dev.heimdall.engine.dialect.Dialect;
import dev.heimdall.engine.net.ProxyProtocolGate;
import dev.heimdall.engine.net.ReadBuffers;
import dev.heimdall.engine.net.Transport;
import dev.heimdall.engine.observe.EventLog;
import dev.heimdall.engine.session.LoopSessions;
import dev.heimdall.engine.session.NodeContext;
import dev.heimdall.engine.vdb.VdbContext;
import dev.heimdall.model.LimitSettings;
import dev.heimdall.model.VirtualDatabase;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.UnixChannelOption;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

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
  private final List<Channel> channels = new ArrayList<>();
  private int port;

  /** What the clients that come in on one event loop share. */
  private record LoopDoor(LoopAccess access, ClientHandlers handlers) {}

  /**
   * @param dialect what its clients speak
   */
  VdbListener(
      NodeContext node,
      EventLog log,
      VdbContext vdb,
      Dialect dialect,
      ListeningPlace place,
      Transport transport,
      EventLoopGroup loops,
      List<LoopSessions> sessions) {
    this.node = node;
    this.log = log;
    this.vdb = vdb;
    this.dialect = dialect;
    this.place = place;
    port = place instanceof ListeningPlace.Port wanted ? wanted.port() : 0;
    this.transport = transport;
    this.loops = loops;
    this.sessions = sessions;
    sessions.forEach(
        s ->
            byLoop.put(
                s.context().loop(),
                new LoopDoor(
                    new LoopAccess(s.context(), s.metrics()),
                    new ClientHandlers(node, vdb, s, dialect))));
  }

  /** Whether it was made for this place. */
  boolean isFor(ListeningPlace asked) {
    return place.equals(asked);
  }

  /** Whether this one and the other cannot be open at the same time. */
  boolean excludes(VdbListener other) {
    return place instanceof ListeningPlace.UnixSocket mine
        ? other.place instanceof ListeningPlace.UnixSocket theirs
            && mine.path().equals(theirs.path())
        : other.place instanceof ListeningPlace.Port && port == other.port;
  }

  boolean isOpen() {
    return !channels.isEmpty();
  }

  /**
   * Binds; the kernel lets clients in, who wait until {@link #accept()}. After a {@link #close} it
   * takes the port that it had.
   */
  void open() throws StartupException {
    try {
      if (place instanceof ListeningPlace.UnixSocket socket) {
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
      Channel probe = bind(address, false, loops);
      port = ((InetSocketAddress) probe.localAddress()).getPort();
      probe.close().syncUninterruptibly();
      for (LoopSessions loop : sessions) {
        channels.add(bind(address, true, loop.context().loop()));
      }
    } else {
      Channel channel = bind(address, false, loops);
      port = ((InetSocketAddress) channel.localAddress()).getPort();
      channels.add(channel);
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
      channels.add(
          bind(bootstrap(loops).channel(kind), new DomainSocketAddress(socket.path().toString())));
      file.admit(socket.mode());
    }
  }

  /** For whichever kind of channel is set. */
  private ServerBootstrap bootstrap(EventLoopGroup group) {
    LimitSettings limits = vdb.settings().vdb().limits();
    return new ServerBootstrap()
        .group(group)
        .option(ChannelOption.SO_BACKLOG, BACKLOG)
        .option(ChannelOption.AUTO_READ, false)
        .childOption(ChannelOption.RECVBUF_ALLOCATOR, ReadBuffers.ofClients())
        .childOption(
            ChannelOption.WRITE_BUFFER_WATER_MARK,
            new WriteBufferWaterMark((int) limits.writeBufferLow(), (int) limits.writeBufferHigh()))
        .childHandler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {
                accept(channel);
              }
            });
  }

  private static Channel bind(ServerBootstrap bootstrap, SocketAddress address) throws Exception {
    var bound = bootstrap.bind(address).awaitUninterruptibly();
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
    channels.forEach(channel -> channel.config().setAutoRead(true));
  }

  private void accept(Channel channel) {
    LoopDoor loop = byLoop.get(channel.eventLoop());
    VirtualDatabase settings = vdb.settings().vdb();
    ClientLogin login =
        new ClientLogin(
            node.access(), vdb.access(), loop.access(), dialect.clients(), loop.handlers());
    boolean relayed = place instanceof ListeningPlace.Port; // balancers do not come by a socket
    if (relayed && settings.proxyProtocol().enabled()) {
      channel
          .pipeline()
          .addLast("proxy-gate", new ProxyProtocolGate(settings.proxyProtocol(), login));
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
    for (Channel channel : channels) {
      channel.close().syncUninterruptibly();
    }
    if (!channels.isEmpty()) {
      log.node("no longer listening", "virtual database " + vdb.name() + " on " + where());
    }
    channels.clear();
  }
}
