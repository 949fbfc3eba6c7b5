package dev.heimdall.test.pipelining;

import dev.heimdall.test.fixture.SharedPostgres;
import java.util.List;
import java.util.Random;

/**
 * What one client asks, by chance, of tables that nobody changes and of rows that it alone changes:
 * so each answer follows from what this client did before.
 */
final class Questions {
  private static final int ROWS = 20;

  private static final List<String> TEXTS =
      List.of("plain", "", "it's", "back\\slash", "żółć ☂", "$1 $2", "/* no comment", "two\nlines");

  private static final List<String> SETTINGS =
      List.of(
          "SET TimeZone = 'Asia/Tokyo'",
          "SET TIME ZONE 'America/New_York'",
          "SET DateStyle = 'German, DMY'",
          "SET DateStyle TO 'SQL'",
          "SET extra_float_digits = 0",
          "SET extra_float_digits = -5",
          "SET IntervalStyle = 'iso_8601'",
          "SET bytea_output = 'escape'",
          "SET client_min_messages = 'error'",
          "SET client_min_messages = 'debug1'",
          "SET client_encoding = 'LATIN1'",
          "SET application_name = 'another'",
          "SET search_path = pg_catalog, public",
          "SET standard_conforming_strings = on",
          "SELECT set_config('TimeZone', 'Europe/Warsaw', false)");

  private final int client;
  private final Random random;

  Questions(int client, Random random) {
    this.client = client;
    this.random = random;
  }

  /** Tables and functions. */
  static void prepareDatabase() {
    SharingNode.prepareDatabase();
    SharedPostgres.primary()
        .executeIn(
            SharedPostgres.DATABASE,
            "DROP TABLE IF EXISTS diff_rows, diff_scratch, diff_kinds",
            "CREATE TABLE diff_rows (client int, id int, n int NOT NULL, note text,"
                + " PRIMARY KEY (client, id))",
            "CREATE TABLE diff_scratch (client int, note text)",
            "CREATE TABLE diff_kinds AS SELECT id,"
                + " '2026-01-31 12:00+00'::timestamptz + id * interval '7 hours' AS at,"
                + " '2026-01-31'::date + id AS day, id / 7.0::float8 AS f, id / 3.0::numeric AS n,"
                + " decode(md5(id::text), 'hex') AS bytes, id * interval '1 day 90 seconds' AS i,"
                + " ARRAY[id, id + 1] AS pair, jsonb_build_object('id', id, 'even', id % 2 = 0) AS j,"
                + " nullif(id % 3, 0) AS gap FROM generate_series(1, 200) id",
            "ALTER TABLE diff_kinds ADD PRIMARY KEY (id)",
            "CREATE OR REPLACE FUNCTION diff_fail(what text) RETURNS text STABLE LANGUAGE plpgsql"
                + " AS 'BEGIN RAISE NOTICE ''before %'', what;"
                + " RAISE EXCEPTION ''no %'', what USING DETAIL = ''as asked'', HINT = ''do not'',"
                + " ERRCODE = ''D0001''; END'",
            "CREATE OR REPLACE FUNCTION diff_talk(times int) RETURNS int STABLE LANGUAGE plpgsql"
                + " AS 'BEGIN FOR i IN 1..times LOOP RAISE WARNING ''% of %'', i, times;"
                + " RAISE INFO ''%'', repeat(''talk '', i); RAISE DEBUG ''unheard''; END LOOP;"
                + " RETURN times; END'",
            "CREATE OR REPLACE FUNCTION diff_bump(c int, i int) RETURNS int LANGUAGE plpgsql"
                + " AS 'DECLARE seen int; BEGIN UPDATE diff_rows SET n = n + 1"
                + " WHERE client = c AND id = i RETURNING n INTO seen;"
                + " RAISE NOTICE ''% is %'', i, seen; RETURN seen; END'",
            "GRANT ALL ON diff_rows, diff_scratch, diff_kinds TO PUBLIC");
  }

  /** Brings the rows into the state that every run begins with. */
  static void resetRows(int clients) {
    SharedPostgres.primary()
        .executeIn(
            SharedPostgres.DATABASE,
            "TRUNCATE diff_rows, diff_scratch",
            "INSERT INTO diff_rows SELECT c, id, 0, 'row ' || id FROM generate_series(0, "
                + (clients - 1)
                + ") c, generate_series(1, "
                + ROWS / 2
                + ") id");
  }

  /** A plain read; shared at once, or when it has run before. */
  Question read() {
    Question read = anyRead();
    return random.nextInt(3) > 0 ? read.shared() : read;
  }

