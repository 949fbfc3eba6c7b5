package dev.heimdall.engine.toy;

import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.journal.Journal;
import dev.heimdall.engine.journal.TransactionLog;
import dev.heimdall.engine.pipeline.AnswerOrder;
import dev.heimdall.engine.pipeline.ClassifiedText;
import dev.heimdall.engine.pipeline.Request;
import dev.heimdall.engine.pipeline.Responder;
import dev.heimdall.engine.pipeline.Responder.Outcome;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.RequestHandler;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.session.answer.DelayedBegins;
import dev.heimdall.engine.session.answer.RuleResults;
import dev.heimdall.engine.session.statement.NextStatement;
import dev.heimdall.engine.session.statement.StatementLifecycle;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What a client of the toy protocol asks for: statements as text; statements that it prepares, for
 * which the node gives out numbers of its own and servers theirs; and, amid a statement, its end.
 */
final class ToyStatements implements RequestHandler {
  /** What a client may send. */
  private static final String KNOWN =
      new String(
          new byte[] {ToyFrame.QUERY, ToyFrame.PREPARE, ToyFrame.EXECUTE, ToyFrame.LEAVE},
          StandardCharsets.US_ASCII);

  private final RequestParts parts;
  private final HandledClient client;
  private final StatementLifecycle lifecycle;
  private final NextStatement next;
  private final ToyRequest request;

  /** Those that the client has prepared; it knows them by their places, from 1 on. */
  private final List<Prepared> prepared = new ArrayList<>();

  private record Prepared(PreparedStatement statement, ClassifiedText examined) {}

  ToyStatements(RequestParts parts) {
    this.parts = parts;
    this.client = parts.client();
    this.lifecycle = parts.lifecycle();
    this.next = parts.lifecycle().next();
    this.request = new ToyRequest(parts);
    ((ToyEncoder) client.encoder()).onStop(client::cancel);
  }

  // ---- the steps of the path

  @Override
  public Outcome dialogue(byte type, long total) {
    return Outcome.NEXT;
  }

  @Override
  public boolean framed(ServerConnection server, byte type, long total) {
    if (KNOWN.indexOf(type) < 0) {
      client.protocolError("no client sends " + (char) type);
      return false;
    }
    if (type == ToyFrame.EXECUTE && total != ToyFrame.HEADER + Integer.BYTES) {
      client.protocolError("what is executed has no number");
      return false;
    }
    return parts.input().whole(total, parts.limits().maxStatementSize());
  }

  @Override
  public boolean begins(ServerConnection server, byte type) {
    return type != ToyFrame.LEAVE;
  }

  @Override
  public boolean judged(byte type, long total) {
    boolean judged = true;
    if (type == ToyFrame.QUERY) {
      byte[] sql = ToyFrame.text(text());
      judged = lifecycle.judge(sql, 0, sql.length, LexerMode.STANDARD, false);
    } else if (known() != null) {
      judged = lifecycle.judge(known().examined());
    }
    if (!judged) {
      parts.control().block();
    }
    return judged;
  }

  @Override
  public Request request(ServerConnection server, byte type, long total) {
    return request.at(server, type, total);
  }

  @Override
  public List<Responder> commands() {
    return List.of(this::prepare, this::unknown);
  }

  @Override
  public AnswerOrder answerOrder() {
    return new AnswerOrder(
        Responder.NONE,
        new RuleResults(parts),
        Responder.NONE,
        new DelayedBegins(parts),
        Responder.NONE,
        Responder.NONE,
        Responder.NONE);
  }

  @Override
  public boolean leaves(byte type) {
    boolean leaves = parts.destinations().awaitsDeparture();
    if (leaves) {
      parts.control().block();
    }
    return leaves;
  }

  @Override
  public boolean aside(byte type, long total) {
    client.terminate();
    return false;
  }

