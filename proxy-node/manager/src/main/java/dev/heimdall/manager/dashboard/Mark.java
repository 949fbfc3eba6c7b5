package dev.heimdall.manager.dashboard;

import java.time.Instant;

/** Something that happened, as graphs mark it. */
public record Mark(Instant at, String kind, String severity, String about, String words) {}
