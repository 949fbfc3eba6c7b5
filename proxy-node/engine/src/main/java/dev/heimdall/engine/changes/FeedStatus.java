package dev.heimdall.engine.changes;

import dev.heimdall.model.ServerAddress;
import java.util.Optional;

/**
 * Status of a feed, for operators.
 *
 * @param way how it hears: {@code notify}, {@code stream}
 * @param server whom it listens to, if there is a writer
 * @param detail in words: why it is not following; empty where it is
 * @param lastAt when it heard of a write last, in milliseconds since 1970; 0 for never
 * @param changes that it has heard of: a table in a transaction is one
 * @param own of those, what this node knew already
 * @param gaps how often it stopped following
 * @param behindBytes of the writer's log that were not read yet; negative where that is unknown
 */
public record FeedStatus(
    String source,
    String way,
    String database,
    Phase phase,
    Optional<ServerAddress> server,
    String detail,
    long lastAt,
    long changes,
    long own,
    long gaps,
    long behindBytes) {}
