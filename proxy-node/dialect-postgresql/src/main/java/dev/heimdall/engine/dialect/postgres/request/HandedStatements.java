package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.handover.StateReader;
import dev.heimdall.engine.handover.StateWriter;
import dev.heimdall.engine.handover.UnreadableStateException;
import dev.heimdall.engine.pipeline.ClassifiedText;
import dev.heimdall.engine.prepared.PreparedNames;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.prepared.PreparedStatement.Origin;
import dev.heimdall.engine.prepared.StatementRegistry;
import dev.heimdall.engine.prepared.StatementShape;
import dev.heimdall.engine.prepared.UnnamedStatement;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.LoopSessions;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.session.statement.StatementLifecycle;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A client's prepared statements on their way to another process: names, texts, types, and what the
 * client knows of columns. What they do is found out anew there.
 */
final class HandedStatements {
  private static final int VERSION = 1;

  private static final byte[] PREPARE = "PREPARE x".getBytes(StandardCharsets.US_ASCII);

  private final SessionState carried;
  private final PreparedNames prepared;
  private final LoopSessions sessions;
  private final StatementLifecycle lifecycle;
  private final ServerNames names;
  private final HandledClient client;
  private final UnnamedStatement unnamed;

  HandedStatements(RequestParts parts, ServerNames names, UnnamedStatement unnamed) {
    this.carried = parts.carried();
    this.prepared = carried.names();
    this.sessions = parts.sessions();
    this.lifecycle = parts.lifecycle();
    this.client = parts.client();
    this.names = names;
    this.unnamed = unnamed;
  }

  /** True if they mean the same elsewhere: no name of this process is in a text. */
  boolean mayMove() {
    byte[] content = unnamed.content();
    if (content != null
        && (namesOthers(unnamed.facts())
            || names.lexing().isAmbiguous(content, textLength(content)))) {
      return false;
    }
    AtomicBoolean all = new AtomicBoolean(!names.own().awaitsClose(carried.done()));
    prepared.forEach(
        (name, statement) -> {
          if (statement.isClientNamed() || namesOthers(statement.facts())) {
            all.set(false);
          }
        });
    return all.get();
  }

  private static boolean namesOthers(StatementFacts facts) {
    for (Effect effect : facts.effects()) {
      switch (effect.type()) {
        case EXECUTE, DEALLOCATE, PREPARE -> {
          return true;
        }
        default -> {}
      }
    }
    return false;
  }

  void write(StateWriter out) {
    out.number(VERSION).number(prepared.size());
    prepared.forEach((name, statement) -> write(name, statement, out));
    byte[] content = unnamed.content();
    out.bytes(content);
    if (content != null) {
      write((ClassifiedText) unnamed.source(), content, out);
    }
  }

  private void write(byte[] name, PreparedStatement statement, StateWriter out) {
    out.bytes(name).bytes(statement.body()).text(statement.scope());
    out.flag(statement.isSql()).flag(statement.isAlone());
    out.flag(statement.parsedBefore(client.schemaEpoch()));
    StatementShape shape = statement.shape();
    out.flag(shape != null);
    if (shape != null) {
      out.bytes(shape.toBytes());
    }
    write((ClassifiedText) statement.source(), statement.body(), out);
  }

  /**
   * Writes the input of rules: the text that the client sent, which differs where a rule changed
   * it.
   */
  private static void write(ClassifiedText source, byte[] body, StateWriter out) {
    if (source == null) {
      out.bytes(null);
    } else {
      out.bytes(source.sql(), source.length(), body);
      out.lexerMode(source.lexerMode());
      int[] types = source.types();
      ByteBuffer bytes = ByteBuffer.allocate(4 * types.length);
      bytes.asIntBuffer().put(types);
      out.bytes(bytes.array());
    }
  }

  void read(StateReader in) {
    in.version(VERSION, "the state of prepared statements");
    for (int left = in.count(); left > 0; left--) {
      readNamed(in);
    }
    byte[] content = in.bytes();
    if (content != null) {
      ClassifiedText source = source(in, content);
      unnamed.source(source, ClassifiedText.weight(source));
      unnamed.becomes(content, facts(content, 0, textLength(content)));
    }
  }

  private void readNamed(StateReader in) {
    byte[] name = in.bytes();
    byte[] body = in.bytes();
    String scope = in.text();
    boolean sql = in.flag();
    boolean alone = in.flag();
    long epoch = in.flag() ? HandledClient.EARLIER_EPOCH : client.schemaEpoch();
    StatementShape shape = in.flag() ? StatementShape.of(in.bytes()) : null;
    ClassifiedText source = source(in, body);
    Origin origin = sql ? Origin.SQL : Origin.NAMED;
    StatementFacts facts = sql ? ofPrepare(body) : facts(body, 0, textLength(body));
    StatementRegistry registry = sessions.statements();
    PreparedStatement statement =
        alone
            ? registry.acquireAlone(null, body, origin, facts, scope, epoch)
            : registry.acquire(body, body.length, origin, facts, scope, epoch);
    if (shape != null && statement.shape() != null && !shape.equals(statement.shape())) {
      registry.release(statement);
      statement = registry.acquireAlone(null, body, origin, facts, scope, epoch);
    }
    if (shape != null && statement.shape() == null) {
      statement.shape(shape, HandledClient.EARLIER_EPOCH);
    }
    if (statement.source() == null) {
      statement.source(source);
    }
    prepared.put(name, statement);
  }

  private ClassifiedText source(StateReader in, byte[] body) {
    byte[] sql = in.bytes(body);
    if (sql == null) {
      return null;
    }
    LexerMode mode = in.lexerMode();
    byte[] bytes = in.bytes();
    int[] types = new int[bytes.length / 4];
    ByteBuffer.wrap(bytes).asIntBuffer().get(types);
    return lifecycle.judges() ? lifecycle.previewed().examine(sql, mode, types) : null;
  }

  private StatementFacts facts(byte[] sql, int from, int length) {
    return sessions.classifier().classify(sql, from, length, names.lexerMode(sql, from, length));
  }

  /** Of a statement of SQL PREPARE what follows its name is known. */
  private StatementFacts ofPrepare(byte[] body) {
    byte[] sql = Arrays.copyOf(PREPARE, PREPARE.length + body.length);
    System.arraycopy(body, 0, sql, PREPARE.length, body.length);
    StatementFacts facts = facts(sql, 0, sql.length);
    if (facts.kind() != StatementKind.PREPARE || facts.effects().isEmpty()) {
      throw new UnreadableStateException("a statement of SQL PREPARE is none");
    }
    return SimpleStatements.inner(facts);
  }

  /** A body has a zero byte behind its text. */
  private static int textLength(byte[] body) {
    int end = 0;
    while (end < body.length && body[end] != 0) {
      end++;
    }
    return end;
  }
}
