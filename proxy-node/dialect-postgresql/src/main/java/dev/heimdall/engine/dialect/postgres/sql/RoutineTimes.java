package dev.heimdall.engine.dialect.postgres.sql;

import dev.heimdall.engine.sql.Lexer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds where the body of a function may read text as a date or time, which {@code now} and {@code
 * today} make the present one: by a conversion, and in PL/pgSQL by giving it to a variable. What
 * the function returns is not in its body. Used once.
 */
final class RoutineTimes {
  /** Words that may replace a variable's type in its declaration. */
  private static final Set<String> NO_TYPES =
      Set.of("alias", "cursor", "no", "record", "refcursor", "scroll");

  /** At the beginning of a statement: gives parameters values without an assignment. */
  private static final Set<String> FILLING = Set.of("call", "get");

  private final List<RoutineToken> tokens;
  private final boolean procedural;
  private final boolean givenTimes;

  /** Variables of the whole body: by these names no parameter is meant. */
  private final Set<String> variables;

  /**
   * @param givenTimes whether a parameter may be, or have, a time
   */
  RoutineTimes(List<RoutineToken> tokens, boolean procedural, boolean givenTimes) {
    this.tokens = tokens;
    this.procedural = procedural;
    this.givenTimes = givenTimes;
    variables = procedural && givenTimes ? variables() : Set.of();
  }

  /**
   * True if that may be where a token stands.
   *
   * @param begins whether it is the first of a statement
   * @param declares whether it is among variables that are declared
   */
  boolean mayReadOne(int i, boolean begins, boolean declares) {
    boolean named = at(i).name() != null;
    if (named && converts(i)) {
      return true;
    }
    if (!procedural) {
      return false;
    }
    if (declares) {
      return named && (begins && isTime(i) || takesTimes(i));
    }
    return begins && gives(i) || at(i).is("into") && isFilled(i) && fillsOne(behind(i));
  }

  /**
   * True if what is no literal is read as a type that may be a time, or be made of them; or what
   * stands here has another value at another time as they do.
   */
  private boolean converts(int i) {
    if (Conversions.TIMELESS.contains(at(i).name())) {
      return false;
    }
    if (Conversions.OF_LOCKS.contains(at(i).name())) {
      return true;
    }
    boolean time = Conversions.TIMES.contains(at(i).name());
    if (at(i - 1).is(':') && at(i - 2).is(':')) {
      return !at(i - 3).isLiteral();
    }
    if (at(i - 1).is("as") && isInCast(i - 1)) {
      return !(at(i - 2).isLiteral() && at(i - 3).is('('));
    }
    return time && at(i + 1).is('(') && !(at(i + 2).isLiteral() && at(i + 3).is(')'))
        || at(i).is("timetz");
  }

  private boolean isInCast(int as) {
    int depth = 0;
    for (int i = as - 1; i >= 0; i--) {
      if (at(i).is(')')) {
        depth++;
      } else if (at(i).is('(') && depth-- == 0) {
        return at(i - 1).is("cast");
      }
    }
    return false;
  }

  /** True if a variable is declared here that may be, or have, a time: whatever it is given. */
  private boolean isTime(int i) {
    RoutineToken type = at(i + 1).is("constant") ? at(i + 2) : at(i + 1);
    return !at(i).is("declare")
        && type.name() != null
        && !Conversions.TIMELESS.contains(type.name())
        && !NO_TYPES.contains(type.name());
  }

  /** True if a cursor is declared here that has a parameter which may be a time. */
  private boolean takesTimes(int i) {
    if (!at(i).is("cursor") || !at(i + 1).is('(')) {
      return false;
    }
    int end = i + 2;
    while (!at(end).is(')') && at(end).kind() != Lexer.END) {
      boolean begins = at(end - 1).is('(') || at(end - 1).is(',');
      RoutineToken type = at(end + 1).is("in") ? at(end + 2) : at(end + 1);
      if (begins && !(type.name() != null && Conversions.TIMELESS.contains(type.name()))) {
        return true;
      }
      end++;
    }
    return false;
  }

  /** True if a statement begins here that gives a value to what may be, or have, a time. */
  private boolean gives(int i) {
    RoutineToken first = at(i);
    if (first.is("for") || first.is("foreach")) {
      return !countsUp(i) && fillsOne(i + 1);
    }
    boolean assigned =
        at(i + 1).is('=') || at(i + 1).is('[') || at(i + 1).is(':') && at(i + 2).is('=');
    return first.name() != null
            && (at(i + 1).is('.') || givenTimes && FILLING.contains(first.name()))
        || assigned && isGiven(i);
  }

  /** True if variables stand behind an INTO, and no table. */
  private boolean isFilled(int into) {
    return !at(into - 1).is("insert") && !at(into - 1).is("merge");
  }

  private int behind(int into) {
    return at(into + 1).is("strict") ? into + 2 : into + 1;
  }

  /** True if one of these variables may be a parameter, or is a part of a row. */
  private boolean fillsOne(int first) {
    for (int i = first; ; i += 2) {
      if (at(i + 1).is('.') || isGiven(i)) {
        return true;
      }
      if (!at(i + 1).is(',')) {
        return false;
      }
    }
  }

  private boolean isGiven(int i) {
    return givenTimes && (at(i).name() == null || !variables.contains(at(i).name()));
  }

  /** True if a loop has a range of numbers, and so a variable of its own. */
  private boolean countsUp(int loop) {
    for (int i = loop + 1; !at(i).is("loop") && at(i).kind() != Lexer.END; i++) {
      if (at(i).is('.') && at(i + 1).is('.')) {
        return true;
      }
    }
    return false;
  }

  /** None where blocks within the body declare some, too: these are not known elsewhere. */
  private Set<String> variables() {
    Set<String> names = new HashSet<>();
    int declare = -1;
    int begin = tokens.size();
    for (int i = 0; i < tokens.size(); i++) {
      if (at(i).is("declare")) {
        if (declare >= 0 || begin < i) {
          return Set.of();
        }
        declare = i;
      } else if (at(i).is("begin") && begin == tokens.size()) {
        begin = i;
      }
    }
    for (int i = declare + 1; declare >= 0 && i < begin; i++) {
      boolean first = i == declare + 1 || at(i - 1).is(';');
      if (first && at(i).name() != null && !at(i + 1).is("alias")) {
        names.add(at(i).name());
      }
    }
    return names;
  }

  private RoutineToken at(int index) {
    return RoutineToken.at(tokens, index);
  }
}
