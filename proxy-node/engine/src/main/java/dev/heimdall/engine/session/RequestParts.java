package dev.heimdall.engine.session;

import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.engine.client.OtherSessions;
import dev.heimdall.engine.journal.BatchReplay;
import dev.heimdall.engine.journal.TransactionReplay;
import dev.heimdall.engine.listen.Listening;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.prepared.NameResolution;
import dev.heimdall.engine.session.caching.CachedReads;
import dev.heimdall.engine.session.lease.ClientRequests;
import dev.heimdall.engine.session.lease.Destinations;
import dev.heimdall.engine.session.placement.Writes;
import dev.heimdall.engine.session.state.ClientTransaction;
import dev.heimdall.engine.session.state.SessionMemory;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.session.statement.StatementLifecycle;
import dev.heimdall.engine.wire.Capabilities;
import dev.heimdall.model.LimitSettings;
import java.util.function.Supplier;

/**
 * Parts with which the handler of a session's messages is wired.
 *
 * @param capabilities what was agreed with the client that its servers have agreed on too
 * @param others the sessions that this one may interrupt
 * @param admin whether its user may use the admin console
 * @param catalogue what the session's database defines, as far as that is known
 */
public record RequestParts(
    HandledClient client,
    ClientRequests control,
    ClientInput input,
    StatementLifecycle lifecycle,
    SessionState carried,
    ClientTransaction transaction,
    NameResolution resolution,
    BatchReplay replay,
    TransactionReplay notes,
    Writes writes,
    CachedReads cached,
    Destinations destinations,
    ForeignCalls foreign,
    Listening listening,
    ConsoleCommands console,
    SessionMemory memory,
    LoopSessions sessions,
    OtherSessions others,
    LoopContext loop,
    LimitSettings limits,
    Capabilities capabilities,
    boolean admin,
    Supplier<Catalogue> catalogue) {}
