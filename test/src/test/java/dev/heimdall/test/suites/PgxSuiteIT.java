package dev.heimdall.test.suites;

/** pgx's own tests, after what its testsetup/postgresql_setup.sql makes. */
class PgxSuiteIT extends DriverSuiteContract {
  PgxSuiteIT() {
    super("pgx", 500, "pgx_test");
  }

  @Override
  String[] fixtures() {
    return new String[] {
      "CREATE EXTENSION hstore",
      "CREATE EXTENSION ltree",
      "CREATE DOMAIN uint64 AS numeric(20,0)",
      "CREATE USER \" tricky, ' } \"\" \\ test user \" SUPERUSER PASSWORD 'secret'"
    };
  }
}
