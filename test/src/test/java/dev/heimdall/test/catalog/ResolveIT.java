package dev.heimdall.test.catalog;

import static dev.heimdall.test.catalog.Said.calls;
import static dev.heimdall.test.catalog.Said.deletes;
import static dev.heimdall.test.catalog.Said.inserts;
import static dev.heimdall.test.catalog.Said.reads;
import static dev.heimdall.test.catalog.Said.said;
import static dev.heimdall.test.catalog.Said.truncates;
import static dev.heimdall.test.catalog.Said.updates;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.sql.NameSet;
import dev.heimdall.engine.sql.ParsedStatement;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.StatementClass;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ResolveIT {
  private static final String PLPGSQL = " LANGUAGE plpgsql ";
  private static Asked db;

  @BeforeAll
  static void define() throws Exception {
    db =
        Asked.of(
            "catalog_resolve",
            "CREATE SCHEMA shop",
            // Tables, views of views, a materialised one.
            "CREATE TABLE shop.customers (id serial PRIMARY KEY, name text)",
            "CREATE TABLE shop.orders (id serial PRIMARY KEY,"
                + " customer int REFERENCES shop.customers ON DELETE CASCADE, at date)",
            "CREATE TABLE shop.lines (order_id int REFERENCES shop.orders ON DELETE CASCADE,"
                + " product int)",
            "CREATE TABLE shop.notes (order_id int REFERENCES shop.orders ON UPDATE SET NULL)",
            "CREATE TABLE shop.bills (order_id int REFERENCES shop.orders)",
            "CREATE TABLE audit (what text)",
            "CREATE TABLE plain (id int)",
            "CREATE VIEW shop.recent AS SELECT * FROM shop.orders WHERE id > 10",
            "CREATE VIEW names AS SELECT c.name, r.id FROM shop.customers c JOIN shop.recent r"
                + " ON r.customer = c.id",
            "CREATE MATERIALIZED VIEW totals AS SELECT count(*) FROM shop.recent",
            "CREATE VIEW mine AS SELECT * FROM plain WHERE current_user = 'app'",
            "CREATE VIEW drawn AS SELECT random() AS r FROM plain",
            "CREATE VIEW locked AS SELECT * FROM plain FOR UPDATE",
            "CREATE VIEW numbers AS SELECT nextval('shop.orders_id_seq')",
            "CREATE VIEW activity AS SELECT * FROM pg_stat_activity",
            // Partitions of partitions; inheritance.
            "CREATE TABLE logs (y int, m int) PARTITION BY LIST (y)",
            "CREATE TABLE logs_1 PARTITION OF logs FOR VALUES IN (1) PARTITION BY LIST (m)",
            "CREATE TABLE logs_1_1 PARTITION OF logs_1 FOR VALUES IN (1)",
            "CREATE TABLE logs_2 PARTITION OF logs FOR VALUES IN (2)",
            "CREATE TABLE cities (name text)",
            "CREATE TABLE capitals (country text) INHERITS (cities)",
            // Functions.
            "CREATE FUNCTION quiet(i int) RETURNS int STABLE"
                + PLPGSQL
                + "AS $$ BEGIN RETURN (SELECT count(*) FROM shop.orders WHERE id > i); END $$",
            "CREATE FUNCTION noisy() RETURNS void"
                + PLPGSQL
                + "AS $$ BEGIN INSERT INTO audit VALUES ('x'); END $$",
            "CREATE FUNCTION outer_noise() RETURNS int"
                + PLPGSQL
                + "AS $$ BEGIN PERFORM noisy(); RETURN 1; END $$",
            "CREATE FUNCTION stable_noise() RETURNS int STABLE"
                + PLPGSQL
                + "AS $$ BEGIN RETURN outer_noise(); END $$",
            "CREATE FUNCTION sql_noise() RETURNS bigint LANGUAGE sql"
                + " BEGIN ATOMIC INSERT INTO audit SELECT name FROM shop.customers;"
                + " SELECT count(*) FROM plain; END",
            "CREATE FUNCTION ping(i int) RETURNS int" + PLPGSQL + "AS $$ BEGIN RETURN i; END $$",
            "CREATE FUNCTION pong(i int) RETURNS int"
                + PLPGSQL
                + "AS $$ BEGIN DELETE FROM plain; RETURN ping(i - 1); END $$",
            "CREATE OR REPLACE FUNCTION ping(i int) RETURNS int"
                + PLPGSQL
                + "AS $$ BEGIN RETURN CASE WHEN i > 0 THEN pong(i) ELSE 0 END; END $$",
            "CREATE FUNCTION tenant(t text) RETURNS void"
                + PLPGSQL
                + "AS $$ BEGIN PERFORM set_config('app.tenant', t, false); END $$",
            "CREATE FUNCTION tenant_of_transaction(t text) RETURNS void"
                + PLPGSQL
                + "AS $$ BEGIN PERFORM set_config('app.tenant', t, true); END $$",
            "CREATE FUNCTION sets() RETURNS void"
                + PLPGSQL
                + "AS $$ BEGIN SET statement_timeout = 0; END $$",
            "CREATE FUNCTION dynamic(t text) RETURNS void"
                + PLPGSQL
                + "AS $$ BEGIN EXECUTE 'DELETE FROM ' || quote_ident(t); END $$",
            "CREATE FUNCTION defines() RETURNS void"
                + PLPGSQL
                + "AS $$ BEGIN CREATE TABLE IF NOT EXISTS made (i int); END $$",
            "CREATE FUNCTION temporary() RETURNS void"
                + PLPGSQL
                + "AS $$ BEGIN CREATE TEMP TABLE made (i int); END $$",
            "CREATE FUNCTION lower(plain) RETURNS text"
                + PLPGSQL
                + "AS $$ BEGIN INSERT INTO audit VALUES ('lower'); RETURN ''; END $$",
            "CREATE AGGREGATE noisy_sum(int) (SFUNC = int4pl, STYPE = int)",
            "CREATE FUNCTION noisy_add(a int, b int) RETURNS int"
                + PLPGSQL
                + "AS $$ BEGIN PERFORM noisy(); RETURN a + b; END $$",
            "CREATE AGGREGATE noisier_sum(int) (SFUNC = noisy_add, STYPE = int)",
            "CREATE PROCEDURE pays()"
                + PLPGSQL
                + "AS $$ BEGIN UPDATE shop.orders SET at = now(); END $$",
            "CREATE VIEW calling AS SELECT outer_noise() FROM plain",
            // Triggers and rules.
            "CREATE TABLE watched (id int)",
            "CREATE TABLE counts (n int)",
            "CREATE FUNCTION count_up() RETURNS trigger"
                + PLPGSQL
                + "AS $$ BEGIN UPDATE counts SET n = n + 1; RETURN NEW; END $$",
            "CREATE TRIGGER counting AFTER INSERT ON watched FOR EACH ROW"
                + " EXECUTE FUNCTION count_up()",
            "CREATE FUNCTION forget() RETURNS trigger"
                + PLPGSQL
                + "AS $$ BEGIN DELETE FROM plain; RETURN OLD; END $$",
            "CREATE TRIGGER forgetting AFTER DELETE ON watched FOR EACH ROW"
                + " EXECUTE FUNCTION forget()",
            "ALTER TABLE watched DISABLE TRIGGER forgetting",
            "CREATE TABLE ruled (id int)",
            "CREATE RULE also AS ON INSERT TO ruled DO ALSO INSERT INTO audit VALUES ('ruled')",
            "CREATE TABLE pruned (id int PRIMARY KEY)",
            "CREATE TABLE pruned_lines (of int REFERENCES pruned ON DELETE CASCADE)",
            "CREATE RULE prunes AS ON UPDATE TO pruned DO ALSO DELETE FROM pruned WHERE id < OLD.id",
            "CREATE RULE tells AS ON INSERT TO pruned DO ALSO INSERT INTO audit VALUES (NEW.id)",
            "CREATE VIEW redirected AS SELECT 1 AS id",
            "CREATE RULE instead AS ON UPDATE TO redirected DO INSTEAD"
                + " UPDATE plain SET id = NEW.id",
            // Policies and defaults.
            "CREATE TABLE rows_of (tenant text)",
            "ALTER TABLE rows_of ENABLE ROW LEVEL SECURITY",
            "CREATE POLICY own ON rows_of USING (tenant = current_setting('app.tenant', true))",
            "CREATE FUNCTION audited() RETURNS int"
                + PLPGSQL
                + "AS $$ BEGIN INSERT INTO audit VALUES ('default'); RETURN 1; END $$",
            "CREATE TABLE defaulted (id int DEFAULT audited())",
            "CREATE FUNCTION with_default(i int DEFAULT audited()) RETURNS int IMMUTABLE"
                + " LANGUAGE sql AS 'SELECT i'",
            // The last one: from here on it comes first in the path.
            "CREATE SCHEMA app",
            "CREATE FUNCTION app.secret() RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1'");
  }

  @AfterAll
  static void close() {
    db.close();
  }

  private static final String DB = "catalog_resolve.";

  private static List<String> named(String... tables) {
    return List.of(tables).stream().map(DB::concat).sorted().toList();
  }

  @Test
  void aTableIsReadUnderItsFullName() {
    Statement read = db.resolve(reads("shop.orders"));

    assertThat(read.readOnly()).isTrue();
    assertThat(read.repeatable()).isTrue();
    assertThat(read.tablesRead()).containsExactlyElementsOf(named("shop.orders"));
    assertThat(read.reason()).isNull();
    assertThat(db.resolve(reads("plain")).tablesRead()).containsExactly(DB + "plain");
  }

  @Test
  void aViewIsReadWithAllThatIsBehindIt() {
    Statement read = db.resolve(reads("names"));

    assertThat(read.readOnly()).isTrue();
    assertThat(read.repeatable()).isTrue();
    assertThat(read.tablesRead())
        .containsExactlyElementsOf(named("names", "shop.customers", "shop.orders", "shop.recent"));
    assertThat(db.resolve(reads("totals")).tablesRead())
        .containsExactlyElementsOf(named("shop.orders", "shop.recent", "totals"));
  }

  @Test
  void whatIsBehindAViewDecidesWhetherItIsRepeatable() {
    assertThat(db.resolve(reads("mine")).repeatable()).isFalse();
    assertThat(db.resolve(reads("drawn")).repeatable()).isFalse();
    assertThat(db.resolve(reads("activity")).repeatable()).isFalse();
    assertThat(db.resolve(reads("activity")).readOnly()).isTrue();
    assertThat(db.resolve(reads("rows_of")).repeatable()).isFalse();
    assertThat(db.resolve(reads("shop.orders_id_seq")).repeatable()).isFalse();
    assertThat(db.resolve(reads("pg_class")).repeatable()).isFalse();
    assertThat(db.resolve(reads("pg_class")).tablesRead())
        .containsExactly(DB + "pg_catalog.pg_class");
  }

  @Test
  void whatIsBehindAViewDecidesWhetherItIsARead() {
    assertThat(db.resolve(reads("locked")).kind()).isEqualTo(StatementClass.LOCK);
    assertThat(db.resolve(reads("numbers")).kind()).isEqualTo(StatementClass.WRITE);
    Statement calling = db.resolve(reads("calling"));
    assertThat(calling.kind()).isEqualTo(StatementClass.WRITE);
    assertThat(calling.tablesWritten()).containsExactly(DB + "audit");
  }

  @Test
  void partitionsAndChildrenAreReadWithTheirParent() {
    assertThat(db.resolve(reads("logs")).tablesRead())
        .containsExactlyElementsOf(named("logs", "logs_1", "logs_1_1", "logs_2"));
    assertThat(db.resolve(reads("logs_1")).tablesRead())
        .containsExactlyElementsOf(named("logs_1", "logs_1_1"));
    assertThat(db.resolve(reads("cities")).tablesRead())
        .containsExactlyElementsOf(named("capitals", "cities"));
  }

  @Test
  void whoWritesAPartitionWritesWhatItsParentsShow() {
    assertThat(db.resolve(inserts("logs_1_1")).tablesWritten())
        .containsExactlyElementsOf(named("logs", "logs_1", "logs_1_1"));
    assertThat(db.resolve(inserts("logs")).tablesWritten())
        .containsExactlyElementsOf(named("logs", "logs_1", "logs_1_1", "logs_2"));
    assertThat(db.resolve(updates("capitals")).tablesWritten())
        .containsExactlyElementsOf(named("capitals", "cities"));
  }

  @Test
  void cascadesFollowTheWayRowsAreChanged() {
    assertThat(db.resolve(inserts("shop.customers")).tablesWritten())
        .containsExactlyElementsOf(named("shop.customers"));
    assertThat(db.resolve(deletes("shop.customers")).tablesWritten())
        .containsExactlyElementsOf(named("shop.customers", "shop.lines", "shop.orders"));
    assertThat(db.resolve(updates("shop.orders")).tablesWritten())
        .containsExactlyElementsOf(named("shop.notes", "shop.orders"));
    assertThat(db.resolve(truncates("shop.orders")).tablesWritten())
        .containsExactlyElementsOf(named("shop.bills", "shop.lines", "shop.notes", "shop.orders"));
  }

  @Test
  void aTextThatDoesNotTellHowRowsAreChangedMayDoItInAnyWay() {
    Statement write =
        db.resolve(said(StatementClass.WRITE, List.of(), List.of("shop.orders"), List.of()));

    assertThat(write.tablesWritten())
        .containsExactlyElementsOf(named("shop.bills", "shop.lines", "shop.notes", "shop.orders"));
    assertThat(write.writesAnything()).isFalse();
  }

  @Test
  void writingAViewWritesWhatIsBehindIt() {
    assertThat(db.resolve(deletes("shop.recent")).tablesWritten())
        .containsExactlyElementsOf(named("shop.lines", "shop.orders", "shop.recent"));
  }

  @Test
  void triggersThatAreOnWriteWhatTheirFunctionsWrite() {
    assertThat(db.resolve(inserts("watched")).tablesWritten())
        .containsExactlyElementsOf(named("counts", "watched"));
    assertThat(db.resolve(deletes("watched")).tablesWritten())
        .containsExactlyElementsOf(named("watched"));
  }

  @Test
  void rulesWriteWhatTheyName() {
    assertThat(db.resolve(inserts("ruled")).tablesWritten())
        .containsExactlyElementsOf(named("audit", "ruled"));
    assertThat(db.resolve(deletes("ruled")).tablesWritten())
        .containsExactlyElementsOf(named("ruled"));
    assertThat(db.resolve(updates("redirected")).tablesWritten())
        .containsExactlyElementsOf(named("plain", "redirected"));
  }

  @Test
  void whatARuleChangesInItsOwnTableBringsWhatHangsOnThat() {
    assertThat(db.resolve(updates("pruned")).tablesWritten())
        .containsExactlyElementsOf(named("pruned", "pruned_lines"));
    assertThat(db.resolve(inserts("pruned")).tablesWritten())
        .containsExactlyElementsOf(named("audit", "pruned"));
  }

  @Test
  void defaultsMayCallFunctionsThatWrite() {
    assertThat(db.resolve(calls("with_default")).tablesWritten())
        .containsExactlyElementsOf(named("audit"));
    assertThat(db.resolve(inserts("defaulted")).tablesWritten())
        .containsExactlyElementsOf(named("audit", "defaulted"));
  }

  @Test
  void anUpdateOfTheSettingsViewChangesTheSession() {
    assertThat(db.resolve(updates("pg_settings")).changesSession()).contains("set_config");
  }

  @Test
  void aFunctionThatOnlyReadsIsARead() {
    Statement read = db.resolve(calls("quiet"));

    assertThat(read.readOnly()).isTrue();
    assertThat(read.repeatable()).isTrue();
    assertThat(read.tablesRead()).containsExactlyElementsOf(named("shop.orders"));
  }

  @Test
  void aFunctionThatWritesIsAWriteHoweverDeep() {
    for (String function : List.of("noisy", "outer_noise", "stable_noise")) {
      Statement write = db.resolve(calls(function));
      assertThat(write.kind()).as(function).isEqualTo(StatementClass.WRITE);
      assertThat(write.tablesWritten()).as(function).containsExactly(DB + "audit");
      assertThat(write.writesAnything()).as(function).isFalse();
      assertThat(write.changesSession()).as(function).isNull();
      assertThat(write.reason()).as(function).contains("noisy()").contains(DB + "audit");
    }
  }

  @Test
  void aFunctionCalledAsIfItWereAColumnCounts() {
    ParsedStatement attribute =
        new ParsedStatement(
            StatementClass.READ,
            true,
            1,
            List.of(),
            List.of(),
            Set.of(),
            List.of(),
            false,
            List.of(),
            Set.of("noisy", "name"),
            Set.of(),
            Set.of(),
            null,
            NameSet.EMPTY,
            List.of(),
            null,
            List.of());

    Statement write = db.resolve(attribute);

    assertThat(write.kind()).isEqualTo(StatementClass.WRITE);
    assertThat(write.tablesWritten()).containsExactly(DB + "audit");
  }

  @Test
  void aFunctionInStandardSqlIsReadToo() {
    Statement write = db.resolve(calls("sql_noise"));

    assertThat(write.kind()).isEqualTo(StatementClass.WRITE);
    assertThat(write.tablesWritten()).containsExactly(DB + "audit");
    assertThat(write.tablesRead())
        .containsExactlyElementsOf(named("audit", "plain", "shop.customers"));
  }

  @Test
  void functionsThatCallEachOtherEnd() {
    Statement write = db.resolve(calls("ping"));

    assertThat(write.kind()).isEqualTo(StatementClass.WRITE);
    assertThat(write.tablesWritten()).containsExactly(DB + "plain");
  }

  @Test
  void aFunctionThatChangesTheSessionIsFound() {
    Statement config = db.resolve(calls("tenant"));
    assertThat(config.changesSession()).contains("function public.tenant()", "set_config");
    assertThat(config.kind()).isEqualTo(StatementClass.SESSION);
    assertThat(config.readOnly()).isFalse();

    assertThat(db.resolve(calls("sets")).changesSession()).contains("public.sets()", "SET");
    assertThat(db.resolve(calls("tenant_of_transaction")).changesSession()).isNull();
    // In sight: the classifier of sessions knows it.
    assertThat(db.resolve(calls("set_config")).changesSession()).isNull();
    assertThat(db.resolve(calls("set_config")).kind()).isEqualTo(StatementClass.SESSION);
  }

  @Test
  void whatCannotBeFollowedMayWriteAnything() {
    Statement dynamic = db.resolve(calls("dynamic"));
    assertThat(dynamic.kind()).isEqualTo(StatementClass.WRITE);
    assertThat(dynamic.writesAnything()).isTrue();
    assertThat(dynamic.changesSession()).contains("public.dynamic()");

    Statement defines = db.resolve(calls("defines"));
    assertThat(defines.writesAnything()).isTrue();
    assertThat(defines.changesSession()).isNull();

    assertThat(db.resolve(calls("temporary")).changesSession()).contains("TEMPORARY");
  }

  @Test
  void anOverloadOfABuiltInFunctionCounts() {
    assertThat(db.resolve(calls("lower")).kind()).isEqualTo(StatementClass.WRITE);
    assertThat(db.resolve(calls("pg_catalog.lower")).readOnly()).isTrue();
    assertThat(db.resolve(calls("upper")).repeatable()).isTrue();
  }

  @Test
  void anAggregateIsWhatItsPartsAre() {
    assertThat(db.resolve(calls("noisy_sum")).readOnly()).isTrue();
    assertThat(db.resolve(calls("noisier_sum")).tablesWritten()).containsExactly(DB + "audit");
  }

  @Test
  void aProcedureWritesWhatItsBodySays() {
    Statement call = db.resolve(said(StatementClass.CALL, List.of(), List.of(), List.of("pays")));

    assertThat(call.kind()).isEqualTo(StatementClass.CALL);
    assertThat(call.tablesWritten()).containsExactlyElementsOf(named("shop.notes", "shop.orders"));
    assertThat(call.writesAnything()).isFalse();
  }

  @Test
  void namesAreLookedUpAlongTheSearchPath() {
    assertThat(db.resolve(reads("orders"), "app", List.of("shop", "public")).tablesRead())
        .containsExactlyElementsOf(named("shop.orders"));
    assertThat(db.resolve(calls("secret"), "other", List.of("$user")).writesAnything()).isTrue();
    assertThat(db.resolve(calls("secret")).readOnly()).isTrue();
    assertThat(db.resolve(calls("secret"), "other", List.of("app")).readOnly()).isTrue();
  }

  @Test
  void aNameThatNobodyKnowsIsLeftToTheWriter() {
    Statement table = db.resolve(reads("nowhere"));
    assertThat(table.readOnly()).isFalse();
    assertThat(table.repeatable()).isFalse();
    assertThat(table.tablesRead()).containsExactly(DB + "nowhere");
    assertThat(table.reason()).contains("nowhere", "not in the catalogue");

    Statement function = db.resolve(calls("nowhere"));
    assertThat(function.writesAnything()).isTrue();
    assertThat(function.changesSession()).contains("nowhere");
  }
}
