package dev.heimdall.engine.toy;

import dev.heimdall.engine.backend.CancelConnections;
import dev.heimdall.engine.backend.ReplyOwner;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.ServerRequests;
import dev.heimdall.engine.backend.StateChange;
import dev.heimdall.engine.prepared.PreparedStatement;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Writes one request at a time, each with the token of the last reply; others wait for theirs. */
final class ToyRequests implements ServerRequests {
  private final ServerConnection connection;
  private final ArrayDeque<Request> waiting = new ArrayDeque<>();
  private final ArrayDeque<Runnable> stops = new ArrayDeque<>();
  private int token;
  private Request running;

  private record Request(byte type, byte[] body) {}

  ToyRequests(ServerConnection connection, int token) {
    this.connection = connection;
    this.token = token;
  }

  private void send(byte type, byte[] body, ReplyOwner owner) {
    connection.expect(type, owner);
    waiting.add(new Request(type, body));
    if (running == null) {
      next();
    }
  }

  private void next() {
    running = waiting.poll();
    if (running != null) {
      write(running.type(), running.body());
    }
  }

  private void write(byte type, byte[] body) {
    ByteBuf out = connection.allocate(ToyFrame.HEADER + body.length);
    ToyFrame.write(out, type, token, body);
    connection.write(out);
  }

  /** The request was answered; the next one has to carry this token. */
  void answered(int next) {
    token = next;
    next();
  }

  /** The request that is being carried out has failed. */
  void failed() {
    if (running.type() == ToyFrame.PREPARE) {
      connection.statements().refused(1);
    }
  }

  /** The server has taken a cancel request. */
  void stopped() {
    stops.remove().run();
  }

  /** Nothing is answered any more, be it a cancel request. */
  void lost() {
    waiting.clear();
    running = null;
    while (!stops.isEmpty()) {
      stops.remove().run();
    }
  }

  // ---- statements that the server numbers

  void prepare(PreparedStatement statement, ReplyOwner owner) {
    connection.statements().parsing(statement, null);
    send(ToyFrame.PREPARE, statement.body(), owner);
  }

  /** Runs a statement that the server has said to have. */
  void execute(PreparedStatement statement, ReplyOwner owner) {
    long handle = connection.statements().handle(statement.name());
    send(ToyFrame.EXECUTE, ToyFrame.numbers((int) handle), owner);
  }

  // ---- what the core asks for

  @Override
  public void query(String sql, ReplyOwner owner) {
    send(ToyFrame.QUERY, ToyFrame.text(sql), owner);
  }

  @Override
  public void probe(ReplyOwner owner) {
    query("PROBE", owner);
  }

  @Override
  public void readVariables(Collection<String> names, Predicate<String> set, ReplyOwner owner) {
    query("READ " + names, owner);
  }

  @Override
  public void change(StateChange change, ReplyOwner owner) {
    Map<String, String> set = new TreeMap<>(change.to().asMap());
    change.from().names().forEach(name -> set.putIfAbsent(name, ""));
    query("SET " + set, owner);
  }

  @Override
  public String resetCommand() {
    return "RESET";
  }

  @Override
  public void reset(ReplyOwner owner) {
    send(ToyFrame.RESET, new byte[0], owner);
  }

  @Override
  public boolean seed(double value, ReplyOwner owner) {
    query("SEED", owner);
    return true;
  }

  @Override
  public void rollBack(ReplyOwner owner) {
    query("ROLLBACK", owner);
  }

  @Override
  public void failTransaction(ReplyOwner owner) {
    query("FAIL", owner);
  }

  /** On the connection itself, at once, whatever waits for its turn. */
  @Override
  public void cancel(CancelConnections separate, Runnable done) {
    stops.add(done);
    if (connection.closed()) {
      lost();
    } else {
      write(ToyFrame.STOP, new byte[0]);
    }
  }

  @Override
  public void terminate(ByteBuf out) {
    ToyFrame.write(out, ToyFrame.LEAVE, token, new byte[0]);
  }
}
