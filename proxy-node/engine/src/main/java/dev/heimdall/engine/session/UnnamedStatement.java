package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.pipeline.Examined;
import dev.heimdall.engine.prepared.PreparedNames;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.prepared.ServerStatements;
import dev.heimdall.engine.prepared.StatementRegistry;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.postgres.PgWriter;
import dev.heimdall.engine.wire.postgres.ReplyQueue;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * A client's unnamed prepared statement: its text, or the named one that stands for it at servers.
 * A text has a version, by which it finds out whether a server connection still has it or must be
 * given it again.
 */
final class UnnamedStatement {
  private static final byte[] NOTHING = new byte[0];
  private static final byte[] NO_NAME = new byte[0];

  /** A text below this is kept when the statement is gone, for the next one. */
  private static final int KEPT_BUFFER = 4096;

  private final ClientSession session;
  private final ClientInput pending;
  private final ServerNames names;
  private final SequenceGuard sequences;
  private final StatementRegistry registry;
  private final ServerStatements.PendingName parse;
  private final Runnable releaseCached = this::releaseCached;
  private final Runnable forget = this::forget;
  private byte[] body = NOTHING;
  private int length = -1;
  private long version;

  /** Of the server connection that was given the text last: the group of that Parse. */
  private long group;

  private StatementFacts facts;
  private Examined examined;
  private PreparedStatement cached;

  UnnamedStatement(
      ClientSession session,
      ClientInput pending,
      StatementRegistry registry,
      ServerNames names,
      SequenceGuard sequences) {
    this.session = session;
    this.pending = pending;
    this.registry = registry;
    this.names = names;
    this.sequences = sequences;
    this.parse = new ServerStatements.PendingName(null, forget);
  }

  /** The named statement that stands for it; null when it is none, or a text. */
  PreparedStatement cached() {
    return cached;
  }

  /** The text without the name that stands for none. */
  String inClientsNames(String text) {
    return cached == null ? text : PreparedNames.withName(text, cached, "");
  }

  /** What the pipeline found of its text; null when it is none, or nobody asked. */
  Examined examined() {
    return cached == null && length < 0 ? null : examined;
  }

  /** The same of the statement that was parsed last, whether it is still there or not. */
  Examined lastExamined() {
    return examined;
  }

  void examined(Examined found) {
    examined = found;
  }

  /** Null when it is none. */
  StatementFacts facts() {
    if (cached != null) {
      return cached.facts();
    }
    return length < 0 ? null : facts;
  }

  /** The types of its parameters as its Parse gave them. */
  int[] types() {
    return cached == null
        ? BindParameters.types(body, Math.max(0, length))
        : BindParameters.types(cached.body(), cached.body().length);
  }

  /** Its text, a zero byte and its parameters' types; null when it is none. */
  byte[] content() {
    if (cached != null) {
      return cached.body();
    }
    return length < 0 ? null : Arrays.copyOf(body, length);
  }

  /** From now on this named statement stands for it. */
  void becomes(PreparedStatement statement) {
    releaseCached(); // after the other was acquired: often it is the same
    cached = statement;
    length = -1;
  }

  /** Undoes {@link #becomes} when the server refuses the statement. */
  Runnable undo() {
    return releaseCached;
  }

  /**
   * From now on it is this text, which the server is being sent.
   *
   * @param text text, zero byte and parameter types; only read
   * @return the Parse's body in a form that stays
   */
  byte[] becomes(ServerConnection server, ByteBuf text, StatementFacts itsFacts) {
    releaseCached();
    int size = text.readableBytes();
    if (body.length < size) {
      body = new byte[Math.max(size, Math.min(size * 2, 1024))];
    }
    text.getBytes(text.readerIndex(), body, 0, size);
    length = size;
    facts = itsFacts;
    version++;
    parsedAt(server);
    return body;
  }

  private void parsedAt(ServerConnection server) {
    server.statements().unnamed(this, version);
    server.statements().parsing(parse);
    group = server.groupNow();
  }

  /**
   * From now on it is this text, which no server has seen.
   *
   * @param text text, zero byte and parameter types
   */
  void becomes(byte[] text, StatementFacts itsFacts) {
    releaseCached();
    body = text;
    length = text.length;
    facts = itsFacts;
    version++;
  }

  /**
   * Whether its text was parsed in a batch that is not answered yet: if its Parse is skipped there,
   * the server still has another client's.
   */
  boolean inDoubt(ServerConnection server) {
    return cached == null
        && length >= 0
        && server.statements().hasUnnamed(this, version)
        && server.unanswered(group);
  }

  /** It is about to be used: a text is given to the server if that has lost it. */
  void use(ServerConnection server) {
    if (cached != null) {
      return;
    }
    if (length < 0) {
      // The server says that there is none: it may have another client's.
      pending.cut();
      ServerNames.closeOurs(server, pending.out(16), NO_NAME, null, session);
      server.statements().unnamed(null, 0);
      return;
    }
    if (facts != null) {
      sequences.beforeRun(server, facts);
    }
    names.noteEffectsOf(facts);
    if (!server.statements().hasUnnamed(this, version)) {
      pending.cut();
      PgWriter.parse(pending.out(length + 32), NO_NAME, body, length);
      parsedAt(server);
      server.expect(ReplyQueue.PARSE_OURS, session);
    }
  }

  /** After a simple query, a Close or a failed Parse there is none. */
  void forget() {
    length = -1;
    facts = null;
    if (body.length > KEPT_BUFFER) {
      body = NOTHING;
    }
    releaseCached();
  }

  /** Parses of it that are on their way are answered to nobody. */
  void undoNothing(ServerConnection server) {
    server.statements().keepFromUndoing(releaseCached);
    server.statements().keepFromUndoing(forget);
    if (server.statements().hasUnnamed(this, version)) {
      server.statements().unnamed(null, 0);
    }
  }

  private void releaseCached() {
    if (cached != null) {
      registry.release(cached);
      cached = null;
    }
  }
}
