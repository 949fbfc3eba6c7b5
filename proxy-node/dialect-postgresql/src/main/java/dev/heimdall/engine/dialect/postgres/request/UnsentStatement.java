package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.pipeline.ClassifiedText;
import dev.heimdall.engine.prepared.PreparedNames;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.prepared.UnnamedStatement;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.statement.NextStatement;
import dev.heimdall.engine.session.statement.StatementLifecycle;

/**
 * The statement that a batch runs of which no server hears: what it prepares is remembered all the
 * same, and sent when a later batch needs it.
 */
final class UnsentStatement {
  private final HandledClient client;
  private final StatementLifecycle lifecycle;
  private final NextStatement next;
  private final PreparedNames prepared;
  private final ServerNames names;
  private final UnnamedStatement unnamed;
  private final ExtendedStatements extended;
  private final LoneStatement statement;

  UnsentStatement(
      HandledClient client,
      StatementLifecycle lifecycle,
      PreparedNames prepared,
      ServerNames names,
      UnnamedStatement unnamed,
      ExtendedStatements extended,
      LoneStatement statement) {
    this.client = client;
    this.lifecycle = lifecycle;
    this.next = lifecycle.next();
    this.prepared = prepared;
    this.names = names;
    this.unnamed = unnamed;
    this.extended = extended;
    this.statement = statement;
  }

  /** The text that is run; null when there is more to say about it, by a server. */
  ClassifiedText bound() {
    if (!statement.parses()) {
      return extended.examinedOf(statement.bytes(), statement.nameAt(), statement.nameLength());
    }
    if (!statement.isUnnamed()
        && (prepared.get(statement.name()) != null
            || prepared.refusesAnother(client.settings().prepared().perClient()) != null)) {
      return null;
    }
    byte[] text = statement.text();
    return lifecycle.previewed().examine(text, names.lexerMode(text, 0, text.length));
  }

  /**
   * True if its text says today what it said when it was parsed. With other settings it need not,
   * and the server has what it said then.
   */
  boolean isReadAsNow() {
    if (statement.parses()) {
      return true;
    }
    if (statement.isUnnamed() && unnamed.isText()) {
      return names.isReadAsNow(unnamed);
    }
    PreparedStatement named =
        statement.isUnnamed() ? unnamed.cached() : prepared.get(statement.name());
    return named != null && names.isReadAsNow(named);
  }

  /** The types that its parameters were given. */
  int[] declared() {
    return statement.parses()
        ? statement.declared()
        : extended.types(
            statement.bytes(), statement.nameAt(), statement.nameAt() + statement.nameLength());
  }

  /** Remembers what the batch prepares, if it does, with what {@link #bound} has found. */
  void prepare(ClassifiedText bound) {
    if (!statement.parses()) {
      return;
    }
    if (statement.isUnnamed()) {
      unnamed.source(bound, ClassifiedText.weight(bound));
      unnamed.becomes(statement.body(), next.effects());
      return;
    }
    PreparedStatement named = names.own().alone(statement.name(), statement.body(), next.effects());
    named.source(bound);
    prepared.put(statement.name(), named);
  }
}
