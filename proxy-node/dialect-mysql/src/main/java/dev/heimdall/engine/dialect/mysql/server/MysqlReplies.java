package dev.heimdall.engine.dialect.mysql.server;

import dev.heimdall.engine.backend.ReplyDelivery;
import dev.heimdall.engine.backend.ReplyOwner;
import dev.heimdall.engine.backend.ReplyScanner;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.dialect.mysql.server.AnswerPlace.Place;
import dev.heimdall.engine.reply.ReplySource;
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
 * Reader for the output of a MySQL or MariaDB server: walks the headers of the answer to the
 * running command, by the grammar of that command, and hands runs of packets to its owner. Each
 * command makes a group. Rows are never looked into.
 */
final class MysqlReplies implements ReplyScanner, PacketRuns.Judge {
  private static final int LOCAL_INFILE = 0xFB;
  private static final int UNKNOWN = -1;

  /** ER_NET_PACKET_TOO_LARGE, behind which a server closes the connection a moment later. */
  private static final int TOO_LARGE = 1153;

  private final ServerConnection connection;
  private final ReplyDelivery delivery;
  private final MysqlRequests requests;
  private final StateReports reports;
  private final boolean deprecatesEof;
  private final boolean takesFiles;
  private final PacketRuns packets;
  private final AnswerPlace place;
  private final LastWords lastWords;

  /** True if nothing of the answer has come. */
  private boolean fresh;

  /** Number of bytes received for an answer in a shared pipeline before its end. */
  private int held;

  /** The sequence number of the next packet; {@link #UNKNOWN} for any. */
  private int sequence;

  /** True if the next packet goes on with a payload. */
  private boolean continued;

