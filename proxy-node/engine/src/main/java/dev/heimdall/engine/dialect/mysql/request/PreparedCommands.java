package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.StateQuery;
import dev.heimdall.engine.dialect.mysql.sql.MysqlEffect;
import dev.heimdall.engine.foreign.ForeignSource;
import dev.heimdall.engine.lease.SessionState;
import dev.heimdall.engine.pipeline.ClassifiedText;
import dev.heimdall.engine.pipeline.Responder;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.prepared.ServerStatements;
import dev.heimdall.engine.prepared.StatementName;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.session.ClientInput;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.statement.StatementLifecycle;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.mysql.AgreedCapabilities;
import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.engine.wire.mysql.Packet;
import dev.heimdall.engine.wire.mysql.StatusFlag;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A client's prepared statements. The client knows them by the node's numbers, each server
 * connection by its own; a connection that lacks one is told to prepare it first.
 */
final class PreparedCommands implements Responder {
  /** Rows of an execution wait on the server connection. */
  private static final PinReason CURSOR = PinReason.harmless("cursor");

  /** MariaDB's drivers call the statement so that they have prepared last. */
  private static final int LAST = -1;

  /** Of an answer that is kept for other clients; with more, a server is asked each time. */
  private static final int LONGEST_KEPT = 1 << 20;

  /** More than 65,535 parameters and 4,096 columns of a result are told with. */
  private static final int LONGEST_ANSWER = 16 << 20;

  private static final ServerError TOO_MUCH_DATA =
      ServerError.fatal("08S01", "Got a packet bigger than 'max_allowed_packet' bytes")
          .withNumber(1153);

  /** Settings by which a text means something else, or its columns are described otherwise. */
  private static final List<String> READING =
      List.of(
          "sql_mode",
          "character_set_client",
          "character_set_results",
          "character_set_connection",
          "collation_connection");

  private final RequestParts parts;
  private final HandledClient client;
  private final ClientInput input;
  private final StatementLifecycle lifecycle;
  private final SessionState carried;
  private final AgreedCapabilities agreed;
  private final QueryText text;
  private final SessionLexing lexing;
  private final ClientAnswers answers;
  private final SentStatements notes;
  private final Aftermath aftermath;
  private final ForeignCommands foreign;

  private final Map<Integer, ClientStatement> statements = new HashMap<>(4);
  private int last;
  private long longBytes;

  /** What is being prepared for the command at the reader's position; null for nothing. */
  private Preparation preparing;

  /** What is being prepared has no number yet: it is nobody's when the client goes. */
  private PreparedStatement unnumbered;

  /** Whose execution or fetch is unanswered; null for none. */
  private ClientStatement running;

  PreparedCommands(
      RequestParts parts,
      AgreedCapabilities agreed,
      QueryText text,
      SessionLexing lexing,
      ClientAnswers answers,
      SentStatements notes,
      Aftermath aftermath,
      ForeignCommands foreign) {
    this.parts = parts;
    this.client = parts.client();
    this.input = parts.input();
    this.lifecycle = parts.lifecycle();
    this.carried = parts.carried();
    this.agreed = agreed;
    this.text = text;
    this.lexing = lexing;
    this.answers = answers;
    this.notes = notes;
    this.aftermath = aftermath;
    this.foreign = foreign;
  }

  // ---- without a server

  @Override
  public Outcome answer(byte type, long total) {
    switch (type) {
      case Command.STMT_PREPARE -> {
        return prepareKnown(total);
      }
      case Command.STMT_SEND_LONG_DATA -> {
        return keepLongData(total);
      }
      case Command.STMT_CLOSE -> {
        return close(total);
      }
      case Command.STMT_EXECUTE -> {
        return known(total, "mysqld_stmt_execute") == null ? Outcome.DONE : Outcome.NEXT;
      }
      case Command.STMT_RESET -> {
        ClientStatement reset = known(total, "mysqld_stmt_reset");
        if (reset == null) {
          return Outcome.DONE;
        }
        forgetLongData(reset);
        if (reset.cursor) {
          return Outcome.NEXT;
        }
        answers.ok(total, 0);
        return Outcome.DONE;
      }
      case Command.STMT_FETCH -> {
        ClientStatement fetched = known(total, "mysqld_stmt_fetch");
        if (fetched != null && !fetched.cursor) {
          answers.error(
              total, 1421, "HY000", "The statement (" + fetched.id + ") has no open cursor.");
        }
        return fetched == null || !fetched.cursor ? Outcome.DONE : Outcome.NEXT;
      }
      default -> {
        return Outcome.NEXT;
      }
    }
  }

