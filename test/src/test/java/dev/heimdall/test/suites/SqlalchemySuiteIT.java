package dev.heimdall.test.suites;

/**
 * The tests of SQLAlchemy's dialect for MySQL and MariaDB, by PyMySQL. With GTIDs MySQL refuses
 * those that write to tables without transactions.
 */
class SqlalchemySuiteIT extends MysqlDriverSuiteContract {
  SqlalchemySuiteIT() {
    super("sqlalchemy", 1500, 40, "test", "test_schema", "test_schema_2");
  }
}
