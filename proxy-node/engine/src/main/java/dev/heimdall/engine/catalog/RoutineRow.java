package dev.heimdall.engine.catalog;

import java.util.List;

/**
 * A function or procedure that is not the server's own, as the system tables have it.
 *
 * @param kind {@code f}, {@code p}, {@code a} or {@code w}: {@code pg_proc.prokind}
 * @param volatility {@code i}, {@code s} or {@code v}: {@code pg_proc.provolatile}
 * @param body its source, in whatever language
 * @param settings what is set while it runs, as {@code name=value} in lines; empty for nothing
 * @param ofExtension whether an extension brought it
 * @param also functions that it calls besides what its body says, by their ids: those that an
 *     aggregate is made of, and those in the defaults of its parameters
 */
public record RoutineRow(
    long id,
    String schema,
    String name,
    char kind,
    char volatility,
    String language,
    String body,
    String settings,
    boolean ofExtension,
    List<Long> also) {}
