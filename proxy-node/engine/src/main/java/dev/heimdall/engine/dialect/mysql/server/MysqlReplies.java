package dev.heimdall.engine.dialect.mysql.server;

import dev.heimdall.engine.backend.ReplyDelivery;
import dev.heimdall.engine.backend.ReplyOwner;
import dev.heimdall.engine.backend.ReplyScanner;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.wire.EditedText;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.mysql.AgreedCapabilities;
import dev.heimdall.engine.wire.mysql.Capability;
import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.engine.wire.mysql.EofPacket;
import dev.heimdall.engine.wire.mysql.ErrPacket;
import dev.heimdall.engine.wire.mysql.LengthEncoded;
import dev.heimdall.engine.wire.mysql.OkPacket;
import dev.heimdall.engine.wire.mysql.Packet;
import dev.heimdall.engine.wire.mysql.StatusFlag;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What a MySQL or MariaDB server sends: walks the headers of the answer to the command that runs,
 * by the grammar of that command, and hands runs of packets to its owner. Each command makes a
 * group. Rows are never looked into.
 */
final class MysqlReplies implements ReplyScanner {
  private static final int LOCAL_INFILE = 0xFB;
  private static final int UNKNOWN = -1;

  /**
   * An error that could be a server's last.
   *
   * @param bytes its packet
   * @param ofClient whether a client's command has had it
   */
  private record Farewell(ServerError error, ByteBuf bytes, boolean ofClient) {}

  /** What the next packet may be. */
  private enum Place {
    /** The first one of an answer, or of its next result. */
    FIRST,
    /** A definition of a column, or of a parameter. */
    DEFINITION,
    /** What ends definitions, where EOF packets are not deprecated. */
    DEFINITIONS_END,
    ROW,
    /** Nothing: the server waits for a file. */
    INFILE
  }

  private final ServerConnection connection;
  private final ReplyDelivery delivery;
  private final MysqlRequests requests;
  private final StateReports reports;
  private final boolean deprecatesEof;
  private final boolean takesFiles;

  private Place place = Place.FIRST;

  /** Definitions that are to come, and those of columns that come behind those of parameters. */
  private int definitions;

  private int behind;

  /** The sequence number of the next packet; {@link #UNKNOWN} for any. */
  private int sequence;

  /** Whether the next packet goes on with a payload. */
  private boolean continued;

  /** How much of a packet is still to come whose beginning was looked at. */
  private int remaining;

  private boolean dropRemaining;

  /** The beginning of what must be looked at whole. */
  private ByteBuf carry;

  /** An error that may be the server's last words, until it is answered or gone; null for none. */
  private Farewell farewell;

  /** The flags of the last packet that had any. */
  private int status = StatusFlag.AUTOCOMMIT;

  // ---- one buffer

  private ByteBuf in;
  private int start;
  private int at;

  MysqlReplies(
      ServerConnection connection,
      ReplyDelivery delivery,
      MysqlRequests requests,
      StateReports reports,
      AgreedCapabilities agreed) {
    this.connection = connection;
    this.delivery = delivery;
    this.requests = requests;
    this.reports = reports;
    this.deprecatesEof = agreed.deprecatesEof();
    this.takesFiles = agreed.has(Capability.LOCAL_FILES);
  }

  @Override
  public void expect(byte kind, ReplyOwner owner) {
    delivery.groups().begin(owner);
    delivery.groups().end();
  }

  @Override
  public void expectEdited(EditedText text, ReplyOwner owner) {
    throw new UnsupportedOperationException("errors name no places in a text");
  }

  /** A command is being sent: what comes now answers it. */
  void begin(Exchange exchange) {
    sequence = exchange.isShort() ? 1 : UNKNOWN;
    continued = false;
    definitions = 0;
    behind = 0;
    place =
        switch (exchange.command()) {
          case Command.STMT_FETCH, Command.FIELD_LIST -> Place.ROW;
          default -> Place.FIRST;
        };
  }

  // ---- reading

  @Override
  public void read(ByteBuf consumed) {
    boolean done;
    try {
      done = connection.closed() || (carry != null && !completeCarry(consumed));
    } catch (RuntimeException | Error cause) {
      consumed.release();
      throw cause;
    }
    if (!done && consumed.isReadable() && !connection.closed()) {
      scan(consumed);
    } else {
      consumed.release();
    }
  }

