package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.lease.ClientTransaction;
import dev.heimdall.engine.prepared.PreparedNames;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.prepared.UnnamedStatement;
import dev.heimdall.engine.session.AnsweringClient;
import dev.heimdall.engine.session.ClientInput;
import dev.heimdall.engine.session.LoopSessions;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.postgres.BackendType;
import dev.heimdall.engine.wire.postgres.FrontendType;
import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * BEGIN as a batch of its own in the extended protocol: answered without a server, and sent ahead
 * of the first statement that needs one, as a simple one is.
 */
final class DelayedBegin {
  private final AnsweringClient client;
  private final PreparedNames prepared;
  private final ClientTransaction transaction;
  private final ClientInput pending;
  private final LoopSessions sessions;
  private final ServerNames names;
  private final UnnamedStatement unnamed;

  private StatementFacts facts;
  private byte[] parsed;
  private byte[] sql;

  DelayedBegin(
      AnsweringClient client,
      PreparedNames prepared,
      ClientTransaction transaction,
      ClientInput pending,
      LoopSessions sessions,
      ServerNames names,
      UnnamedStatement unnamed) {
    this.client = client;
    this.prepared = prepared;
    this.transaction = transaction;
    this.pending = pending;
    this.sessions = sessions;
    this.names = names;
    this.unnamed = unnamed;
  }

  /** The tag that a server answers to this text of a BEGIN. */
  static String tag(byte[] sql) {
    String text = new String(sql, StandardCharsets.UTF_8).stripLeading();
    return text.regionMatches(true, 0, "start", 0, 5) ? "START TRANSACTION" : "BEGIN";
  }

  boolean mayHold() {
    return client.settings().delayedTransaction()
        && client.status() == TransactionState.IDLE
        && transaction.heldBegin() == null
        && !client.transactionLost()
        && !client.replaying();
  }

  /**
   * Whether the batch at the reader's position was a BEGIN alone and was answered; it is then
   * taken.
   */
  boolean answer() {
    if (!mayHold()) {
      return false;
    }
    ByteBuf in = pending.bytes();
    BatchCursor batch = new BatchCursor(in);
    facts = null;
    parsed = null;
    sql = null;
    boolean parse = batch.type() == FrontendType.PARSE;
    if (parse && !parse(in, batch)) {
      return false;
    }
    if (batch.type() != FrontendType.BIND || !bind(in, batch)) {
      return false;
    }
    boolean describe = batch.type() == FrontendType.DESCRIBE;
    if (describe) {
      if (batch.length() != 6 || in.getByte(batch.body()) != 'P') {
        return false;
      }
      batch.skip();
    }
    if (batch.type() != FrontendType.EXECUTE || batch.length() != 9) {
      return false;
    }
    batch.skip();
    if (!batch.ends()) {
      return false;
    }
    batch.take();
    if (parse) {
      unnamed.becomes(parsed, facts);
    }
    transaction.holdBegin(sql, false, sessions.context().now());
    ByteBuf out = client.alloc().buffer(64);
    if (parse) {
      PgWriter.empty(out, BackendType.PARSE_COMPLETE);
    }
    PgWriter.empty(out, BackendType.BIND_COMPLETE);
    if (describe) {
      PgWriter.empty(out, BackendType.NO_DATA);
    }
    PgWriter.commandComplete(out, tag(sql));
    PgWriter.ready(out, client.status());
    client.write(out);
    return true;
  }

  /** An unnamed statement. */
  private boolean parse(ByteBuf in, BatchCursor batch) {
    int size = batch.length() - 5;
    if (size < 3 || in.getByte(batch.body()) != 0) {
      return false;
    }
    byte[] body = new byte[size];
    in.getBytes(batch.body() + 1, body);
    byte[] text = text(body);
    StatementFacts found =
        sessions.classifier().classify(text, 0, text.length, names.standardStrings());
    if (text.length > size - 3 || !begins(found)) {
      return false;
    }
    facts = found;
    parsed = body;
    sql = text;
    batch.skip();
    return true;
  }

  private static boolean begins(StatementFacts facts) {
    return facts.kind() == StatementKind.BEGIN && facts.effects().isEmpty();
  }

  private static byte[] text(byte[] body) {
    int end = 0;
    while (end < body.length && body[end] != 0) {
      end++;
    }
    return java.util.Arrays.copyOf(body, end);
  }

  /** The unnamed portal of the statement just parsed, or of a named one; no parameters. */
  private boolean bind(ByteBuf in, BatchCursor batch) {
    int end = batch.end();
    int name = batch.body() + 1;
    if (in.getByte(name - 1) != 0) {
      return false;
    }
    int nameEnd = in.indexOf(name, end, (byte) 0);
    if (nameEnd < 0 || end - nameEnd - 1 < 6 || in.getInt(nameEnd + 1) != 0) {
      return false;
    }
    int nameLength = nameEnd - name;
    if (sql == null && nameLength > 0) {
      PreparedStatement named = prepared.get(in, name, nameLength);
      if (named == null || !begins(named.facts())) {
        return false;
      }
      sql = text(named.body());
    } else if (sql == null || nameLength > 0) {
      return false;
    }
    batch.skip();
    return true;
  }
}
