package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.dialect.postgres.prepared.StatementBody;
import dev.heimdall.engine.pipeline.ClassifiedText;
import dev.heimdall.engine.prepared.PreparedNames;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.prepared.UnnamedStatement;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.statement.StatementLifecycle;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What the pipeline finds of the texts of one client's statements, which Bind messages name. */
final class BoundTexts {
  private final StatementLifecycle lifecycle;
  private final PreparedNames prepared;
  private final ServerNames names;
  private final UnnamedStatement unnamed;

  BoundTexts(
      StatementLifecycle lifecycle,
      PreparedNames prepared,
      ServerNames names,
      UnnamedStatement unnamed) {
    this.lifecycle = lifecycle;
    this.prepared = prepared;
    this.names = names;
    this.unnamed = unnamed;
  }

  /**
   * What the pipeline found of the text of a client's statement; null when nobody asks. Where
   * nobody asked when it was parsed, as there were no rules then, it is looked through now.
   */
  ClassifiedText examined(ByteBuf input, int nameAt, int nameLength) {
    ServerConnection server = names.server();
    if (nameLength == 0 && unnamed.cached() == null) {
      ClassifiedText found = (ClassifiedText) unnamed.source();
      if (found == null && lifecycle.judges() && unnamed.isText()) {
        found = examine(unnamed.text(), unnamed.length());
        unnamed.source(found, ClassifiedText.weight(found));
      }
      ClassifiedText now = server != null && unnamed.isAt(server) ? found : asReadNow(found);
      if (now != found) {
        unnamed.source(now, ClassifiedText.weight(now));
      }
      return now;
    }
    PreparedStatement statement =
        nameLength == 0 ? unnamed.cached() : prepared.get(input, nameAt, nameLength);
    if (statement == null) {
      return unseen(input, nameAt, nameLength);
    }
    ClassifiedText found =
        (ClassifiedText) (nameLength == 0 ? unnamed.source() : statement.source());
    if (found == null && lifecycle.judges()) {
      byte[] body = statement.body();
      found = statement.isSql() ? examineSql(statement, body) : examine(body, body.length);
      if (found == null) {
        return unseen(input, nameAt, nameLength);
      }
      keep(statement, nameLength, found);
    }
    boolean there = server != null && names.isThere(server, statement);
    ClassifiedText now = there ? found : asReadNow(found);
    if (now != found) {
      keep(statement, nameLength, now);
    }
    return now;
  }

  private void keep(PreparedStatement statement, int nameLength, ClassifiedText found) {
    if (nameLength == 0) {
      unnamed.source(found, ClassifiedText.weight(found));
    } else {
      statement.source(found);
    }
  }

  /** The same of what a Parse said behind its name. */
  private ClassifiedText examine(byte[] body, int length) {
    int end = 0;
    while (end < length && body[end] != 0) {
      end++;
    }
    byte[] sql = Arrays.copyOf(body, end);
    return lifecycle.previewed().examine(sql, asReadOnce(sql), StatementBody.types(body, length));
  }

  /** The same of what an SQL PREPARE said behind its name; null if no statement stands there. */
  private ClassifiedText examineSql(PreparedStatement statement, byte[] body) {
    lifecycle.prepares(statement, asReadOnce(body));
    return (ClassifiedText) statement.source();
  }

  /** How a text was read that nobody looked through then: its session's settings are forgotten. */
  private LexerMode asReadOnce(byte[] sql) {
    LexerMode now = names.lexerMode(sql, 0, sql.length);
    return names.lexing().isAmbiguous(sql, sql.length) ? now.doubted() : now;
  }

  /** A server that parses it anew may read it otherwise than it was parsed first. */
  private ClassifiedText asReadNow(ClassifiedText found) {
    return found != null
            && names.lexing().mayBeReadOtherwise(found.lexerMode(), found.sql(), found.length())
        ? lifecycle.previewed().examine(found.sql(), found.length(), found.lexerMode().doubted())
        : found;
  }

  /**
   * Of a statement of which the node knows the name alone, as code has prepared it, or because it
   * is not there: it is judged as an EXECUTE of that name.
   */
  private ClassifiedText unseen(ByteBuf input, int nameAt, int nameLength) {
    if (!lifecycle.judges()) {
      return null;
    }
    String name = input.toString(nameAt, nameLength, StandardCharsets.UTF_8);
    byte[] sql = ("EXECUTE \"" + name.replace("\"", "\"\"") + '"').getBytes(StandardCharsets.UTF_8);
    return lifecycle.previewed().examine(sql, LexerMode.STANDARD);
  }
}
