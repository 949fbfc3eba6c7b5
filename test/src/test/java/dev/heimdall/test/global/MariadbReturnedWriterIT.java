package dev.heimdall.test.global;

import org.junit.jupiter.api.Tag;

/** MariaDB in place of Aurora MySQL; each build has the one with PostgreSQL. */
@Tag("long")
class MariadbReturnedWriterIT extends ReturnedWriterContract {
  @Override
  Sql sql() {
    return Sql.MARIADB;
  }
}
