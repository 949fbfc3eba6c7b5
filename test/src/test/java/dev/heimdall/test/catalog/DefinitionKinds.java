package dev.heimdall.test.catalog;

import java.util.List;

/**
 * Kinds of changes of definitions in the schema kinds, each as statements of its owner, who is a
 * member of the role other.
 */
public final class DefinitionKinds {
  private static final String FUNCTION = "CREATE FUNCTION kinds.f(int) RETURNS int ";
  private static final String BODY = "LANGUAGE sql AS 'SELECT 1'";
  private static final String TABLE = "CREATE TABLE kinds.t (i int)";

  /**
   * One kind.
   *
   * @param name for people
   * @param hasEventTrigger whether PostgreSQL calls event triggers for it: not for what all
   *     databases share
   * @param before what it needs; statements divided by {@code ";; "}
   * @param after what is not gone with the schema
   */
  public record Kind(
      String name, boolean hasEventTrigger, String before, String change, String after) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** The statements of a part. */
  public static String[] statements(String part) {
    return part.split(";; ");
  }

  private static Kind kind(String name, String before, String change) {
    return new Kind(name, true, before, change, "SELECT 1");
  }

  public static final List<Kind> ALL =
      List.of(
          kind("GRANT on a table", TABLE, "GRANT SELECT ON kinds.t TO other"),
          kind(
              "REVOKE on a function",
              FUNCTION + BODY,
              "REVOKE ALL ON FUNCTION kinds.f(int) FROM PUBLIC"),
          kind("GRANT on a schema", "SELECT 1", "GRANT USAGE ON SCHEMA kinds TO PUBLIC"),
          kind(
              "default privileges",
              "SELECT 1",
              "ALTER DEFAULT PRIVILEGES IN SCHEMA kinds GRANT SELECT ON TABLES TO other"),
          kind("volatility", FUNCTION + BODY, "ALTER FUNCTION kinds.f(int) STABLE"),
          kind(
              "SET of a function",
              FUNCTION + BODY,
              "ALTER FUNCTION kinds.f(int) SET search_path = kinds"),
          kind(
              "owner of a function",
              FUNCTION + BODY + ";; GRANT ALL ON SCHEMA kinds TO other",
              "ALTER FUNCTION kinds.f(int) OWNER TO other"),
          kind("name of a function", FUNCTION + BODY, "ALTER FUNCTION kinds.f(int) RENAME TO g"),
          kind(
              "schema of a function",
              FUNCTION + BODY + ";; CREATE SCHEMA kinds_two",
              "ALTER FUNCTION kinds.f(int) SET SCHEMA kinds_two;; DROP SCHEMA kinds_two CASCADE"),
          kind(
              "a procedure",
              "CREATE PROCEDURE kinds.p() LANGUAGE sql AS 'SELECT 1'",
              "CREATE OR REPLACE PROCEDURE kinds.p() LANGUAGE sql AS 'SELECT 2'"),
          kind(
              "an aggregate",
              "SELECT 1",
              "CREATE AGGREGATE kinds.a(int) (SFUNC = int4pl, STYPE = int)"),
          kind("a type", "CREATE TYPE kinds.e AS ENUM ('a')", "ALTER TYPE kinds.e ADD VALUE 'b'"),
          kind(
              "a domain",
              "CREATE DOMAIN kinds.d AS int",
              "ALTER DOMAIN kinds.d ADD CHECK (value > 0)"),
          kind(
              "an operator",
              "SELECT 1",
              "CREATE OPERATOR kinds.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)"),
          kind(
              "a cast",
              "CREATE TYPE kinds.c AS (i int);; CREATE FUNCTION kinds.c(kinds.c) RETURNS int LANGUAGE sql AS 'SELECT 1'",
              "CREATE CAST (kinds.c AS int) WITH FUNCTION kinds.c(kinds.c)"),
          kind("a trigger", trigger(""), "DROP TRIGGER r ON kinds.t"),
          kind("a trigger is switched off", trigger(""), "ALTER TABLE kinds.t DISABLE TRIGGER r"),
          kind(
              "a trigger is switched on",
              trigger(";; ALTER TABLE kinds.t DISABLE TRIGGER r"),
              "ALTER TABLE kinds.t ENABLE ALWAYS TRIGGER r"),
          kind("row security", TABLE, "ALTER TABLE kinds.t ENABLE ROW LEVEL SECURITY"),
          kind("a policy", TABLE, "CREATE POLICY p ON kinds.t USING (i > 0)"),
          kind(
              "a policy is changed",
              TABLE + ";; CREATE POLICY p ON kinds.t USING (i > 0)",
              "ALTER POLICY p ON kinds.t USING (i > 1)"),
          kind("a rule", TABLE, "CREATE RULE r AS ON INSERT TO kinds.t DO ALSO SELECT 1"),
          kind("a view", TABLE, "CREATE VIEW kinds.v AS SELECT i FROM kinds.t"),
          kind(
              "a partition is attached",
              parted(),
              "ALTER TABLE kinds.parted ATTACH PARTITION kinds.t FOR VALUES IN (1)"),
          kind(
              "a partition is detached",
              parted() + ";; ALTER TABLE kinds.parted ATTACH PARTITION kinds.t FOR VALUES IN (1)",
              "ALTER TABLE kinds.parted DETACH PARTITION kinds.t"),
          kind("inheritance", TABLE, "CREATE TABLE kinds.child () INHERITS (kinds.t)"),
          kind("a default", TABLE, "ALTER TABLE kinds.t ALTER i SET DEFAULT random()"),
          kind("a constraint", TABLE, "ALTER TABLE kinds.t ADD CHECK (i > 0)"),
          kind(
              "a foreign key",
              "CREATE TABLE kinds.t (i int PRIMARY KEY, j int)",
              "ALTER TABLE kinds.t ADD FOREIGN KEY (j) REFERENCES kinds.t ON DELETE CASCADE"),
          kind("DROP OWNED", TABLE + ";; GRANT SELECT ON kinds.t TO other", "DROP OWNED BY other"),
          kind("an index", TABLE, "CREATE INDEX ON kinds.t ((i + 1))"),
          kind(
              "a sequence",
              "CREATE SEQUENCE kinds.s",
              "ALTER SEQUENCE kinds.s RENAME TO s_renamed"),
          kind("a table is renamed", TABLE, "ALTER TABLE kinds.t RENAME TO t_renamed"),
          kind(
              "the schema of a table",
              TABLE + ";; CREATE SCHEMA kinds_two",
              "ALTER TABLE kinds.t SET SCHEMA kinds_two;; DROP SCHEMA kinds_two CASCADE"),
          kind(
              "a schema is renamed",
              "CREATE SCHEMA kinds_two",
              "ALTER SCHEMA kinds_two RENAME TO kinds_three;; DROP SCHEMA kinds_three"),
          kind(
              "an extension",
              "DROP EXTENSION IF EXISTS hstore",
              "CREATE EXTENSION hstore SCHEMA kinds"),
          kind(
              "what an extension has",
              "CREATE EXTENSION IF NOT EXISTS hstore SCHEMA kinds;; " + FUNCTION + BODY,
              "ALTER EXTENSION hstore ADD FUNCTION kinds.f(int)"),
          kind(
              "in a block",
              TABLE,
              "DO 'BEGIN EXECUTE ''CREATE VIEW kinds.v AS SELECT i FROM kinds.t''; END'"),
          new Kind(
              "a role's settings",
              false,
              "SELECT 1",
              "ALTER ROLE other SET search_path = kinds",
              "ALTER ROLE other RESET search_path"),
          new Kind(
              "a role's name",
              false,
              "CREATE ROLE kinds_role",
              "ALTER ROLE kinds_role RENAME TO kinds_renamed",
              "DROP ROLE kinds_renamed"));

  private DefinitionKinds() {}

  public static Kind of(String name) {
    return ALL.stream().filter(kind -> kind.name().equals(name)).findFirst().orElseThrow();
  }

  private static String trigger(String more) {
    return TABLE
        + ";; CREATE FUNCTION kinds.r() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"
        + ";; CREATE TRIGGER r AFTER INSERT ON kinds.t FOR EACH ROW EXECUTE FUNCTION kinds.r()"
        + more;
  }

  private static String parted() {
    return "CREATE TABLE kinds.parted (i int) PARTITION BY LIST (i);; " + TABLE;
  }
}
