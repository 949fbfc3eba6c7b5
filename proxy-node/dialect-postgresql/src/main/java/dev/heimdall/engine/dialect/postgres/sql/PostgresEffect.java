package dev.heimdall.engine.dialect.postgres.sql;

import dev.heimdall.engine.sql.Effect;

/** Effects that statements of PostgreSQL have, and those of no other dialect. */
public enum PostgresEffect implements Effect.Detail {
  /**
   * {@code currval} of a sequence whose name is computed: the effect's name is the expression,
   * which has nothing but literals, parameters and functions that change nothing; empty where the
   * expression can be computed nowhere else than in its statement.
   */
  COMPUTED_SEQUENCE,
  /**
   * A NULL at this place of the text, which {@code set_config} takes for the default of the named
   * setting.
   */
  NULL_FOR_DEFAULT
}
