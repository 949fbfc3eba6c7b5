package dev.heimdall.test.suites;

/** asyncpg's own tests. Some of them expect to be in the database {@code postgres}. */
class AsyncpgSuiteIT extends DriverSuiteContract {
  AsyncpgSuiteIT() {
    super("asyncpg", 250, "postgres");
  }

  @Override
  String[] fixtures() {
    return new String[0];
  }
}
