package dev.heimdall.engine.dialect.postgres.sql;

import dev.heimdall.engine.parse.Findings;
import dev.heimdall.engine.parse.QuerySyntax;
import dev.heimdall.engine.parse.TokenCursor;
import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.Token;
import java.util.List;
import java.util.Set;

/**
 * Finds what a statement of PostgreSQL converts to a date or time, and to objects of the catalogue.
 * Where text is read as a time, {@code now} and {@code today} are the moment at which that happens;
 * so what is converted has to be a constant, which its reader looks into, or must not be text.
 */
final class Conversions {
  /** Types that text may become independently of the clock and the catalogue. */
  static final Set<String> TIMELESS =
      QuerySyntax.words(
          "bigint bit bool boolean box bpchar bytea char character cid cidr circle dec decimal"
              + " double float float4 float8 inet int int2 int2vector int4 int4multirange int4range"
              + " int8 int8multirange int8range integer interval json jsonb jsonpath line lseg"
              + " macaddr macaddr8 money name national nchar numeric nummultirange numrange oid"
              + " oidvector path pg_lsn point polygon real smallint text tid tsquery tsvector uuid"
              + " varbit varchar xid xid8 xml");

  static final Set<String> TIMES = QuerySyntax.words("date time timestamp timestamptz timetz");

  /** Columns of each table that say who has locked a row, or tried to change it. */
  static final Set<String> OF_LOCKS = QuerySyntax.words("cmax cmin xmax");

  /** Names of these are looked up in the catalogue as the text is read. */
  private static final Set<String> OF_CATALOGUE =
      QuerySyntax.words(
          "regclass regcollation regconfig regdictionary regnamespace regoper regoperator regproc"
              + " regprocedure regrole regtype");

  /** Functions that return times and nothing else. */
  private static final Set<String> RETURNING_TIMES =
      QuerySyntax.words(
          "clock_timestamp date_add date_bin date_subtract date_trunc make_date make_time"
              + " make_timestamp make_timestamptz now statement_timestamp to_date to_timestamp"
              + " transaction_timestamp");

  /** Functions that return what they are given. */
  private static final Set<String> TRANSPARENT =
      QuerySyntax.words("any_value coalesce greatest least max min nullif");

  private static final Set<String> CALCULATING = Set.of("+", "-", "*", "/", ".");

  /** With these, a column may be of another type than the one of its name. */
  private static final Set<String> COMBINING = QuerySyntax.words("union intersect except");

  /** Names of columns that are computed and have no name given. */
  private static final Set<String> NAMES_OF_COMPUTED =
      QuerySyntax.words("array case coalesce exists greatest least nullif row");

  private static final FunctionName READS_TIME = new FunctionName("pg_catalog", "timestamptz_in");
  private static final FunctionName READS_NAME = new FunctionName("pg_catalog", "regclassin");

  private final List<Token> tokens;
  private final Findings findings;
  private final boolean combines;

  Conversions(List<Token> tokens, Findings findings) {
    this.tokens = tokens;
    this.findings = findings;
    combines = tokens.stream().anyMatch(token -> COMBINING.contains(word(token)));
  }

  void read() {
    for (int i = 0; i < tokens.size(); i++) {
      String word = word(at(i));
      if (at(i).isSign(":") && at(i - 1).isSign(":")) {
        conversion(i + 1, i - 1);
      } else if (OF_CATALOGUE.contains(name(i))) {
        findings.calls(READS_NAME);
      } else if (OF_LOCKS.contains(name(i))) {
        findings.calls(READS_TIME); // no write is noted where they change
      } else if (word.equals("timetz") || isTimeWithZone(i)) {
        findings.calls(READS_TIME); // without a date, the offset is that of today
      } else if (word.equals("cast") && at(i + 1).isSign("(")) {
        cast(i + 1);
      } else if (TIMES.contains(name(i)) && at(i + 1).isSign("(") && !isType(i)) {
        operand(i + 2, closing(i + 1));
      }
    }
  }

  // ---- where conversions are

  /** {@code x::type}. */
  private void conversion(int type, int colons) {
    boolean again = TIMES.contains(name(colons - 1)) && converts(colons - 1);
    if (again || isTimeless(type)) {
      return;
    }
    int from = beginning(colons);
    if (!mayHaveTimes(type)) {
      ofUsers(type, from, colons);
    } else if (from < 0) {
      findings.calls(READS_TIME);
    } else {
      operand(from, colons);
    }
  }

