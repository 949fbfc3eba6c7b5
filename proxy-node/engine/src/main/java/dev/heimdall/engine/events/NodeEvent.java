package dev.heimdall.engine.events;

import java.time.Instant;

/**
 * Event on a node.
 *
 * @param number greater than those of all before it in this run of the node
 * @param about the virtual database or the data source; empty: the node
 * @param server which server it is about; may be empty
 * @param words one sentence
 * @param count how often it happened since it was told of last
 */
public record NodeEvent(
    long number,
    Instant at,
    EventKind kind,
    String about,
    String server,
    String words,
    long count) {}
