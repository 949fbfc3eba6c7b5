package dev.heimdall.test.tds;

import dev.heimdall.test.fixture.TestCertificate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;

/** A TDS server on a free port of the loopback; see the package. */
public final class TdsServer implements AutoCloseable {
  private static final int FIRST_SPID = 51;
  private static final int MOST_LOGGED = 100_000;
  private static final long LOOK_AFTER_NANOS = 5_000_000;
  private static final long LOOK_EACH_MILLIS = 5;

  private volatile TdsOptions options;
  private final TdsDatabase database;
  private final SSLContext tls = TlsIdentity.of(TestCertificate.localhost());
  private final int port;
  private final ApplicationLocks locks = new ApplicationLocks();
  private final Map<Integer, TdsConnection> connections = new ConcurrentHashMap<>();
  private final Map<Integer, TdsConnection> loggedIn = new ConcurrentHashMap<>();
  private final Map<String, String> changed = new ConcurrentHashMap<>();
  private final Queue<TdsMessage> received = new ConcurrentLinkedQueue<>();
  private final AtomicInteger logged = new AtomicInteger();
  private final AtomicInteger accepted = new AtomicInteger();
  private final AtomicInteger tables = new AtomicInteger();
  private final AtomicLong transactions = new AtomicLong(0x3500000001L);
  private volatile ServerSocket listener;
  private volatile boolean logging = true;
  private volatile boolean reportsTransactions = true;
  private volatile boolean closed;
  private volatile boolean frozen;
  private volatile GroupMember member;
  private volatile long started = System.currentTimeMillis();
  private volatile Throwable lastFailure;
  private volatile Throwable malformed;

  private TdsServer(TdsOptions options) throws IOException, SQLException {
    this.options = options;
    database = new TdsDatabase(options.databases());
    listener = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    port = listener.getLocalPort();
    ServerSocket first = listener;
    thread("accept", () -> accept(first)).start();
    thread("watch", this::watch).start();
  }

  /** Starts one as {@link TdsOptions#standard()} describes it. */
  public static TdsServer start() {
    return start(TdsOptions.standard());
  }

  /** Starts one. */
  public static TdsServer start(TdsOptions options) {
    try {
      return new TdsServer(options);
    } catch (IOException | SQLException e) {
      throw new IllegalStateException("no TDS server for tests", e);
    }
  }

  /** Gives a user another password. */
  public void password(String user, String password) {
    changed.put(user, password);
  }

  /** Its port on 127.0.0.1. */
  public int port() {
    return port;
  }

  /** Messages that came, in the order of their coming; the oldest are dropped at some time. */
  public List<TdsMessage> log() {
    return List.copyOf(received);
  }

  /** Messages of one connection. */
  public List<TdsMessage> log(int connection) {
    return received.stream().filter(message -> message.connection() == connection).toList();
  }

  /** Forgets what came. */
  public void clearLog() {
    received.clear();
    logged.set(0);
  }

  /** Tracked commits take so long from here, between their versions and what is seen of them. */
  public void commitsLate(long millis) {
    database.tracking().late(millis);
  }

  /** Change tracking forgets what is not behind this version. */
  public void cleanUp(String of, long version) {
    database.tracking().cleanUp(of, version);
  }

  /** Log-ins from here on are answered as these options say; its databases stay. */
  public void become(TdsOptions others) {
    options = others;
  }

  /** Under load the log costs more than the server. */
  public void logging(boolean on) {
    logging = on;
  }

  /** Others than SQL Server say nothing of transactions that texts begin and end. */
  public void reportsTransactions(boolean on) {
    reportsTransactions = on;
  }

  boolean reportsTransactions() {
    return reportsTransactions;
  }

  /** Connections that are logged in now. */
  public int connections() {
    return loggedIn.size();
  }

  /** Connections that ever came, log-ins that failed included. */
  public int accepted() {
    return accepted.get();
  }

  /** Ids of the sessions that are logged in now. */
  public List<Integer> spids() {
    return loggedIn.keySet().stream().sorted().toList();
  }

  /** Transactions that a session has open, as its @@TRANCOUNT; -1 without the session. */
  public int openTransactions(int spid) {
    TdsConnection connection = loggedIn.get(spid);
    return connection == null ? -1 : connection.session().transactionCount();
  }

  /** Closes a session's connection; false if there is none. */
  public boolean kill(int spid) {
    TdsConnection connection = loggedIn.get(spid);
    if (connection == null) {
      return false;
    }
    close(connection);
    return true;
  }

  /** Closes the connections of all sessions. */
  public void killAll() {
    loggedIn.values().forEach(TdsServer::close);
  }