  /** Adds what the packet that was cut off lacks and no more. */
  private boolean completeCarry(ByteBuf more) {
    ByteBuf held = carry;
    int wanted = wanted(held, held.readerIndex(), held.writerIndex());
    while (held.readableBytes() < wanted) {
      if (!more.isReadable()) {
        return false;
      }
      held.writeBytes(more, Math.min(wanted - held.readableBytes(), more.readableBytes()));
      wanted = wanted(held, held.readerIndex(), held.writerIndex());
    }
    carry = null;
    scan(held);
    return true;
  }

  private void scan(ByteBuf buffer) {
    in = buffer;
    try {
      walk();
    } finally {
      if (in != null) {
        in.release();
        in = null;
      }
    }
  }

  private void walk() {
    int begin = in.readerIndex();
    int end = in.writerIndex();
    start = begin;
    at = begin;
    while (at < end && !connection.closed()) {
      if (remaining > 0) {
        int step = Math.min(remaining, end - at);
        remaining -= step;
        at += step;
        if (dropRemaining) {
          start = at;
        }
        continue;
      }
      if (end - at < wanted(in, at, end)) {
        break;
      }
      if (!packet(end)) {
        return;
      }
      if (in == null) {
        return; // handed on whole
      }
      end = in.writerIndex();
    }
    if (connection.closed()) {
      return;
    }
    if (at < end) {
      carry = connection.allocate(Math.max(64, Math.min(wanted(in, at, end), 64 * 1024)));
      carry.writeBytes(in, at, end - at);
    }
    if (start == begin && at == in.writerIndex() && delivery.recipient() != null) {
      handOver();
    } else {
      delivery.pass(in, start, at);
    }
  }

  /** The owner gets the whole buffer. */
  private void handOver() {
    ByteBuf whole = in;
    in = null;
    delivery.recipient().reply(connection, whole);
  }

  /** How many bytes have to be here before the packet at this place can be judged. */
  private int wanted(ByteBuf from, int index, int end) {
    if (end - index < Packet.HEADER) {
      return Packet.HEADER;
    }
    int length = Packet.payload(from, index);
    if (length == 0 || continued) {
      return Packet.HEADER;
    }
    if (end - index == Packet.HEADER) {
      return Packet.HEADER + 1;
    }
    int first = from.getUnsignedByte(index + Packet.HEADER);
    boolean whole =
        switch (place) {
          case FIRST, DEFINITIONS_END -> true;
          case DEFINITION -> first == ErrPacket.FIRST || lastOfPrepare();
          case ROW -> first == ErrPacket.FIRST || endsRows(first, length);
          case INFILE -> true;
        };
    return Packet.HEADER + (whole ? length : 1);
  }

  private boolean lastOfPrepare() {
    return deprecatesEof
        && definitions == 1
        && behind == 0
        && requests.running().command() == Command.STMT_PREPARE;
  }

  private boolean endsRows(int first, int length) {
    return first == EofPacket.FIRST
        && (deprecatesEof ? length < Packet.MAX_PAYLOAD : EofPacket.fits(length));
  }

  // ---- packets

  /**
   * The packet at the place that was come to.
   *
   * @return whether there may be more behind it
   */
  private boolean packet(int end) {
    int length = Packet.payload(in, at);
    int number = Packet.sequence(in, at);
    int first = length == 0 ? UNKNOWN : in.getUnsignedByte(at + Packet.HEADER);
    Exchange running = requests.running();
    if (running == null) {
      unasked(first, length);
      return false;
    }
    if (sequence != UNKNOWN && number != sequence) {
      return outOfSync("packet number " + number + " in the place of " + sequence);
    }
    sequence = number + 1 & 0xFF;
    if (continued) {
      continued = length == Packet.MAX_PAYLOAD;
      return skip(length, end);
    }
    if (first == ErrPacket.FIRST) {
      if (place == Place.INFILE) {
        unasked(first, length);
        return false;
      }
      return error(length, running, end);
    }
    if (farewell != null) {
      delivery.pass(in, start, at);
      start = at;
      wasOfStatement();
    }
    return switch (place) {
      case FIRST -> first(first, length, running, end);
      case DEFINITION -> {
        if (--definitions == 0) {
          place = deprecatesEof ? Place.ROW : Place.DEFINITIONS_END;
        }
        yield definitionsOver(running) ? ends(length, status, running, end) : noted(length, end);
      }
      case DEFINITIONS_END -> definitionsEnd(first, length, running, end);
      case ROW -> row(first, length, running, end);
      case INFILE -> outOfSync("a packet while it waits for a file");
    };
  }

  private boolean outOfSync(String what) {
    delivery.pass(in, start, at);
    delivery.outOfSync(what);
    return false;
  }

