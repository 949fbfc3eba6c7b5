package dev.heimdall.test.global;

/** PostgreSQL in place of Aurora PostgreSQL. */
class ReturnedWriterIT extends ReturnedWriterContract {
  @Override
  Sql sql() {
    return Sql.POSTGRES;
  }
}
