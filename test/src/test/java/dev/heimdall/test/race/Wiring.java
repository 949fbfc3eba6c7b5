package dev.heimdall.test.race;

import static net.bytebuddy.matcher.ElementMatchers.isConstructor;
import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.takesArgument;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

import dev.heimdall.engine.route.ClusterView;
import dev.heimdall.engine.sql.Constant;
import dev.heimdall.engine.sql.KeyColumn;
import dev.heimdall.engine.sql.KeyColumns;
import dev.heimdall.engine.sql.KeyType;
import dev.heimdall.engine.sql.LoggedRows;
import dev.heimdall.engine.sql.RowKeys;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.implementation.bytecode.assign.Assigner;
import net.bytebuddy.matcher.ElementMatcher;
import org.postgresql.PGNotification;

/**
 * Where a node is stopped, listened to and falsified: pieces of code that are put into its classes
 * as they are loaded. What a user runs has none of it.
 */
enum Wiring {
  /** As it is. */
  SOUND,
  /** Nobody asks whether the tables of a result were written since. */
  WITHOUT_CHECK,
  /** A result has the number of writes of when it came, not of when its statement was sent. */
  NUMBERED_LATE,
  /** What is being committed is served on. */
  COMMITS_UNMINDED,
  /** Of what is being committed nothing counts of which the rows are known. */
  ROWS_UNMINDED,
  /** Writes of known rows outdate no result that rests on known rows. */
  ROWS_UNCHECKED,
  /** Of a transaction's rows of a table those of its last statement count. */
  LAST_ROWS,
  /** Rows are known by one column, whatever columns writes have named. */
  COLUMNS_UNMINDED,
  /** A write is told to nobody. */
  UNTOLD,
  /** Texts are told apart by their bytes. */
  CASE_MINDED,
  /** Texts are told apart whatever their collation. */
  LANGUAGES_UNMINDED,
  /** Values are stored as they are written, whatever the column can hold. */
  LENGTHS_UNMINDED,
  /** Sums and differences are one too large. */
  SUMS_SHIFTED,
  /** Texts that are computed lose their last letter. */
  TEXTS_CUT,
  /** A column that is set counts with its value of before alone. */
  SET_UNMINDED,
  /** Conditions of a left join count for the table on its left, too. */
  LEFT_UNMINDED,
  /** Values of a row in a log are those of the columns before. */
  PLACES_SHIFTED,
  /** Rows in a log are as they are after the write. */
  BEFORE_UNMINDED,
  /** Rows in a log are read by the first definition of their table that was met. */
  DEFINITIONS_UNMINDED,
  /** Rows that conflict have the same values in whatever column. */
  UNIQUES_UNMINDED,
  /** An upsert has written one row, whatever the server says. */
  AFFECTED_UNMINDED,
  /** An upsert sets its columns to the values that its row has already. */
  UPSERTS_UNMINDED,
  /** Triggers write nothing. */
  TRIGGERS_UNMINDED,
  /** Rules write nothing. */
  RULES_UNMINDED,
  /** Foreign keys change nothing. */
  CASCADES_UNMINDED,
  /** Partitions and heirs are tables of their own. */
  PARTS_UNMINDED,
  /** Views rest on nothing. */
  VIEWS_UNMINDED,
  /** Defaults and checks call nothing. */
  DEFAULTS_UNMINDED,
  /** Functions read nothing. */
  FUNCTIONS_UNMINDED,
  /** Computed columns tell rows apart as written ones do. */
  GENERATED_UNMINDED;

  private static final String ENGINE = "dev.heimdall.engine.";
  private static final String CONFLICTS = "sql.ConflictClause";
  private static final String LAYOUTS = "dialect.mysql.changes.TableLayouts";
  private static final String OBJECTS = "catalog.ObjectsBuilder";
  private static final String ROWS = "catalog.WeighedRows";
  private static final String PLAIN_COLUMNS = "dialect.mysql.catalog.PlainColumns";

  /**
   * @param in the class
   * @param method there
   * @param advice what is put in
   */
  record Piece(String in, ElementMatcher.Junction<MethodDescription> method, Class<?> advice) {}

