package dev.heimdall.manager.dashboard;

import java.time.Instant;

/** Event as graphs mark it. */
public record Mark(Instant at, String kind, String severity, String about, String words) {}