  /** Servers say why they end a connection, whatever is asked of them. */
  private void unasked(int first, int length) {
    if (first == ErrPacket.FIRST && length >= 3) {
      delivery.endAnnounced(read(length).asFatal());
    } else {
      outOfSync("a packet that nothing has asked for");
    }
  }

  private ServerError read(int length) {
    return ErrPacket.read(in.slice(at + Packet.HEADER, length), StandardCharsets.UTF_8);
  }

  /** The packet is its owner's, and says nothing to the connection. */
  private boolean noted(int length, int end) {
    Exchange running = requests.running();
    continued = length == Packet.MAX_PAYLOAD;
    if (!running.asksStatus() && !delivery.absorbing()) {
      delivery.noted(false, true);
    }
    return skip(length, end);
  }

  private boolean skip(int length, int end) {
    int total = Packet.HEADER + length;
    boolean drops = requests.running().asksStatus() || delivery.absorbing();
    if (drops) {
      delivery.pass(in, start, at);
    }
    int here = Math.min(total, end - at);
    remaining = total - here;
    dropRemaining = drops;
    at += here;
    if (drops) {
      start = at;
    }
    return true;
  }

  private boolean first(int first, int length, Exchange running, int end) {
    if (length == 0) {
      return outOfSync("an empty packet");
    }
    switch (running.command()) {
      case Command.STATISTICS -> {
        return ends(length, status, running, end);
      }
      case Command.STMT_PREPARE -> {
        return prepared(length, running, end);
      }
      case Command.CHANGE_USER -> {
        if (first != OkPacket.OK) {
          sequence = UNKNOWN; // the client's turn
          return noted(length, end);
        }
      }
      default -> {}
    }
    if (first == OkPacket.OK) {
      if (running.ofClient()) {
        requests.last().noRows();
      }
      return ok(length, running, end);
    }
    if (first == EofPacket.FIRST && length < Packet.MAX_PAYLOAD) {
      return rowsEnd(length, running, end);
    }
    if (first == LOCAL_INFILE && length > 1) {
      if (!takesFiles || !running.ofClient() || delivery.recipient() == null) {
        return outOfSync("a request for a file that nobody has offered");
      }
      boolean more = noted(length, end);
      place = Place.INFILE;
      sequence = UNKNOWN;
      ByteBuf buffer = in;
      delivery.pass(buffer, start, at);
      start = at;
      ReplyOwner owner = delivery.recipient();
      owner.copyInStarted(connection, 0);
      return more;
    }
    return resultBegins(first, length, running, end);
  }

  private boolean resultBegins(int first, int length, Exchange running, int end) {
    int body = at + Packet.HEADER;
    int size = LengthEncoded.size(first);
    int columns = 0;
    if (first != LOCAL_INFILE && size <= length) {
      columns = size == 1 ? first : size == 3 ? in.getUnsignedShortLE(body + 1) : 0;
    }
    if (columns == 0) {
      return outOfSync("an answer that begins with " + first);
    }
    if (running.ofClient()) {
      requests.last().rowsBegin();
    }
    definitions = columns;
    place = Place.DEFINITION;
    if (length > size && in.getByte(body + size) == 0) {
      definitions = 0; // the client has been told them before
      place = deprecatesEof ? Place.ROW : Place.DEFINITIONS_END;
    }
    return noted(length, end);
  }

  private boolean prepared(int length, Exchange running, int end) {
    if (length < 9 || in.getByte(at + Packet.HEADER) != OkPacket.OK) {
      return outOfSync("an answer to a PREPARE that is none");
    }
    int body = at + Packet.HEADER;
    connection.statements().parsed(in.getUnsignedIntLE(body + 1));
    int columns = in.getUnsignedShortLE(body + 5);
    int parameters = in.getUnsignedShortLE(body + 7);
    boolean withheld = length > 12 && in.getByte(body + 12) == 0;
    definitions = withheld ? 0 : parameters > 0 ? parameters : columns;
    behind = withheld || parameters == 0 ? 0 : columns;
    place = Place.DEFINITION;
    return definitions == 0 ? ends(length, status, running, end) : noted(length, end);
  }

  /** Whether the last definition that is to come for a PREPARE was just come to. */
  private boolean definitionsOver(Exchange running) {
    if (definitions > 0 || running.command() != Command.STMT_PREPARE || !deprecatesEof) {
      return false;
    }
    return !nextDefinitions();
  }

  private boolean nextDefinitions() {
    definitions = behind;
    behind = 0;
    place = Place.DEFINITION;
    return definitions > 0;
  }

