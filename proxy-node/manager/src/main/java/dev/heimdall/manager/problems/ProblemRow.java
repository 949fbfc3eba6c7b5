package dev.heimdall.manager.problems;

/**
 * A problem as the page shows it.
 *
 * @param id of the alert; empty: it is none yet
 * @param look the style of its severity
 * @param detail what nodes say of it; empty: nothing
 * @param href the page that shows more
 * @param told whether people are notified of it, in words; empty: as usual
 * @param acknowledged true if it is acknowledged
 */
public record ProblemRow(
    String id,
    String severity,
    String look,
    String words,
    String detail,
    String since,
    String effect,
    String next,
    String href,
    String told,
    boolean acknowledged) {}
