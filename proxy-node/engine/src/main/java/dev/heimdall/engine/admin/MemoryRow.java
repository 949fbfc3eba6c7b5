package dev.heimdall.engine.admin;

/**
 * A part of the process' memory.
 *
 * @param name what it is
 * @param used bytes that are in use
 * @param limit bytes that may be
 * @param entries how many things are kept there; null where that says nothing
 * @param evictions how many had to go for want of room; null where none ever goes
 */
public record MemoryRow(String name, long used, long limit, Long entries, Long evictions) {}