  private boolean definitionsEnd(int first, int length, Exchange running, int end) {
    if (first != EofPacket.FIRST || !EofPacket.fits(length) || length < 5) {
      return outOfSync("a packet that does not end definitions of columns");
    }
    int now = EofPacket.status(in, at + Packet.HEADER);
    if (running.command() == Command.STMT_PREPARE) {
      return nextDefinitions() ? noted(length, end) : ends(length, now, running, end);
    }
    if (running.command() == Command.STMT_EXECUTE && (now & StatusFlag.CURSOR_EXISTS) != 0) {
      return rowsEnd(length, running, end); // its rows are fetched
    }
    place = Place.ROW;
    return noted(length, end);
  }

  private boolean row(int first, int length, Exchange running, int end) {
    if (endsRows(first, length)) {
      return rowsEnd(length, running, end);
    }
    if (running.ofClient()) {
      requests.last().row();
    }
    return noted(length, end);
  }

  /** An OK or EOF packet behind rows, or in the place of a result. */
  private boolean rowsEnd(int length, Exchange running, int end) {
    if (deprecatesEof && length > 5) {
      return ok(length, running, end);
    }
    if (length < 5) {
      return outOfSync("an end of rows of " + length + " bytes");
    }
    int body = at + Packet.HEADER;
    if (running.ofClient()) {
      requests.last().ended(EofPacket.warnings(in, body));
    }
    return resultEnds(length, EofPacket.status(in, body), running, end);
  }

  private boolean ok(int length, Exchange running, int end) {
    OkPacket ok;
    byte[] told = null;
    LastAnswer.StateChange change = LastAnswer.StateChange.NONE;
    try {
      ok = OkPacket.read(in.slice(at + Packet.HEADER, length), true);
      if (ok.state().length > 0) {
        boolean behindRows = in.getUnsignedByte(at + Packet.HEADER) != OkPacket.OK;
        change =
            reports.read(ok.state(), behindRows && (ok.status() & StatusFlag.MORE_RESULTS) != 0);
        told = running.tracking() == null ? null : running.tracking().of(ok.state());
      }
    } catch (IndexOutOfBoundsException | IllegalArgumentException | ArithmeticException e) {
      return outOfSync("a malformed OK packet");
    }
    if (running.ofClient()) {
      requests.last().ended(ok, change);
    } else if (ok.warnings() > 0) {
      requests.last().diagnosticsOf(requests);
    }
    boolean tracks = running.tracking() != null;
    if (!running.ofClient() || (tracks ? told == null || told == ok.state() : !hasWords(ok))) {
      return resultEnds(length, ok.status(), running, end);
    }
    // The same in the bytes that such a client understands: never more of them.
    ByteBuf place = in.slice(at, Packet.HEADER + length).writerIndex(0);
    (told == null ? ok.withoutState() : ok.withState(told))
        .write(place, Packet.sequence(in, at), in.getUnsignedByte(at + Packet.HEADER), tracks);
    int shorter = place.writerIndex() - Packet.HEADER;
    return resultEnds(shorter, length - shorter, ok.status(), running, end);
  }

  private static boolean hasWords(OkPacket ok) {
    return ok.info().length > 0 || ok.state().length > 0;
  }

  private boolean resultEnds(int length, int now, Exchange running, int end) {
    return resultEnds(length, 0, now, running, end);
  }

  /**
   * @param cut bytes behind the packet that were part of it
   */
  private boolean resultEnds(int length, int cut, int now, Exchange running, int end) {
    if ((now & StatusFlag.MORE_RESULTS) == 0) {
      return ends(length, cut, now, running, end);
    }
    status = now;
    place = Place.FIRST;
    boolean more = noted(length, end);
    if (cut > 0) {
      delivery.pass(in, start, at);
      at += cut;
      start = at;
    }
    return more;
  }

  // ---- ends

  private boolean ends(int length, int now, Exchange running, int end) {
    return ends(length, 0, now, running, end);
  }

  /** The packet ends the answer to the command. */
  private boolean ends(int length, int cut, int now, Exchange running, int end) {
    status = now;
    int total = Packet.HEADER + length;
    if (running.then() != null) {
      if (running.asksStatus() || delivery.absorbing()) {
        delivery.pass(in, start, at);
        start = at + total + cut;
      }
      at += total + cut;
      requests.follow();
      return true;
    }
    TransactionState next = transactionState();
    delivery.ends(next);
    boolean drops = running.asksStatus() || delivery.absorbing();
    if (drops || delivery.groups().first().endsApart(connection, next)) {
      delivery.pass(in, start, at);
      start = at;
    }
    int to = at + total;
    at = to + cut;
    boolean whole = at == end && start == in.readerIndex();
    if (drops) {
      start = at;
    } else if (whole && delivery.recipient() != null) {
      in.writerIndex(to);
      handOver();
    } else {
      delivery.pass(in, start, to);
      start = at;
    }
    ReplyOwner owner = delivery.groups().first();
    delivery.groups().dropFirst();
    requests.answered();
    delivery.complete(owner);
    return !connection.closed();
  }

