package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.pipeline.Examined;
import dev.heimdall.engine.prepared.PreparedNames;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.prepared.UnnamedStatement;
import dev.heimdall.engine.session.AnsweringClient;
import dev.heimdall.engine.session.ClientInput;
import dev.heimdall.engine.statement.Course;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.postgres.BackendType;
import dev.heimdall.engine.wire.postgres.FrontendType;
import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;

/**
 * Answers a whole batch of the extended protocol without a server connection: one whose only
 * statement has a result that a rule gives, outside a transaction. What it prepares is remembered,
 * though no server has seen it.
 */
final class LocalBatch {
  private final AnsweringClient client;
  private final PreparedNames prepared;
  private final ClientInput pending;
  private final ServerNames names;
  private final Course course;
  private final UnnamedStatement unnamed;
  private final ExtendedStatements extended;

  /** The Parse's name and body; null where there is none. */
  private byte[] name;

  private byte[] body;
  private byte[] portal;
  private Examined bound;
  private ByteBuf reply;

  LocalBatch(
      AnsweringClient client,
      PreparedNames prepared,
      ClientInput pending,
      ServerNames names,
      Course course,
      UnnamedStatement unnamed,
      ExtendedStatements extended) {
    this.client = client;
    this.prepared = prepared;
    this.pending = pending;
    this.names = names;
    this.course = course;
    this.unnamed = unnamed;
    this.extended = extended;
  }

  /** Whether the batch at the reader's position was answered; it is then taken. */
  boolean answer() {
    if (client.status() != TransactionState.IDLE
        || client.transactionLost()
        || course.decision().result().isEmpty()) {
      return false;
    }
    if (client.replaySent()) {
      return true;
    }
    name = null;
    body = null;
    portal = null;
    bound = null;
    reply = client.alloc().buffer(64);
    BatchCursor batch = new BatchCursor(pending.bytes());
    if (!read(batch)) {
      reply.release();
      reply = null;
      return false;
    }
    batch.take();
    if (body != null) {
      prepare();
    }
    PgWriter.ready(reply, client.status());
    ByteBuf full = reply;
    reply = null;
    course.settled();
    client.write(full);
    return true;
  }

  private boolean read(BatchCursor batch) {
    if (batch.type() == FrontendType.PARSE && !parse(batch)) {
      return false;
    }
    if (batch.type() != FrontendType.BIND || !bind(batch)) {
      return false;
    }
    while (!batch.ends()) {
      switch (batch.type()) {
        case FrontendType.DESCRIBE -> {
          if (!isPortal(batch.body() + 1) || kind(batch) != 'P') {
            return false;
          }
          PgWriter.empty(reply, BackendType.NO_DATA);
        }
        case FrontendType.EXECUTE -> {
          if (!isPortal(batch.body())) {
            return false;
          }
          PgWriter.commandComplete(reply, tag());
        }
        case FrontendType.CLOSE -> {
          if (kind(batch) != 'P') {
            return false;
          }
          PgWriter.empty(reply, BackendType.CLOSE_COMPLETE);
        }
        default -> {
          return false;
        }
      }
      batch.skip();
    }
    return true;
  }

  private byte kind(BatchCursor batch) {
    return pending.bytes().getByte(batch.body());
  }

  private boolean parse(BatchCursor batch) {
    ByteBuf in = pending.bytes();
    int nameEnd = in.indexOf(batch.body(), batch.end(), (byte) 0);
    int textEnd = nameEnd < 0 ? -1 : in.indexOf(nameEnd + 1, batch.end(), (byte) 0);
    if (textEnd < 0) {
      return false;
    }
    name = bytes(batch.body(), nameEnd);
    if (name.length > 0
        && (prepared.get(name) != null
            || prepared.refusesAnother(client.settings().prepared().perClient()) != null)) {
      return false; // there is more to say about it
    }
    body = bytes(nameEnd + 1, batch.end());
    byte[] text = Arrays.copyOf(body, textEnd - nameEnd - 1);
    bound = course.previewed().examine(text, names.standardStrings());
    PgWriter.empty(reply, BackendType.PARSE_COMPLETE);
    batch.skip();
    return true;
  }

  private boolean bind(BatchCursor batch) {
    ByteBuf in = pending.bytes();
    int portalEnd = in.indexOf(batch.body(), batch.end(), (byte) 0);
    int nameEnd = portalEnd < 0 ? -1 : in.indexOf(portalEnd + 1, batch.end(), (byte) 0);
    if (nameEnd < 0) {
      return false;
    }
    portal = bytes(batch.body(), portalEnd + 1);
    byte[] asked = bytes(portalEnd + 1, nameEnd);
    if (name == null) {
      bound = extended.examinedOf(in, portalEnd + 1, asked.length);
    } else if (!Arrays.equals(name, asked)) {
      return false;
    }
    if (bound == null) {
      return false;
    }
    PgWriter.empty(reply, BackendType.BIND_COMPLETE);
    batch.skip();
    return true;
  }

  private void prepare() {
    if (name.length == 0) {
      unnamed.source(bound, Examined.weight(bound));
      unnamed.becomes(body, course.effects());
      return;
    }
    PreparedStatement statement = names.own().alone(body, course.effects());
    statement.source(bound);
    prepared.put(name, statement);
  }

  private String tag() {
    ByteBuf text = Unpooled.wrappedBuffer(bound.sql());
    long rows = course.decision().result().getAsInt();
    return ResultTag.of(course.effects(), text, 0, bound.length(), rows);
  }

  private boolean isPortal(int at) {
    ByteBuf in = pending.bytes();
    for (int i = 0; i < portal.length; i++) {
      if (in.getByte(at + i) != portal[i]) {
        return false;
      }
    }
    return true;
  }

  private byte[] bytes(int from, int to) {
    byte[] copy = new byte[to - from];
    pending.bytes().getBytes(from, copy);
    return copy;
  }
}
