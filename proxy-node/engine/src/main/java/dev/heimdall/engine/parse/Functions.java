package dev.heimdall.engine.parse;

import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Finds what is called by the tokens alone: names with an opening bracket after them. */
final class Functions {
  /** Words that may stand before a bracket and call nothing, or nothing that could be replaced. */
  private static final Set<String> KEYWORDS =
      Set.of(
          ("all and any array as asymmetric between bit by case cast char character check coalesce"
                  + " collate columns conflict cross cube dec decimal desc distinct else end escape"
                  + " except exclude exists extract fetch filter float for from full greatest"
                  + " group grouping having ilike in inner int integer intersect interval into is"
                  + " isnull join json json_array json_arrayagg json_exists"
                  + " json_objectagg json_query json_scalar json_serialize json_table json_value"
                  + " key lateral least left like limit materialized merge_action natural nchar not"
                  + " notnull nullif numeric offset on only or order outer over overlaps partition"
                  + " passing position precision primary range real recursive references returning"
                  + " right rollup row rows select set sets similar smallint some symmetric table"
                  + " then time timestamp to treat trim tablesample union unique update using values"
                  + " varchar when where window with within xmlattributes xmlconcat xmlelement"
                  + " xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize"
                  + " xmltable zone")
              .split(" "));

  /** Functions that are called by a word alone. */
  private static final Map<String, String> BARE =
      Map.ofEntries(
          Map.entry("current_catalog", "current_database"),
          Map.entry("current_date", "now"),
          Map.entry("current_role", "current_user"),
          Map.entry("current_schema", "current_schema"),
          Map.entry("current_time", "now"),
          Map.entry("current_timestamp", "now"),
          Map.entry("current_user", "current_user"),
          Map.entry("localtime", "now"),
          Map.entry("localtimestamp", "now"),
          Map.entry("session_user", "session_user"),
          Map.entry("system_user", "system_user"),
          Map.entry("user", "current_user"));

  /** Keywords before names that are given columns, not arguments. */
  private static final Set<String> BEFORE_DEFINITIONS =
      Set.of("as", "into", "recursive", "table", "with");

  /**
   * What looks like a call.
   *
   * @param certain false where columns of an alias, of a WITH query or of a table, or the length of
   *     a type could stand as well
   */
  record Call(FunctionName name, boolean certain) {}

  private Functions() {}

  /** Every call among the tokens, in their order; more than once where it is called again. */
  static List<Call> in(List<Token> tokens) {
    List<Call> calls = new ArrayList<>();
    for (int i = 0; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      boolean qualified = i > 1 && tokens.get(i - 1).isSign(".") && tokens.get(i - 2).isName();
      boolean beforeDot = i + 1 < tokens.size() && tokens.get(i + 1).isSign(".");
      boolean beforeBracket = i + 1 < tokens.size() && tokens.get(i + 1).isSign("(");
      if (beforeBracket && token.isName() && (qualified || !isKeyword(tokens, i))) {
        String schema = qualified ? tokens.get(i - 2).text() : null;
        int start = startOfName(tokens, i);
        boolean certain = isOperand(start > 0 ? tokens.get(start - 1) : null);
        calls.add(new Call(new FunctionName(schema, token.text()), certain));
      } else if (!qualified && !beforeDot && token.type() == Token.Type.WORD) {
        String bare = BARE.get(token.text().toLowerCase(Locale.ROOT));
        if (bare != null) {
          calls.add(new Call(new FunctionName("pg_catalog", bare), true));
        }
      }
    }
    return calls;
  }

  private static int startOfName(List<Token> tokens, int last) {
    int start = last;
    while (start > 1 && tokens.get(start - 1).isSign(".") && tokens.get(start - 2).isName()) {
      start -= 2;
    }
    return start;
  }

  /** Whether an operand, and nothing else, stands after this token. */
  private static boolean isOperand(Token before) {
    if (before == null) {
      return true;
    }
    String text = before.text().toLowerCase(Locale.ROOT);
    return switch (before.type()) {
      case SIGN -> !(text.equals(")") || text.equals("]") || text.equals(":") || text.equals(","));
      case WORD -> KEYWORDS.contains(text) && !BEFORE_DEFINITIONS.contains(text);
      default -> false;
    };
  }

  private static boolean isKeyword(List<Token> tokens, int index) {
    Token token = tokens.get(index);
    if (token.type() != Token.Type.WORD) {
      return false;
    }
    if (token.is("varying")) {
      Token before = index > 0 ? tokens.get(index - 1) : token;
      return before.is("character") || before.is("char") || before.is("bit") || before.is("nchar");
    }
    return KEYWORDS.contains(token.text().toLowerCase(Locale.ROOT));
  }
}