  /** Of a type of users the catalogue knows whether times may be made of text that is read so. */
  private void ofUsers(int type, int from, int to) {
    if (from != to - 1 || !isConstant(at(from))) {
      findings.converts("::" + name(lastPart(type)));
    }
  }

  private void cast(int bracket) {
    int end = closing(bracket);
    int as = end;
    int depth = 0;
    for (int i = end - 1; i > bracket && as == end; i--) {
      depth += at(i).isSign(")") || at(i).isSign("]") ? 1 : 0;
      depth -= at(i).isSign("(") || at(i).isSign("[") ? 1 : 0;
      if (depth == 0 && at(i).is("as")) {
        as = i;
      }
    }
    if (as == end || isTimeless(as + 1)) {
      return;
    }
    if (mayHaveTimes(as + 1)) {
      operand(bracket + 1, as);
    } else {
      ofUsers(as + 1, bracket + 1, as);
    }
  }

  private void operand(int from, int to) {
    if (!isOfTimes(from, to)) {
      findings.calls(READS_TIME);
    }
  }

  // ---- types

  /** True if text that is read as the type that is named here is the same at any time. */
  private boolean isTimeless(int type) {
    int i = lastPart(type);
    return TIMELESS.contains(name(i))
        || at(i).type() == Token.Type.QUOTED && at(i).text().equals("char");
  }

  /** True if it is one of the server's own types that are times, or made of times. */
  private boolean mayHaveTimes(int type) {
    String name = name(lastPart(type));
    return TIMES.contains(name) || name.endsWith("range") || name.equals("record");
  }

  private int lastPart(int name) {
    int i = name;
    while (at(i + 1).isSign(".")) {
      i += 2;
    }
    return i;
  }

  private boolean isTimeWithZone(int i) {
    if (!word(at(i)).equals("time")) {
      return false;
    }
    int with = at(i + 1).isSign("(") ? closing(i + 1) + 1 : i + 1;
    return at(with).is("with") && at(with + 1).is("time");
  }

  /** True if a type is named here, and not a function. */
  private boolean isType(int i) {
    Token before = at(i - 1);
    Token behind = at(closing(i + 1) + 1);
    boolean converted = before.isSign(":") && at(i - 2).isSign(":");
    boolean bare = at(i).type() == Token.Type.WORD && !word(at(i)).equals("date");
    return converted
        || before.is("as")
        || (bare && behind.type() == Token.Type.STRING) // timestamp(3) '…'
        || behind.is("with")
        || behind.is("without");
  }

  // ---- operands

  /**
   * Returns the start of the operand in front of a conversion; negative where it cannot be
   * determined.
   */
  private int beginning(int end) {
    Token last = at(end - 1);
    if (isConstant(last)) {
      return isClipped(end - 1) ? -1 : end - 1;
    }
    int i = end - 1;
    if (last.isSign(")")) {
      i = opening(end - 1);
      if (i < 0) {
        return -1;
      }
      if (!isCalled(i)) {
        return converts(i) ? -1 : i;
      }
      i--;
    } else if (last.isSign("]") && at(opening(end - 1) - 1).is("array")) {
      return opening(end - 1) - 1;
    } else if (!last.isName()) {
      return -1;
    }
    while (at(i - 1).isSign(".") && at(i - 2).isName()) {
      i -= 2;
    }
    return converts(i) ? -1 : i;
  }

  /** True if a literal has a type in front of it, as which it may be shortened. */
  private boolean isClipped(int literal) {
    return TIMELESS.contains(name(literal - 1)) && !name(literal - 1).equals("interval")
        || at(literal - 1).type() == Token.Type.QUOTED
        || at(literal - 1).isSign(")") && at(literal).type() == Token.Type.STRING;
  }

  private boolean converts(int i) {
    return at(i - 1).isSign(":");
  }

  /** True if a function's arguments stand in the brackets that open here. */
  private boolean isCalled(int bracket) {
    Token before = at(bracket - 1);
    return before.type() == Token.Type.QUOTED
        || before.type() == Token.Type.WORD && !isBeforeOperand(before);
  }

  private static boolean isBeforeOperand(Token token) {
    return PostgresSyntax.isBeforeOperand(token);
  }

