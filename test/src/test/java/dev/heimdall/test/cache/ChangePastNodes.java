package dev.heimdall.test.cache;

import java.util.List;

/** Changes in the schema seen after which a statement is answered otherwise. */
final class ChangePastNodes {
  /** What everybody may read. */
  private static final String OPEN =
      "CREATE TABLE seen.t (a int, b int, c text);; INSERT INTO seen.t VALUES (1, 2, 'Running it')"
          + ";; GRANT SELECT ON seen.t TO PUBLIC;; ";

  private static final String CLOSED =
      "CREATE TABLE seen.t (a int, b int);; INSERT INTO seen.t VALUES (1, 2);; ";

  private static final String READ = "SELECT a FROM seen.t";

  private static final String POLICY =
      OPEN
          + "ALTER TABLE seen.t ENABLE ROW LEVEL SECURITY;; CREATE POLICY p ON seen.t USING (a > 1)";

  private static final String NOTHING = "SELECT 1";

  private ChangePastNodes() {}

  /**
   * One kind.
   *
   * @param name for people
   * @param before what it needs, all of it by a superuser; statements divided by {@code ";; "}
   * @param reader who reads
   * @param after what is not gone with the schema
   * @param forNewSessions whether it is sessions that begin later which answer otherwise
   */
  record Kind(
      String name,
      String before,
      String reader,
      String read,
      String change,
      String after,
      boolean forNewSessions) {
    Kind after(String statements) {
      return new Kind(name, before, reader, read, change, statements, forNewSessions);
    }

    Kind by(String another) {
      return new Kind(name, before, another, read, change, after, forNewSessions);
    }

    Kind ofNewSessions() {
      return new Kind(name, before, reader, read, change, after, true);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** One by what all may read. */
  static Kind kind(String name, String before, String read, String change) {
    return new Kind(name, before, "other", read, change, NOTHING, false);
  }

  static final List<Kind> ALL =
      List.of(
          // pg_class
          kind("REVOKE on a table", OPEN, READ, "REVOKE ALL ON seen.t FROM PUBLIC"),
          kind(
              "REVOKE on all tables",
              CLOSED + "GRANT SELECT ON seen.t TO other",
              READ,
              "REVOKE ALL ON ALL TABLES IN SCHEMA seen FROM other"),
          kind("DROP OWNED", CLOSED + "GRANT ALL ON seen.t TO other", READ, "DROP OWNED BY other"),
          kind(
              "owner of a table",
              CLOSED + "ALTER TABLE seen.t OWNER TO other",
              READ,
              "ALTER TABLE seen.t OWNER TO app"),
          kind(
              "REVOKE in a block",
              OPEN,
              READ,
              "DO 'BEGIN EXECUTE ''REVOKE ALL ON seen.t FROM PUBLIC''; END'"),
          kind(
              "tables change their names",
              OPEN + "CREATE TABLE seen.u AS SELECT 5 AS a;; GRANT SELECT ON seen.u TO PUBLIC",
              READ,
              "ALTER TABLE seen.t RENAME TO x;; ALTER TABLE seen.u RENAME TO t"),
          kind("a table is dropped", OPEN, READ, "DROP TABLE seen.t"),
          kind(
              "who invokes a view",
              CLOSED
                  + "CREATE VIEW seen.v AS SELECT a FROM seen.t;; GRANT SELECT ON seen.v TO other",
              "SELECT a FROM seen.v",
              "ALTER VIEW seen.v SET (security_invoker)"),
          kind("row security", OPEN, READ, "ALTER TABLE seen.t ENABLE ROW LEVEL SECURITY"),
          kind(
                  "row security of owners",
                  OPEN
                      + "ALTER TABLE seen.t OWNER TO app;; ALTER TABLE seen.t ENABLE ROW LEVEL SECURITY",
                  READ,
                  "ALTER TABLE seen.t FORCE ROW LEVEL SECURITY")
              .by("app"),
          // pg_attribute
          kind(
              "REVOKE on a column",
              CLOSED + "GRANT SELECT (a) ON seen.t TO other",
              READ,
              "REVOKE SELECT (a) ON seen.t FROM other"),
          kind("ADD COLUMN", OPEN, "SELECT * FROM seen.t", "ALTER TABLE seen.t ADD COLUMN d int"),
          kind("DROP COLUMN", OPEN, "SELECT * FROM seen.t", "ALTER TABLE seen.t DROP COLUMN b"),
          kind(
              "columns change their names",
              OPEN,
              READ,
              "BEGIN;; ALTER TABLE seen.t RENAME a TO x;; ALTER TABLE seen.t RENAME b TO a;; COMMIT"),
          kind("the type of a column", OPEN, READ, "ALTER TABLE seen.t ALTER a TYPE numeric(8, 2)"),
          kind(
              "the length of a column",
              "CREATE TABLE seen.t (a varchar(5));; GRANT SELECT ON seen.t TO other",
              "SELECT format_type(atttypid, atttypmod) FROM pg_attribute LEFT JOIN"
                  + " seen.t ON true WHERE attrelid = 'seen.t'::regclass AND attnum = 1",
              "ALTER TABLE seen.t ALTER a TYPE varchar(50)"),
          kind(
              "a composite type",
              "CREATE TYPE seen.c AS (x int, y int);; CREATE TABLE seen.t (r seen.c)"
                  + ";; INSERT INTO seen.t VALUES (ROW(1, 2));; GRANT SELECT ON seen.t TO other",
              "SELECT (r).x FROM seen.t",
              "ALTER TYPE seen.c RENAME ATTRIBUTE x TO z;; ALTER TYPE seen.c RENAME ATTRIBUTE y TO x"),
          // pg_namespace
          kind("REVOKE on a schema", OPEN, READ, "REVOKE USAGE ON SCHEMA seen FROM PUBLIC"),
          kind(
              "schemas change their names",
              OPEN
                  + "DROP SCHEMA IF EXISTS seen_two CASCADE;; CREATE SCHEMA seen_two"
                  + ";; GRANT USAGE ON SCHEMA seen_two TO PUBLIC;; CREATE TABLE seen_two.t AS SELECT 7 AS a"
                  + ";; GRANT SELECT ON seen_two.t TO other",
              READ,
              "ALTER SCHEMA seen RENAME TO seen_x;; ALTER SCHEMA seen_two RENAME TO seen"
                  + ";; DROP SCHEMA seen_x CASCADE"),
          // pg_auth_members, pg_roles
          kind(
              "REVOKE of a role",
              CLOSED + "GRANT SELECT ON seen.t TO seen_role;; GRANT seen_role TO other",
              READ,
              "REVOKE seen_role FROM other"),
          kind(
                  "what a member inherits",
                  CLOSED + "GRANT SELECT ON seen.t TO seen_role;; GRANT seen_role TO other",
                  READ,
                  "GRANT seen_role TO other WITH INHERIT FALSE")
              .after("REVOKE seen_role FROM other"),
          kind("who passes row security", POLICY, READ, "ALTER ROLE other BYPASSRLS")
              .after("ALTER ROLE other NOBYPASSRLS"),
          kind("who is a superuser", POLICY, READ, "ALTER ROLE other SUPERUSER")
              .after("ALTER ROLE other NOSUPERUSER"),
          // pg_db_role_setting, settings of the server
          kind(
                  "what a role begins with",
                  OPEN,
                  "SELECT a, c::bytea FROM seen.t",
                  "ALTER ROLE other SET bytea_output = 'escape'")
              .after("ALTER ROLE other RESET bytea_output")
              .ofNewSessions(),
          kind(
                  "settings of the server",
                  OPEN,
                  "SELECT a, c::bytea FROM seen.t",
                  "ALTER SYSTEM SET bytea_output = 'escape';; SELECT pg_reload_conf()")
              .after("ALTER SYSTEM RESET bytea_output;; SELECT pg_reload_conf()")
              .ofNewSessions(),
          // pg_policy, pg_rewrite, pg_inherits
          kind("a policy", POLICY, READ, "ALTER POLICY p ON seen.t USING (a > 0)"),
          kind(
              "a policy is dropped",
              POLICY + ";; ALTER POLICY p ON seen.t USING (true)",
              READ,
              "DROP POLICY p ON seen.t"),
          kind(
              "a view",
              OPEN + "CREATE VIEW seen.v AS SELECT a FROM seen.t;; GRANT SELECT ON seen.v TO other",
              "SELECT a FROM seen.v",
              "CREATE OR REPLACE VIEW seen.v AS SELECT b AS a FROM seen.t"),
          kind(
              "a partition is detached",
              "CREATE TABLE seen.t (a int) PARTITION BY LIST (a);; CREATE TABLE seen.one PARTITION OF"
                  + " seen.t FOR VALUES IN (1);; INSERT INTO seen.t VALUES (1);; GRANT SELECT ON seen.t TO other",
              READ,
              "ALTER TABLE seen.t DETACH PARTITION seen.one"),
          kind(
              "inheritance",
              OPEN + "CREATE TABLE seen.u AS SELECT a, b, c FROM seen.t",
              READ,
              "ALTER TABLE seen.u INHERIT seen.t"),
          // pg_proc, pg_aggregate, pg_operator, pg_cast, pg_language
          kind(
              "REVOKE on a function",
              OPEN
                  + "CREATE FUNCTION seen.f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + 1'",
              "SELECT seen.f(a) FROM seen.t",
              "REVOKE ALL ON FUNCTION seen.f(int) FROM PUBLIC"),
          kind(
              "the body of a function",
              OPEN
                  + "CREATE FUNCTION seen.f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + 1'",
              "SELECT seen.f(a) FROM seen.t",
              "CREATE OR REPLACE FUNCTION seen.f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + 2'"),
          kind(
              "a function of nearer types",
              OPEN
                  + "CREATE FUNCTION seen.f(bigint) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1'",
              "SELECT seen.f(a) FROM seen.t",
              "CREATE FUNCTION seen.f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 2'"),
          kind(
              "who runs a function",
              CLOSED
                  + "CREATE FUNCTION seen.f() RETURNS SETOF int LANGUAGE sql STABLE SECURITY DEFINER AS"
                  + " 'SELECT a FROM seen.t'",
              "SELECT seen.f()",
              "ALTER FUNCTION seen.f() SECURITY INVOKER"),
          kind(
              "a setting of a function",
              OPEN
                  + "CREATE FUNCTION seen.f(text) RETURNS text LANGUAGE sql STABLE SET bytea_output = 'hex'"
                  + " AS 'SELECT $1::bytea::text'",
              "SELECT seen.f(c) FROM seen.t",
              "ALTER FUNCTION seen.f(text) SET bytea_output = 'escape'"),
          kind(
              "an aggregate",
              OPEN + "CREATE AGGREGATE seen.g(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0')",
              "SELECT seen.g(a) FROM seen.t",
              "CREATE OR REPLACE AGGREGATE seen.g(int) (SFUNC = int4pl, STYPE = int, INITCOND = '5')"),
          kind(
              "an operator",
              OPEN + "CREATE OPERATOR seen.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)",
              "SELECT a OPERATOR(seen.===) 1 FROM seen.t",
              "DROP OPERATOR seen.=== (int, int);; CREATE OPERATOR seen.=== (LEFTARG = int, RIGHTARG ="
                  + " int, FUNCTION = int4ne)"),
          kind(
              "a cast",
              "CREATE TYPE seen.e AS ENUM ('m');; CREATE TABLE seen.t (e seen.e);; INSERT INTO seen.t"
                  + " VALUES ('m');; GRANT SELECT ON seen.t TO other;; CREATE FUNCTION seen.f(seen.e)"
                  + " RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';; CREATE CAST (seen.e AS int) WITH"
                  + " FUNCTION seen.f(seen.e)",
              "SELECT e::int FROM seen.t",
              "DROP CAST (seen.e AS int)"),
          // pg_type, pg_enum, pg_range, pg_constraint, pg_collation
          kind(
              "the label of an enum",
              "CREATE TYPE seen.e AS ENUM ('m', 'n');; CREATE TABLE seen.t (e seen.e);; INSERT INTO"
                  + " seen.t VALUES ('m');; GRANT SELECT ON seen.t TO other",
              "SELECT e FROM seen.t",
              "ALTER TYPE seen.e RENAME VALUE 'm' TO 'k'"),
          kind(
              "a new label of an enum",
              "CREATE TYPE seen.e AS ENUM ('m', 'n');; CREATE TABLE seen.t (e seen.e);; INSERT INTO"
                  + " seen.t VALUES ('m');; GRANT SELECT ON seen.t TO other",
              "SELECT enum_range(e) FROM seen.t",
              "ALTER TYPE seen.e ADD VALUE 'l' BEFORE 'm'"),
          kind(
              "the check of a domain",
              OPEN + "CREATE DOMAIN seen.d AS int",
              "SELECT a::seen.d FROM seen.t",
              "ALTER DOMAIN seen.d ADD CHECK (value > 5)"),
          kind(
              "the name of a type",
              OPEN + "CREATE DOMAIN seen.d AS int;; CREATE DOMAIN seen.other AS numeric(5, 2)",
              "SELECT a::seen.d FROM seen.t",
              "ALTER DOMAIN seen.d RENAME TO x;; ALTER DOMAIN seen.other RENAME TO d"),
          kind(
              "collations change their names",
              OPEN
                  + "INSERT INTO seen.t (c) VALUES ('a'), ('B'), ('b');; CREATE COLLATION seen.k FROM \"C\""
                  + ";; CREATE COLLATION seen.l (PROVIDER = icu, LOCALE = 'und')",
              "SELECT c FROM seen.t ORDER BY c COLLATE seen.k",
              "ALTER COLLATION seen.k RENAME TO x;; ALTER COLLATION seen.l RENAME TO k"),
          // pg_ts_config, pg_ts_config_map, pg_ts_dict
          kind(
              "the configuration of a text search",
              OPEN + "CREATE TEXT SEARCH CONFIGURATION seen.k (COPY = simple)",
              "SELECT to_tsvector('seen.k', c) FROM seen.t",
              "ALTER TEXT SEARCH CONFIGURATION seen.k ALTER MAPPING FOR asciiword WITH english_stem"),
          kind(
              "configurations change their names",
              OPEN
                  + "CREATE TEXT SEARCH CONFIGURATION seen.k (COPY = simple);; CREATE TEXT SEARCH"
                  + " CONFIGURATION seen.l (COPY = english)",
              "SELECT to_tsvector('seen.k', c) FROM seen.t",
              "ALTER TEXT SEARCH CONFIGURATION seen.k RENAME TO x;; ALTER TEXT SEARCH CONFIGURATION"
                  + " seen.l RENAME TO k"),
          kind(
              "a dictionary of a text search",
              OPEN + "CREATE TEXT SEARCH DICTIONARY seen.d (TEMPLATE = simple)",
              "SELECT ts_lexize('seen.d', 'the') FROM seen.t",
              "ALTER TEXT SEARCH DICTIONARY seen.d (STOPWORDS = english)"));
}