  /** The statement that the command at the reader's position names; if none, it is answered so. */
  private ClientStatement known(long total, String command) {
    ClientStatement found = named();
    if (found == null) {
      answers.error(
          total,
          1243,
          "HY000",
          "Unknown prepared statement handler (" + number() + ") given to " + command);
    }
    return found;
  }

  private ClientStatement named() {
    return named(input.bytes(), input.bytes().readerIndex());
  }

  private ClientStatement named(ByteBuf in, int at) {
    int number = Packet.payload(in, at) < 5 ? 0 : in.getIntLE(at + Packet.HEADER + 1);
    return statements.get(number == LAST ? last : number);
  }

  private String number() {
    ByteBuf in = input.bytes();
    int at = in.readerIndex();
    return Packet.payload(in, at) < 5
        ? ""
        : Integer.toUnsignedString(in.getIntLE(at + Packet.HEADER + 1));
  }

  private Outcome keepLongData(long total) {
    ClientStatement of = named();
    if (of != null) {
      if (longBytes + total > parts.limits().maxMessageSize()) {
        client.fatal(TOO_MUCH_DATA);
        return Outcome.WAIT;
      }
      of.add(input.bytes(), (int) total);
      longBytes += total;
    }
    input.begin(total, true);
    return Outcome.DONE;
  }

  private void forgetLongData(ClientStatement of) {
    longBytes -= of.longBytes();
    of.forgetLongData();
  }

  private Outcome close(long total) {
    ClientStatement closed = named();
    input.begin(total, true);
    if (closed != null) {
      statements.remove(closed.id);
      forgetLongData(closed);
      parts.sessions().statements().release(closed.statement);
      if (closed.cursor) {
        closed.cursor = false;
        closeCursor(closed);
      }
    }
    return Outcome.DONE;
  }

  /** What is left of a cursor on the connection goes, whatever its client has fetched. */
  private void closeCursor(ClientStatement of) {
    ServerConnection server = client.server();
    if (server == null || statements.values().stream().anyMatch(one -> one.cursor)) {
      return;
    }
    ServerSide.of(server)
        .resetStatement(
            of.statement.name(),
            new InternalQuery() {
              @Override
              protected void done(ServerConnection from, ServerError error) {
                carried.unpin(CURSOR);
                answers.after(from);
              }
            });
  }

  // ---- preparing

  /** What a text is to be prepared as. */
  private static final class Preparation {
    final PreparedStatement statement;
    final ClassifiedText examined;

    /** Whether it is its client's first: whoever drops it releases the statement. */
    final boolean first;

    boolean underWay;
    boolean done;
    ServerError error;
    KnownAnswer answer;

    Preparation(PreparedStatement statement, ClassifiedText examined, boolean first) {
      this.statement = statement;
      this.examined = examined;
      this.first = first;
    }
  }

  private Outcome prepareKnown(long total) {
    if (preparing != null) {
      return preparing.underWay ? blocked() : Outcome.NEXT;
    }
    text.read(input.bytes(), total, false);
    byte[] sql = text.copy();
    if (!lifecycle.preview(sql, text.length(), lexing.mode())) {
      return blocked();
    }
    int most = client.settings().prepared().perClient();
    if (statements.size() >= most) {
      answers.error(
          total,
          1461,
          "42000",
          "Can't create more than max_prepared_stmt_count statements (current value: "
              + most
              + ")");
      return Outcome.DONE;
    }
    StatementFacts facts = lifecycle.previewed().effects();
    if (SessionKills.refusal(facts) != null // what it kills is found out when it is sent
        || Aftermath.has(facts, MysqlEffect.SETS_TRACKING)) {
      answers.error(
          total,
          1295,
          "HY000",
          "This command is not supported in the prepared statement protocol yet");
      return Outcome.DONE;
    }
    Decision decision = lifecycle.previewed().decision();
    if (decision.forward().isPresent() && aftermath.lets(facts, () -> false, true)) {
      client.settle(); // else it would not go where its executions do
      return blocked();
    }
    ClassifiedText examined = lifecycle.previewed().examine(sql, lexing.mode());
    byte[] sent =
        lifecycle.transformed().map(to -> to.getBytes(StandardCharsets.UTF_8)).orElse(sql);
    PreparedStatement statement = statement(sent, facts);
    unnumbered = statement;
    ForeignSource elsewhere = foreign.of(facts, decision);
    if (elsewhere != null) {
      int id = last + 1;
      return foreign.prepare(
          total,
          elsewhere,
          sent,
          facts,
          id,
          parameters -> keep(id, statement, examined, parameters),
          this::forgetUnnumbered);
    }
    if (statement.source() instanceof KnownAnswer known
        && parts.resolution().isSettled()
        && !parts.transaction().definitionsPending()) {
      give(total, statement, examined, known);
      return Outcome.DONE;
    }
    preparing = new Preparation(statement, examined, true);
    return Outcome.NEXT;
  }

