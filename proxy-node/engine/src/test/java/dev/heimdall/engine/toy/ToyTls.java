package dev.heimdall.engine.toy;

import dev.heimdall.engine.net.HandshakeFraming;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;

/** A client's side of TLS whose handshake travels inside frames, up to which it asks for TLS. */
final class ToyTls implements AutoCloseable {
  private static final String PASSWORD = "changeit";

  private final EmbeddedChannel client = new EmbeddedChannel();
  private final EmbeddedChannel server;
  private final int piece;
  private final List<Byte> types = new ArrayList<>();

  /**
   * @param piece so many bytes arrive at a time
   */
  ToyTls(EmbeddedChannel server, int piece) throws IOException {
    this.server = server;
    this.piece = piece;
    SslHandler tls =
        SslContextBuilder.forClient()
            .sslProvider(SslProvider.JDK)
            .trustManager(InsecureTrustManagerFactory.INSTANCE)
            .build()
            .newHandler(client.alloc());
    client.pipeline().addLast(new HandshakeFraming(new ToyHandshake(), tls), tls);
  }

  /** What a server shows a certificate by. */
  static SslContext server(Path directory) throws Exception {
    Path store = directory.resolve("toy.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-dname",
                "CN=toy",
                "-storepass",
                PASSWORD,
                "-keystore",
                store.toString())
            .redirectErrorStream(true)
            .start();
    keytool.getInputStream().readAllBytes();
    if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
      throw new IOException("keytool failed");
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray()), PASSWORD.toCharArray());
    return SslContextBuilder.forServer(keys).sslProvider(SslProvider.JDK).build();
  }

  /** Has what both sides have sent arrive, until neither sends any more. */
  void exchange() {
    boolean more = true;
    while (more) {
      client.runPendingTasks();
      server.runPendingTasks();
      more = move(client, server) | move(server, client);
    }
  }

  private boolean move(EmbeddedChannel from, EmbeddedChannel to) {
    ByteBuf all = Unpooled.buffer();
    for (ByteBuf sent = from.readOutbound(); sent != null; sent = from.readOutbound()) {
      all.writeBytes(sent);
      sent.release();
    }
    if (from == server && all.isReadable()) {
      types.add(all.getByte(0));
    }
    boolean any = all.isReadable();
    while (all.isReadable()) {
      to.writeInbound(all.readBytes(Math.min(piece, all.readableBytes())));
    }
    return any;
  }

  /** How each flight of the server's begins. */
  List<Byte> types() {
    return types;
  }

  /** Sends this, encrypted. */
  void send(ByteBuf frame) {
    client.writeOutbound(frame);
    exchange();
  }

  /** What the server has sent, decrypted; the caller's. */
  ByteBuf received() {
    ByteBuf all = Unpooled.buffer();
    for (ByteBuf in = client.readInbound(); in != null; in = client.readInbound()) {
      all.writeBytes(in);
      in.release();
    }
    return all;
  }

  @Override
  public void close() {
    client.finishAndReleaseAll();
  }
}