  private TransactionState transactionState() {
    return (status & StatusFlag.IN_TRANSACTION) == 0
        ? TransactionState.IDLE
        : TransactionState.OPEN;
  }

  private boolean error(int length, Exchange running, int end) {
    if (length < 3) {
      return outOfSync("an error of " + length + " bytes");
    }
    if (ErrPacket.number(in, at + Packet.HEADER) == ErrPacket.PROGRESS) {
      return noted(length, end);
    }
    ServerError error = read(length);
    if (endsConnection(error)) {
      delivery.pass(in, start, at);
      if (!running.failureHidesStatus()) {
        announced(farewell == null ? error : farewell.error());
        return false;
      }
      withhold(error, length);
      running.dropThen();
      requests.askStatus();
      requests.follow();
      return true;
    }
    if (farewell != null) {
      wasOfStatement();
    }
    if (running.asksStatus()) {
      return ends(length, status, running, end); // what it was before is the best that is known
    }
    if (running.ofClient()) {
      requests.last().failed(error.number());
    }
    delivery.failed(error);
    if (running.command() == Command.STMT_PREPARE) {
      connection.statements().refused(1);
    }
    if (!delivery.absorbs(error)) {
      delivery.noted(false, true);
    }
    running.dropThen();
    if (running.failureHidesStatus()) {
      requests.askStatus();
    }
    return ends(length, status, running, end);
  }

  /** The server ends the connection, and this is why: told by connectionLost. */
  private void announced(ServerError error) {
    delivery.failed(error.asFatal());
    delivery.endAnnounced(error.asFatal());
  }

  /**
   * Routines may raise errors of any number, and MariaDB has other meanings for some: whether the
   * server goes with it shows when it is asked something.
   */
  private void withhold(ServerError error, int length) {
    int total = Packet.HEADER + length;
    farewell = new Farewell(error, in.copy(at, total), requests.running().ofClient());
    at += total;
    start = at;
  }

  /** The server is still there: the error is the answer of the statement. */
  private void wasOfStatement() {
    Farewell none = farewell;
    farewell = null;
    if (none.ofClient()) {
      requests.last().failed(none.error().number());
    }
    delivery.failed(none.error());
    ReplyOwner owner = delivery.recipient();
    if (delivery.absorbs(none.error()) || owner == null) {
      none.bytes().release();
    } else {
      delivery.noted(false, true);
      owner.reply(connection, none.bytes());
    }
  }

  /** Whether servers end their connections with errors of this number. */
  private static boolean endsConnection(ServerError error) {
    return switch (error.number()) {
      case 1053, 1077, 1079, 1080, 1184, 1927, 3169, 4031 -> true;
      default -> false;
    };
  }

  // ---- what else the core asks

  /** The flags that were said last. */
  int status() {
    return status;
  }

  @Override
  public boolean cutReply() {
    return remaining > 0 && !dropRemaining;
  }

  @Override
  public boolean skipping() {
    return false;
  }

  @Override
  public boolean copyIn() {
    return place == Place.INFILE;
  }

  @Override
  public void copyInEnded() {
    if (place == Place.INFILE) {
      place = Place.FIRST;
    }
  }

  @Override
  public void flushing() {}

  @Override
  public int flushed() {
    return 0;
  }

  @Override
  public void answerFlushed() {}

  @Override
  public List<List<String>> rows(ByteBuf messages) {
    return TextRows.of(messages, deprecatesEof);
  }

  @Override
  public void lost() {
    if (carry != null) {
      carry.release();
      carry = null;
    }
    place = Place.FIRST;
    Exchange running = requests.running();
    requests.lost();
    if (farewell != null) {
      farewell.bytes().release();
      announced(farewell.error());
      farewell = null;
    } else if (running != null && running.asksStatus()) {
      // Its owner has had the whole answer: what is lost is no more than how it stands.
      delivery.ends(transactionState());
      ReplyOwner owner = delivery.groups().first();
      delivery.groups().dropFirst();
      delivery.complete(owner);
    }
  }
}
