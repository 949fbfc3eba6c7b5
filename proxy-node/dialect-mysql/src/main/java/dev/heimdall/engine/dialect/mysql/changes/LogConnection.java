package dev.heimdall.engine.dialect.mysql.changes;

import com.github.shyiko.mysql.binlog.BinaryLogClient;
import com.github.shyiko.mysql.binlog.network.SSLMode;
import dev.heimdall.engine.net.TlsContexts;
import dev.heimdall.engine.wire.mysql.BinlogPosition;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.ServerAddress;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * The connection over which a server sends its log. The library logs in and asks for it; what comes
 * then is read here, as the library would keep each event in memory whole, a row of a gigabyte too.
 * Used once.
 */
final class LogConnection extends BinaryLogClient implements AutoCloseable {
  /** The server says that it is there when it has nothing else to say. */
  private static final Duration HEARTBEAT = Duration.ofSeconds(1);

  /** A server that is silent for so long is unavailable. */
  private static final Duration SILENCE = HEARTBEAT.multipliedBy(5);

  private static final int BUFFER = 64 << 10;

  /**
   * Logger of the library, whose own messages go to a place that no user reads, beside the node's
   * log; kept here, because unreferenced loggers forget their level.
   */
  private static final Logger LIBRARY = Logger.getLogger("com.github.shyiko.mysql.binlog");

  static {
    LIBRARY.setLevel(Level.OFF);
  }

  private final String server;
  private final EventReader events;
  private final Runnable streaming;
  private final Consumer<LoggedTransaction> transactions;
  private volatile BinlogPosition reached;
  private volatile Socket socket;
  private volatile boolean closed;

  /**
   * @param source a data source of one server
   * @param from where in the log to begin
   * @param layouts by which rows are read
   * @param streaming runs when the first event is there
   * @param transactions take what is committed, in order
   */
  LogConnection(
      DataSource source,
      String user,
      String password,
      ServerStatus from,
      TableLayouts layouts,
      Runnable streaming,
      Consumer<LoggedTransaction> transactions)
      throws IOException {
    super(host(source).host(), host(source).port(), user, password);
    this.streaming = streaming;
    this.transactions = transactions;
    server = from.id();
    events = new EventReader(from.id(), from.file(), from.offset(), layouts);
    reached = from.end();
    setBinlogFilename(from.file());
    setBinlogPosition(from.offset());
    // Two with one number end each other's streams: that of a server, small as a rule, must not be
    // met, nor that of another node.
    setServerId(ThreadLocalRandom.current().nextLong(1L << 31, 1L << 32));
    setHeartbeatInterval(HEARTBEAT.toMillis());
    // To be there again is not enough: what was missed has to count as written first.
    setKeepAlive(false);
    // Else the library closes the connection if this has not returned in time.
    setConnectTimeout(0);
    Duration patience = source.connectTimeout();
    setSocketFactory(() -> socket(patience));
    tls(source);
  }

  private static ServerAddress host(DataSource server) {
    return server.hosts().get(0);
  }

  private void tls(DataSource server) throws IOException {
    Optional<SSLSocketFactory> factory = TlsContexts.forSockets(server.tls());
    if (factory.isEmpty()) {
      return;
    }
    setSSLMode(
        switch (server.tls().mode()) {
          case DISABLE -> SSLMode.DISABLED;
          case PREFER -> SSLMode.PREFERRED;
          // Whom to trust and by what name is up to the sockets.
          case REQUIRE, VERIFY_CA, VERIFY_FULL -> SSLMode.REQUIRED;
        });
    ServerAddress at = host(server);
    setSslSocketFactory(
        plain -> {
          try {
            SSLSocket secure =
                (SSLSocket) factory.get().createSocket(plain, at.host(), at.port(), true);
            TlsContexts.identify(secure, server.tls());
            return secure;
          } catch (IOException e) {
            throw (SocketException) new SocketException(e.getMessage()).initCause(e);
          }
        });
  }

  private Socket socket(Duration patience) throws SocketException {
    Socket made =
        new Socket() {
          @Override
          public void connect(SocketAddress server, int timeout) throws IOException {
            super.connect(server, (int) patience.toMillis());
          }
        };
    made.setSoTimeout((int) SILENCE.toMillis());
    socket = made;
    if (closed) {
      close();
    }
    return made;
  }

  /** The library's last step: does not return, so that it reads nothing itself. */
  @Override
  protected void requestBinaryLogStream() throws IOException {
    if (!server.equals(String.valueOf(getMasterServerId()))) {
      // A name that has begun to lead to another server in between: positions mean nothing there.
      throw new IOException("another server answers than the one before");
    }
    super.requestBinaryLogStream();
    EventPackets packets =
        new EventPackets(
            new BufferedInputStream(channel.getInputStream(), BUFFER), EventReader.LONGEST);
    boolean first = true;
    while (!closed) {
      packets.next();
      if (first) {
        first = false;
        streaming.run();
      }
      events.read(packets.event(), packets.length(), packets.whole()).ifPresent(transactions);
      reached = events.reached();
    }
    throw new IOException("closed");
  }

  /** Up to here transactions were handed on; from any thread. */
  BinlogPosition reached() {
    return reached;
  }

  /** Ends {@link #connect}, from any thread. */
  @Override
  public void close() {
    closed = true;
    Socket open = socket;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        // It is closed, or as good as.
      }
    }
  }
}