  private Question anyRead() {
    return switch (random.nextInt(15)) {
      case 0, 1 -> Question.of("SELECT name FROM pipe_rows WHERE id = $1::int", upTo(1_100));
      case 2 ->
          Question.of(
              "SELECT id, name FROM pipe_rows WHERE id BETWEEN $1::int AND $2::int ORDER BY id",
              upTo(20),
              upTo(60));
      case 3, 4 ->
          Question.of(
              "SELECT n, note FROM diff_rows WHERE client = $1::int AND id = $2::int",
              client,
              row());
      case 5 -> Question.of("SELECT * FROM diff_rows WHERE client = $1::int ORDER BY id", client);
      case 6 ->
          Question.of(
              "SELECT count(*), sum(n), max(note) FROM diff_rows WHERE client = $1::int", client);
      case 7, 8 -> Question.of("SELECT * FROM diff_kinds WHERE id = $1::int", upTo(220));
      case 9 -> Question.of("SELECT $1::text || ' of ' || $2::text AS said", text(), client);
      case 10 -> Question.of("SELECT pipe_slow($1::int, $2::text)", upTo(2), text());
      case 11 -> Question.of("SELECT repeat($1::text, $2::int)", text(), upTo(1_000));
      case 12 ->
          Question.of(
              "SELECT r.name, k.at, k.f FROM pipe_rows r JOIN diff_kinds k ON k.id = r.id"
                  + " WHERE r.id < $1::int ORDER BY r.id",
              upTo(25));
      case 13 -> Question.of("SELECT g, 'row ' || g FROM generate_series(1, $1::int) g", upTo(100));
      default ->
          Question.of(
              "SELECT current_setting('TimeZone'), current_setting('DateStyle'),"
                  + " current_setting('extra_float_digits'), $1::int",
              upTo(3));
    };
  }

  /** A read that fails, before or amid its rows. */
  Question failing() {
    Question failing =
        switch (random.nextInt(8)) {
          case 0 -> Question.of("SELECT 1 / $1::int", upTo(1));
          case 1 -> Question.of("SELECT $1::text::int", text());
          case 2 -> Question.of("SELECT missing FROM pipe_rows");
          case 3 -> Question.of("SELEC 1");
          case 4 -> Question.of("SELECT * FROM diff_missing");
          case 5 -> Question.of("SELECT diff_fail($1::text)", text());
          case 6 ->
              Question.of("SELECT 100 / ($1::int - g) FROM generate_series(1, 30) g", upTo(40));
          default -> Question.of("SELECT name FROM pipe_rows WHERE id = $1::int", text());
        };
    return random.nextBoolean() ? failing.shared() : failing;
  }

  /** A read that says something besides. */
  Question talking() {
    Question talking =
        random.nextBoolean()
            ? Question.of("SELECT pipe_notice($1::text)", text())
            : Question.of("SELECT diff_talk($1::int)", upTo(5));
    return random.nextBoolean() ? talking.shared() : talking;
  }

  /**
   * Up to some 200 kB; not all like it share when one was large, so the text is new now and then.
   */
  Question large() {
    return Question.of(
            "SELECT g, repeat($1::text, $2::int) AS large_%d FROM generate_series(1, $3::int) g"
                .formatted(random.nextInt(500)),
            "x" + text(),
            upTo(2_000),
            upTo(20))
        .shared();
  }

  /** Changes rows of this client's, or fails to. */
  Question write() {
    Question write =
        switch (random.nextInt(8)) {
          case 0 ->
              Question.of(
                  "INSERT INTO diff_rows VALUES ($1::int, $2::int, $3::int, $4::text)",
                  client,
                  row(),
                  upTo(9),
                  text());
          case 1, 2 ->
              Question.of(
                  "INSERT INTO diff_rows VALUES ($1::int, $2::int, $3::int, $4::text)"
                      + " ON CONFLICT (client, id) DO UPDATE SET n = diff_rows.n + 1,"
                      + " note = excluded.note RETURNING n, note",
                  client,
                  row(),
                  upTo(9),
                  text());
          case 3, 4 ->
              Question.of(
                  "UPDATE diff_rows SET n = n + $3::int WHERE client = $1::int AND id = $2::int"
                      + " RETURNING *",
                  client,
                  row(),
                  upTo(9));
          case 5 -> Question.of("UPDATE diff_rows SET n = n + 1 WHERE client = $1::int", client);
          case 6 ->
              Question.of(
                  "DELETE FROM diff_rows WHERE client = $1::int AND id = $2::int", client, row());
          default -> Question.of("SELECT diff_bump($1::int, $2::int)", client, row());
        };
    return random.nextBoolean() ? write.shared() : write;
  }

  /** A write of which nobody reads whether it happened. */
  Question unseenWrite() {
    return Question.of("INSERT INTO diff_scratch VALUES ($1::int, $2::text)", client, text());
  }

  Question setting() {
    return Question.of(SETTINGS.get(random.nextInt(SETTINGS.size())));
  }

  /** A read that takes so many milliseconds. */
  Question slow(int millis) {
    return Question.of("SELECT pipe_slow($1::int, $2::text)", millis, text()).shared();
  }

  /** Anything but settings. */
  Question any() {
    return switch (random.nextInt(10)) {
      case 0 -> failing();
      case 1 -> talking();
      case 2, 3 -> write();
      default -> read();
    };
  }

  private String text() {
    return TEXTS.get(random.nextInt(TEXTS.size()));
  }

  private int row() {
    return 1 + random.nextInt(ROWS);
  }

  private int upTo(int most) {
    return random.nextInt(most + 1);
  }
}
