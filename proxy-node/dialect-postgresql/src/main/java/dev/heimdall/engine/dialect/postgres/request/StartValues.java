package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.dialect.postgres.sql.PostgresEffect;
import dev.heimdall.engine.dialect.postgres.sql.PostgresLiteral;
import dev.heimdall.engine.dialect.postgres.sql.PostgresSql;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.StatementClassifier;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementSplitter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Has what a client's statement puts back to its default be what the client began with. The server
 * connection began with other values: after a RESET there the client's own are set by statements of
 * the node's, right behind it and in its transaction.
 */
final class StartValues {
  /** Portals of a client that wait to be run; who has more loses the first. */
  private static final int MOST_BOUND = 64;

  private static final String SESSION = "SET ";
  private static final String LOCAL = "SET LOCAL ";

  /** Settings that SET takes as a list of names, each of which it quotes. */
  private static final Set<String> LISTS =
      Set.of(
          "search_path",
          "temp_tablespaces",
          "local_preload_libraries",
          "session_preload_libraries");

  private static final String NAME = "(?:[a-z_][a-z0-9_]*|\"[^\"]*[^a-z0-9_\"][^\"]*\")";

  /** A list as the server spells it, which SET reads as it is. */
  private static final Pattern NAMES = Pattern.compile(NAME + "(?:, " + NAME + ")*");

  private final SessionState carried;
  private final StatementClassifier classifier;

  /**
   * Portals that put settings back to their defaults when they are run; null when there is none.
   */
  private List<Bound> bound;

  private record Bound(String portal, List<String> statements) {}

  StartValues(SessionState carried, StatementClassifier classifier) {
    this.carried = carried;
    this.classifier = classifier;
  }

  /** True if a text with these effects, as it is, gives the client a value that is not its own. */
  boolean concern(List<Effect> effects) {
    if (!carried.settings().hasStartValues()) {
      return false;
    }
    for (Effect effect : effects) {
      switch (effect.type()) {
        case RESET_VARIABLE, LOCAL_DEFAULT -> {
          if (carried.settings().startValue(effect.name()) != null) {
            return true;
          }
        }
        case OWN -> {
          if (effect.is(PostgresEffect.NULL_FOR_DEFAULT)
              && carried.settings().startValue(effect.name()) != null) {
            return true;
          }
        }
        case RESET_ALL -> {
          return true;
        }
        default -> {}
      }
    }
    return false;
  }

  /** Notes what a simple query's text must have that concerns start-up values. */
  void edit(TextEdits edits, byte[] sql, int length, StatementFacts facts, LexerMode mode) {
    nullsForDefaults(edits, facts);
    StatementSplitter splitter = new StatementSplitter(PostgresSql.DIALECT);
    int statements = splitter.split(sql, 0, length, mode);
    int sent = 0;
    for (int i = 0; i < statements && !edits.tooMany(); i++) {
      int start = splitter.start(i);
      int end = splitter.end(i);
      sent++;
      List<String> added = statements(classifier.classify(sql, start, end - start, mode).effects());
      if (!added.isEmpty()) {
        // A line break ends a comment that stands behind the statement.
        String text = "\n;" + String.join(";", added);
        edits.replace(end, end, text.getBytes(StandardCharsets.UTF_8));
        for (int own = 0; own < added.size(); own++) {
          edits.own(sent++);
        }
      }
    }
  }

  /** Puts the client's own value where a text has a NULL that stands for a setting's default. */
  void nullsForDefaults(TextEdits edits, StatementFacts facts) {
    for (Effect effect : facts.effects()) {
      String own =
          effect.is(PostgresEffect.NULL_FOR_DEFAULT)
              ? carried.settings().startValue(effect.name())
              : null;
      if (own != null) {
        StringBuilder literal = new StringBuilder();
        PostgresLiteral.append(literal, own);
        edits.replace(
            effect.start(), effect.end(), literal.toString().getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  /** A statement was bound, which may put settings back to their defaults when it is run. */
  void bound(String portal, StatementFacts facts) {
    if (bound != null) {
      bound.removeIf(each -> each.portal().equals(portal));
    }
    if (facts != null && concern(facts.effects())) {
      if (bound == null) {
        bound = new ArrayList<>(1);
      }
      if (bound.size() == MOST_BOUND) {
        bound.remove(0);
      }
      bound.add(new Bound(portal, statements(facts.effects())));
    }
  }

  /** True if a portal may have to be followed by statements of the node's. */
  boolean awaited() {
    return bound != null && !bound.isEmpty();
  }

  /** The statements that must follow now that a portal is run. */
  List<String> run(String portal) {
    for (Bound each : bound) {
      if (each.portal().equals(portal)) {
        bound.remove(each);
        return each.statements();
      }
    }
    return List.of();
  }

  /** Portals end with their transaction. */
  void transactionOver() {
    bound = null;
  }

  private List<String> statements(List<Effect> effects) {
    List<String> statements = new ArrayList<>(2);
    add(statements, SESSION, carried.settings().afterReset(effects, false));
    add(statements, LOCAL, carried.settings().afterReset(effects, true));
    return statements;
  }

  private static void add(List<String> statements, String verb, Variables values) {
    values
        .asMap()
        .forEach(
            (name, value) -> {
              StringBuilder sql = new StringBuilder();
              if (LISTS.contains(name) && !NAMES.matcher(value).matches()) {
                // SET would spell the list in its own way. But a SELECT takes a snapshot.
                sql.append("SELECT pg_catalog.set_config('").append(name).append("',");
                PostgresLiteral.append(sql, value);
                sql.append(verb.equals(LOCAL) ? ",true)" : ",false)");
              } else {
                sql.append(verb).append('"');
                sql.append(name.replace("\"", "\"\"").replace(".", "\".\"")).append("\" TO ");
                if (LISTS.contains(name)) {
                  sql.append(value);
                } else {
                  PostgresLiteral.append(sql, name, value);
                }
              }
              statements.add(sql.toString());
            });
  }
}
