package dev.heimdall.test.suites;

/**
 * Django's tests of its database layer, by mysqlclient. Servers without tables of time zones fail
 * those that convert between them.
 */
class DjangoSuiteIT extends MysqlDriverSuiteContract {
  DjangoSuiteIT() {
    super("django", 1500, 40, "test");
  }
}
