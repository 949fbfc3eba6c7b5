package dev.heimdall.engine.boot;

import dev.heimdall.engine.client.ClientLogin;
import dev.heimdall.engine.client.LoopAccess;
import dev.heimdall.engine.dialect.Dialect;
import dev.heimdall.engine.net.ProxyProtocolGate;
import dev.heimdall.engine.net.ReadBuffers;
import dev.heimdall.engine.net.Transport;
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
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.unix.UnixChannelOption;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens for the clients of one virtual database on one port, on every loop where the transport
 * can.
 */
final class VdbListener {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.node");
  private static final int BACKLOG = 1024;

  private final NodeContext node;
  private final VdbContext vdb;
  private final Dialect dialect;
  private final String address;
  private final int wanted;
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
   * @param wanted the port, or 0 for any free one
   */
  VdbListener(
      NodeContext node,
      VdbContext vdb,
      Dialect dialect,
      String address,
      int wanted,
      Transport transport,
      EventLoopGroup loops,
      List<LoopSessions> sessions) {
    this.node = node;
    this.vdb = vdb;
    this.dialect = dialect;
    this.address = address;
    this.wanted = wanted;
    port = wanted;
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

  /** Whether it was made for this address and port. */
  boolean isFor(String askedAddress, int askedPort) {
    return address.equals(askedAddress) && wanted == askedPort;
  }

  boolean isOpen() {
    return !channels.isEmpty();
  }

  /**
   * Binds; the kernel lets clients in, who wait until {@link #accept()}. After a {@link #close} it
   * takes the port that it had.
   */
  void open() throws StartupException {
    boolean everyLoop = transport.reusePort() && sessions.size() > 1;
    try {
      if (everyLoop) {
        // With SO_REUSEPORT the kernel would let us share a port with a stranger: ask without it
        // first.
        Channel probe = bind(new InetSocketAddress(address, port), false, loops);
        port = ((InetSocketAddress) probe.localAddress()).getPort();
        probe.close().syncUninterruptibly();
        for (LoopSessions loop : sessions) {
          channels.add(bind(new InetSocketAddress(address, port), true, loop.context().loop()));
        }
      } else {
        Channel channel = bind(new InetSocketAddress(address, port), false, loops);
        port = ((InetSocketAddress) channel.localAddress()).getPort();
        channels.add(channel);
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    } catch (Exception e) {
      close();
      String what = "virtual database " + vdb.name() + " cannot listen on " + address + ":" + port;
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

  private Channel bind(InetSocketAddress address, boolean reusePort, EventLoopGroup group)
      throws Exception {
    LimitSettings limits = vdb.settings().vdb().limits();
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(group)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .option(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.RECVBUF_ALLOCATOR, ReadBuffers.ofClients())
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(
                    (int) limits.writeBufferLow(), (int) limits.writeBufferHigh()))
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    accept(channel);
                  }
                });
    transport.accept(bootstrap);
    if (reusePort) {
      bootstrap.option(UnixChannelOption.SO_REUSEPORT, true);
    }
    var bound = bootstrap.bind(address).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      Throwable cause = bound.cause();
      throw String.valueOf(cause.getMessage()).contains("in use")
          ? new BindException(cause.getMessage())
          : new java.io.IOException(cause.getMessage(), cause);
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
    if (settings.proxyProtocol().enabled()) {
      channel
          .pipeline()
          .addLast("proxy-gate", new ProxyProtocolGate(settings.proxyProtocol(), login));
    }
    channel.pipeline().addLast("login", login);
  }

  int port() {
    return port;
  }

  void close() {
    for (Channel channel : channels) {
      channel.close().syncUninterruptibly();
    }
    if (!channels.isEmpty()) {
      LOG.info("virtual database {} no longer listens on port {}", vdb.name(), port);
    }
    channels.clear();
  }
}
