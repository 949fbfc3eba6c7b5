package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.dialect.postgres.sql.PostgresEffect;
import dev.heimdall.engine.dialect.postgres.sql.PostgresLiteral;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.session.ClientInput;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.Parameter;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.TransactionState;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Keeps {@code currval} and {@code lastval} from answering with what another session took from a
 * sequence on the same server connection. A session that gives its connection back has the values
 * of its present transaction; to any other it is a new session.
 */
final class SequenceGuard {
  private static final String FORGET = "DISCARD SEQUENCES";

  /** Object ids of the functions. */
  private static final int CURRVAL = 1575;

  private static final int LASTVAL = 2559;

  /** Depth to which statements that run prepared statements are followed. */
  private static final int MAX_DEPTH = 4;

  /**
   * Expression for locked sequences: a caller of nextval, setval, currval or lastval keeps a lock
   * on that sequence until the transaction ends, despite a rolled back savepoint; the sequences
   * locked are those of which the transaction itself has a value. Operators are the server's own,
   * whatever the client's search path has.
   */
  private static final String LOCKED =
      "ARRAY(SELECT l.relation FROM pg_catalog.pg_locks l"
          + " JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) l.relation"
          + " WHERE l.pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid()"
          + " AND l.locktype OPERATOR(pg_catalog.=) 'relation'"
          + " AND l.mode OPERATOR(pg_catalog.=) 'RowExclusiveLock'"
          + " AND c.relkind OPERATOR(pg_catalog.=) 'S')";

  private static final int[] NO_TYPES = {};

  private final HandledClient client;
  private final ClientInput pending;
  private final ServerNames names;

  /** Of the Bind that is being sent, where they matter. */
  private List<Parameter> parameters = List.of();

  SequenceGuard(HandledClient client, ClientInput pending, ServerNames names) {
    this.client = client;
    this.pending = pending;
    this.names = names;
  }

  /** From here on sequence values on this connection are ours; so far they were anybody's. */
  void forget(ServerConnection server) {
    pending.flushGathered();
    server.requests().queryApart(FORGET, names.new Keeping(FORGET));
    server.residue().sequencesForgotten();
  }

  /**
   * A statement of these facts is about to be parsed: ahead of its batch forgetting is cheap.
   *
   * @param unseen whether it may ask out of sight
   */
  void beforeParse(ServerConnection server, StatementFacts facts, boolean unseen) {
    if (server.residue().foreignSequences()
        && outsideTransaction(server)
        && (unseen || reads(facts, 0))) {
      forget(server);
    }
  }

  /** A statement of these facts is about to run. */
  void beforeRun(ServerConnection server, StatementFacts facts) {
    if (server.residue().foreignSequences() && reads(facts, 0)) {
      StringBuilder foreign = new StringBuilder();
      guard(server, conditions(facts, foreign, 0), foreign);
    }
    parameters = List.of();
  }

  /**
   * A Bind is about to be sent, from whose parameters the name of a sequence may be computed.
   *
   * @param formats where the parameter format codes begin
   * @param end of the message, as far as it is there
   */
  void binds(ServerConnection server, StatementFacts facts, ByteBuf input, int formats, int end) {
    parameters = List.of();
    if (server.residue().foreignSequences() && reads(facts, 0)) {
      List<Parameter> read = BindParameters.read(input, formats, end, NO_TYPES);
      parameters = read == null ? List.of() : read;
    }
  }

  /**
   * A statement is about to run that may ask out of sight, in a function or a block for instance.
   *
   * @param known whether it is known to ask
   */
  void beforeUnseen(ServerConnection server, boolean known) {
    if (server.residue().foreignSequences() && client.status() != TransactionState.FAILED) {
      if (known && !outsideTransaction(server)) {
        client.sequenceComputed();
      }
      guard(server, true, new StringBuilder());
    }
  }

  /** A function is about to be called by its object id. */
  void beforeCall(ServerConnection server, int function) {
    if (function != CURRVAL && function != LASTVAL) {
      beforeUnseen(server, false);
    } else if (server.residue().foreignSequences()) {
      StringBuilder foreign = new StringBuilder();
      if (function == CURRVAL) {
        computedValue("", foreign);
      }
      guard(server, function == LASTVAL, foreign);
    }
  }

  private void guard(ServerConnection server, boolean last, StringBuilder foreign) {
    if (outsideTransaction(server)) {
      forget(server);
      return;
    }
    String check = check(last, foreign);
    if (server.groupOpen()) {
      names.runInBatch(server, check);
    } else {
      pending.flushGathered();
      server.query(check, names.new Keeping("DO"));
    }
  }

  private boolean outsideTransaction(ServerConnection server) {
    return client.status() == TransactionState.IDLE
        && client.outstanding() == 0
        && !server.groupOpen();
  }

