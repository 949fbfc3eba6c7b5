package dev.heimdall.engine.session.statement;

import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.sql.Statement;

/**
 * Data that can be logged of a statement that was carried out, without its values.
 *
 * @param normalised the text without its values
 * @param statement what it does to data; null where it was not judged
 * @param decision what the rules said
 * @param averageMicros how long statements like it take on average; -1 when that is not known
 */
public record StatementSummary(
    String normalised, Statement statement, Decision decision, long averageMicros) {}
