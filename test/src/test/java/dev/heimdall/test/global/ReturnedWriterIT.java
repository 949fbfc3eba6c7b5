package dev.heimdall.test.global;

import org.junit.jupiter.api.Tag;

/** PostgreSQL in place of Aurora PostgreSQL. */
@Tag("long")
class ReturnedWriterIT extends ReturnedWriterContract {
  @Override
  Sql sql() {
    return Sql.POSTGRES;
  }
}