  List<Piece> pieces() {
    List<Piece> all = new ArrayList<>(steps());
    all.addAll(hearing());
    switch (this) {
      case SOUND -> {}
      case WITHOUT_CHECK ->
          all.add(
              piece(
                  "share.WritePositions",
                  named("unwrittenSince").and(takesArguments(4)),
                  Yes.class));
      case NUMBERED_LATE -> all.add(piece("cache.QueryCache", named("keep"), NotedNow.class));
      case COMMITS_UNMINDED -> all.add(piece("share.WritesInFlight", named("any"), No.class));
      case ROWS_UNMINDED -> all.add(piece("sql.RowKeys", named("misses"), Yes.class));
      case ROWS_UNCHECKED -> all.add(piece("share.KeyGroups", named("outdated"), No.class));
      case LAST_ROWS -> all.add(piece("sql.RowKeys", named("and"), Last.class));
      case COLUMNS_UNMINDED -> all.add(piece("sql.RowKeys", named("columns"), AllColumns.class));
      case CASE_MINDED -> all.add(piece(PLAIN_COLUMNS, named("of"), Bytes.class));
      case LANGUAGES_UNMINDED -> all.add(piece(PLAIN_COLUMNS, named("of"), AnyText.class));
      case LENGTHS_UNMINDED -> all.add(piece(PLAIN_COLUMNS, named("of"), Unbounded.class));
      case SUMS_SHIFTED -> all.add(piece("sql.Constant", named("calculated"), OneMore.class));
      case TEXTS_CUT ->
          all.add(
              piece(
                  "sql.Constant",
                  named("text").and(takesArgument(1, String.class)),
                  OneLess.class));
      case SET_UNMINDED -> all.add(piece("sql.KeyReader", named("conditions"), SetNothing.class));
      case PLACES_SHIFTED -> all.add(piece("sql.KeyColumn", named("at"), PlaceBefore.class));
      case BEFORE_UNMINDED ->
          all.add(piece("dialect.mysql.changes.RowImages", named("image"), AfterOnly.class));
      case DEFINITIONS_UNMINDED -> {
        all.add(piece(LAYOUTS, named("of"), NoTexts.class));
        all.add(piece(LAYOUTS, named("lacks"), NoTextsBefore.class));
        all.add(piece(LAYOUTS, named("add"), NoTextsBefore.class));
        all.add(piece("sql.KeyColumns", named("equals"), Yes.class));
      }
      case LEFT_UNMINDED -> all.add(piece("sql.JoinedRows", named("isRead"), ForAll.class));
      case UNIQUES_UNMINDED -> {
        all.add(piece(CONFLICTS, named("everyUnique"), ColumnsOfTable.class));
        all.add(piece(CONFLICTS, named("target"), ColumnsOfClause.class));
      }
      case AFFECTED_UNMINDED -> all.add(piece("sql.StatementRows", named("behind"), One.class));
      case UPSERTS_UNMINDED -> all.add(piece(CONFLICTS, named("isInserted"), Yes.class));
      case TRIGGERS_UNMINDED -> all.add(piece(OBJECTS, named("trigger"), Nothing.class));
      case RULES_UNMINDED -> {
        all.add(piece(OBJECTS, named("rule"), Nothing.class));
        all.add(piece(OBJECTS, named("ruleOnItself"), Nothing.class));
      }
      case CASCADES_UNMINDED -> all.add(piece(OBJECTS, named("foreignKey"), Nothing.class));
      case PARTS_UNMINDED -> all.add(piece(OBJECTS, named("inherits"), Nothing.class));
      case VIEWS_UNMINDED -> all.add(piece(OBJECTS, named("view"), Nothing.class));
      case DEFAULTS_UNMINDED -> all.add(piece(OBJECTS, named("expressions"), Nothing.class));
      case FUNCTIONS_UNMINDED -> all.add(piece("catalog.Routine", named("reads"), None.class));
      case GENERATED_UNMINDED ->
          all.add(piece(ROWS, named("each").and(takesArguments(3)), WithGenerated.class));
      case UNTOLD ->
          all.add(piece("share.Channel", named("announce").and(takesArguments(3)), Skip.class));
    }
    return all;
  }

