package dev.heimdall.test.tds;

import java.io.IOException;
import java.net.Socket;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;

/** One connection: log-in, then one request after another on its own thread. */
final class TdsConnection implements Runnable, AutoCloseable {
  private static final int SMALLEST_PACKET = 512;
  private static final int LARGEST_PACKET = 32767;
  private static final int TRANSACTION_HEADER = 2;

  private final TdsServer server;
  private final int number;
  private final int spid;
  private final Socket socket;
  private final TdsTransport transport;
  private TdsSession session;
  private Interpreter interpreter;
  private SessionStates states;
  private ReplyWriter out;
  private TokenWriter tokens;
  private volatile long busySince;

  TdsConnection(TdsServer server, int number, int spid, Socket socket) throws IOException {
    this.server = server;
    this.number = number;
    this.spid = spid;
    this.socket = socket;
    this.transport = new TdsTransport(socket);
  }

  int number() {
    return number;
  }

  int spid() {
    return spid;
  }

  TdsSession session() {
    return session;
  }

  @Override
  public void run() {
    try (transport) {
      if (logIn()) {
        RowCapture.OF_SESSION.set(session.changes());
        serve();
      }
    } catch (TdsSession.ResetRefused e) {
      // SQL Server closes the connection, too.
      server.ended(this, e);
    } catch (IOException | SQLException | RuntimeException | Error e) {
      server.ended(this, e);
    } finally {
      if (session != null) {
        session.close();
      }
      server.closed(this);
    }
  }

  // Log-in

  private boolean logIn() throws IOException, SQLException {
    int first = transport.firstByte();
    boolean strict = first == PacketType.TLS_RECORD;
    if (strict) {
      transport.startTlsFirst(server.tls());
    }
    out = new ReplyWriter(transport.out(), 4096, 0, server::awaitThaw);
    TdsTransport.Incoming message = transport.read();
    boolean encrypted = strict;
    boolean loginOnly = false;
    if (message != null && message.type() == PacketType.PRELOGIN) {
      log(message, 0, "");
      Prelogin prelogin = Prelogin.read(message.body());
      TdsEncryption answer = server.options().encryption().answer(prelogin.encryption());
      out.bytes(prelogin.answer(strict ? TdsEncryption.ON : answer)).finish();
      if (!strict && answer != TdsEncryption.NOT_SUPPORTED) {
        if (prelogin.encryption() == TdsEncryption.NOT_SUPPORTED.ordinal()) {
          return false;
        }
        transport.startTlsInside(server.tls());
        loginOnly = answer == TdsEncryption.OFF;
        encrypted = !loginOnly;
      }
      message = transport.read();
    } else if (message != null && server.options().encryption() == TdsEncryption.REQUIRED) {
      return false;
    }
    if (message == null || message.type() != PacketType.LOGIN7) {
      return false;
    }
    Login7 login = new Login7(message.body());
    login.encrypted = encrypted;
    log(message, 0, login.toString());
    if (loginOnly) {
      transport.endTls();
    }
    return accept(login, strict);
  }

  private boolean accept(Login7 login, boolean strict) throws SQLException {
    int version = strict ? TdsOptions.TDS_80 : version(login.version);
    out = new ReplyWriter(transport.out(), 4096, spid, server::awaitThaw);
    tokens = new TokenWriter(out, version);
    boolean stays = server.options().routesReadersAlone() && !login.readOnly;
    String route = stays ? null : server.options().routeTo();
    String database = login.database.isEmpty() ? "master" : login.database.toLowerCase(Locale.ROOT);
    if (login.integrated || !server.mayLogIn(login)) {
      return refuse(18456, 14, "Login failed for user '" + login.user + "'.");
    }
    if (!server.database().exists(database)) {
      tokens.error(
          SqlError.of(
              4060,
              11,
              "Cannot open database \""
                  + login.database
                  + "\" requested by the login. The login failed."));
      return refuse(18456, 14, "Login failed for user '" + login.user + "'.");
    }
    SqlError closed =
        server.member() == null ? null : server.member().refusal(database, login.readOnly);
    if (closed != null) {
      tokens.error(closed);
      return refuse(18456, 14, "Login failed for user '" + login.user + "'.");
    }
    int size = packetSize(login.packetSize);
    tokens.changed(TokenWriter.DATABASE, database, "master");
    tokens.error(SqlError.info(5701, "Changed database context to '" + database + "'."));
    tokens.changed(TokenWriter.SQL_COLLATION, TypeInfo.COLLATION, new byte[0]);
    tokens.changed(TokenWriter.LANGUAGE, "us_english", "");
    tokens.error(SqlError.info(5703, "Changed language setting to us_english."));
    tokens.loginAck();
    if (size != 4096) {
      tokens.changed(TokenWriter.PACKET_SIZE, String.valueOf(size), "4096");
    }
    byte[] features = features(login);
    if (features.length > 0) {
      tokens.features(features);
    }
    if (route != null) {
      int colon = route.lastIndexOf(':');
      tokens.route(route.substring(0, colon), Integer.parseInt(route.substring(colon + 1)));
    }
    tokens.done(TokenWriter.DONE, 0, 0, 0);
    out.finish();
    out.packetSize(size);
    if (route != null) {
      return false;
    }
    session = new TdsSession(server, spid, login, database, new ResultStream(tokens));
    interpreter = new Interpreter(session);
    if (recovers(login)) {
      if (login.feature(Login7.RECOVERY).length > 0) {
        SessionStates.recover(session, login.feature(Login7.RECOVERY));
      }
      states = new SessionStates(session);
    }
    server.loggedIn(this);
    return true;
  }

