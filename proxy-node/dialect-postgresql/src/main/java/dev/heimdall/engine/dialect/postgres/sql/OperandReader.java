package dev.heimdall.engine.dialect.postgres.sql;

import dev.heimdall.engine.parse.Findings;
import dev.heimdall.engine.parse.QuerySyntax;
import dev.heimdall.engine.sql.Application;
import dev.heimdall.engine.sql.Operand;
import dev.heimdall.engine.sql.Token;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds what the operators and functions of a statement are applied to, by the precedence of
 * PostgreSQL's grammar. It reads the expressions between words that bind less than operators do.
 * Where it does not know better, an operand is {@link Operand#ANY}, or all of a place is unknown.
 */
final class OperandReader {
  /** A statement with more operators and calls is not worth the memory. */
  private static final int MOST = 300;

  /** Brackets and operators inside one another; each is read by a call. */
  private static final int DEEPEST = 60;

  /** Words between expressions. Those of LIKE and its kin bind more than comparisons do. */
  private static final Set<String> BETWEEN =
      QuerySyntax.words(
          "select distinct all from where and or not is in like ilike similar to between symmetric on"
              + " using group by having order asc desc nulls limit offset fetch next rows only with"
              + " ties for update share union intersect except case when then else end as join left"
              + " right inner outer full cross natural lateral partition window range groups isnull"
              + " notnull escape values first last row");

  private static final Set<String> LIKE =
      Set.of("like", "ilike", "similar", "in", "between", "escape");

  /** Words of {@link #BETWEEN} that are functions where a bracket follows. */
  private static final Set<String> FUNCTIONS = Set.of("left", "right", "first", "last");

  /** Words that look like functions, and return what no function of their name does. */
  private static final Set<String> NO_FUNCTIONS =
      QuerySyntax.words(
          "array cast coalesce exists extract greatest grouping least normalize nullif overlay position"
              + " row substring treat trim any some all xmlconcat xmlelement xmlexists xmlforest"
              + " xmlparse xmlpi xmlroot xmlserialize json json_array json_arrayagg json_exists"
              + " json_object json_objectagg json_query json_scalar json_serialize json_table"
              + " json_value merge_action operator");

  /** Functions of the server with words among their arguments, by how they are written. */
  private static final Map<String, String> WRITTEN_WITH_WORDS =
      Map.of(
          "extract", "extract",
          "overlay", "overlay",
          "position", "position",
          "substring", "substring",
          "trim", "btrim");

  /** Names that columns of queries in brackets get without a text that has them. */
  private static final Set<String> GENERATED =
      QuerySyntax.words(
          "bit bool bpchar btrim date_part float4 float8 int2 int4 int8 interval ltrim numeric rtrim"
              + " time timestamp timestamptz timetz timezone varbit varchar");

  /** Types by how SQL has them, as far as the catalogue has other names. */
  private static final Map<String, String> TYPES =
      Map.ofEntries(
          Map.entry("bigint", "int8"),
          Map.entry("bit varying", "varbit"),
          Map.entry("boolean", "bool"),
          Map.entry("char", "bpchar"),
          Map.entry("char varying", "varchar"),
          Map.entry("character", "bpchar"),
          Map.entry("character varying", "varchar"),
          Map.entry("dec", "numeric"),
          Map.entry("decimal", "numeric"),
          Map.entry("double precision", "float8"),
          Map.entry("int", "int4"),
          Map.entry("integer", "int4"),
          Map.entry("real", "float4"),
          Map.entry("smallint", "int2"),
          Map.entry("time with time zone", "timetz"),
          Map.entry("timestamp with time zone", "timestamptz"));

  private static final int COMPARISON = 1;
  private static final int OTHER = 2;
  private static final Map<String, Integer> PRECEDENCE =
      Map.ofEntries(
          Map.entry("<", COMPARISON),
          Map.entry(">", COMPARISON),
          Map.entry("=", COMPARISON),
          Map.entry("<=", COMPARISON),
          Map.entry(">=", COMPARISON),
          Map.entry("<>", COMPARISON),
          Map.entry("!=", COMPARISON),
          Map.entry("+", 3),
          Map.entry("-", 3),
          Map.entry("*", 4),
          Map.entry("/", 4),
          Map.entry("%", 4),
          Map.entry("^", 5));

  private static final int SIGN = 6;

  /** Not an expression that is understood. */
  private static final class Unknown extends RuntimeException {
    private static final long serialVersionUID = 1;

    Unknown() {
      super(null, null, false, false);
    }
  }

  private final List<Token> tokens;
  private final PostgresSyntax syntax;
  private final List<Application> found = new ArrayList<>();
  private final Map<Integer, Integer> closing = new HashMap<>();
  private final Set<String> namesOfOthers = new HashSet<>();

  /** Rows in brackets, by what stands for them as operands. */
  private final Map<Operand, List<Operand>> rows = new IdentityHashMap<>();

  private boolean namesUnknown;
  private int at;
  private int end;
  private int depth;

  OperandReader(List<Token> tokens, PostgresSyntax syntax) {
    this.tokens = tokens;
    this.syntax = syntax;
  }

  void read(Findings findings) {
    if (tokens.isEmpty() || !(word(0).equals("select") || word(0).equals("with"))) {
      return;
    }
    if (!matchBrackets()) {
      return;
    }
    names();
    region(0, tokens.size());
    if (found.size() <= MOST) {
      found.forEach(findings::applies);
    }
  }

  private boolean matchBrackets() {
    List<Integer> open = new ArrayList<>();
    for (int i = 0; i < tokens.size(); i++) {
      if (at(i).isSign("(") || at(i).isSign("[")) {
        open.add(i);
      } else if (at(i).isSign(")") || at(i).isSign("]")) {
        if (open.isEmpty()) {
          return false;
        }
        int opening = open.remove(open.size() - 1);
        if (at(i).isSign(")") != at(opening).isSign("(")) {
          return false;
        }
        closing.put(opening, i);
      }
    }
    return open.isEmpty();
  }

  // ---- names of columns

  /**
   * Finds out which names may be others than those of columns of tables: of what queries in
   * brackets and functions return.
   */
  private void names() {
    boolean inner = word(0).equals("with");
    boolean changing = false;
    List<String> clauses = new ArrayList<>(List.of(""));
    for (int i = 0; i < tokens.size(); i++) {
      String word = word(i);
      int last = clauses.size() - 1;
      if (at(i).isSign("(") || at(i).isSign("[")) {
        boolean table = clauses.get(last).equals("from");
        boolean query = isQuery(i + 1);
        inner |= table && query;
        boolean listed = at(i).isSign("(") && at(i - 1).isName() && !isBetween(i - 1);
        // A function of rows, or names that are given to columns.
        namesUnknown |= listed && (table || isCommonTable(closing.get(i)));
        clauses.add(table && !query ? "from" : "");
      } else if (at(i).isSign(")") || at(i).isSign("]")) {
        clauses.remove(last);
      } else if (word.equals("from") && !(at(i - 1).is("distinct") && isComparison(i - 2))) {
        clauses.set(last, "from");
      } else if (word.equals("join") || (at(i).isSign(",") && clauses.get(last).equals("on"))) {
        clauses.set(last, "from");
      } else if (word.equals("on") && clauses.get(last).equals("from")) {
        clauses.set(last, "on");
      } else if (isClause(word)) {
        clauses.set(last, "");
      }
      if (at(i).isName() && !isReference(i)) {
        namesOfOthers.add(at(i).text());
      }
      changing |= givesTypeToName(i);
      namesUnknown |= word.equals("rows") && at(i + 1).is("from");
    }
    if (inner) {
      namesUnknown |= changing;
      namesOfOthers.addAll(GENERATED);
    }
  }

  /**
   * True if a column that a query in brackets returns may have here the name of another one, and
   * not its type.
   */
  private boolean givesTypeToName(int index) {
    return switch (word(index)) {
      case "union", "intersect", "except", "values", "cast", "treat" -> true;
      default ->
          at(index).isSign("[")
              || (at(index).isSign(":") && at(index + 1).isSign(":"))
              || (at(index).isSign(")") && at(index + 1).isSign("."));
    };
  }

  private boolean isComparison(int index) {
    return at(index).is("is") || at(index).is("not");
  }

  private static boolean isClause(String word) {
    return switch (word) {
      case "select",
          "where",
          "group",
          "having",
          "order",
          "limit",
          "offset",
          "fetch",
          "window",
          "union",
          "intersect",
          "except",
          "for" ->
          true;
      default -> false;
    };
  }

  private boolean isCommonTable(int bracket) {
    return at(bracket + 1).is("as")
        && (at(bracket + 2).isSign("(")
            || at(bracket + 2).is("materialized")
            || at(bracket + 2).is("not"));
  }

  private boolean isQuery(int index) {
    int i = index;
    while (at(i).isSign("(")) {
      i++;
    }
    return at(i).is("select") || at(i).is("values") || at(i).is("with") || at(i).is("table");
  }

  /** True if a name surely stands for a column, or a table, and gives no name to another. */
  private boolean isReference(int index) {
    Token before = at(index - 1);
    Token next = at(index + 1);
    if (next.isSign("(") || next.type() == Token.Type.STRING || before.isSign(":")) {
      return false;
    }
    if (before.type() == Token.Type.SIGN) {
      return !before.isSign(")") && !before.isSign("]") && !before.isSign("");
    }
    return isBetween(index - 1) && !before.is("as") && !before.is("end") && !before.is("with");
  }

  // ---- expressions

  /** Reads the expressions of some tokens, which are a statement or in a bracket. */
  private void region(int from, int to) {
    enter();
    String before = "";
    boolean like = false;
    boolean bounds = false;
    int begin = from;
    for (int i = from; i <= to; i++) {
      String word = i < to && isBetween(i) ? word(i) : "";
      boolean ends = i == to || at(i).isSign(",") || at(i).isSign(";") || !word.isEmpty();
      if (ends) {
        boolean likeNext =
            LIKE.contains(word) || (word.equals("not") && LIKE.contains(word(i + 1)));
        segment(begin, i, like || likeNext, before);
        boolean ofBounds = bounds && word.equals("and");
        bounds = word.equals("between") || (bounds && !ofBounds && word.equals("symmetric"));
        like = likeNext || ofBounds || bounds || (like && word.equals("to"));
        before = i < to && at(i).isSign(",") ? "," : word;
        begin = i + 1;
      } else if (at(i).isSign("(") || at(i).isSign("[")) {
        i = closing.get(i);
      }
    }
    depth--;
  }

  private void enter() {
    depth++;
    if (depth > DEEPEST) {
      throw new Unknown();
    }
  }

  /**
   * Reads one expression between words, perhaps with an alias.
   *
   * @param inLike whether LIKE or its kin takes one of its operands, so that a comparison has
   *     another operand than it seems
   */
  private void segment(int from, int to, boolean inLike, String before) {
    if (from >= to) {
      return;
    }
    int known = found.size();
    int outerAt = at;
    int outerEnd = end;
    int outerDepth = depth;
    try {
      at = from;
      end = to;
      boolean afterOperand =
          before.equals("end") || before.equals("isnull") || before.equals("notnull");
      if (afterOperand && !at(from).isName()) {
        throw new Unknown();
      }
      expression(COMPARISON, inLike);
      if (at < end && at(at).isName() && !at(at).is("operator")) {
        at++; // an alias
      }
      if (at < end) {
        throw new Unknown();
      }
    } catch (Unknown unknown) {
      while (found.size() > known) {
        found.remove(found.size() - 1);
      }
      unknown(from, to);
    }
    at = outerAt;
    end = outerEnd;
    depth = outerDepth;
  }

  /** Everything that is applied in these tokens may be applied to anything. */
  private void unknown(int from, int to) {
    for (int i = from; i < to; i++) {
      if (syntax.isOperator(at(i))) {
        found.add(new Application(spelled(at(i).text()), true, null));
      } else if (at(i).isName() && at(i + 1).isSign("(")) {
        found.add(new Application(at(i).text(), false, null));
      }
    }
  }

  private Operand expression(int least, boolean inLike) {
    enter();
    Operand left;
    if (isOperatorHere()) {
      String operator = here().text();
      at++;
      boolean sign = operator.equals("+") || operator.equals("-");
      left = applied(operator, List.of(expression(sign ? SIGN : OTHER + 1, inLike)));
    } else {
      left = primary();
    }
    while (isOperatorHere()) {
      String operator = here().text();
      int precedence = PRECEDENCE.getOrDefault(operator, OTHER);
      if (precedence < least) {
        break;
      }
      if (precedence == COMPARISON && inLike) {
        throw new Unknown();
      }
      at++;
      if (at < end && isArrayWord(at) && at(at + 1).isSign("(")) {
        int open = at + 1;
        int close = closing.get(open);
        List<Operand> array = isQuery(open + 1) ? null : operands(open + 1, close);
        if (array == null || array.size() != 1) {
          array = List.of();
          nested(open + 1, close);
        }
        left =
            applied(
                operator,
                List.of(left, array.isEmpty() ? Operand.ANY : Operand.element(array.get(0))));
        at = close + 1;
        continue;
      }
      left = applied(operator, List.of(left, expression(precedence + 1, inLike)));
    }
    depth--;
    return left;
  }

  /** An operator as the server reads it. */
  private static String spelled(String operator) {
    return operator.equals("!=") ? "<>" : operator;
  }

  private boolean isOperatorHere() {
    return at < end && syntax.isOperator(here());
  }

  private boolean isArrayWord(int index) {
    return at(index).is("any") || at(index).is("some") || at(index).is("all");
  }

  private Operand applied(String operator, List<Operand> operands) {
    List<Operand> left = rows.get(operands.get(0));
    List<Operand> right = rows.get(operands.get(operands.size() - 1));
    if (operands.size() == 2 && left != null && right != null && left.size() == right.size()) {
      for (int i = 0; i < left.size(); i++) {
        found.add(new Application(spelled(operator), true, List.of(left.get(i), right.get(i))));
      }
      return Operand.type("bool", false);
    }
    Application application = new Application(spelled(operator), true, operands);
    found.add(application);
    return Operand.result(application);
  }

  /** Reads what is in a bracket, and leaves the place as it is. */
  private void nested(int from, int to) {
    int outerAt = at;
    int outerEnd = end;
    region(from, to);
    at = outerAt;
    end = outerEnd;
  }

  private Operand primary() {
    Operand operand = first();
    while (at < end) {
      if (here().isSign(":") && at(at + 1).isSign(":")) {
        at += 2;
        operand = type();
      } else if (here().isSign("[")) {
        nested(at + 1, closing.get(at));
        at = closing.get(at) + 1;
        operand = Operand.ANY;
      } else if (here().isSign(".")) {
        if (!at(at + 1).isName() && !at(at + 1).isSign("*")) {
          throw new Unknown();
        }
        at += 2;
        operand = Operand.ANY;
      } else if (here().is("collate") && at(at + 1).isName()) {
        at += 2;
        while (here().isSign(".") && at(at + 1).isName()) {
          at += 2;
        }
      } else {
        return operand;
      }
    }
    return operand;
  }

  private Operand first() {
    if (at >= end) {
      throw new Unknown();
    }
    Token token = here();
    switch (token.type()) {
      case STRING, NUMBER, PARAMETER -> {
        at++;
        return Operand.LITERAL;
      }
      case WORD, QUOTED -> {
        return named();
      }
      default -> {
        if (token.isSign("*")) {
          at++;
          return Operand.ANY;
        }
        if (!token.isSign("(")) {
          throw new Unknown();
        }
        return bracket();
      }
    }
  }

  /** An expression in brackets; or a row or a query, of which only the content is read. */
  private Operand bracket() {
    int open = at;
    int close = closing.get(open);
    boolean one = !isQuery(open + 1);
    for (int i = open + 1; i < close && one; i++) {
      one = !at(i).isSign(",") && !isBetween(i);
      if (at(i).isSign("(") || at(i).isSign("[")) {
        i = closing.get(i);
      }
    }
    if (!one) {
      List<Operand> row = isQuery(open + 1) ? null : operands(open + 1, close);
      if (row == null) {
        nested(open + 1, close);
      }
      at = close + 1;
      Operand any = Operand.unknown();
      if (row != null) {
        rows.put(any, row);
      }
      return any;
    }
    int outerEnd = end;
    at = open + 1;
    end = close;
    Operand inside = expression(COMPARISON, false);
    if (at < close) {
      throw new Unknown();
    }
    at = close + 1;
    end = outerEnd;
    return inside;
  }

  private Operand named() {
    String word = word(at);
    if (isBetween(at)) {
      throw new Unknown();
    }
    switch (word) {
      case "null" -> {
        at++;
        return Operand.LITERAL;
      }
      case "true", "false" -> {
        at++;
        return Operand.type("bool", false);
      }
      case "cast" -> {
        return cast();
      }
      case "array" -> {
        if (at(at + 1).isSign("[") || at(at + 1).isSign("(")) {
          nested(at + 2, closing.get(at + 1));
          at = closing.get(at + 1) + 1;
          return Operand.ANY;
        }
      }
      default -> {}
    }
    if (syntax.calledByWord(word) != null) {
      at++;
      return Operand.ANY;
    }
    int parts = 1;
    String name = here().text();
    at++;
    while (here().isSign(".") && at(at + 1).isName()) {
      name = at(at + 1).text();
      at += 2;
      parts++;
    }
    if (here().isSign("(")) {
      return call(name, parts == 1 ? word : "");
    }
    if (at < end && here().type() == Token.Type.STRING) {
      at++;
      return parts > 1 ? Operand.ANY : Operand.type(TYPES.getOrDefault(name, name), false);
    }
    boolean known = !namesUnknown && !namesOfOthers.contains(name) && parts <= 2;
    boolean reserved = parts == 1 && !word.isEmpty() && syntax.isReserved(word);
    return known && !reserved ? Operand.column(name, parts > 1) : Operand.ANY;
  }

  private Operand cast() {
    int open = at + 1;
    if (!at(open).isSign("(")) {
      throw new Unknown();
    }
    int close = closing.get(open);
    int as = -1;
    for (int i = open + 1; i < close; i++) {
      if (at(i).is("as")) {
        as = i;
      } else if (at(i).isSign("(") || at(i).isSign("[")) {
        i = closing.get(i);
      }
    }
    if (as < 0) {
      throw new Unknown();
    }
    nested(open + 1, as);
    int outerEnd = end;
    at = as + 1;
    end = close;
    Operand type = type();
    if (at < close) {
      throw new Unknown();
    }
    at = close + 1;
    end = outerEnd;
    return type;
  }

  /** The name of a type, with what belongs to it. */
  private Operand type() {
    if (at >= end || !here().isName()) {
      throw new Unknown();
    }
    boolean quoted = here().type() == Token.Type.QUOTED;
    StringBuilder name = new StringBuilder(here().text());
    at++;
    int parts = 1;
    while (here().isSign(".") && at(at + 1).isName()) {
      name = new StringBuilder(at(at + 1).text());
      at += 2;
      parts++;
    }
    if (at < end && (here().is("varying") || here().is("precision"))) {
      name.append(' ').append(here().text());
      at++;
    }
    if (at < end && here().isSign("(")) {
      at = closing.get(at) + 1;
    }
    if (at + 2 < end && (here().is("with") || here().is("without")) && at(at + 1).is("time")) {
      name.append(here().is("with") ? " with time zone" : "");
      at += 3;
    }
    boolean array = false;
    while (at < end && here().isSign("[")) {
      array = true;
      at = closing.get(at) + 1;
    }
    boolean interval = name.toString().equals("interval") && at < end && here().isName();
    if (interval || (at < end && here().is("array"))) {
      throw new Unknown();
    }
    String type = name.toString();
    return Operand.type(quoted || parts > 1 ? type : TYPES.getOrDefault(type, type), array);
  }

  /** A call, at its bracket. */
  private Operand call(String name, String word) {
    int open = at;
    int close = closing.get(open);
    boolean function = !NO_FUNCTIONS.contains(word);
    List<Operand> operands = function ? operands(open + 1, close) : null;
    if (operands == null) {
      nested(open + 1, close);
    }
    at = close + 1;
    boolean ordered = here().is("within");
    while (at < end && (here().is("filter") || here().is("over") || here().is("within"))) {
      at += here().is("within") ? 2 : 1;
      if (here().isSign("(")) {
        nested(at + 1, closing.get(at));
        at = closing.get(at) + 1;
      } else if (here().isName()) {
        at++;
      } else {
        throw new Unknown();
      }
    }
    if (!function) {
      String called = WRITTEN_WITH_WORDS.get(word);
      return called == null ? Operand.ANY : Operand.result(new Application(called, false, null));
    }
    Application application = new Application(name, false, ordered ? null : operands);
    found.add(application);
    return Operand.result(application);
  }

  /** The arguments of a call; null where they are not plain ones. */
  private List<Operand> operands(int from, int close) {
    int known = found.size();
    int outerEnd = end;
    int outerDepth = depth;
    List<Operand> operands = new ArrayList<>();
    try {
      at = from;
      if (from < close && (at(from).is("distinct") || at(from).is("all"))) {
        at++;
      }
      if (at(at).isSign("*") && at + 1 == close) {
        return operands;
      }
      while (at < close) {
        end = argument(at, close);
        if (at(at).is("variadic") || isNamed(at, end)) {
          throw new Unknown();
        }
        operands.add(expression(COMPARISON, false));
        if (at < end) {
          throw new Unknown();
        }
        if (end < close && at(end).is("order")) {
          nested(end, close);
          at = close;
        } else {
          at = end + 1;
        }
      }
      return operands;
    } catch (Unknown unknown) {
      while (found.size() > known) {
        found.remove(found.size() - 1);
      }
      return null;
    } finally {
      end = outerEnd;
      depth = outerDepth;
    }
  }

  /** The end of the argument that begins here. */
  private int argument(int from, int close) {
    for (int i = from; i < close; i++) {
      if (at(i).isSign(",") || at(i).is("order")) {
        return i;
      }
      if (isBetween(i)) {
        throw new Unknown();
      }
      if (at(i).isSign("(") || at(i).isSign("[")) {
        i = closing.get(i);
      }
    }
    return close;
  }

  private boolean isNamed(int from, int to) {
    for (int i = from; i < to; i++) {
      if (at(i).isSign("=>") || (at(i).isSign(":") && at(i + 1).isSign("="))) {
        return true;
      }
    }
    return false;
  }

  /** True if a word stands between expressions. */
  private boolean isBetween(int index) {
    String word = word(index);
    return BETWEEN.contains(word) && !(FUNCTIONS.contains(word) && at(index + 1).isSign("("));
  }

  private Token here() {
    return at(at);
  }

  /** The word at a place without quotes that is no part of a longer name; else empty. */
  private String word(int index) {
    Token token = at(index);
    boolean part = at(index - 1).isSign(".") || at(index + 1).isSign(".");
    return token.type() != Token.Type.WORD || part ? "" : token.text();
  }

  private static final Token NOTHING = new Token(Token.Type.SIGN, "");

  private Token at(int index) {
    return index >= 0 && index < tokens.size() ? tokens.get(index) : NOTHING;
  }
}