  /** The flags of the last packet that had any. */
  private int status = StatusFlag.AUTOCOMMIT;

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
    this.packets = new PacketRuns(connection, delivery, this);
    this.place = new AnswerPlace(deprecatesEof);
    this.lastWords = new LastWords(connection, delivery, requests.last());
  }

  @Override
  public void expect(byte kind, ReplyOwner owner) {
    delivery.groups().begin(owner);
    delivery.groups().end();
  }

  /** A command is being sent: what comes now answers it. */
  void begin(CommandExchange exchange) {
    sequence = exchange.isShort() ? 1 : UNKNOWN;
    fresh = true;
    held = 0;
    continued = false;
    place.begin(exchange.command());
  }

  @Override
  public void read(ByteBuf consumed) {
    packets.read(consumed);
  }

  @Override
  public int wanted(ByteBuf from, int index, int end) {
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
    return Packet.HEADER + (place.wantsWhole(first, length) ? length : 1);
  }

  // ---- packets

  @Override
  public boolean packet() {
    int length = packets.length();
    int number = packets.sequence();
    int first = length == 0 ? UNKNOWN : packets.bytes().getUnsignedByte(packets.body());
    CommandExchange running = requests.running();
    if (running == null) {
      unasked(first, length);
      return false;
    }
    if (fresh) {
      fresh = false;
      if (running.ofClient()) {
        requests.last().begin();
      }
    }
    dropTakenBack(running);
    if (sequence != UNKNOWN && number != sequence) {
      return outOfSync("packet number " + number + " in the place of " + sequence);
    }
    sequence = number + 1 & 0xFF;
    if (continued) {
      continued = length == Packet.MAX_PAYLOAD;
      packets.skip(length, drops(running));
      return true;
    }
    if (first == ErrPacket.FIRST) {
      if (place.now() == Place.INFILE) {
        unasked(first, length);
        return false;
      }
      return error(length, running);
    }
    if (lastWords.withheld()) {
      lastWords.wereOfStatement();
    }
    return switch (place.now()) {
      case FIRST -> first(first, length, running);
      case DEFINITION -> place.definition() ? ends(length, status, running) : noted(length);
      case DEFINITIONS_END -> definitionsEnd(first, length, running);
      case ROW -> row(first, length, running);
      case INFILE -> outOfSync("a packet while it waits for a file");
    };
  }

  private boolean outOfSync(String what) {
    packets.pass();
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
    return ErrPacket.read(packets.payload(length), StandardCharsets.UTF_8);
  }

  /** The packet is its owner's, and says nothing to the connection. */
  private boolean noted(int length) {
    CommandExchange running = requests.running();
    continued = length == Packet.MAX_PAYLOAD;
    if (!drops(running)) {
      delivery.noted(ReplyDelivery.Part.ANSWER);
    }
    packets.skip(length, drops(running));
    return true;
  }

  private boolean drops(CommandExchange running) {
    return running.asksStatus() || delivery.absorbing();
  }

  /** The owner of an answer in a shared pipeline that is taken back has none of it. */
  private void dropTakenBack(CommandExchange running) {
    if (running.isShared() && delivery.absorbing()) {
      packets.drop();
    }
  }

  /**
   * More than can be held of an answer in a shared pipeline, until it is known what it leaves
   * behind, is dropped, and so is the rest.
   */
  @Override
  public boolean dropsPart(int bytes) {
    CommandExchange running = requests.running();
    if (running == null || !running.isShared()) {
      return false;
    }
    held += bytes;
    return delivery.absorbing() || (held > ReplySource.MOST_HELD && delivery.takesBack(false));
  }

  private boolean first(int first, int length, CommandExchange running) {
    if (length == 0) {
      return outOfSync("an empty packet");
    }
    switch (running.command()) {
      case Command.STATISTICS -> {
        return ends(length, status, running);
      }
      case Command.STMT_PREPARE -> {
        return prepared(length, running);
      }
      case Command.CHANGE_USER -> {
        if (first != OkPacket.OK) {
          sequence = UNKNOWN; // the node's turn
          requests.asked(packets.payload(length), packets.sequence());
          packets.skip(length, true);
          return !connection.closed();
        }
      }
      default -> {}
    }
    if (first == OkPacket.OK) {
      if (running.ofClient()) {
        requests.last().noRows();
      }
      return ok(length, running);
    }
    if (first == EofPacket.FIRST && length < Packet.MAX_PAYLOAD) {
      return rowsEnd(length, running);
    }
    if (first == LOCAL_INFILE && length > 1) {
      if (!takesFiles || !running.ofClient() || delivery.recipient() == null) {
        return outOfSync("a request for a file that nobody has offered");
      }
      boolean more = noted(length);
      place.infile();
      sequence = UNKNOWN;
      packets.pass();
      ReplyOwner owner = delivery.recipient();
      owner.copyInStarted(connection, 0);
      return more;
    }
    return resultBegins(first, length, running);
  }

  private boolean resultBegins(int first, int length, CommandExchange running) {
    ByteBuf in = packets.bytes();
    int body = packets.body();
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
    place.columns(columns, length > size && in.getByte(body + size) == 0);
    return noted(length);
  }

  private boolean prepared(int length, CommandExchange running) {
    ByteBuf in = packets.bytes();
    int body = packets.body();
    if (length < 9 || in.getByte(body) != OkPacket.OK) {
      return outOfSync("an answer to a PREPARE that is none");
    }
    connection.statements().parsed(in.getUnsignedIntLE(body + 1));
    int columns = in.getUnsignedShortLE(body + 5);
    int parameters = in.getUnsignedShortLE(body + 7);
    if (length >= 12 && in.getUnsignedShortLE(body + 10) > 0) {
      requests.last().diagnosticsOf(requests);
    }
    boolean withheld = length > 12 && in.getByte(body + 12) == 0;
    return place.prepared(parameters, columns, withheld)
        ? noted(length)
        : ends(length, status, running);
  }

  private boolean definitionsEnd(int first, int length, CommandExchange running) {
    if (first != EofPacket.FIRST || !EofPacket.fits(length) || length < 5) {
      return outOfSync("a packet that does not end definitions of columns");
    }
    int now = EofPacket.status(packets.bytes(), packets.body());
    if (running.command() == Command.STMT_PREPARE) {
      return place.nextDefinitions() ? noted(length) : ends(length, now, running);
    }
    // MariaDB also names a cursor that a procedure has open, whose caller has rows, and more.
    if (running.command() == Command.STMT_EXECUTE
        && requests.mayOpenCursor()
        && (now & (StatusFlag.CURSOR_EXISTS | StatusFlag.MORE_RESULTS))
            == StatusFlag.CURSOR_EXISTS) {
      return rowsEnd(length, running); // its rows are fetched
    }
    place.rows(now);
    return noted(length);
  }

  private boolean row(int first, int length, CommandExchange running) {
    if (place.endsRows(first, length)) {
      return rowsEnd(length, running);
    }
    noted(length);
    int more = 0;
    if (!continued && !drops(running)) { // most rows are short, and come with others
      more = packets.skipAlike(sequence, EofPacket.FIRST);
      sequence = sequence + more & 0xFF;
    }
    if (running.ofClient()) {
      requests.last().rows(1 + more);
    }
    return true;
  }

  /** An OK or EOF packet behind rows, or in the place of a result. */
  private boolean rowsEnd(int length, CommandExchange running) {
    if (deprecatesEof && length > 5) {
      return ok(length, running);
    }
    if (length < 5) {
      return outOfSync("an end of rows of " + length + " bytes");
    }
    int warnings = EofPacket.warnings(packets.bytes(), packets.body());
    if (running.ofClient()) {
      requests.last().ended(warnings);
    } else if (warnings > 0) {
      requests.last().diagnosticsOf(requests);
    }
    int said = EofPacket.status(packets.bytes(), packets.body());
    return resultEnds(length, said | place.unsaid(), running);
  }

  private boolean ok(int length, CommandExchange running) {
    int first = packets.bytes().getUnsignedByte(packets.body());
    OkPacket ok;
    byte[] told = null;
    LastAnswer.StateChange change = LastAnswer.StateChange.NONE;
    try {
      ok = OkPacket.read(packets.payload(length), true);
      if (ok.state().length > 0) {
        boolean behindRows = first != OkPacket.OK;
        change =
            reports.read(ok.state(), behindRows && (ok.status() & StatusFlag.MORE_RESULTS) != 0);
        ClientTracking tracking = running.tracking();
        told = tracking == null ? null : tracking.of(ok.state(), reports.ofTransactions());
      }
    } catch (IndexOutOfBoundsException | IllegalArgumentException | ArithmeticException e) {
      return outOfSync("a malformed OK packet");
    }
    if (running.ofClient()) {
      requests.last().ended(ok, change);
      if (first == OkPacket.OK) {
        delivery.affected(ok.affectedRows());
      }
    } else if (ok.warnings() > 0) {
      requests.last().diagnosticsOf(requests);
    }
    boolean tracks = running.tracking() != null;
    if (!running.ofClient() || (tracks ? told == null || told == ok.state() : !hasWords(ok))) {
      return resultEnds(length, ok.status(), running);
    }
    // The same in the bytes that such a client understands: never more of them.
    ByteBuf anew = packets.place(length);
    (told == null ? ok.withoutState() : ok.withState(told))
        .write(anew, packets.sequence(), first, tracks);
    int shorter = anew.writerIndex() - Packet.HEADER;
    return resultEnds(shorter, length - shorter, ok.status(), running);
  }

  private static boolean hasWords(OkPacket ok) {
    return ok.info().length > 0 || ok.state().length > 0;
  }

  private boolean resultEnds(int length, int now, CommandExchange running) {
    return resultEnds(length, 0, now, running);
  }

  /**
   * @param cut bytes behind the packet that were part of it
   */
  private boolean resultEnds(int length, int cut, int now, CommandExchange running) {
    if ((now & StatusFlag.MORE_RESULTS) == 0) {
      return ends(length, cut, now, running);
    }
    status = now;
    place.first();
    noted(length);
    packets.cut(cut);
    return true;
  }

  // ---- ends

  private boolean ends(int length, int now, CommandExchange running) {
    return ends(length, 0, now, running);
  }

  /** The packet ends the answer to the command. */
  private boolean ends(int length, int cut, int now, CommandExchange running) {
    status = now;
    if (running.isShared()) {
      leaves(now);
      dropTakenBack(running);
    }
    boolean drops = drops(running);
    if (running.then() != null) {
      packets.skip(length, drops);
      packets.cut(cut);
      requests.follow();
      return true;
    }
    TransactionState next = transactionState();
    delivery.ends(next);
    if (!drops && delivery.groups().first().endsApart(connection, next)) {
      packets.pass();
    }
    packets.end(length, cut, drops);
    ReplyOwner owner = delivery.groups().first();
    delivery.groups().dropFirst();
    requests.answered();
    delivery.complete(owner);
    return !connection.closed();
  }

  /**
   * Ensures that the state that a read in a shared pipeline leaves on the connection belongs to no
   * other session.
   */
  private void leaves(int now) {
    LastAnswer last = requests.last();
    if (!last.leavesBehind() && (now & StatusFlag.IN_TRANSACTION) == 0) {
      return;
    }
    last.diagnosticsOf(last);
    if (last.stateChange() != LastAnswer.StateChange.NONE) {
      connection.residue().taint();
    }
    if (last.error() == 0 && !delivery.absorbing()) {
      delivery.takesBack(true);
    }
  }

  private TransactionState transactionState() {
    return (status & StatusFlag.IN_TRANSACTION) == 0
        ? TransactionState.IDLE
        : TransactionState.OPEN;
  }

  private boolean error(int length, CommandExchange running) {
    if (length < 3) {
      return outOfSync("an error of " + length + " bytes");
    }
    if (ErrPacket.isProgress(packets.bytes(), packets.body(), length)) {
      return noted(length);
    }
    ServerError error = read(length);
    if (LastWords.mayBe(error) && !running.isShared()) {
      packets.pass();
      if (!running.failureHidesStatus()) {
        lastWords.announced(error);
        return false;
      }
      lastWords.withhold(error, packets.takeOut(length), running.ofClient());
      requests.failed(running);
      running.dropThen();
      requests.askStatus();
      requests.follow();
      return true;
    }
    if (error.number() == TOO_LARGE) {
      connection.residue().condemn("a statement above max_allowed_packet", error);
    }
    if (lastWords.withheld()) {
      lastWords.wereOfStatement();
    }
    if (running.asksStatus()) {
      return ends(length, status, running); // what it was before is the best that is known
    }
    if (running.goesOn(error)) {
      packets.skip(length, true);
      requests.follow();
      return true;
    }
    if (running.ofClient()) {
      requests.last().failed(error.number());
    }
    requests.failed(running);
    delivery.failed(error);
    if (running.command() == Command.STMT_PREPARE) {
      connection.statements().refused(1);
    }
    if (!delivery.absorbs(error)) {
      delivery.noted(ReplyDelivery.Part.ANSWER);
    }
    running.dropThen();
    if (running.failureHidesStatus() && !requests.sentBehind()) { // else the next answer says so
      requests.askStatus();
    }
    return ends(length, status, running);
  }

  // ---- what else the core asks

  /** The flags that were said last. */
  int status() {
    return status;
  }

  @Override
  public boolean cutReply() {
    return packets.cutOff();
  }

  @Override
  public boolean copyIn() {
    return place.now() == Place.INFILE;
  }

  @Override
  public void copyInEnded() {
    if (copyIn()) {
      place.first();
    }
  }

  @Override
  public List<List<String>> rows(ByteBuf messages) {
    return TextRows.of(messages, deprecatesEof);
  }

  @Override
  public void lost() {
    packets.lost();
    place.first();
    CommandExchange running = requests.running();
    requests.lost();
    if (lastWords.withheld()) {
      lastWords.lost();
    } else if (running != null && running.asksStatus()) {
      // Its owner has had the whole answer: what is lost is no more than how it stands.
      delivery.ends(transactionState());
      ReplyOwner owner = delivery.groups().first();
      delivery.groups().dropFirst();
      delivery.complete(owner);
    }
  }
}