  private Outcome blocked() {
    parts.control().block();
    return Outcome.WAIT;
  }

  private PreparedStatement statement(byte[] sql, StatementFacts facts) {
    StringBuilder scope = new StringBuilder(parts.resolution().scope());
    scope.append('\0').append(agreed.flags());
    for (String name : READING) {
      scope.append('\0').append(now(name));
    }
    if (!parts.resolution().isSettled()) {
      scope.append('\0').append(now(MysqlSettings.DATABASE));
    }
    return parts
        .sessions()
        .statements()
        .acquire(
            sql,
            sql.length,
            PreparedStatement.Origin.NAMED,
            facts,
            scope.toString(),
            client.schemaEpoch());
  }

  /** In a transaction the server has reported what is not carried yet. */
  private String now(String name) {
    ServerConnection server = client.server();
    String reported =
        server == null || parts.resolution().isSettled() ? null : server.reported().get(name);
    return reported == null ? carried.variables().get(name) : reported;
  }

  private void give(
      long total, PreparedStatement statement, ClassifiedText examined, KnownAnswer known) {
    keep(last + 1, statement, examined, known.parameters());
    answers.give(total, known.numbered(last, client.alloc()));
  }

  private void keep(int id, PreparedStatement statement, ClassifiedText examined, int parameters) {
    String database = now(MysqlSettings.DATABASE);
    statements.put(id, new ClientStatement(id, statement, examined, parameters, database));
    last = id;
    unnumbered = null;
  }

  private void forgetUnnumbered() {
    if (unnumbered != null) {
      parts.sessions().statements().release(unnumbered);
      unnumbered = null;
    }
  }

  /** Has the server prepare a text that nobody has prepared yet, as far as is known. */
  private boolean prepare(ServerConnection server, long total) {
    Preparation now = preparing;
    if (now.done) {
      preparing = null;
      if (now.error != null) {
        forgetUnnumbered();
        aftermath.failed(server);
        answers.error(total, now.error);
      } else {
        give(total, now.statement, now.examined, now.answer);
      }
      client.settle();
      return true;
    }
    parts.control().block();
    if (!now.underWay) {
      now.underWay = true;
      ask(server, now);
    }
    return false;
  }

  private void ask(ServerConnection server, Preparation now) {
    makeRoom(server, now.statement);
    ServerSide.of(server)
        .prepare(
            now.statement,
            new Preparing() {
              @Override
              protected void done(ServerConnection from, ServerError error) {
                now.underWay = false;
                if (!from.closed()) {
                  now.done = true;
                  now.error = error;
                  if (error == null) {
                    now.answer = answer(now.statement);
                  }
                }
                client.resumeReading();
              }
            });
  }

  /** The server closes those that were not used for long, and what it has of this one. */
  private void makeRoom(ServerConnection server, PreparedStatement statement) {
    ServerStatements there = server.statements();
    if (there.confirmed(statement)) {
      ServerSide.of(server).close(statement.name());
    }
    if (carried.pins().contains(CURSOR)) {
      return; // which may be that of the one that was not used for longest
    }
    for (StatementName victim = there.victimOf(statement);
        victim != null;
        victim = there.victimOf(statement)) {
      ServerSide.of(server).close(victim);
    }
  }

