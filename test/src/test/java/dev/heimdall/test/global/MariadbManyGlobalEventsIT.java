package dev.heimdall.test.global;

import org.junit.jupiter.api.Tag;

/** MariaDB in place of Aurora MySQL; each build has {@link MysqlGlobalSwitchoverIT}. */
@Tag("long")
class MariadbManyGlobalEventsIT extends ManyGlobalEventsContract {
  @Override
  Sql sql() {
    return Sql.MARIADB;
  }
}
