package dev.heimdall.test.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.postgres.sql.PostgresSql;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.SharedPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Extensions of the server leave reads that use nothing of theirs as they are without them. */
class ExtensionsIT {
  /** As PostGIS and pgvector declare functions that only an index calls: not at all. */
  private static final String[] SUPPORT_OF_AN_INDEX = {
    "CREATE FUNCTION points_compress(internal) RETURNS internal LANGUAGE internal AS 'gist_box_union'",
    "CREATE FUNCTION points_sort(internal) RETURNS void LANGUAGE internal AS 'ginarrayextract'",
    "ALTER EXTENSION cube ADD FUNCTION points_compress(internal)",
    "ALTER EXTENSION cube ADD FUNCTION points_sort(internal)",
    "CREATE OPERATOR CLASS cubes FOR TYPE cube USING gist AS"
        + " OPERATOR 3 &&, FUNCTION 3 points_compress(internal), FUNCTION 11 points_sort(internal)",
    "CREATE OPERATOR CLASS numbers FOR TYPE int USING gin AS"
        + " OPERATOR 3 =, FUNCTION 2 points_compress(internal)"
  };

  private static Asked with(String database, String... asSuperuser) throws Exception {
    SharedPostgres.createDatabase(database);
    asSuperuser(database, asSuperuser);
    asSuperuser(database, OrdinaryReads.TABLES);
    return Asked.of(database, Asked.source("app", "app", Duration.ofHours(1), Map.of()));
  }

  private static void asSuperuser(String database, String... statements) throws SQLException {
    try (Connection connection = SharedPostgres.primary().connect(database)) {
      Jdbc.execute(connection, statements);
    }
  }

  private static String[] everyExtension(String database) throws SQLException {
    List<String> all = new ArrayList<>();
    SharedPostgres.createDatabase(database);
    try (Connection connection = SharedPostgres.primary().connect(database)) {
      for (String name :
          Jdbc.column(
              connection,
              "SELECT name FROM pg_available_extensions WHERE installed_version IS NULL"
                  + " ORDER BY 1")) {
        String creation = "CREATE EXTENSION \"" + name + "\" CASCADE";
        try {
          Jdbc.execute(connection, "SET client_min_messages = error", creation);
          all.add(creation.replace("EXTENSION", "EXTENSION IF NOT EXISTS"));
        } catch (SQLException unavailable) {
          // In this build it lacks its library, or another one has the same names.
        }
      }
    }
    return all.toArray(String[]::new);
  }

  /** Reads that no cache keeps, or that no replica answers. */
  private static List<String> changed(Asked db, List<String> reads) {
    List<String> changed = new ArrayList<>();
    for (String sql : reads) {
      Statement found = db.resolve(PostgresSql.DIALECT.parse(sql, LexerMode.STANDARD));
      if (!found.repeatable() || !found.readOnly() || !found.understood()) {
        changed.add(sql + " rests on " + found.basis() + ", " + found.reason());
      }
    }
    return changed;
  }

  @Test
  void ordinaryReadsAreKeptAndMayGoToReplicasWithEveryExtension() throws Exception {
    String[] extensions = everyExtension("every_extension_tried");
    assertThat(extensions)
        .anyMatch(one -> one.contains("pg_trgm"))
        .anyMatch(one -> one.contains("citext"))
        .anyMatch(one -> one.contains("cube"));
    List<String> reads = OrdinaryReads.ALL;
    try (Asked without = with("without_extensions");
        Asked with = with("every_extension", extensions)) {
      assertThat(changed(without, OrdinaryReads.ALL)).isEmpty();
      assertThat(changed(with, reads)).isEmpty();

      asSuperuser("every_extension", SUPPORT_OF_AN_INDEX);
      with.change();
      assertThat(changed(with, reads)).isEmpty();
    }
  }

