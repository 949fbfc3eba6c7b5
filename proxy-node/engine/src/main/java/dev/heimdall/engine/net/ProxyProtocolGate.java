package dev.heimdall.engine.net;

import dev.heimdall.model.Cidr;
import dev.heimdall.model.ProxyProtocol;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol.AddressFamily;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * PROXY protocol version 2 in front of a client's own bytes: taken from trusted networks, refused
 * from anywhere else. Leaves the pipeline when it has decided.
 */
public final class ProxyProtocolGate extends ByteToMessageDecoder {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.client");
  private static final byte[] SIGNATURE = {
    0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A
  };

  private static final byte[] VERSION_1 = {'P', 'R', 'O', 'X', 'Y', ' '};

  private final ProxyProtocol settings;
  private final Consumer<InetSocketAddress> target;
  private boolean refused;

  /**
   * @param target gets the client's true address before its first byte is read; null if that is the
   *     connection's own
   */
  public ProxyProtocolGate(ProxyProtocol settings, Consumer<InetSocketAddress> target) {
    this.settings = settings;
    this.target = target;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (refused) {
      in.skipBytes(in.readableBytes());
      return;
    }
    int seen = Math.min(in.readableBytes(), SIGNATURE.length);
    boolean signature = true;
    for (int i = 0; i < seen; i++) {
      signature &= in.getByte(in.readerIndex() + i) == SIGNATURE[i];
    }
    if (signature && seen < SIGNATURE.length) {
      return;
    }
    boolean trusted = trusts(ctx);
    if (signature && trusted) {
      ctx.pipeline().addAfter(ctx.name(), "proxy-header", new HAProxyMessageDecoder());
      ctx.pipeline().addAfter("proxy-header", "proxy-address", new Taker());
      ctx.pipeline().remove(this);
    } else if (signature) {
      refuse(ctx, "a PROXY header from an address that proxyProtocol.trusted does not hold");
    } else if (trusted && startsVersion1(in)) {
      refuse(ctx, "PROXY protocol version 1, but only version 2 is taken");
    } else if (trusted && settings.required()) {
      refuse(ctx, "no PROXY header from a load balancer that must send one");
    } else {
      target.accept(null);
      ctx.pipeline().remove(this);
    }
  }

  private boolean trusts(ChannelHandlerContext ctx) {
    if (ctx.channel().remoteAddress() instanceof InetSocketAddress remote) {
      for (Cidr network : settings.trusted()) {
        if (network.contains(remote.getAddress())) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean startsVersion1(ByteBuf in) {
    int seen = Math.min(in.readableBytes(), VERSION_1.length);
    for (int i = 0; i < seen; i++) {
      if (in.getByte(in.readerIndex() + i) != VERSION_1[i]) {
        return false;
      }
    }
    return true;
  }

  private void refuse(ChannelHandlerContext ctx, String why) {
    if (!refused) {
      refused = true;
      LOG.warn("connection from {} closed: {}", ctx.channel().remoteAddress(), why);
    }
    ctx.close();
  }

  /** Takes the decoded header and lets everything behind it pass. */
  private final class Taker extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (!(message instanceof HAProxyMessage header)) {
        ctx.fireChannelRead(message);
        return;
      }
      try {
        // A load balancer's own health check (LOCAL), or a client without an IP address (a Unix
        // socket's), keeps the address that the connection has.
        AddressFamily family = header.proxiedProtocol().addressFamily();
        boolean hasAddress = family == AddressFamily.AF_IPv4 || family == AddressFamily.AF_IPv6;
        boolean told = header.command() == HAProxyCommand.PROXY && hasAddress;
        target.accept(
            told
                ? new InetSocketAddress(
                    InetAddress.getByName(header.sourceAddress()), header.sourcePort())
                : null);
        ctx.pipeline().remove(this);
      } catch (UnknownHostException e) {
        refuse(ctx, "a PROXY header without an address");
      } finally {
        header.release();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      refuse(ctx, "a malformed PROXY header");
    }
  }
}
