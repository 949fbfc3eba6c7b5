package dev.heimdall.engine.boot;

import dev.heimdall.engine.events.NodeEvents;
import dev.heimdall.engine.observe.EventLog;
import dev.heimdall.engine.observe.Metrics;

/**
 * Sinks of events of one part of the node.
 *
 * @param log a line for each
 * @param told hears events that may have to alarm an operator
 * @param metrics count it
 */
record EventSinks(EventLog log, NodeEvents told, Metrics metrics) {}
