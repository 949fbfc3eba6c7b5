package dev.heimdall.manager.http;

/** What all connections share. */
record Endpoint(Paths paths, Workers workers, BodyMemory bodies, Bounds.Connections bounds) {}
