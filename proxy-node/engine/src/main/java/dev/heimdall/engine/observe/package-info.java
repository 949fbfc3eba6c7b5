/**
 * Counters, timers and logs of the node: per-loop counters and histograms with one writer each,
 * their read-out as metrics, the watch over the event loops, the event log. No room of the engine
 * is imported here: all rooms may count, so counting knows none of them.
 */
package dev.heimdall.engine.observe;
