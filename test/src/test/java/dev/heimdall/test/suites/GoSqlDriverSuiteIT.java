package dev.heimdall.test.suites;

/** go-sql-driver's own tests. One wants to see how a connection into the internet times out. */
class GoSqlDriverSuiteIT extends MysqlDriverSuiteContract {
  GoSqlDriverSuiteIT() {
    super("go-sql-driver", 140, 3, "gotest");
  }
}
