package dev.heimdall.engine.action;

import java.time.Instant;

/**
 * A plan that was taken.
 *
 * @param fingerprint the pattern's, 32 hexadecimal digits
 * @param vdb the virtual database
 * @param database the database
 * @param text the normalised text, without values
 * @param format text, json, xml or yaml
 * @param plan the plan, with question marks for the values in it
 * @param taken when
 * @param averageMicros how long the pattern took on average then, in µs; -1 when not known
 */
public record PlanRow(
    String fingerprint,
    String vdb,
    String database,
    String text,
    String format,
    String plan,
    Instant taken,
    long averageMicros) {}
