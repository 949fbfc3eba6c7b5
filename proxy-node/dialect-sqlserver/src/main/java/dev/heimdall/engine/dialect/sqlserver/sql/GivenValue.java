package dev.heimdall.engine.dialect.sqlserver.sql;

import dev.heimdall.engine.sql.Effect;

/**
 * Value that a SET statement gives to an option, as text that may follow the option's name in
 * another SET statement: servers report none of them.
 *
 * @param value null for the default
 */
public record GivenValue(String value) implements Effect.Detail {}
