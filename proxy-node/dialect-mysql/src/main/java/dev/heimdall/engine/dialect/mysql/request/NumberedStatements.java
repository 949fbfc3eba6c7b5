package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.handover.StateWriter;
import dev.heimdall.engine.journal.TransactionReplay;
import dev.heimdall.engine.pipeline.ClassifiedText;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.prepared.StatementRegistry;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.wire.mysql.AgreedCapabilities;
import dev.heimdall.engine.wire.mysql.Packet;
import dev.heimdall.engine.wire.mysql.ServerHello;
import io.netty.buffer.ByteBuf;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** The statements that a client has prepared, by the node's numbers of them. */
final class NumberedStatements {
  /** MariaDB's drivers call the statement so that they have prepared last. */
  private static final int LAST = -1;

  /** Offset at which a part of a value names its parameter. */
  private static final int PARAMETER = 5;

  /** Of which each statement here is one that is released when it goes. */
  private final StatementRegistry registry;

  private final TransactionReplay notes;

  /** True if the servers are, of which alone {@link #LAST} is a number. */
  private final BooleanSupplier mariadb;

  private final PreparedErrors errors;
  private final Map<Integer, ClientStatement> statements = new HashMap<>(4);

  /** The one that was named last: the steps of a command all ask for the same. */
  private ClientStatement recent;

  /** Those that were closed in a transaction that is kept: it may have to be run again. */
  private final Map<Integer, ClientStatement> closed = new HashMap<>(0);

  private int last;
  private long longBytes;

  /**
   * Statement in preparation, which has no number yet: it belongs to no client when this one
   * leaves.
   */
  private PreparedStatement unnumbered;

  NumberedStatements(RequestParts parts, AgreedCapabilities agreed) {
    HandledClient client = parts.client();
    this.registry = parts.sessions().statements();
    this.notes = parts.notes();
    this.mariadb = () -> ServerHello.isMariadb(client.reportedAtStart(ServerHello.VERSION));
    this.errors = new PreparedErrors(mariadb, agreed);
  }

  int size() {
    return statements.size();
  }

  /** Errors that servers return for incorrect commands about prepared statements. */
  PreparedErrors errors() {
    return errors;
  }

  /** The one that the command at this place names; null for none. */
  ClientStatement named(ByteBuf in, int at) {
    int number = number(in, at);
    if (recent != null && recent.id == number) {
      return recent;
    }
    ClientStatement found = statements.get(isLast(number) ? last : number);
    if (found == null) {
      return notes.active() ? closed.get(number) : null;
    }
    recent = found;
    return found;
  }

  /**
   * Has the command at this place, which has just come, name the statement by its number: when it
   * is read again another one may be the last.
   */
  void settle(ByteBuf in, int at) {
    if (isLast(number(in, at)) && statements.containsKey(last)) {
      in.setIntLE(at + Packet.HEADER + 1, last);
    }
  }

  private boolean isLast(int number) {
    return number == LAST && mariadb.getAsBoolean();
  }

  /** The number in the command at this place; 0 where it is too short for one. */
  static int number(ByteBuf in, int at) {
    return Packet.payload(in, at) < 5 ? 0 : in.getIntLE(at + Packet.HEADER + 1);
  }

  // ---- they come and go

  /** The number of the next one. */
  int next() {
    return last + 1;
  }

  /** A statement that is to get the next number was acquired. */
  void begin(PreparedStatement statement) {
    unnumbered = statement;
  }

  /** It gets its number. */
  void keep(
      int id,
      PreparedStatement statement,
      ClassifiedText examined,
      int parameters,
      Variables settings) {
    recent = null;
    statements.put(id, new ClientStatement(id, statement, examined, parameters, settings));
    last = id;
    unnumbered = null;
  }

  /** It cannot be prepared. */
  void forgetUnnumbered() {
    if (unnumbered != null) {
      registry.release(unnumbered);
      unnumbered = null;
    }
  }

  void close(ClientStatement over) {
    recent = null;
    statements.remove(over.id);
    forgetLongData(over);
    if (notes.keeps()) {
      closed.put(over.id, over);
    } else {
      release(over);
    }
  }

  /** Those go that were closed, unless they may have to be run again. */
  void forgetClosed() {
    if (!closed.isEmpty() && !notes.keeps()) {
      release(closed);
    }
  }

  private void release(Map<Integer, ClientStatement> some) {
    some.values().forEach(this::release);
    some.clear();
  }

  private void release(ClientStatement gone) {
    registry.release(gone.statement);
    stand(gone, null);
  }

  /** From now on this one, which was acquired, runs in its place; null for itself. */
  void stand(ClientStatement of, PreparedStatement now) {
    if (of.stand() != null) {
      registry.release(of.stand());
    }
    of.stand(now);
  }

  void forget() {
    recent = null;
    release(statements);
    release(closed);
    forgetUnnumbered();
    longBytes = 0;
  }

  // ---- another process

  /** True if another process can be told all that there is. */
  boolean mayMove() {
    return (closed.isEmpty() || !notes.keeps())
        && unnumbered == null
        && longBytes == 0
        && statements.values().stream().allMatch(one -> one.rejected() == null)
        && !haveCursor();
  }

  /** Tells it the statements. */
  void write(long schemaEpoch, StateWriter out) {
    out.number(last).number(statements.size());
    statements.values().forEach(each -> each.write(schemaEpoch, out));
  }

  /** Adds one that another process has handed over. */
  void resume(ClientStatement statement) {
    statements.put(statement.id, statement);
  }

  /** The number that was given last there. */
  void resumeBehind(int number) {
    last = number;
  }

  // ---- what they have

  /** True if rows of some of them wait on the server to be fetched. */
  boolean haveCursor() {
    return statements.values().stream().anyMatch(one -> one.cursor);
  }

  /** True if rows wait on the server of another one for which servers run the same statement. */
  boolean haveCursorOf(PreparedStatement runs, ClientStatement except) {
    return statements.values().stream()
        .anyMatch(one -> one.cursor && one != except && one.runs() == runs);
  }

  /**
   * Keeps a part of a value, a command at the reader's position. One of a parameter that is not
   * there has servers reject executions; so does one that they are not sent.
   */
  void add(ClientStatement of, ByteBuf command, int total) {
    int at = command.readerIndex();
    if (of.rejected() != null || Packet.payload(command, at) < PARAMETER + Short.BYTES) {
      return; // it means nothing
    }
    if (command.getUnsignedShortLE(at + Packet.HEADER + PARAMETER) >= of.parameters) {
      forgetLongData(of);
      of.reject(errors.ofParameter());
      return;
    }
    of.add(command, total);
    longBytes += total;
  }

  void forgetLongData(ClientStatement of) {
    longBytes -= of.longBytes();
    of.forgetLongData();
  }

  /** Bytes of all parts of values that are kept. */
  long longBytes() {
    return longBytes;
  }
}