  /** A preparation, with its answer. */
  private abstract static class Preparing extends InternalQuery {
    private final ByteArrayOutputStream packets = new ByteArrayOutputStream(256);

    @Override
    protected void notified(ServerConnection from, ByteBuf messages) {
      if (packets.size() + messages.readableBytes() > LONGEST_ANSWER) {
        from.close("an answer of more than " + LONGEST_ANSWER + " bytes to a PREPARE");
        return;
      }
      byte[] run = new byte[messages.readableBytes()];
      messages.getBytes(messages.readerIndex(), run);
      packets.writeBytes(run);
    }

    /** What the server has said, kept with the statement unless it is long. */
    KnownAnswer answer(PreparedStatement statement) {
      KnownAnswer answer = new KnownAnswer(packets.toByteArray());
      if (packets.size() <= LONGEST_KEPT) {
        statement.source(answer);
      }
      return answer;
    }
  }

  // ---- executing

  /** Has rules decide on the statement that is to be executed. */
  boolean judge() {
    return lifecycle.judge(named().examined);
  }

  /** Has the execution at the reader's position carried out elsewhere, if that is its way. */
  Outcome forwarded(long total) {
    ClientStatement of = named();
    if (!foreign.takes(of)) {
      return Outcome.NEXT;
    }
    List<Object> values = values(total, of);
    Outcome outcome =
        values == null ? incorrectArguments(total) : foreign.execute(total, of, values);
    if (outcome == Outcome.DONE) {
      forgetLongData(of);
    }
    return outcome;
  }

  /** The text of the execution at the reader's position, with its values; empty for none. */
  Optional<String> inText(long total) {
    ClientStatement of = named();
    List<Object> values = values(total, of);
    return values == null
        ? Optional.empty()
        : ExecuteValues.inText(of.statement.body(), lexing.mode(), values);
  }

  /** The execution at the reader's position is answered: what was sent ahead of it is over. */
  void taken() {
    forgetLongData(named());
  }

  /** Of the parameters; null where the command is malformed. */
  private List<Object> values(long total, ClientStatement of) {
    ExecuteCommand command = ExecuteCommand.read(input.bytes(), total, of.parameters, agreed);
    if (command != null && command.types() != null) {
      of.types(command.types());
    }
    if (command == null || (of.types() == null && of.parameters > 0)) {
      return null;
    }
    try {
      return command.values(of.parameters, of.types(), of.longValues());
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      return null;
    }
  }

  private Outcome incorrectArguments(long total) {
    lifecycle.settled();
    answers.error(total, 1210, "HY000", "Incorrect arguments to mysqld_stmt_execute");
    return Outcome.DONE;
  }

  boolean forward(ServerConnection server, byte type, long total) {
    if (type == Command.STMT_PREPARE) {
      return prepare(server, total);
    }
    ClientStatement of = named();
    if (type == Command.STMT_EXECUTE) {
      return execute(server, of, total);
    }
    notes.sent(SentStatements.OF_SESSION);
    begin(server, type, of);
    if (type == Command.STMT_RESET) {
      of.cursor = false;
    }
    renumbered(server, of, total);
    return true;
  }

  private void begin(ServerConnection server, byte type, ClientStatement of) {
    running = of;
    answers.begin(server, type);
  }

  private boolean execute(ServerConnection server, ClientStatement of, long total) {
    PreparedStatement statement = of.statement;
    if (!ready(server, of)
        || !aftermath.ready(server, statement.facts(), statement::body, lexing.mode())) {
      return false;
    }
    ExecuteCommand command = ExecuteCommand.read(input.bytes(), total, of.parameters, agreed);
    if (command == null || (command.types() == null && of.types() == null && of.parameters > 0)) {
      return incorrectArguments(total) == Outcome.DONE;
    }
    if (!ServerSide.of(server).executes(statement.name(), command.opensCursor())) {
      return execute(server, of, total);
    }
    notes.statement(server, statement.facts());
    server.statements().bound(statement);
    sendLongData(server, of);
    begin(server, Command.STMT_EXECUTE, of);
    if (command.types() != null) {
      of.types(command.types());
      renumbered(server, of, total);
    } else if (of.parameters == 0) {
      renumbered(server, of, total);
    } else {
      input.cut();
      ByteBuf message = command.with(of.types(), handle(server, of));
      input.out(message.readableBytes()).writeBytes(message);
      input.bytes().skipBytes((int) total);
    }
    return true;
  }

