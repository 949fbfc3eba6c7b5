package dev.heimdall.manager.problems;

/**
 * A problem as the page shows it.
 *
 * @param look the style of its severity
 * @param detail what nodes say of it; empty: nothing
 * @param href the page that shows more
 */
public record ProblemRow(
    String severity,
    String look,
    String words,
    String detail,
    String since,
    String effect,
    String next,
    String href) {}
