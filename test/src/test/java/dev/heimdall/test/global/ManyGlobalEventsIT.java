package dev.heimdall.test.global;

import org.junit.jupiter.api.Tag;

/** PostgreSQL in place of Aurora PostgreSQL; each build has {@link GlobalEventsIT}. */
@Tag("long")
class ManyGlobalEventsIT extends ManyGlobalEventsContract {
  @Override
  Sql sql() {
    return Sql.POSTGRES;
  }
}
