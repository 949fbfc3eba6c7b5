package dev.heimdall.engine.action;

import dev.heimdall.engine.sql.Weight;
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
    long averageMicros) {
  /** About how many bytes it takes in memory. */
  long weight() {
    return 300 + Weight.of(vdb) + Weight.of(database) + Weight.of(text) + Weight.of(plan);
  }
}
