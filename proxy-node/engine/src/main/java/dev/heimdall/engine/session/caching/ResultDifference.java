package dev.heimdall.engine.session.caching;

import dev.heimdall.engine.rules.Decision;
import java.util.Collection;
import java.util.function.Supplier;

/**
 * A cached result that holds as far as the node knows, and is not what the server answers.
 *
 * @param decision the rules' that have both compared
 * @param kept digest of the cached one
 * @param answered digest of the server's
 */
public record ResultDifference(
    Decision decision,
    Collection<String> tables,
    Supplier<String> kept,
    Supplier<String> answered) {}