  @Override
  public boolean forward(ServerConnection server, byte type, long total) {
    if (type == ToyFrame.LEAVE) {
      return aside(type, total);
    }
    if (type == ToyFrame.EXECUTE && !ready(server)) {
      parts.control().block();
      return false;
    }
    StatementFacts facts = next.effects();
    String text = next.decision().transformed().orElseGet(this::text);
    lifecycle.sent(server);
    parts.notes().statement(facts);
    parts.transaction().sent(facts, parts.carried().sent());
    if (!facts.effects().isEmpty()) {
      parts.carried().note(facts);
    }
    if (type == ToyFrame.QUERY) {
      server.query(text, client.owner());
    } else {
      ((ToyRequests) server.requests()).execute(known().statement(), client.owner());
    }
    client.groupSent();
    parts.input().begin(total, true);
    return true;
  }

  /** Whether the server has numbered the statement that is to be executed; else it is asked to. */
  private boolean ready(ServerConnection server) {
    PreparedStatement statement = known().statement();
    if (server.statements().confirmed(statement)) {
      return true;
    }
    if (!server.statements().knows(statement)) {
      ((ToyRequests) server.requests())
          .prepare(
              statement,
              new InternalQuery() {
                @Override
                protected void done(ServerConnection from, ServerError error) {
                  if (error == null || from.closed()) {
                    client.resumeReading();
                  } else {
                    parts.control().refuse(error); // the next one would be rejected, too
                  }
                }
              });
    }
    return false;
  }

  // ---- who answers

  private Outcome prepare(Request asked) {
    if (asked.kind() != Request.Kind.PREPARATION) {
      return Outcome.NEXT;
    }
    ServerError full = parts.sessions().statements().refusesAnother();
    if (full != null) {
      parts.control().refuse(full);
      return Outcome.DONE;
    }
    byte[] sql = ToyFrame.text(text());
    if (!lifecycle.preview(sql, sql.length, LexerMode.STANDARD)) {
      parts.control().block();
      return Outcome.WAIT;
    }
    byte[] sent = lifecycle.transformed().map(ToyFrame::text).orElse(sql);
    PreparedStatement statement =
        parts
            .sessions()
            .statements()
            .acquire(
                sent,
                sent.length,
                PreparedStatement.Origin.NAMED,
                lifecycle.previewed().effects(),
                "",
                client.schemaEpoch());
    prepared.add(new Prepared(statement, lifecycle.previewed().examine(sql, LexerMode.STANDARD)));
    request.take();
    ByteBuf out = client.alloc().buffer();
    ToyFrame.write(out, ToyFrame.HANDLE, 0, ToyFrame.numbers(prepared.size()));
    client.encoder().ready(client.status(), out);
    client.write(out);
    return Outcome.DONE;
  }

  /** Nothing is judged of a number that stands for nothing. */
  private Outcome unknown(Request asked) {
    if (asked.kind() != Request.Kind.EXECUTION || known() != null) {
      return Outcome.NEXT;
    }
    if (client.outstanding() > 0) {
      parts.control().block(); // other answers come first
      return Outcome.WAIT;
    }
    parts.control().refuse(ServerError.error("26000", "no such statement"));
    return Outcome.DONE;
  }

  private String text() {
    ByteBuf in = parts.input().bytes();
    return ToyFrame.text(in, in.readerIndex());
  }

  /** What the request at the reader's position executes; null when there is no such thing. */
  private Prepared known() {
    ByteBuf in = parts.input().bytes();
    int number = ToyFrame.number(in, in.readerIndex(), 0);
    return number < 1 || number > prepared.size() ? null : prepared.get(number - 1);
  }

  // ---- one request at a time

  @Override
  public boolean awaitsRest(ServerConnection server) {
    return !server.quiet();
  }

  @Override
  public void atRest() {
    client.resumeReading();
    client.settle();
  }

  // ---- nothing waits, or is shared

  @Override
  public long held() {
    return 0;
  }

  @Override
  public void note(Journal journal, ByteBuf in, byte type, int total) {
    if (!(type == ToyFrame.QUERY || type == ToyFrame.EXECUTE)) {
      journal.spoil();
    }
  }

  @Override
  public void note(TransactionLog log, ByteBuf from, int at, int length) {
    log.count();
  }

  @Override
  public void forget() {
    prepared.forEach(one -> parts.sessions().statements().release(one.statement()));
    prepared.clear();
  }
}
