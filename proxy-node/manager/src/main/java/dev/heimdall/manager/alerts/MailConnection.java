package dev.heimdall.manager.alerts;

import dev.heimdall.model.tls.Authorities;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * A connection to a mail server at an address that was looked at before: it ends by itself after a
 * while, whatever the server does, and when the server says more than any has to say.
 */
final class MailConnection implements AutoCloseable {
  private static final long MOST_BYTES = 256 << 10;
  private static final long LARGEST_AUTHORITIES = 1 << 20;
  private static final int MOST_ADDRESSES = 3;
  private static final int CONNECT_MILLIS = 5_000;
  private static final int SILENCE_MILLIS = 10_000;

  private final Socket plain;
  private final Socket socket;
  private final SSLContext tls;
  private final Watched watched;

  /** Known state of a connection that other code uses. */
  private static final class Watched {
    private final AtomicBoolean late = new AtomicBoolean();
    private final AtomicBoolean talkative = new AtomicBoolean();
    private final CompletableFuture<Void> over = new CompletableFuture<>();

    void after(Duration patience, Socket socket) {
      over.orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
          .exceptionally(
              timeout -> {
                late.set(true);
                closed(socket);
                return null;
              });
    }
  }

  private MailConnection(Socket plain, Socket socket, SSLContext tls, Watched watched) {
    this.plain = plain;
    this.socket = socket;
    this.tls = tls;
    this.watched = watched;
  }

  static MailConnection open(EmailTarget target, Duration patience) throws Failed {
    SSLContext tls = context(target);
    List<InetAddress> addresses =
        Reached.addresses(target.host()).stream().limit(MOST_ADDRESSES).toList();
    Failed last = new Failed("no answer: its host has no address", true);
    for (InetAddress address : addresses) {
      Watched watched = new Watched();
      Socket plain = new Bounded(watched);
      watched.after(patience, plain);
      try {
        // With its name, by which certificates are checked: it is not looked up again.
        InetAddress named = InetAddress.getByAddress(target.host(), address.getAddress());
        plain.setSoTimeout(SILENCE_MILLIS);
        plain.setTcpNoDelay(true);
        plain.connect(new InetSocketAddress(named, target.serverPort()), CONNECT_MILLIS);
        return new MailConnection(plain, secured(plain, target, tls), tls, watched);
      } catch (IOException e) {
        watched.over.complete(null);
        closed(plain);
        last = MailFailure.unconnected(target, watched.late.get(), e);
        if (!last.worthAnother()) {
          break;
        }
      }
    }
    throw last;
  }

  private static Socket secured(Socket plain, EmailTarget target, SSLContext tls)
      throws IOException {
    if (target.security() != EmailTarget.Security.TLS) {
      return plain;
    }
    SSLSocket secured =
        (SSLSocket)
            tls.getSocketFactory().createSocket(plain, target.host(), target.serverPort(), true);
    SSLParameters parameters = secured.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    secured.setSSLParameters(parameters);
    secured.startHandshake();
    return secured;
  }

  private static SSLContext context(EmailTarget target) throws Failed {
    try {
      if (target.security() == EmailTarget.Security.NONE || target.caFile().isEmpty()) {
        return SSLContext.getDefault();
      }
      Path file = Path.of(target.caFile().get());
      if (Files.exists(file)
          && !(Files.isRegularFile(file) && Files.size(file) <= LARGEST_AUTHORITIES)) {
        throw new Failed("caFile is no regular file, or has more than 1 MiB", false);
      }
      KeyStore authorities = Authorities.in(file);
      if (authorities.size() == 0) {
        throw new Failed("caFile holds no PEM certificate", false);
      }
      return Authorities.trusted(authorities);
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      // What it says may quote the file.
      throw new Failed(
          "caFile cannot be used on this machine: " + e.getClass().getSimpleName(), false);
    }
  }

  Socket socket() {
    return socket;
  }

  /** TLS context, which determines the trusted certificates. */
  SSLContext tls() {
    return tls;
  }

  /** This machine's own, as SMTP has addresses. */
  String ownAddress() {
    InetAddress own = socket.getLocalAddress();
    String text = own.getHostAddress().replaceFirst("%.*", "");
    return own.getAddress().length == 4 ? "[%s]".formatted(text) : "[IPv6:%s]".formatted(text);
  }

  /** True if it was ended as it took too long. */
  boolean isLate() {
    return watched.late.get();
  }

  /** True if the server has said more than any has to say. */
  boolean isTalkative() {
    return watched.talkative.get();
  }

  @Override
  public void close() {
    watched.over.complete(null);
    closed(plain);
  }

  private static void closed(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is.
    }
  }

  /** Its reader keeps what it has read of a line, however long that is. */
  private static final class Bounded extends Socket {
    private final Watched watched;
    private InputStream in;

    Bounded(Watched watched) {
      this.watched = watched;
    }

    @Override
    public synchronized InputStream getInputStream() throws IOException {
      if (in == null) {
        in = new Counted(super.getInputStream(), watched);
      }
      return in;
    }
  }

  private static final class Counted extends FilterInputStream {
    private final Watched watched;
    private long read;

    Counted(InputStream in, Watched watched) {
      super(in);
      this.watched = watched;
    }

    @Override
    public int read() throws IOException {
      int one = super.read();
      count(one < 0 ? 0 : 1);
      return one;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int some = super.read(bytes, offset, length);
      count(Math.max(0, some));
      return some;
    }

    private void count(int more) throws IOException {
      read += more;
      if (read > MOST_BYTES) {
        watched.talkative.set(true);
        throw new IOException("too much was said");
      }
    }
  }
}