  private static Piece piece(
      String in, ElementMatcher.Junction<MethodDescription> method, Class<?> advice) {
    return new Piece(ENGINE + in, method, advice);
  }

  /** The steps of the protocol, each with a rest before or behind it. */
  private static List<Piece> steps() {
    return List.of(
        // A write: marked as being committed, sent, acknowledged, noted, published, passed on.
        piece("share.WritePositions", named("committing").and(takesArguments(3)), After.class),
        piece("share.WritePositions", named("committed").and(takesArguments(4)), Before.class),
        piece("share.Channel", named("announce").and(takesArguments(3)), Before.class),
        piece("share.Channel", named("announce").and(takesArguments(3)), After.class),
        // It is heard elsewhere.
        piece("share.Channel", named("heard"), Before.class),
        piece("share.Channel", named("wrote"), After.class),
        piece("changes.OutsideWrites$Sink", named("arriving").and(takesArguments(3)), Before.class),
        piece("changes.OutsideWrites$Sink", named("written"), Before.class),
        // A read: looked up, served, or numbered and sent, and its answer kept.
        piece("cache.QueryCache", named("find"), Before.class),
        piece("cache.QueryCache", named("find"), After.class),
        piece("route.ClusterView", named("noted"), After.class),
        piece("cache.QueryCache", named("keep"), Before.class),
        piece("cache.QueryCache$Entry", isConstructor(), After.class),
        // Another node's results.
        piece("cache.FarResults", named("ask"), Before.class),
        piece("caching.CachedReads", named("heard"), Before.class),
        piece("cache.FarResults", named("put"), Before.class));
  }

  /** What the node has taken in. */
  private static List<Piece> hearing() {
    return List.of(
        piece("share.Channel", named("wrote"), HeardOfPeer.class),
        piece(
            "changes.OutsideWrites$Sink", named("arriving").and(takesArguments(3)), Arriving.class),
        piece("dialect.postgres.changes.NotifiedTables", named("take"), Notified.class));
  }

  // The code that is put in.

  static final class Before {
    @Advice.OnMethodEnter
    static void enter(@Advice.Origin("before #t.#m") String place) {
      Injection.at(place);
    }
  }

  static final class After {
    @Advice.OnMethodExit
    static void exit(@Advice.Origin("after #t.#m") String place) {
      Injection.at(place);
    }
  }

  static final class HeardOfPeer {
    @Advice.OnMethodExit
    static void exit(@Advice.Argument(0) Object message) {
      Injection.heardOfPeer(message);
    }
  }

  static final class Arriving {
    @Advice.OnMethodExit
    static void exit(
        @Advice.Argument(0) Collection<String> tables,
        @Advice.Return(readOnly = false) Runnable over) {
      over = Injection.arriving(tables, over);
    }
  }

  static final class Notified {
    @Advice.OnMethodExit
    static void exit(@Advice.Argument(0) PGNotification[] all) {
      Injection.notified(all);
    }
  }

  static final class Yes {
    @Advice.OnMethodExit
    static void exit(@Advice.Return(readOnly = false) boolean answer) {
      answer = true;
    }
  }

  static final class No {
    @Advice.OnMethodExit
    static void exit(@Advice.Return(readOnly = false) boolean answer) {
      answer = false;
    }
  }

  static final class Last {
    @Advice.OnMethodExit
    static void exit(
        @Advice.Argument(0) RowKeys last, @Advice.Return(readOnly = false) RowKeys both) {
      both = last;
    }
  }

  static final class AllColumns {
    @Advice.OnMethodExit
    static void exit(@Advice.Return(readOnly = false) List<String> columns) {
      columns = List.of("id", "name");
    }
  }

  static final class Bytes {
    @Advice.OnMethodExit
    static void exit(@Advice.Return(readOnly = false) KeyColumn column) {
      if (column != null && column.type() == KeyType.FOLDED_TEXT) {
        column = new KeyColumn(KeyType.TEXT, column.least(), column.most());
      }
    }
  }

  static final class AnyText {
    @Advice.OnMethodExit
    static void exit(
        @Advice.Argument(2) long length, @Advice.Return(readOnly = false) KeyColumn column) {
      column = column == null ? new KeyColumn(KeyType.FOLDED_TEXT, 0, length) : column;
    }
  }

