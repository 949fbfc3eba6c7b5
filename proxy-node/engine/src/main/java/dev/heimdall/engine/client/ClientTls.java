package dev.heimdall.engine.client;

import dev.heimdall.engine.net.HandshakeFraming;
import dev.heimdall.engine.net.HandshakePackets;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiConsumer;
import javax.net.ssl.SSLPeerUnverifiedException;

/** TLS of one client during its log-in. */
final class ClientTls {
  /** As much of the node's own time as a handshake may take. */
  static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(10);

  /** Reason that a connection is closed whose handshake has taken longer. */
  static final String TIMED_OUT =
      "TLS handshake failed: it was not over after " + HANDSHAKE_TIMEOUT.toSeconds() + " s";

  private boolean inUse;
  private byte[] serverEndPoint;

  /** Of a handshake that was not agreed; null for others. */
  private String applicationProtocol;

  /** The client is logged in already, and what protects its connection stays. */
  void stays(boolean protectedBefore) {
    inUse = protectedBefore;
  }

  /** The client has begun a handshake before anything was agreed, for this protocol (ALPN). */
  void demanded(String protocol) {
    applicationProtocol = protocol;
  }

  /** True if the client's connection is in TLS, or about to be. */
  boolean inUse() {
    return inUse;
  }

  /** True if the handshake was not agreed. */
  boolean direct() {
    return applicationProtocol != null;
  }

  /** The binding of SCRAM to the certificate that the client was shown; null for none. */
  byte[] serverEndPoint() {
    return serverEndPoint;
  }

  /**
   * Returns the handler that takes the client's handshake.
   *
   * @param over told how it has ended: with a cause, or with null
   */
  SslHandler begin(
      VdbAccess.Settings settings, ByteBufAllocator alloc, BiConsumer<SslHandler, Throwable> over) {
    SslHandler handler = settings.tls().newHandler(alloc);
    handler.setHandshakeTimeoutMillis(0); // which would count time in which the node did not run
    inUse = true;
    // Of the certificate that this client sees: a reload may put another one in force meanwhile.
    serverEndPoint = settings.tlsServerEndPoint();
    handler.handshakeFuture().addListener(done -> over.accept(handler, done.cause()));
    return handler;
  }

  /**
   * Puts the handler before the log-in's.
   *
   * @param packets in which the handshake travels; empty where it does by itself
   * @param begun what has come of it already
   */
  static void put(
      ChannelHandlerContext login,
      SslHandler handler,
      Optional<HandshakePackets> packets,
      ByteBuf begun) {
    ChannelPipeline pipeline = login.pipeline();
    packets.ifPresent(
        form ->
            pipeline.addBefore(login.name(), "tls-framing", new HandshakeFraming(form, handler)));
    pipeline.addBefore(login.name(), "tls", handler);
    if (begun.isReadable()) {
      give(pipeline.context(packets.isPresent() ? "tls-framing" : "tls"), begun);
    }
  }

  private static void give(ChannelHandlerContext handler, ByteBuf begun) {
    ByteBuf first = handler.alloc().buffer(begun.readableBytes()).writeBytes(begun);
    try {
      ChannelInboundHandler its = (ChannelInboundHandler) handler.handler();
      its.channelRead(handler, first);
      its.channelReadComplete(handler);
    } catch (Exception e) {
      handler.fireExceptionCaught(e);
    }
  }

  /** Reason that a connection cannot be used after such an end of the handshake; null if it can. */
  String problem(SslHandler handler, Throwable failure) {
    if (failure != null) {
      return "TLS handshake failed: " + failure.getMessage();
    }
    return applicationProtocol == null || applicationProtocol.equals(handler.applicationProtocol())
        ? null
        : "direct TLS without the application protocol (ALPN) " + applicationProtocol;
  }

  /** Certificate that the client has shown; null for none. */
  X509Certificate certificate(ChannelPipeline pipeline) {
    SslHandler handler = inUse ? pipeline.get(SslHandler.class) : null;
    if (handler == null) {
      return null;
    }
    try {
      Certificate[] chain = handler.engine().getSession().getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate first ? first : null;
    } catch (SSLPeerUnverifiedException e) {
      return null;
    }
  }
}
