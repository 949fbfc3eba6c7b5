package dev.heimdall.test.global;

/** MariaDB in place of Aurora MySQL. */
class MariadbManyGlobalEventsIT extends ManyGlobalEventsContract {
  @Override
  Sql sql() {
    return Sql.MARIADB;
  }
}
