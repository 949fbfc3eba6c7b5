package dev.heimdall.manager.problems;

import java.time.Instant;

/**
 * Trouble that a node has with the shared store, according to its events.
 *
 * @param slow whether it reaches the store, which takes long to answer; else it does not reach it
 * @param since when
 * @param words of the node
 */
record StoreTrouble(boolean slow, Instant since, String words) {}
