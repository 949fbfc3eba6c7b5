package dev.heimdall.engine.journal;

import dev.heimdall.engine.net.LoopContext;
import java.util.function.Consumer;

/**
 * A session as the journal of what it has sent sees it.
 *
 * @param client who loses servers
 * @param failed takes what the loop's tasks throw
 */
public record UnitContext(
    UnitPosition position,
    UnitReader reader,
    UnitInput input,
    UnitFormat format,
    LostClient client,
    LoopContext loop,
    Consumer<Throwable> failed) {}