  private boolean refuse(int error, int severity, String message) {
    tokens.error(SqlError.of(error, severity, message));
    tokens.done(TokenWriter.DONE, TokenWriter.ERROR, 0, 0);
    out.finish();
    return false;
  }

  private int version(int asked) {
    int most = server.options().highestVersion();
    return asked < most ? asked : most;
  }

  private static int packetSize(int asked) {
    return asked == 0 ? 4096 : Math.max(SMALLEST_PACKET, Math.min(LARGEST_PACKET, asked));
  }

  private boolean recovers(Login7 login) {
    return login.asks(Login7.RECOVERY) && server.options().recovery() && tokens.newest();
  }

  private byte[] features(Login7 login) {
    ByteBuilder all = new ByteBuilder();
    if (recovers(login)) {
      byte[] initial = SessionStates.initial();
      all.u8(Login7.RECOVERY).i32(initial.length).bytes(initial);
    }
    if (login.asks(Login7.UTF8)) {
      all.u8(Login7.UTF8).i32(1).u8(1);
    }
    return all.toBytes();
  }

  // Requests

  private void serve() throws IOException {
    while (true) {
      TdsTransport.Incoming message = transport.read();
      if (message == null) {
        return;
      }
      if (message.ignored() || message.type() == PacketType.ATTENTION) {
        log(message, 0, "");
        session.results.attention();
        continue;
      }
      server.awaitThaw();
      session.clearCancelled();
      busySince = System.nanoTime();
      try {
        request(message);
        session.results.end(states);
      } catch (CancelledException e) {
        session.rowCount = 0;
        session.results.interrupted();
      } finally {
        busySince = 0;
      }
    }
  }

  private void request(TdsTransport.Incoming message) {
    WireReader in = new WireReader(message.body());
    boolean headed = tokens.wide() && message.type() != PacketType.BULK;
    long descriptor = headed ? headers(in) : 0;
    int status = message.status();
    boolean keeps = (status & PacketType.RESET_KEEPING_TRANSACTION) != 0;
    if (keeps || (status & PacketType.RESET) != 0) {
      session.reset(keeps);
      session.results.tokens().changed(TokenWriter.RESET_DONE, new byte[0], new byte[0]);
    }
    switch (message.type()) {
      case PacketType.BATCH -> {
        String text = in.rest();
        log(message, descriptor, text);
        interpreter.batch(text);
      }
      case PacketType.RPC -> rpc(message, descriptor, in);
      case PacketType.BULK -> {
        log(message, descriptor, "");
        interpreter.guarded(() -> BulkLoad.run(session, message.body()));
      }
      case PacketType.TRANSACTION -> {
        TransactionRequest request = TransactionRequest.read(in);
        log(message, descriptor, request.toString());
        interpreter.guarded(() -> request.carryOut(session));
      }
      default -> throw new TdsProtocolException("a message of type " + message.type());
    }
  }

  /** ALL_HEADERS; the descriptor of the transaction in them. */
  private static long headers(WireReader in) {
    int end = in.at() + in.i32();
    long descriptor = 0;
    boolean found = false;
    while (in.at() < end) {
      int next = in.at() + in.i32();
      if (in.u16() == TRANSACTION_HEADER) {
        descriptor = in.i64();
        in.i32();
        found = true;
      }
      if (next < in.at() || next > end) {
        throw new TdsProtocolException("a header that ends at " + next + " of " + end);
      }
      in.seek(next);
    }
    if (in.at() != end || !found) {
      throw new TdsProtocolException("headers that end at " + in.at() + " of " + end);
    }
    return descriptor;
  }

  private void rpc(TdsTransport.Incoming message, long descriptor, WireReader in) {
    List<RpcRequest> all = RpcRequest.read(in);
    for (RpcRequest each : all) {
      log(message, descriptor, each.text());
    }
    for (RpcRequest each : all) {
      interpreter.guarded(() -> call(each));
    }
  }

  private void call(RpcRequest request) {
    ProcedureCall call = request.call();
    boolean failed = false;
    session.callFlags = request.flags();
    session.results.enterProcedure();
    try {
      int status = interpreter.call(call, 1, false);
      session.results.tokens().returnStatus(status);
    } catch (SqlErrorException e) {
      session.errorNumber = e.error().number();
      session.results.message(e.error());
      failed = true;
    } catch (Interpreter.BatchEnded e) {
      failed = true;
    } finally {
      session.results.leaveProcedure();
    }
    for (int i = 0; i < call.arguments().size() && !failed; i++) {
      ProcedureCall.Argument argument = call.arguments().get(i);
      if (argument.output()) {
        String name = request.names().get(i);
        TypeInfo type = TypeInfo.returned(request.types().get(i));
        session.results.tokens().returnValue(i, name, type, Converted.to(type, argument.value()));
      }
    }
    session.results.doneProcedure(failed);
  }

  /** From the server's watch: looks for an attention while a statement runs. */
  void watch(long longerThanNanos) throws IOException {
    long since = busySince;
    if (since != 0 && System.nanoTime() - since > longerThanNanos && transport.interrupted()) {
      session.cancel();
    }
  }

  private void log(TdsTransport.Incoming message, long descriptor, String text) {
    int known = session == null ? 0 : spid;
    server.received(
        new TdsMessage(
            number,
            known,
            PacketType.name(message.type()),
            message.status() & ~PacketType.END,
            descriptor,
            text));
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
