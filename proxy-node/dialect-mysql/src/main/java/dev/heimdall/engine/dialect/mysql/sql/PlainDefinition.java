package dev.heimdall.engine.dialect.mysql.sql;

import dev.heimdall.engine.parse.DefinitionScan;
import dev.heimdall.engine.parse.TokenCursor;
import dev.heimdall.engine.sql.TableDefinitions;
import dev.heimdall.engine.sql.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Recognises statements that define tables, their columns and indexes, and nothing that brings code
 * with it or moves it elsewhere: no trigger comes with a table, or with its columns. What is not
 * recognised here may.
 */
final class PlainDefinition {
  private static final Set<String> NOT_CALLS = notCalls();

  /** Words that take other tables, their rows, or sequences into the definition. */
  private static final Set<String> FOREIGN =
      Set.of(
          ("connection,like,next,nextval,partition,period,previous,select,sequence,setval,system"
                  + ",table,temporary,union,versioning")
              .split(","));

  /** Behind them stands the name of a table, or of an index, that a bracket may follow. */
  private static final Set<String> NAMING =
      Set.of("references", "key", "index", "unique", "fulltext", "spatial");

  /** Those of the server whose tables have rows of their own, and no other's. */
  private static final Set<String> ENGINES = Set.of("aria", "innodb", "memory", "myisam");

  private static final Set<String> OPTIONS =
      Set.of(
          "auto_increment",
          "avg_row_length",
          "charset",
          "checksum",
          "collate",
          "comment",
          "engine",
          "key_block_size",
          "max_rows",
          "min_rows",
          "pack_keys",
          "page_checksum",
          "page_compressed",
          "row_format",
          "stats_auto_recalc",
          "stats_persistent",
          "stats_sample_pages",
          "transactional");

  private final TokenCursor cursor;
  private final DefinitionScan scan = new DefinitionScan(NOT_CALLS, FOREIGN, NAMING);

  private PlainDefinition(List<Token> statement) {
    cursor = new TokenCursor(statement);
  }

  private static Set<String> notCalls() {
    List<String> words = new ArrayList<>(BuiltInFunctions.grammar());
    words.addAll(List.of("btree", "hash", "rtree"));
    return Set.copyOf(words);
  }

  /** Definitions that a statement makes; null where it may make more. */
  static TableDefinitions of(List<Token> statement) {
    PlainDefinition one = new PlainDefinition(statement);
    return DefinitionScan.readable(statement) && one.read() ? one.scan.found() : null;
  }

  private boolean read() {
    if (cursor.accept("create")) {
      return cursor.accept("table") ? createTable() : createIndex();
    }
    if (cursor.accept("alter")) {
      return cursor.accept("table") && alterTable();
    }
    return cursor.accept("drop") && drop();
  }

  private boolean createTable() {
    return cursor.passIfExists()
        && name()
        && cursor.token().isSign("(")
        && scan.plain(cursor.bracketed())
        && options();
  }

  private boolean options() {
    while (!cursor.atEnd()) {
      cursor.acceptSign(",");
      if (!option()) {
        return false;
      }
    }
    return true;
  }

  private boolean option() {
    cursor.accept("default");
    String option = cursor.keyword();
    if (cursor.accept("character")) {
      if (!cursor.accept("set")) {
        return false;
      }
    } else if (OPTIONS.contains(option)) {
      cursor.advance();
    } else {
      return false;
    }
    cursor.acceptSign("=");
    String value = cursor.token().text().toLowerCase(Locale.ROOT);
    boolean known = !option.equals("engine") || ENGINES.contains(value);
    cursor.advance();
    return known;
  }

  private boolean createIndex() {
    if (!cursor.accept("unique") && !cursor.accept("fulltext")) {
      cursor.accept("spatial");
    }
    if (!cursor.accept("index") || !cursor.passIfExists() || !name()) {
      return false;
    }
    if (cursor.accept("using")) {
      cursor.advance();
    }
    return cursor.accept("on") && name() && cursor.token().isSign("(") && scan.plain(cursor.rest());
  }

  private boolean drop() {
    if (cursor.accept("index")) {
      return cursor.passIfExists()
          && name()
          && cursor.accept("on")
          && name()
          && scan.plain(cursor.rest());
    }
    if (!cursor.accept("table") || !cursor.passIfExists()) {
      return false;
    }
    scan.drops();
    do {
      if (!name()) {
        return false;
      }
    } while (cursor.acceptSign(","));
    cursor.accept("restrict");
    return cursor.atEnd();
  }

  private boolean alterTable() {
    if (!cursor.passIfExists() || !name()) {
      return false;
    }
    return cursor.elements().stream().allMatch(this::plainAction);
  }

  private boolean plainAction(List<Token> action) {
    TokenCursor words = new TokenCursor(action);
    return switch (words.keyword()) {
      // Rows of others change with it, perhaps by their triggers.
      case "add", "change", "modify" ->
          action.stream().noneMatch(token -> token.is("references")) && scan.plain(action);
      case "alter", "drop" -> scan.plain(action);
      // Of the table itself, its triggers would follow it to the new name.
      case "rename" ->
          (words.ahead(1).is("column") || words.ahead(1).is("index") || words.ahead(1).is("key"))
              && words.ahead(3).is("to")
              && action.size() == 5;
      case "algorithm", "auto_increment", "comment", "lock" -> action.size() <= 3;
      default -> false;
    };
  }

  private boolean name() {
    return cursor.tableName() != null;
  }
}