  /** Whether the server has the statement; else it is asked to prepare it. */
  private boolean ready(ServerConnection server, ClientStatement of) {
    if (server.statements().confirmed(of.statement)) {
      if (preparing != null) {
        preparing = null;
      }
      return true;
    }
    if (preparing != null && preparing.done) {
      ServerError error = preparing.error;
      preparing = null;
      if (error != null) {
        lifecycle.settled();
        aftermath.failed(server);
        answers.error(
            Packet.HEADER + Packet.payload(input.bytes(), input.bytes().readerIndex()), error);
        client.settle();
        return false;
      }
    }
    parts.control().block();
    if (preparing == null || !preparing.underWay) { // or its connection was lost
      preparing = new Preparation(of.statement, of.examined, false);
      preparing.underWay = true;
      String before = database(server, of.database);
      String now = database(server, now(MysqlSettings.DATABASE));
      boolean elsewhere = !before.equals(now);
      if (elsewhere) {
        use(server, before);
      }
      ask(server, preparing);
      if (elsewhere) {
        use(server, now);
      }
    }
    return false;
  }

  /** The database of this name, or that was logged in to where it is null. */
  private static String database(ServerConnection server, String name) {
    return name == null ? server.target().database() : name;
  }

  /**
   * The names of a statement are looked up in the database that was the default when its client
   * prepared it.
   */
  private void use(ServerConnection server, String name) {
    if (name.isEmpty()) {
      return; // no way leads back to none
    }
    server.query(
        "USE `" + name.replace("`", "``") + "`",
        new StateQuery("USE") {
          @Override
          protected void ended(ServerConnection from, ServerError error) {
            client.resumeReading(); // what waits could not be sent before
          }
        });
  }

  private static int handle(ServerConnection server, ClientStatement of) {
    return (int) server.statements().handle(of.statement.name());
  }

  /** Passes the command at the reader's position on with the server's number of the statement. */
  private void renumbered(ServerConnection server, ClientStatement of, long total) {
    input.cut();
    ByteBuf in = input.bytes();
    int head = Packet.HEADER + 5;
    input
        .out(head)
        .writeBytes(in, in.readerIndex(), Packet.HEADER + 1)
        .writeIntLE(handle(server, of));
    in.skipBytes(head);
    input.begin(total - head, false);
  }

  private void sendLongData(ServerConnection server, ClientStatement of) {
    input.cut();
    for (byte[] part : of.longData()) {
      ByteBuf out = input.out(part.length);
      int at = out.writerIndex();
      out.writeBytes(part).setIntLE(at + Packet.HEADER + 1, handle(server, of));
    }
    forgetLongData(of);
  }

  /** Whether the execution at this place goes to a server as it stands there, but for numbers. */
  boolean runsAsIs(ByteBuf in, int at) {
    ClientStatement of = named(in, at);
    return of != null && !of.hasLongData();
  }

  /** The command that was sent last was answered. */
  void answered(ServerConnection from) {
    ClientStatement of = running;
    running = null;
    if (of == null) {
      return;
    }
    int status = ServerSide.of(from).status();
    boolean open =
        (status & StatusFlag.CURSOR_EXISTS) != 0 && (status & StatusFlag.LAST_ROW_SENT) == 0;
    if (open != of.cursor) {
      of.cursor = open;
    }
    if (open) {
      carried.pin(CURSOR);
      from.taint();
    } else if (statements.values().stream().noneMatch(one -> one.cursor)) {
      carried.unpin(CURSOR);
    }
  }

  // ---- the end

  /** The command at the reader's position is over before it was sent. */
  void refused() {
    if (preparing != null && preparing.first) {
      parts.sessions().statements().release(preparing.statement);
    }
    preparing = null;
  }

  long held() {
    return longBytes;
  }

  /** The client has no prepared statements any more. */
  void forget() {
    for (ClientStatement each : statements.values()) {
      parts.sessions().statements().release(each.statement);
    }
    statements.clear();
    forgetUnnumbered();
    longBytes = 0;
    refused();
    running = null;
  }
}
