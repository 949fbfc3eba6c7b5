package dev.heimdall.engine.boot;

import dev.heimdall.engine.events.NodeEvents;
import dev.heimdall.engine.observe.EventLog;
import dev.heimdall.engine.observe.Metrics;

/**
 * Where a part of the node says what has happened.
 *
 * @param log a line for each
 * @param told hears what somebody may have to be woken for
 * @param metrics count it
 */
record Outlets(EventLog log, NodeEvents told, Metrics metrics) {}
