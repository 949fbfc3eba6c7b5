package dev.heimdall.test.global;

/** PostgreSQL in place of Aurora PostgreSQL. */
class ManyGlobalEventsIT extends ManyGlobalEventsContract {
  @Override
  Sql sql() {
    return Sql.POSTGRES;
  }
}