  static final class Unbounded {
    @Advice.OnMethodExit
    static void exit(@Advice.Return(readOnly = false) KeyColumn column) {
      column = column == null ? null : new KeyColumn(column.type());
    }
  }

  static final class OneMore {
    @Advice.OnMethodExit
    static void exit(@Advice.Return(readOnly = false) Constant result) {
      result = result == null ? null : Constant.whole(result.kind(), result.whole() + 1);
    }
  }

  static final class OneLess {
    @Advice.OnMethodEnter
    static void enter(@Advice.Argument(value = 1, readOnly = false) String text) {
      text = text.isEmpty() ? text : text.substring(0, text.length() - 1);
    }
  }

  static final class SetNothing {
    @Advice.OnMethodEnter
    static void enter(@Advice.Argument(value = 1, readOnly = false) Set<String> set) {
      set = Set.of();
    }
  }

  static final class PlaceBefore {
    @Advice.OnMethodEnter
    static void enter(@Advice.Argument(value = 0, readOnly = false) int place) {
      place = place - 1;
    }
  }

  static final class NoTexts {
    @Advice.OnMethodEnter
    static void enter(@Advice.Argument(value = 1, readOnly = false) long texts) {
      texts = 0;
    }
  }

  static final class NoTextsBefore {
    @Advice.OnMethodEnter
    static void enter(@Advice.Argument(value = 2, readOnly = false) long texts) {
      texts = 0;
    }
  }

  static final class AfterOnly {
    @Advice.OnMethodEnter
    static void enter(
        @Advice.Argument(2) boolean after,
        @Advice.Argument(value = 3, readOnly = false) LoggedRows rows) {
      rows = after ? rows : new LoggedRows(new KeyColumns("", "", Map.of()));
    }
  }

  static final class ForAll {
    @Advice.OnMethodEnter
    static void enter(
        @Advice.Argument(value = 2, readOnly = false, typing = Assigner.Typing.DYNAMIC)
            Object only) {
      only = null;
    }
  }

  static final class ColumnsOfTable {
    @Advice.OnMethodExit
    static void exit(
        @Advice.Argument(0) KeyColumns of, @Advice.Return(readOnly = false) Set<String> columns) {
      columns = new HashSet<>(of.columns().keySet());
    }
  }

  static final class ColumnsOfClause {
    @Advice.OnMethodExit
    static void exit(
        @Advice.FieldValue("of") KeyColumns of,
        @Advice.Return(readOnly = false) Set<String> columns) {
      columns = new HashSet<>(of.columns().keySet());
    }
  }

  static final class One {
    @Advice.OnMethodEnter
    static void enter(@Advice.Argument(value = 0, readOnly = false) long affected) {
      affected = 1;
    }
  }

  static final class None {
    @Advice.OnMethodExit
    static void exit(@Advice.Return(readOnly = false) List<?> all) {
      all = List.of();
    }
  }

  static final class WithGenerated {
    @Advice.OnMethodEnter
    static void enter(@Advice.Argument(value = 0, readOnly = false) String query) {
      query =
          query
              .replace(" AND a.attgenerated = ''", "")
              .replace(
                  " AND COALESCE(generation_expression, '') = '' AND extra NOT LIKE '%GENERATED%'",
                  "");
    }
  }

  /** Leaves out what is built. */
  static final class Nothing {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter() {
      return true;
    }

    @Advice.OnMethodExit
    static void exit(
        @Advice.This Object builder,
        @Advice.Return(readOnly = false, typing = Assigner.Typing.DYNAMIC) Object same) {
      same = builder;
    }
  }

  static final class NotedNow {
    @Advice.OnMethodEnter
    static void enter(
        @Advice.Argument(2) ClusterView view,
        @Advice.Argument(value = 3, readOnly = false) long noted) {
      noted = view.noted();
    }
  }

  static final class Skip {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(@Advice.Argument(2) Object redefinition) {
      return redefinition == null;
    }

    @Advice.OnMethodExit
    static void exit(
        @Advice.Enter boolean skipped,
        @Advice.Return(readOnly = false) CompletableFuture<Void> told) {
      if (skipped) {
        told = CompletableFuture.completedFuture(null);
      }
    }
  }
}