  @Test
  void readsOfColumnsOfTypesOfExtensionsAreKept() throws Exception {
    try (Asked db =
        with(
            "types_of_extensions",
            "CREATE EXTENSION citext",
            "CREATE EXTENSION cube",
            "CREATE EXTENSION hstore",
            "CREATE EXTENSION ltree",
            "CREATE EXTENSION pg_trgm",
            "CREATE TABLE x (id int, mail citext, at cube, tags hstore, path ltree, a text)",
            "CREATE INDEX ON x USING gist (at)",
            "CREATE INDEX ON x USING gin (tags)",
            "CREATE INDEX ON x USING gin (a gin_trgm_ops)")) {
      assertThat(
              changed(
                  db,
                  List.of(
                      "SELECT * FROM x WHERE id = 1",
                      "SELECT id FROM x WHERE mail = 'A@b.example' ORDER BY mail",
                      "SELECT mail, count(*) FROM x GROUP BY mail",
                      "SELECT id FROM x WHERE mail LIKE 'a%' OR mail IN ('a', 'b')",
                      "SELECT id FROM x WHERE at && '(1,2)'",
                      "SELECT tags -> 'a' FROM x WHERE tags ? 'b'",
                      "SELECT id FROM x WHERE path <@ 'a.b'",
                      "SELECT id FROM x WHERE a LIKE '%x%' ORDER BY a")))
          .isEmpty();
      // Its threshold is a setting of the extension.
      assertThat(changed(db, List.of("SELECT id FROM x WHERE a % 'word'"))).isNotEmpty();
    }
  }

  @Test
  void supportOfAnIndexCountsWhereAnIndexHasIt() throws Exception {
    try (Asked db =
        with(
            "support_of_indexes",
            "CREATE FUNCTION nearly(int, int) RETURNS int VOLATILE LANGUAGE plpgsql AS"
                + " $$ BEGIN RETURN $1 - $2 + (random() * 2)::int; END $$",
            "CREATE OPERATOR CLASS searched FOR TYPE int USING brin AS OPERATOR 1 =, FUNCTION 1"
                + " brin_minmax_opcinfo(internal), FUNCTION 2 brin_minmax_add_value(internal,"
                + " internal, internal, internal), FUNCTION 3 brin_minmax_consistent(internal,"
                + " internal, internal), FUNCTION 4 brin_minmax_union(internal, internal, internal),"
                + " FUNCTION 11 nearly(int, int)",
            "CREATE TABLE indexed (a int)",
            "CREATE TABLE other (a int)")) {
      String indexed = "SELECT a FROM indexed WHERE a = 1";
      String other = "SELECT a FROM other WHERE a = 1";
      assertThat(changed(db, List.of(indexed, other))).isEmpty();

      asSuperuser("support_of_indexes", "CREATE INDEX ON indexed USING brin (a searched)");
      db.change();
      assertThat(changed(db, List.of(other))).isEmpty();
      assertThat(changed(db, List.of(indexed))).isNotEmpty();
    }
  }

  @Test
  void whatSortsOrHashesTypesOfTheServerTakesPartInAllThatComputes() throws Exception {
    try (Asked db =
        with(
            "sorting_classes",
            "CREATE FUNCTION anyhow(int, int) RETURNS int VOLATILE LANGUAGE plpgsql AS"
                + " $$ BEGIN RETURN (random() * 2)::int - 1; END $$",
            "CREATE OPERATOR CLASS shuffled FOR TYPE int USING btree AS OPERATOR 1 <, OPERATOR 2"
                + " <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 anyhow(int, int)")) {
      assertThat(changed(db, List.of("SELECT a.n FROM i a JOIN i b USING (n)"))).isNotEmpty();
    }
  }

  @Test
  void aTypeThatValuesBecomeUnaskedNeedsNotBeNamed() throws Exception {
    try (Asked db =
        with(
            "implicit_casts",
            "CREATE TYPE odd AS (a int)",
            "CREATE FUNCTION odd(int) RETURNS odd IMMUTABLE LANGUAGE sql AS 'SELECT row($1)::odd'",
            "CREATE CAST (int AS odd) WITH FUNCTION odd(int) AS IMPLICIT",
            "CREATE FUNCTION likes(odd, odd) RETURNS bool VOLATILE LANGUAGE plpgsql AS"
                + " $$ BEGIN RETURN random() < 0.5; END $$",
            "CREATE OPERATOR ~~ (LEFTARG = odd, RIGHTARG = odd, FUNCTION = likes)")) {
      assertThat(changed(db, List.of("SELECT id FROM i WHERE n LIKE id"))).isNotEmpty();
    }
  }
}