  private boolean reads(StatementFacts facts, int depth) {
    for (Effect effect : facts.effects()) {
      if (effect.type() == Effect.Type.LAST_VALUE
          || effect.type() == Effect.Type.SEQUENCE_STATE
          || effect.is(PostgresEffect.COMPUTED_SEQUENCE)
          || (prepared(effect, depth) != null && reads(prepared(effect, depth), depth + 1))) {
        return true;
      }
    }
    return false;
  }

  /** Returns the effects of the statement that an EXECUTE names. */
  private StatementFacts prepared(Effect effect, int depth) {
    PreparedStatement statement =
        effect.type() == Effect.Type.EXECUTE && depth < MAX_DEPTH
            ? names.own().named(effect)
            : null;
    return statement == null ? null : statement.facts();
  }

  /**
   * Adds under what conditions the values asked for are not this transaction's.
   *
   * @return whether lastval is among what is asked for
   */
  private boolean conditions(StatementFacts facts, StringBuilder foreign, int depth) {
    boolean last = false;
    for (Effect effect : facts.effects()) {
      StatementFacts prepared = prepared(effect, depth);
      if (effect.type() == Effect.Type.LAST_VALUE) {
        last = true;
      } else if (effect.type() == Effect.Type.SEQUENCE_STATE) {
        currentValue(effect.name(), foreign);
      } else if (effect.is(PostgresEffect.COMPUTED_SEQUENCE)) {
        computedValue(effect.name(), foreign);
      } else if (prepared != null) {
        last |= conditions(prepared, foreign, depth + 1);
      }
    }
    return last;
  }

  private static void currentValue(String sequence, StringBuilder foreign) {
    foreign.append(" OR (pg_catalog.to_regclass(");
    PostgresLiteral.append(foreign, sequence);
    foreign.append(") OPERATOR(pg_catalog.=) ANY (own)) IS NOT TRUE");
  }

  /**
   * A name that only the statement itself can compute is taken for that of a foreign sequence.
   * After the first such statement sessions of this virtual database find no values on a connection
   * in the first place, so that they keep their own.
   */
  private void computedValue(String expression, StringBuilder foreign) {
    client.sequenceComputed();
    String inserted = expression.isEmpty() ? null : inserted(expression);
    if (inserted == null) {
      foreign.append(" OR true");
    } else {
      foreign
          .append(" OR ((")
          .append(inserted)
          .append(
              ")::pg_catalog.regclass::pg_catalog.oid OPERATOR(pg_catalog.=) ANY (own)) IS NOT TRUE");
    }
  }

  /** The expression with values in place of its parameters, or null where they are not there. */
  private String inserted(String expression) {
    StringBuilder with = new StringBuilder(expression.length());
    boolean quoted = false;
    for (int i = 0; i < expression.length(); i++) {
      char c = expression.charAt(i);
      quoted ^= c == '\'';
      if (quoted || c != '$') {
        with.append(c);
        continue;
      }
      int number = 0;
      while (i + 1 < expression.length() && Character.isDigit(expression.charAt(i + 1))) {
        number = Math.min(number * 10 + expression.charAt(++i) - '0', Short.MAX_VALUE * 2);
      }
      if (number < 1 || number > parameters.size() || !isText(parameters.get(number - 1))) {
        return null;
      }
      byte[] value = parameters.get(number - 1).value();
      PostgresLiteral.append(with, new String(value, StandardCharsets.US_ASCII));
    }
    return with.toString();
  }

  private static boolean isText(Parameter parameter) {
    if (parameter.binary() || parameter.value() == null) {
      return false;
    }
    for (byte b : parameter.value()) {
      if (b < ' ' || b > '~') {
        return false;
      }
    }
    return true;
  }

  /** The server decides: only it knows what functions and defaults of columns did. */
  private static String check(boolean last, StringBuilder foreign) {
    StringBuilder block = new StringBuilder("DECLARE own pg_catalog.oid[] := ").append(LOCKED);
    block.append("; other pg_catalog.bool := own OPERATOR(pg_catalog.=) '{}'; BEGIN ");
    if (foreign.length() > 0) {
      // A name that cannot be computed now is not one of a sequence that was used.
      block
          .append("IF NOT other THEN BEGIN other := false")
          .append(foreign)
          .append("; EXCEPTION WHEN OTHERS THEN other := true; END; END IF; ");
    }
    block.append("IF other THEN DISCARD SEQUENCES;");
    if (last) {
      // Asking for it locks its sequence, if that was not done before.
      block
          .append(" ELSE BEGIN PERFORM pg_catalog.lastval(); EXCEPTION WHEN OTHERS THEN NULL; END;")
          .append(" IF pg_catalog.cardinality(own) OPERATOR(pg_catalog.<) pg_catalog.cardinality(")
          .append(LOCKED)
          .append(") THEN DISCARD SEQUENCES; END IF;");
    }
    block.append(" END IF; END");
    StringBuilder sql = new StringBuilder("DO ");
    PostgresLiteral.append(sql, block.toString());
    return sql.toString();
  }
}
