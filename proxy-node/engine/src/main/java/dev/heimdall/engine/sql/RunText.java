package dev.heimdall.engine.sql;

/**
 * Text that is run and that is known by its words only.
 *
 * @param block whether it is the body of a DO statement; else it is a statement that was not
 *     understood
 * @param body what its words say
 */
public record RunText(boolean block, RoutineBody body) {}
