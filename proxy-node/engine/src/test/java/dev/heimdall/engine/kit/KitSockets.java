package dev.heimdall.engine.kit;

import dev.heimdall.engine.net.Sockets;
import io.netty.bootstrap.AbstractBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Map;

/** Servers by the names of their hosts, the first for all that have none here. */
record KitSockets(LocalAddress server, Map<String, LocalAddress> others, ByteBufAllocator buffers)
    implements Sockets {
  @Override
  public Class<? extends Channel> socketChannel() {
    return LocalChannel.class;
  }

  @Override
  public void watch(AbstractBootstrap<?, ?> bootstrap, Duration idle, Duration userTimeout) {
    bootstrap.option(ChannelOption.ALLOCATOR, buffers);
  }

  @Override
  public SocketAddress address(String host, int port) {
    return others.getOrDefault(host, server);
  }
}
