package dev.heimdall.engine.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.postgres.catalog.PostgresObjects;
import dev.heimdall.engine.dialect.postgres.catalog.PostgresRoutines;
import dev.heimdall.engine.sql.Basis;
import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.NameScope;
import dev.heimdall.engine.sql.NameSet;
import dev.heimdall.engine.sql.ParsedStatement;
import dev.heimdall.engine.sql.RowChange;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.engine.sql.TableName;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CatalogueTest {
  private static final NameScope SCOPE = new NameScope("db", "alice", null);
  private static final long WRITER = 90;
  private static final long READER = 91;

  private static ParsedStatement said(
      StatementClass kind, List<String> reads, List<String> writes, String... functions) {
    return ParsedStatement.of(
        kind,
        reads.stream().map(CatalogueTest::table).toList(),
        writes.stream().map(CatalogueTest::table).toList(),
        EnumSet.allOf(RowChange.class),
        List.of(functions).stream().map(f -> new FunctionName(null, f)).toList());
  }

  private static TableName table(String name) {
    int dot = name.indexOf('.');
    return dot < 0
        ? new TableName(null, null, name)
        : new TableName(null, name.substring(0, dot), name.substring(dot + 1));
  }

  private static ParsedStatement reads(String... tables) {
    return said(StatementClass.READ, List.of(tables), List.of());
  }

  private static RoutineRow routine(
      long id, String name, char volatility, String language, String body, boolean ofExtension) {
    return PostgresRoutines.row(
        id, "public", name, 'f', volatility, language, body, false, "", ofExtension, List.of());
  }

  /** Tables 1 to 3 in public, and one called t in each of two schemas. */
  private static ObjectsBuilder objects() {
    return new ObjectsBuilder(new SharedBuiltIns(PostgresObjects.INSTANCE))
        .openSchema("pg_catalog")
        .openSchema("public")
        .relation(1, "public", "a", RelationKind.TABLE, false)
        .relation(2, "public", "b", RelationKind.TABLE, false)
        .relation(3, "public", "c", RelationKind.TABLE, false)
        .relation(4, "public", "t", RelationKind.TABLE, false)
        .relation(5, "hidden", "t", RelationKind.TABLE, false)
        .relation(6, "pg_catalog", "pg_class", RelationKind.TABLE, false)
        .builtIn(10, "nextval", FunctionEffect.WRITE)
        .builtIn(11, "lower", FunctionEffect.REPEATABLE)
        .routine(routine(WRITER, "writer", 'v', "sql", "INSERT INTO b VALUES (1)", false))
        .routine(routine(READER, "reader", 's', "sql", "SELECT a FROM b", false));
  }

  private static Catalogue fresh(ObjectsBuilder builder) {
    return Catalogue.read("db", builder);
  }

  private static Statement resolve(ObjectsBuilder builder, ParsedStatement parsed) {
    return fresh(builder).resolve(parsed, SCOPE);
  }

  @Test
  void aSchemaThatNotEverybodyMayUseDoesNotHideTheNext() {
    Statement read =
        fresh(objects())
            .resolve(reads("t"), new NameScope("db", "alice", List.of("hidden", "public")));

    assertThat(read.tablesRead()).containsExactly("db.hidden.t", "db.t");
  }

  @Test
  void aRolesOwnSearchPathGoesBeforeTheUsualOne() {
    Catalogue catalogue =
        fresh(objects().path(List.of("public")).rolePath("alice", List.of("hidden")));

    assertThat(catalogue.resolve(reads("t"), SCOPE).tablesRead()).containsExactly("db.hidden.t");
    assertThat(catalogue.resolve(reads("t"), new NameScope("db", "bob", null)).tablesRead())
        .containsExactly("db.t");
  }

  @Test
  void theNameOfAnotherDatabaseIsUnknown() {
    ParsedStatement parsed =
        ParsedStatement.of(
            StatementClass.READ,
            List.of(new TableName("elsewhere", "public", "a")),
            List.of(),
            Set.of(),
            List.of());

    assertThat(fresh(objects()).resolve(parsed, SCOPE).readOnly()).isFalse();
  }

  /** It reads what no text names, but is no code that may have been read wrongly. */
  @Test
  void aProcedureThatReadsDefinitionsLeavesThemAndItsSession() {
    RoutineRow.Unread metadata = new RoutineRow.Unread(FunctionEffect.METADATA, null, true, false);
    RoutineRow row = new RoutineRow(92, "public", "help", true, null, metadata, null, List.of());

    Statement call =
        resolve(objects().routine(row), said(StatementClass.CALL, List.of(), List.of(), "help"));

    assertThat(call.understood()).isFalse();
    assertThat(call.basis()).isEqualTo(Basis.SERVER);
    assertThat(call.repeatable()).isFalse();
    assertThat(call.changesSession()).isNull();
    assertThat(call.movesPath()).isFalse();
    assertThat(call.writesAnything()).isFalse();
    assertThat(call.runsUnread()).isFalse();
    assertThat(call.mayDefine()).isFalse();
    assertThat(call.keepsCode()).isTrue();
    assertThat(call.readsByCall()).isTrue();
  }

  @Test
  void aProcedureOfUsersAndAWriteBesideItAreNotKnownToReadAlone() {
    RoutineRow.Unread metadata = new RoutineRow.Unread(FunctionEffect.METADATA, null, true, false);
    ObjectsBuilder builder =
        objects()
            .routine(new RoutineRow(92, "public", "writer", true, null, metadata, null, List.of()))
            .routine(new RoutineRow(93, "public", "help", true, null, metadata, null, List.of()));
    ParsedStatement beside = said(StatementClass.CALL, List.of(), List.of("a"), "help");

    assertThat(resolve(builder, beside).readsByCall()).isFalse();

    for (String name : List.of("reader", "writer")) {
      Statement call = resolve(builder, said(StatementClass.CALL, List.of(), List.of(), name));
      assertThat(call.readsByCall()).as(name).isFalse();
    }
  }

  @Test
  void cyclesOfForeignKeysAndInheritanceEnd() {
    ObjectsBuilder builder =
        objects()
            .foreignKey(1, 2, ReferentialAction.CASCADE, ReferentialAction.CASCADE)
            .foreignKey(2, 3, ReferentialAction.CASCADE, ReferentialAction.CASCADE)
            .foreignKey(3, 1, ReferentialAction.CASCADE, ReferentialAction.CASCADE)
            .inherits(1, 1);

    assertThat(
            resolve(builder, said(StatementClass.WRITE, List.of(), List.of("a"))).tablesWritten())
        .containsExactly("db.a", "db.b", "db.c");
  }

  @Test
  void whatIsNotNamedCountsWhereItCanTakePart() {
    ObjectsBuilder ofServer = objects().unnamed(WRITER, "the cast", List.of());
    assertThat(resolve(ofServer, reads()).readOnly()).isTrue();
    assertThat(resolve(ofServer, reads("a")).readOnly()).isTrue();
    Statement compares = resolve(ofServer, operates("=", "a"));
    assertThat(compares.kind()).isEqualTo(StatementClass.WRITE);
    assertThat(compares.tablesWritten()).containsExactly("db.b");
    assertThat(compares.reason()).isEqualTo("the cast calls public.writer(), which writes db.b");

    ObjectsBuilder ofType = objects().unnamed(WRITER, "the cast", List.of(99L));
    ofType.types().type(99, "mood", 0, 0, 0);
    ofType.types().relation(1, 99);
    assertThat(resolve(ofType, reads("a")).readOnly()).isTrue();
    assertThat(resolve(ofType, operates("=", "a")).readOnly()).isFalse();
    assertThat(resolve(ofType, operates("=", "c")).readOnly()).isTrue();
    assertThat(resolve(ofType, said(StatementClass.WRITE, List.of(), List.of("c"))).tablesWritten())
        .containsExactly("db.c");
    assertThat(resolve(ofType, said(StatementClass.WRITE, List.of(), List.of("a"))).tablesWritten())
        .containsExactly("db.a", "db.b");
  }

  private static ParsedStatement operates(String operator, String... tables) {
    return computes(Set.of(operator), NameSet.EMPTY, tables);
  }

  /** By a word that stands for an operator. */
  private static ParsedStatement computes(String word, String... tables) {
    return computes(Set.of(), NameSet.of(Set.of(word)), tables);
  }

  private static ParsedStatement computes(Set<String> operators, NameSet names, String... tables) {
    ParsedStatement read = reads(tables);
    return new ParsedStatement(
        read.kind(),
        true,
        1,
        read.reads(),
        List.of(),
        Set.of(),
        List.of(),
        false,
        List.of(),
        Set.of(),
        operators,
        Set.of(),
        null,
        names,
        List.of(),
        null,
        List.of());
  }

  @Test
  void anOperatorThatReadsCountsWhereItIsWritten() {
    ObjectsBuilder builder = objects().operator("public", "<+>", READER);

    Statement written = resolve(builder, operates("<+>", "a"));
    assertThat(written.readOnly()).isTrue();
    assertThat(written.tablesRead()).containsExactly("db.a", "db.b");
    Statement without = resolve(builder, operates("+", "a"));
    assertThat(without.tablesRead()).containsExactly("db.a");
    assertThat(without.repeatable()).isTrue();
  }

  @Test
  void anOperatorThatNobodyKnowsMayDoAnything() {
    Statement unknown = resolve(objects(), operates("<?>", "a"));
    assertThat(unknown.readOnly()).isFalse();
    assertThat(unknown.reason()).isEqualTo("the operator <?> is not in the catalogue");
    assertThat(resolve(objects(), operates("!=", "a")).readOnly()).isTrue();
  }

  @Test
  void whatIsNotNamedAndVariesIsNotRepeatableWhereItCanTakePart() {
    ObjectsBuilder cast = objects().unnamed(READER, "a cast", List.of());
    assertThat(resolve(cast, reads("a")).repeatable()).isTrue();
    assertThat(resolve(cast, operates("=", "a")).repeatable()).isFalse();
    ObjectsBuilder behindWords = objects().operator("public", "<", READER, List.of(), false);
    assertThat(resolve(behindWords, computes("between", "a")).repeatable()).isFalse();
    assertThat(resolve(behindWords, computes("like", "a")).repeatable()).isTrue();
    assertThat(resolve(behindWords, operates("=", "a")).repeatable()).isTrue();
    ObjectsBuilder ofClass = objects().operator("public", "<+>", READER, List.of(), true);
    assertThat(resolve(ofClass, operates("=", "a")).repeatable()).isFalse();
    ObjectsBuilder written = objects().operator("public", "<+>", READER, List.of(), false);
    assertThat(resolve(written, operates("=", "a")).repeatable()).isTrue();
  }

  @Test
  void anOperatorInABodyIsFollowed() {
    ObjectsBuilder builder =
        objects()
            .operator("public", "<+>", WRITER)
            .routine(routine(92, "user_of_it", 'v', "sql", "SELECT 1 <+> 2", false));
    assertThat(
            resolve(builder, said(StatementClass.READ, List.of(), List.of(), "user_of_it"))
                .tablesWritten())
        .containsExactly("db.b");
  }

  @Test
  void aFunctionThatSetsThePathIsToldFromOthers() {
    ObjectsBuilder builder =
        objects()
            .routine(
                routine(92, "moves", 'v', "plpgsql", "BEGIN SET LOCAL search_path = x; END", false))
            .routine(routine(93, "calls", 'v', "plpgsql", "BEGIN PERFORM moves(); END", false))
            .routine(routine(94, "roles", 'v', "plpgsql", "BEGIN SET LOCAL ROLE bob; END", false))
            .routine(
                routine(
                    95,
                    "config",
                    's',
                    "plpgsql",
                    "BEGIN PERFORM set_config('search_path', 'x', true); END",
                    false))
            .routine(
                routine(96, "other", 'v', "plpgsql", "BEGIN SET LOCAL work_mem = 1; END", false));
    for (String function : List.of("moves", "calls", "roles", "config", "nobody_knows")) {
      assertThat(
              resolve(builder, said(StatementClass.READ, List.of(), List.of(), function))
                  .movesPath())
          .as(function)
          .isTrue();
    }
    for (String function : List.of("other", "writer", "reader", "lower")) {
      assertThat(
              resolve(builder, said(StatementClass.READ, List.of(), List.of(), function))
                  .movesPath())
          .as(function)
          .isFalse();
    }
  }

  @Test
  void eventTriggersFollowDefinitions() {
    ObjectsBuilder builder = objects().eventTrigger("log", WRITER);

    assertThat(resolve(builder, said(StatementClass.DDL, List.of(), List.of("a"))).tablesWritten())
        .containsExactly("db.a", "db.b");
    assertThat(resolve(objects().eventTrigger("log", WRITER), reads("a")).tablesWritten())
        .isEmpty();
  }

  @Test
  void anIndexStandsForItsTable() {
    ObjectsBuilder builder = objects().index("public", "a_key", 1);

    assertThat(
            resolve(builder, said(StatementClass.UTILITY, List.of(), List.of("a_key")))
                .tablesWritten())
        .containsExactly("db.a");
  }

  @Test
  void locksAndMaintenanceChangeNoRows() {
    ObjectsBuilder builder = objects().trigger(1, "x", Changes.ALL, List.of(WRITER));

    for (StatementClass kind : List.of(StatementClass.LOCK, StatementClass.UTILITY)) {
      assertThat(fresh(builder).resolve(said(kind, List.of(), List.of("a")), SCOPE).tablesWritten())
          .containsExactly("db.a");
    }
  }

  @Test
  void functionsInLanguagesThatNobodyReadsMayDoAnythingWhateverTheyAreDeclared() {
    ObjectsBuilder builder = objects();
    List<String> languages = List.of("plpython3u", "plperl", "pltcl", "c", "internal", "own");
    long id = 20;
    for (String language : languages) {
      for (char volatility : new char[] {'v', 's', 'i'}) {
        String name = language + '_' + volatility;
        builder.routine(routine(id++, name, volatility, language, "return 1", false));
      }
    }
    Catalogue catalogue = fresh(builder);

    for (String language : languages) {
      for (char volatility : new char[] {'v', 's', 'i'}) {
        Statement statement = called(catalogue, language + '_' + volatility);
        assertThat(statement.writesAnything()).as(statement.reason()).isTrue();
        assertThat(statement.changesSession()).contains("is written in " + language);
      }
    }
  }

  /** There may be no table in the schema of a function that hides one of the server's. */
  @Test
  void whereThePathIsUnknownFunctionsOfAllSchemasCount() {
    Catalogue catalogue =
        fresh(
            objects()
                .builtIn(12, "pg_advisory_lock", FunctionEffect.SESSION_LOCK)
                .routine(
                    PostgresRoutines.row(
                        40,
                        "apart",
                        "lower",
                        'f',
                        'v',
                        "sql",
                        "SELECT pg_advisory_lock(1)",
                        false,
                        "",
                        false,
                        List.of())));

    assertThat(called(catalogue, "lower").changesSession()).isNull();
    assertThat(
            catalogue
                .resolve(said(StatementClass.READ, List.of(), List.of(), "lower"), SCOPE.unsure())
                .changesSession())
        .contains("apart.lower");
  }

  @Test
  void functionsOfExtensionsCountByTheirListOrByWhatTheyAreDeclared() {
    ObjectsBuilder builder =
        objects()
            .routine(routine(23, "extended", 'v', "c", "x", true))
            .routine(routine(24, "uuid_generate_v4", 'v', "c", "x", true))
            .routine(routine(25, "dblink", 'v', "c", "x", true))
            .routine(routine(26, "similarity", 'i', "c", "x", true))
            .routine(routine(27, "counted", 's', "internal", "x", true))
            .routine(routine(28, "scripted", 'i', "plpython3u", "return 1", true));
    Catalogue catalogue = fresh(builder);

    assertThat(called(catalogue, "extended").writesAnything()).isTrue();
    assertThat(called(catalogue, "uuid_generate_v4").readOnly()).isTrue();
    assertThat(called(catalogue, "uuid_generate_v4").repeatable()).isFalse();
    assertThat(called(catalogue, "dblink").writesAnything()).isTrue();
    for (String believed : List.of("similarity", "counted")) {
      assertThat(called(catalogue, believed).readOnly()).as(believed).isTrue();
      assertThat(called(catalogue, believed).changesSession()).as(believed).isNull();
    }
    assertThat(called(catalogue, "scripted").writesAnything()).isTrue();
    assertThat(called(catalogue, "scripted").changesSession()).contains("plpython3u");
  }

  private static Statement called(Catalogue catalogue, String function) {
    return catalogue.resolve(said(StatementClass.READ, List.of(), List.of(), function), SCOPE);
  }

  @Test
  void whatAnAnswerRestsOnIsToldApart() {
    ObjectsBuilder builder =
        objects()
            .relation(10, "public", "guarded", RelationKind.TABLE, true)
            .relation(11, "public", "elsewhere", RelationKind.FOREIGN, false)
            .relation(12, "public", "drawn", RelationKind.SEQUENCE, false)
            .routine(routine(20, "volatile_reader", 'v', "sql", "SELECT now() FROM a", false))
            .routine(routine(21, "asks_server", 'v', "sql", "SELECT pg_is_in_recovery()", false))
            .routine(routine(22, "stable_extended", 's', "c", "x", true));
    Catalogue catalogue = fresh(builder);

    for (String passing : List.of("now", "random", "current_setting", "version", "pg_sleep")) {
      assertThat(called(catalogue, passing).basis()).as(passing).isEqualTo(Basis.MOMENT);
    }
    for (String about : List.of("pg_is_in_recovery", "inet_server_addr", "has_table_privilege")) {
      assertThat(called(catalogue, about).basis()).as(about).isEqualTo(Basis.SERVER);
    }
    assertThat(called(catalogue, "lower").basis()).isEqualTo(Basis.TABLES);
    assertThat(called(catalogue, "volatile_reader"))
        .satisfies(
            read -> {
              assertThat(read.readOnly()).isTrue();
              assertThat(read.repeatable()).isFalse();
              assertThat(read.basis()).isEqualTo(Basis.MOMENT);
              assertThat(read.tablesRead()).containsExactly("db.a");
            });
    assertThat(called(catalogue, "asks_server").basis()).isEqualTo(Basis.SERVER);
    assertThat(called(catalogue, "stable_extended").basis()).isEqualTo(Basis.ANYTHING);
    assertThat(resolve(builder, reads("guarded")).basis()).isEqualTo(Basis.MOMENT);
    assertThat(resolve(builder, reads("elsewhere", "guarded")).basis()).isEqualTo(Basis.ANYTHING);
    assertThat(resolve(builder, reads("drawn")).basis()).isEqualTo(Basis.SERVER);
    assertThat(
            Catalogue.unknown("db", PostgresObjects.INSTANCE)
                .resolve(reads("pg_class"), SCOPE)
                .basis())
        .isEqualTo(Basis.SERVER);
    assertThat(Catalogue.unknown("db", PostgresObjects.INSTANCE).resolve(reads("a"), SCOPE).basis())
        .isEqualTo(Basis.ANYTHING);
  }

  @Test
  void withoutACatalogueTablesKeepTheirNamesAndFunctionsMayDoAnything() {
    Catalogue unknown = Catalogue.unknown("db", PostgresObjects.INSTANCE);

    Statement read = unknown.resolve(reads("a", "s.b"), SCOPE);
    assertThat(read.tablesRead()).containsExactly("db.a", "db.s.b");
    assertThat(read.readOnly()).isTrue();
    assertThat(read.repeatable()).isFalse();

    assertThat(called(unknown, "lower").repeatable()).isTrue();
    assertThat(called(unknown, "random").readOnly()).isTrue();
    assertThat(called(unknown, "nextval").kind()).isEqualTo(StatementClass.WRITE);
    assertThat(called(unknown, "mine").writesAnything()).isTrue();
    assertThat(called(unknown, "mine").changesSession()).contains("mine");

    Statement write = unknown.resolve(said(StatementClass.WRITE, List.of(), List.of("a")), SCOPE);
    assertThat(write.tablesWritten()).containsExactly("db.a");
    assertThat(write.writesAnything()).isTrue();
    assertThat(unknown.known()).isFalse();
  }

  @Test
  void whatIsDoubtedMayDoAnything() {
    Catalogue doubted = fresh(objects()).doubted();

    Statement read = doubted.resolve(reads("a"), SCOPE);
    assertThat(read.kind()).isEqualTo(StatementClass.WRITE);
    assertThat(read.writesAnything()).isTrue();
    assertThat(read.repeatable()).isFalse();
    assertThat(read.tablesRead()).containsExactly("db.a");
    assertThat(doubted.resolve(reads("unheard_of"), SCOPE).writesAnything()).isTrue();
    assertThat(doubted.resolve(reads("pg_class"), SCOPE).readOnly()).isTrue();
    assertThat(called(doubted, "reader").writesAnything()).isTrue();
    assertThat(called(doubted, "lower").repeatable()).isTrue();
    assertThat(
            doubted
                .resolve(said(StatementClass.WRITE, List.of(), List.of("a")), SCOPE)
                .writesAnything())
        .isTrue();
    assertThat(doubted.fresh()).isFalse();
    assertThat(doubted.known()).isTrue();
    assertThat(doubted.version()).isNotEqualTo(fresh(objects()).version());
  }

  /** A view may be another one, and what no name stood for may be one: rules on tables guess. */
  @Test
  void whatOthersHaveRedefinedMayReadTablesThatItDoesNotName() {
    ObjectsBuilder builder =
        objects()
            .relation(40, "public", "seen", RelationKind.VIEW, false)
            .view(40, List.of(1L), List.of(), false, false);
    Catalogue ofOthers =
        new Catalogue("db", 1, Catalogue.Knowledge.DOUBTED, false, builder.build());
    Catalogue own = fresh(builder).doubted();

    for (String name : List.of("seen", "unheard_of")) {
      ParsedStatement write = said(StatementClass.WRITE, List.of(), List.of(name));
      assertThat(ofOthers.resolve(reads(name), SCOPE).understood()).as(name).isFalse();
      assertThat(ofOthers.resolve(write, SCOPE).understood()).as(name).isFalse();
      assertThat(own.resolve(reads(name), SCOPE).understood()).as(name).isTrue();
    }
    ParsedStatement defines = said(StatementClass.DDL, List.of(), List.of("unheard_of"));
    assertThat(ofOthers.resolve(defines, SCOPE).understood()).isTrue();
    assertThat(ofOthers.resolve(reads("a"), SCOPE).understood()).isTrue();
    assertThat(ofOthers.resolve(reads("pg_class"), SCOPE).understood()).isTrue();
  }

  @Test
  void namesOfTablesStayOutOfTheText() {
    assertThat(fresh(objects())).hasToString("catalogue of db, version 1, FRESH");
  }
}
