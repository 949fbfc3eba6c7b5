package dev.heimdall.engine.backend;

/** The two directions of one logged-in server connection, as its protocol has them. */
public record ServerDialogue(ReplyScanner replies, ServerRequests requests) {}
