package dev.heimdall.engine.dialect.postgres.sql;

import dev.heimdall.engine.parse.DefinitionScan;
import dev.heimdall.engine.parse.TokenCursor;
import dev.heimdall.engine.sql.TableDefinitions;
import dev.heimdall.engine.sql.Token;
import java.util.List;
import java.util.Set;

/**
 * Recognises statements that define tables, columns, indexes, sequences, enums and schemas, and
 * nothing that brings code with it or moves it elsewhere. What is not recognised here may.
 */
final class PlainDefinition {
  /** Words before a bracket that are no functions, and cannot be names of any without quotes. */
  private static final Set<String> NOT_CALLS =
      Set.of(
          ("all,and,any,array,as,bit,case,char,character,check,decimal,dec,default,else,float"
                  + ",identity,in,include,interval,is,key,nchar,not,numeric,or,set,some,then,time"
                  + ",timestamp,unique,values,varchar,varying,when,with")
              .split(","));

  /**
   * Words that take other tables, what they have, or their queries into the definition, and those
   * of constraints that compare by operators of one's own.
   */
  private static final Set<String> FOREIGN =
      Set.of("exclude", "inherits", "like", "of", "partition", "select", "temp", "temporary");

  private static final Set<String> BETWEEN_NAMES =
      Set.of("asc", "collate", "desc", "first", "last", "nulls");

  /** Operator classes of the server, and of its extension for trigrams. */
  private static final Set<String> OPERATOR_CLASSES =
      Set.of(
          "bpchar_pattern_ops",
          "gin_trgm_ops",
          "gist_trgm_ops",
          "inet_ops",
          "jsonb_ops",
          "jsonb_path_ops",
          "text_ops",
          "text_pattern_ops",
          "varchar_ops",
          "varchar_pattern_ops");

  private final TokenCursor cursor;
  private final DefinitionScan scan = new DefinitionScan(NOT_CALLS, FOREIGN, Set.of("references"));

  private PlainDefinition(List<Token> statement) {
    cursor = new TokenCursor(statement);
  }

  /** Definitions that a statement makes; null where it may make more. */
  static TableDefinitions of(List<Token> statement) {
    PlainDefinition one = new PlainDefinition(statement);
    return DefinitionScan.readable(statement) && one.read() ? one.scan.found() : null;
  }

  private boolean read() {
    if (cursor.accept("create")) {
      return create();
    }
    if (cursor.accept("alter")) {
      return cursor.accept("type") ? label() : cursor.accept("table") && alterTable();
    }
    return cursor.accept("drop") ? drop() : cursor.accept("comment");
  }

  private boolean create() {
    if (cursor.accept("unlogged") || cursor.token().is("table")) {
      return cursor.accept("table") && createTable();
    }
    cursor.accept("unique");
    if (cursor.accept("index")) {
      return createIndex();
    }
    if (cursor.accept("sequence")) {
      return !temporary() && scan.plain(cursor.rest());
    }
    if (cursor.accept("type")) {
      return name() && cursor.accept("as") && cursor.accept("enum") && bracketEnds();
    }
    return cursor.accept("schema") && cursor.passIfExists() && name() && cursor.atEnd();
  }

  private boolean createTable() {
    if (!cursor.passIfExists() || temporary() || !name() || !cursor.token().isSign("(")) {
      return false;
    }
    return scan.plain(cursor.bracketed()) && storage() && cursor.atEnd();
  }

  /** True if the name that follows is one of a temporary object. */
  private boolean temporary() {
    return cursor.token().text().startsWith("pg_temp");
  }

  private boolean createIndex() {
    cursor.accept("concurrently");
    if (!cursor.passIfExists() || (!cursor.token().is("on") && !name()) || !cursor.accept("on")) {
      return false;
    }
    cursor.accept("only");
    if (!name()) {
      return false;
    }
    if (cursor.accept("using")) {
      cursor.advance();
    }
    if (!cursor.token().isSign("(")) {
      return false;
    }
    List<Token> columns = cursor.bracketed();
    if (!ofKnownClasses(columns) || !scan.plain(columns)) {
      return false;
    }
    if (cursor.accept("include") && cursor.token().isSign("(")) {
      cursor.skipBrackets();
    }
    return storage() && (cursor.atEnd() || (cursor.accept("where") && scan.plain(cursor.rest())));
  }

  /** True if columns have no operator class that could be one's own. */
  private static boolean ofKnownClasses(List<Token> columns) {
    int depth = 0;
    for (int i = 0; i < columns.size(); i++) {
      Token token = columns.get(i);
      depth += token.isSign("(") ? 1 : token.isSign(")") ? -1 : 0;
      Token before = i == 0 ? TokenCursor.NOTHING : columns.get(i - 1);
      boolean afterColumn =
          (before.isName() && !BETWEEN_NAMES.contains(before.text())) || before.isSign(")");
      if (depth == 0
          && token.isName()
          && afterColumn
          && !BETWEEN_NAMES.contains(token.text())
          && !OPERATOR_CLASSES.contains(token.text())) {
        return false;
      }
    }
    return true;
  }

  private boolean storage() {
    while (true) {
      if (cursor.token().is("with") && cursor.ahead(1).isSign("(")) {
        cursor.advance();
        cursor.skipBrackets();
      } else if (cursor.accept("tablespace")) {
        cursor.advance();
      } else {
        return true;
      }
    }
  }

  private boolean drop() {
    if (cursor.accept("table")) {
      scan.drops();
    } else if (cursor.accept("index")) {
      cursor.accept("concurrently");
    } else if (!cursor.accept("sequence")) {
      return false;
    }
    if (!cursor.passIfExists()) {
      return false;
    }
    do {
      if (!name()) {
        return false;
      }
    } while (cursor.acceptSign(","));
    cursor.accept("restrict");
    return cursor.atEnd();
  }

  /** A value more of an enum. */
  private boolean label() {
    return name() && cursor.accept("add") && cursor.accept("value");
  }

  private boolean alterTable() {
    boolean named = cursor.passIfExists();
    cursor.accept("only");
    if (!named || !name()) {
      return false;
    }
    cursor.acceptSign("*");
    return cursor.elements().stream().allMatch(this::plainAction);
  }

  private boolean plainAction(List<Token> action) {
    TokenCursor words = new TokenCursor(action);
    String does = words.keyword();
    words.advance();
    switch (does) {
      case "add" -> {
        if (action.stream().anyMatch(token -> token.is("references"))) {
          scan.refers();
        }
        return scan.plain(action);
      }
      case "alter" -> {
        return scan.plain(action);
      }
      case "drop" -> {
        return action.stream().noneMatch(token -> token.is("cascade"));
      }
      case "rename" -> {
        // Of the table itself, its triggers would follow it to the new name.
        if (!words.accept("column")) {
          words.accept("constraint");
        }
        return words.ahead(1).is("to") && words.ahead(2).isName() && action.size() <= 5;
      }
      case "validate" -> {
        return true;
      }
      default -> {
        return false;
      }
    }
  }

  private boolean name() {
    return cursor.tableName() != null;
  }

  private boolean bracketEnds() {
    if (!cursor.token().isSign("(")) {
      return false;
    }
    cursor.skipBrackets();
    return cursor.atEnd();
  }
}