  /** The process ends, and whatever it had not committed. Its port is closed. */
  public synchronized void crash() {
    try {
      listener.close();
      frozen = false;
      notifyAll();
      for (TdsConnection connection : connections.values()) {
        close(connection);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts it again, with its data, on its port. */
  public synchronized void restart() {
    try {
      ServerSocket again = new ServerSocket();
      again.setReuseAddress(true);
      again.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
      listener = again;
      started = System.currentTimeMillis();
      thread("accept", () -> accept(again)).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Stands still from here, with open sockets, as a process that is stopped. */
  public void freeze() {
    frozen = true;
  }

  /** Goes on; sessions of a former primary are closed. */
  public synchronized void thaw() {
    frozen = false;
    notifyAll();
    if (member != null && member.role != GroupMember.Role.PRIMARY) {
      disconnect(member);
    }
  }

  public boolean frozen() {
    return frozen;
  }

  public boolean isDown() {
    return listener.isClosed();
  }

  /** Waits where the process stands still. */
  synchronized void awaitThaw() {
    while (frozen) {
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new GroupMember.Lost();
      }
    }
    if (isDown()) {
      throw new GroupMember.Lost();
    }
  }

  /** Is a member of a group from here; null for none. */
  void join(GroupMember of) {
    member = of;
  }

  GroupMember member() {
    return member;
  }

  /** When it was started. */
  long started() {
    return started;
  }

  /** Name of the server, as it calls itself. */
  String name() {
    return member == null ? TokenWriter.SERVER : member.name;
  }

  /** Closes the sessions that use databases of a group, unless the process stands still. */
  void disconnect(GroupMember of) {
    if (!frozen) {
      for (TdsConnection connection : loggedIn.values()) {
        if (of.holds(connection.session().database)) {
          close(connection);
        }
      }
    }
  }

  /** Reason that a message could not be read; null where all could. */
  Throwable malformed() {
    return malformed;
  }

  /** Why a connection ended last, if not by its client's will; for messages of tests. */
  public Throwable lastFailure() {
    return lastFailure;
  }

  private static void close(TdsConnection connection) {
    try {
      TdsSession session = connection.session();
      if (session != null) {
        session.closes();
      }
      connection.close();
      if (session != null) {
        session.cancel();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Thread thread(String name, Runnable work) {
    Thread thread = new Thread(work, "tds-" + name);
    thread.setDaemon(true);
    return thread;
  }

  private void accept(ServerSocket from) {
    while (!from.isClosed()) {
      try {
        Socket socket = from.accept();
        awaitThaw();
        TdsConnection connection = open(socket);
        thread("connection-" + connection.number(), connection).start();
      } catch (IOException e) {
        if (!from.isClosed()) {
          lastFailure = e;
        }
      } catch (GroupMember.Lost e) {
        lastFailure = e;
      }
    }
  }

  private synchronized TdsConnection open(Socket socket) throws IOException {
    int spid = FIRST_SPID;
    while (connections.containsKey(spid)) {
      spid++;
    }
    TdsConnection connection = new TdsConnection(this, accepted.incrementAndGet(), spid, socket);
    connections.put(spid, connection);
    return connection;
  }

  /** Looks for attentions: a blocking socket whose thread runs a statement is read by nobody. */
  private void watch() {
    while (!closed) {
      for (TdsConnection connection : frozen ? List.<TdsConnection>of() : loggedIn.values()) {
        try {
          connection.watch(LOOK_AFTER_NANOS);
        } catch (IOException | TdsProtocolException e) {
          lastFailure = e;
          connection.session().cancel();
        }
      }
      try {
        Thread.sleep(LOOK_EACH_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  TdsOptions options() {
    return options;
  }

  TdsDatabase database() {
    return database;
  }

  SSLContext tls() {
    return tls;
  }

  ApplicationLocks locks() {
    return locks;
  }

  long nextTransaction() {
    return transactions.getAndIncrement();
  }

  int nextTable() {
    return tables.incrementAndGet();
  }

  boolean mayLogIn(Login7 login) {
    String password = changed.getOrDefault(login.user, options.users().get(login.user));
    return password != null && login.hasPassword(password);
  }

  List<TdsSession> sessions() {
    List<TdsSession> sessions = new ArrayList<>();
    loggedIn.values().forEach(connection -> sessions.add(connection.session()));
    return sessions;
  }

  void loggedIn(TdsConnection connection) {
    loggedIn.put(connection.spid(), connection);
  }

  void ended(TdsConnection connection, Throwable failure) {
    lastFailure = failure;
    if (failure instanceof TdsProtocolException) {
      malformed = failure;
    }
    loggedIn.remove(connection.spid());
  }

  void closed(TdsConnection connection) {
    loggedIn.remove(connection.spid());
    connections.remove(connection.spid());
  }

  void received(TdsMessage message) {
    if (logging) {
      received.add(message);
      if (logged.incrementAndGet() > MOST_LOGGED) {
        received.poll();
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      listener.close();
      synchronized (this) {
        frozen = false;
        notifyAll();
      }
      for (TdsConnection connection : connections.values()) {
        connection.close();
      }
      database.close();
    } catch (IOException | SQLException e) {
      throw new IllegalStateException("cannot close a TDS server", e);
    }
  }
}