  /** True if what stands here is made of constants, times and numbers alone. */
  private boolean isOfTimes(int from, int to) {
    int i = from;
    while (i < to) {
      Token token = at(i);
      String word = word(token);
      if (token.isSign(":") && at(i + 1).isSign(":") && TIMES.contains(name(i + 2))) {
        i += 3; // which is judged by itself
      } else if (isConstant(token) || token.isSign(",") || word.equals("null")) {
        i++;
      } else if (i > from && wordsOfZone(i) > 0) {
        i += wordsOfZone(i);
      } else if (token.isSign("(") || token.isSign("[")) {
        if (closing(i) > to || at(i + 1).is("select") || !isOfTimes(i + 1, closing(i))) {
          return false;
        }
        i = closing(i) + 1;
      } else if (token.type() == Token.Type.SIGN) {
        if (!CALCULATING.contains(token.text())) {
          return false;
        }
        i++;
      } else if (!token.isName()) {
        return false;
      } else if (at(i + 1).isSign(".")) {
        i += 2;
      } else if (at(i + 1).isSign("(")) {
        boolean times = RETURNING_TIMES.contains(name(i)) && !at(i - 1).isSign(".");
        times |= TRANSPARENT.contains(name(i)) && isOfTimes(i + 2, closing(i + 1));
        if (!times) {
          return false;
        }
        i = closing(i + 1) + 1;
      } else if (word.equals("array")
          || at(i + 1).type() == Token.Type.STRING && !isClipped(i + 1)) {
        i++;
      } else if (mayBeOfAnyType(token)) {
        return false;
      } else {
        findings.converts(token.text());
        i++;
      }
    }
    return from < to;
  }

  private int wordsOfZone(int i) {
    if (!at(i).is("at") || !PostgresSyntax.endsOperand(at(i - 1))) {
      return 0;
    }
    return at(i + 1).is("local") ? 2 : at(i + 1).is("time") && at(i + 2).is("zone") ? 3 : 0;
  }

  /** True if the statement itself may have given this name to something. */
  private boolean mayBeOfAnyType(Token name) {
    if (combines || NAMES_OF_COMPUTED.contains(name.text())) {
      return true;
    }
    for (int i = 0; i < tokens.size(); i++) {
      if (at(i).isName()
          && at(i).text().equals(name.text())
          && wordsOfZone(i) == 0
          && (at(i - 1).is("as") || PostgresSyntax.endsOperand(at(i - 1)) || isInColumnList(i))) {
        return true;
      }
    }
    return false;
  }

  /** True if the name may stand in brackets that name columns anew. */
  private boolean isInColumnList(int name) {
    Token before = at(name - 1);
    if (!before.isSign("(") && !before.isSign(",")) {
      return false;
    }
    int depth = 0;
    for (int i = name - 1; i >= 0; i--) {
      if (at(i).isSign(")")) {
        depth++;
      } else if (at(i).isSign("(") && depth-- == 0) {
        Token owner = at(i - 1);
        Token first = at(i - 2);
        return owner.is("as")
            || owner.isName()
                && (first.is("as")
                    || first.is("with")
                    || first.is("recursive")
                    || first.isSign(",") && tokens.stream().anyMatch(token -> token.is("with"))
                    || PostgresSyntax.endsOperand(first));
      }
    }
    return false;
  }

  // ---- tokens

  private static boolean isConstant(Token token) {
    return switch (token.type()) {
      case STRING, NUMBER, PARAMETER -> true;
      default -> false;
    };
  }

  private Token at(int index) {
    return index >= 0 && index < tokens.size() ? tokens.get(index) : TokenCursor.NOTHING;
  }

  private static String word(Token token) {
    return token.type() == Token.Type.WORD ? token.text() : "";
  }

  private String name(int index) {
    return at(index).isName() ? at(index).text() : "";
  }

  private int closing(int bracket) {
    int depth = 0;
    for (int i = bracket; i < tokens.size(); i++) {
      depth += at(i).isSign("(") || at(i).isSign("[") ? 1 : 0;
      depth -= at(i).isSign(")") || at(i).isSign("]") ? 1 : 0;
      if (depth == 0) {
        return i;
      }
    }
    return tokens.size();
  }

  private int opening(int bracket) {
    int depth = 0;
    for (int i = bracket; i >= 0; i--) {
      depth += at(i).isSign(")") || at(i).isSign("]") ? 1 : 0;
      depth -= at(i).isSign("(") || at(i).isSign("[") ? 1 : 0;
      if (depth == 0) {
        return i;
      }
    }
    return -1;
  }
}
